"""The database of this environment, opened for one command."""

from __future__ import annotations

import sys
from collections.abc import Generator
from contextlib import contextmanager

import click
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from longshore_api.database import bring_up_to_date
from longshore_api.errors import ApiError
from longshore_api.settings import ApiSettings
from longshore_tasks.database import create_engine
from longshore_tasks.settings import load


class Complaint(click.ClickException):
    """One line on standard error, exit code 2."""

    exit_code = 2

    def show(self, file: object = None) -> None:  # noqa: ARG002 - click's signature
        """Write the line."""
        sys.stderr.write(f"longshore: {self.message}\n")


@contextmanager
def opened() -> Generator[Engine]:
    """Open the database, its tables up to date; what goes wrong is one line."""
    settings = load(ApiSettings)
    bring_up_to_date(settings)
    engine = create_engine(settings.database_url)
    try:
        yield engine
    except (ApiError, SQLAlchemyError) as error:
        raise Complaint(str(getattr(error, "orig", None) or error)) from None
    finally:
        engine.dispose()
