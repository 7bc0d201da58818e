"""The jobs room: a job as a typed value, its handler, and the Celery task that joins them."""

from __future__ import annotations

from longshore.jobs.attempt import Attempt
from longshore.jobs.binding import bind
from longshore.jobs.fingerprint import fingerprint
from longshore.jobs.handler import Handler, handles
from longshore.jobs.job import Job
from longshore.jobs.new_job import to_new_job
from longshore.jobs.options import EnqueueOptions
from longshore.jobs.roll import Roll
from longshore.jobs.spec import JobSpec

__all__ = [
    "Attempt",
    "EnqueueOptions",
    "Handler",
    "Job",
    "JobSpec",
    "Roll",
    "bind",
    "fingerprint",
    "handles",
    "to_new_job",
]
