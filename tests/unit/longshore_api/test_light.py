from __future__ import annotations

from support.fresh_interpreter import FreshInterpreters

CODE = """
import sys
import longshore_api.main
from longshore_api.app import create_app
from longshore_api.settings import ApiSettings
create_app(ApiSettings()).openapi()
print(" ".join(sorted(sys.modules)))
"""
WORK = ("PIL", "jinja2.environment", "boto3", "smtplib", "longshore_tasks.handlers")


def test_the_api_imports_nothing_of_the_work(fresh_interpreter: FreshInterpreters) -> None:
    loaded = fresh_interpreter.run(CODE).stdout.split()
    assert [name for name in loaded if name.startswith(WORK)] == []
    assert "longshore_tasks.roll" in loaded
