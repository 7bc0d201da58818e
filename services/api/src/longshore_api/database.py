"""The database at the start of the process."""

from __future__ import annotations

import sys

from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from longshore.errors import SettingsError
from longshore_api.settings import ApiSettings
from longshore_tasks.database import migrate

DATABASE_UNAVAILABLE: tuple[type[Exception], ...] = (OperationalError, InterfaceError, PoolTimeout)
"""What SQLAlchemy raises when the database does not answer, or not in time."""


def bring_up_to_date(settings: ApiSettings) -> None:
    """Migrate; a database that cannot be used ends the process with one line and code 2."""
    try:
        migrate(settings.database_url)
    except (SettingsError, SQLAlchemyError, OSError) as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        sys.stderr.write(f"longshore: the database cannot be used: {reason}\n")
        raise SystemExit(2) from None
