from __future__ import annotations

from support.fresh_interpreter import FreshInterpreters

HEAVY = {"PIL", "jinja2", "boto3", "smtplib"}
CODE = """
import sys
import longshore_tasks.roll, longshore_tasks.settings, longshore_tasks.database
import longshore_tasks.storage, longshore_tasks.stored, longshore_tasks.files
print(" ".join(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_the_contracts_import_neither_pillow_nor_templates_nor_mail(
    fresh_interpreter: FreshInterpreters,
) -> None:
    loaded = fresh_interpreter.run(CODE).stdout.split()
    assert HEAVY & set(loaded) == set()
    assert "longshore_tasks" in loaded
