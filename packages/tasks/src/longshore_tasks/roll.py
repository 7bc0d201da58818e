"""Every job class of the set, one line each; a task that is not here does not exist."""

from __future__ import annotations

from longshore.jobs import Roll
from longshore_tasks.jobs.alerts import PostAlert, WatchDeadLetters
from longshore_tasks.jobs.email import SendEmail
from longshore_tasks.jobs.files import CleanUpFiles
from longshore_tasks.jobs.images import MakeThumbnails
from longshore_tasks.jobs.reports import GenerateReport
from longshore_tasks.jobs.system import Add, Echo

ROLL = Roll(
    [
        Add,
        Echo,
        SendEmail,
        MakeThumbnails,
        CleanUpFiles,
        GenerateReport,
        WatchDeadLetters,
        PostAlert,
    ]
)
