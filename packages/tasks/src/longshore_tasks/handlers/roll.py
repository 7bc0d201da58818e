"""Every handler of the set, one line each."""

from __future__ import annotations

from typing import Any

from longshore.jobs import Handler
from longshore_tasks.context import TaskContext
from longshore_tasks.handlers.alerts import post_alert, watch_dead_letters
from longshore_tasks.handlers.email import send_email
from longshore_tasks.handlers.files import clean_up_files
from longshore_tasks.handlers.images import make_thumbnails
from longshore_tasks.handlers.reports import generate_report
from longshore_tasks.handlers.system import add, echo

HANDLERS: tuple[Handler[Any, TaskContext, Any], ...] = (
    add,
    echo,
    send_email,
    make_thumbnails,
    clean_up_files,
    generate_report,
    watch_dead_letters,
    post_alert,
)
