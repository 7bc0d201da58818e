"""The work of telling people of dead letters."""

from __future__ import annotations

import time

from longshore.jobs import Job, handles, to_new_job
from longshore.store import Store, jobs
from longshore.store.connection import ping
from longshore_tasks.context import TaskContext
from longshore_tasks.handlers.arrivals import alerts, arrived, windows
from longshore_tasks.handlers.webhook import ID, SIGNATURE, post, signature
from longshore_tasks.jobs.alerts import PostAlert, WatchDeadLetters
from longshore_tasks.jobs.email import SendEmail, Template


@handles(WatchDeadLetters)
def watch_dead_letters(_job: WatchDeadLetters, context: TaskContext) -> int:
    """Enqueue an alert for each task and window; return how many were new."""
    settings = context.settings
    if settings.alert_webhook_url is None and not settings.alert_recipients:
        return 0
    with Store.from_url(settings.records_url, settings.store_settings()) as store:
        now = store.run(ping())
        found = [
            alert
            for start, end in windows(now, settings.alert_window_seconds)
            for alert in _of_window(store, start, end)
        ]
        wanted = [(job, key) for alert in found for job, key in _messages(alert, context)]
        return sum(_enqueue(store, job, key) for job, key in wanted)


def _of_window(store: Store, start: float, end: float) -> list[PostAlert]:
    letters, counted = arrived(store, start, end)
    return alerts(letters, start, end, counted=counted)


def _messages(alert: PostAlert, context: TaskContext) -> list[tuple[Job, str]]:
    """The jobs that bring an alert to people, each with the key that makes it one."""
    key = f"{alert.window_start.isoformat()} {alert.dead_task}"
    found: list[tuple[Job, str]] = []
    if context.settings.alert_webhook_url is not None:
        found.append((alert, key))
    if context.settings.alert_recipients:
        found.append((_mail(alert, context.settings.alert_recipients), f"alert {key}"))
    return found


def _mail(alert: PostAlert, to: tuple[str, ...]) -> SendEmail:
    many = f"{'' if alert.counted else 'at least '}{alert.count}"
    start, end = alert.window_start, alert.window_end
    lines = [
        f"{many} dead letter(s) of {alert.dead_task}, {start:%Y-%m-%d %H:%M} to {end:%H:%M} UTC.",
        "",
        "Reasons: " + ", ".join(f"{name} ({n})" for name, n in alert.reasons.items()),
        "Errors: " + ", ".join(f"{name} ({n})" for name, n in alert.errors.items()),
        "",
        f"Look: longshore dead-letters list --task {alert.dead_task}",
        f"Such as: longshore dead-letters show {alert.examples[0]}",
    ]
    subject = f"{many} dead letter(s) of {alert.dead_task}"
    body = "\n".join(lines)[:10_000]
    return SendEmail(to=to, template=Template.MESSAGE, context={"subject": subject, "body": body})


def _enqueue(store: Store, job: Job, key: str) -> bool:
    return store.run(jobs.enqueue(to_new_job(job, idempotency_key=key))).created


@handles(PostAlert)
def post_alert(job: PostAlert, context: TaskContext) -> int:
    """Post the alert and return the status of the answer.

    An attempt that was cut short may post it again: the receiver knows it by its id.
    """
    settings = context.settings
    if settings.alert_webhook_url is None:
        return 0
    body, headers = job.model_dump_json().encode(), {ID: context.attempt.job_id}
    if settings.alert_webhook_secret is not None:
        secret = settings.alert_webhook_secret.get_secret_value().encode()
        headers[SIGNATURE] = signature(secret, int(time.time()), body)
    timeout = settings.alert_timeout_seconds
    return post(settings.alert_webhook_url.get_secret_value(), body, headers, timeout)
