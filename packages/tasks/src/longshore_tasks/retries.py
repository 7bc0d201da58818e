"""The errors that another attempt may cure, named once for all tasks."""

from __future__ import annotations

from sqlalchemy.exc import OperationalError

from longshore.errors import Transient
from longshore.retry import RetryPolicy

# Storage and mail say Transient themselves; SQLAlchemy raises OperationalError when a database is
# away, locked or restarting.
TRANSIENT_ERRORS: tuple[type[BaseException], ...] = (Transient, OperationalError)

STANDARD = RetryPolicy(retry_on=TRANSIENT_ERRORS)
"""Five retries: after about 1, 2, 4, 8 and 16 minutes."""

NEVER = RetryPolicy(max_retries=0)
"""For jobs whose answer is worthless when it is late."""
