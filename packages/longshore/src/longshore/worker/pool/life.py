"""The life of a child, from the fork on."""

from __future__ import annotations

import os

from celery.utils.log import get_logger

from longshore.worker.pool.child import Child
from longshore.worker.pool.crew import Crew
from longshore.worker.pool.plan import Plan

logger = get_logger(__name__)


def run_child(plan: Plan) -> None:
    """The child's whole life after the fork; never returns."""
    code = 0
    try:
        (Crew(plan) if plan.threads else Child(plan)).main()
    except SystemExit as error:
        code = error.code if isinstance(error.code, int) else 1
    except BaseException:
        logger.critical("a pool child ended on an error", exc_info=True)
        code = 1
    finally:
        os._exit(code)
