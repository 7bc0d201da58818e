"""``python -m longshore.cli`` is the console script."""

from __future__ import annotations

from longshore.cli.main import main

main(prog_name="longshore")
