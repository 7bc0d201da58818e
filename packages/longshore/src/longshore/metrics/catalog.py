"""Every metric that Longshore serves. Dashboards, alerts and ``docs/observability.md`` follow it.

Names and labels of the ``celery_*`` metrics are those of celery-exporter
(https://github.com/danihodovic/celery-exporter), so that the dashboards of celery-mixin read them.
"""

from __future__ import annotations

from collections.abc import Mapping

from longshore.metrics.metric import Metric, Service, counter, gauge, histogram

#: The one value of a task's label for every task that is not known, or one too many.
UNKNOWN_TASK = "(unknown)"

#: Upper bounds in seconds. The limits of the service levels (5 s, 60 s, 900 s) are among them.
SECONDS_BUCKETS = (
    *(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5),
    *(1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 150.0, 300.0, 900.0, 1800.0, 3600.0),
)
ATTEMPT_BUCKETS = (1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0, 12.0)
BATCH_BUCKETS = (1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
SCRIPT_BUCKETS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1, 0.5, 2.0)

JOB = ("task", "queue")
CELERY_TASK = ("name", "hostname", "queue_name")
WORKER, SCHEDULER = (Service.WORKER,), (Service.SCHEDULER,)
LEADER, API = (Service.LEADER,), (Service.API,)
EVERY = (*WORKER, *SCHEDULER, *API)

CELERY = (
    counter("celery_task_sent_total", CELERY_TASK, LEADER, "Jobs that were enqueued, by whomever."),
    counter("celery_task_received_total", CELERY_TASK, WORKER, "Jobs that the worker has claimed."),
    counter("celery_task_started_total", CELERY_TASK, WORKER, "Attempts that have begun."),
    counter("celery_task_succeeded_total", CELERY_TASK, WORKER, "Attempts that succeeded."),
    counter("celery_task_failed_total", (*CELERY_TASK, "exception"), WORKER,
           "Attempts that failed for good, by the type of the error."),
    counter("celery_task_rejected_total", CELERY_TASK, WORKER,
           "Attempts whose task rejected its job."),
    counter("celery_task_revoked_total", CELERY_TASK, WORKER,
           "Jobs that the worker ended as cancelled or expired."),
    counter("celery_task_retried_total", CELERY_TASK, WORKER,
           "Attempts that are followed by a retry."),
    histogram("celery_task_runtime", CELERY_TASK, WORKER,
           "How long attempts ran that succeeded.", unit="s"),
    histogram("celery_task_queue_wait_time", CELERY_TASK, WORKER,
           "How long jobs waited before they were claimed, from when they were enqueued or "
           "due.", unit="s"),
    gauge("celery_worker_up", ("hostname",), WORKER, "1 while the worker's main process lives."),
    gauge("celery_worker_tasks_active", ("hostname",), WORKER, "Jobs that run in the worker now."),
    gauge("celery_queue_length", ("queue_name",), LEADER,
           "Jobs that wait in the queue, over all priorities."),
)  # fmt: skip

QUEUES = (
    gauge("longshore_queue_jobs", ("queue", "place"), LEADER,
           "Jobs by place: waiting (over all priorities), delayed (not due yet), due "
           "(still among the delayed), claimed, dead."),
    gauge("longshore_queue_oldest_age_seconds", ("queue",), LEADER,
           "How long the job has waited that is next in line, the longest over all "
           "priorities; 0 when none waits.", unit="s"),
    gauge("longshore_queue_paused", ("queue",), LEADER,
           "1 while nothing is claimed from the queue."),
    gauge("longshore_workers_ready", (), LEADER, "Workers that live and consume."),
    counter("longshore_jobs_enqueued_total", JOB, LEADER, "Jobs that were enqueued, by whomever."),
    counter("longshore_rescues_total", ("queue",), LEADER,
           "Jobs taken back from a worker whose lease had ended."),
    counter("longshore_settles_refused_total", ("queue",), LEADER,
           "Outcomes refused because the lease had been lost."),
    counter("longshore_quarantines_total", ("queue",), LEADER,
           "Jobs kept as dead letters because they lost too many runs."),
    counter("longshore_dead_letters_total", ("task", "queue", "reason"), LEADER,
           "Jobs that became dead letters."),
)  # fmt: skip

JOBS = (
    histogram("longshore_job_wait_seconds", JOB, WORKER,
           "From enqueued, or due, to claimed.", unit="s"),
    histogram("longshore_job_total_seconds", JOB, WORKER,
           "From enqueued to ended for good.", unit="s"),
    histogram("longshore_job_run_seconds", (*JOB, "outcome"), WORKER,
           "How long attempts ran.", unit="s"),
    histogram("longshore_job_attempts", ("task",), WORKER,
           "Attempts that a job took to end for good."),
    counter("longshore_job_deliveries_total", ("queue",), WORKER,
           "Claims of jobs, those after a rescue included."),
    histogram("longshore_job_cpu_seconds", ("task",), WORKER,
           "CPU time of the thread that ran the attempt.", unit="s"),
    gauge("longshore_job_peak_memory_bytes", ("task",), WORKER,
           "The most resident memory that a process had when it had run the task.", unit="B"),
)  # fmt: skip

ENGINE = (
    gauge("longshore_lease_renewal_lag_seconds", (), WORKER,
           "How far the renewal of leases is behind its time.", unit="s"),
    histogram("longshore_script_duration_seconds", ("script",), EVERY,
           "Round trips of script calls, without those of the pool's processes.", unit="s"),
    gauge("longshore_worker_consuming", (), WORKER,
           "1 while the worker is connected and consumes."),
    gauge("longshore_worker_draining", (), WORKER, "1 while the worker ends."),
    gauge("longshore_drain_duration_seconds", (), WORKER,
           "How long the worker has been ending; 0 while it is not.", unit="s"),
)  # fmt: skip

ENQUEUE = (
    counter("longshore_enqueue_failures_total", ("reason",), API,
           "Enqueues that failed: unavailable, refused or other."),
    gauge("longshore_enqueue_breaker_open", (), API, "1 while calls to the broker fail at once."),
    histogram("longshore_enqueue_batch_size", (), API, "Jobs that went out in one call."),
)  # fmt: skip

SCHEDULE = (
    gauge("longshore_scheduler_leader", (), SCHEDULER, "1 where the scheduler leads."),
    gauge("longshore_schedule_lateness_seconds", ("entry",), LEADER,
           "For how long the entry's next slot has been due.", unit="s"),
    counter("longshore_schedule_missed_slots_total", ("entry",), LEADER,
           "Slots that went by without a job."),
    gauge("longshore_schedule_last_slot_timestamp_seconds", ("entry",), LEADER,
           "When the last slot that was dealt with was due.", unit="s"),
)  # fmt: skip

REDIS = (
    gauge("longshore_redis_up", (), SCHEDULER, "1 while Redis answers."),
    gauge("longshore_redis_memory_bytes", (), SCHEDULER, "Memory that Redis uses.", unit="B"),
    gauge("longshore_redis_memory_limit_bytes", (), SCHEDULER,
           "Its maxmemory; 0: none is set.", unit="B"),
    gauge("longshore_redis_aof_enabled", (), SCHEDULER, "1 with appendonly yes."),
    gauge("longshore_redis_persistence_ok", (), SCHEDULER,
           "1 while its last write of the append-only file and its last snapshot went well."),
    gauge("longshore_redis_connected_clients", (), SCHEDULER, "Connections of clients."),
    gauge("longshore_redis_ops_per_second", (), SCHEDULER,
           "Commands in a second, as Redis counts them."),
)  # fmt: skip

HTTP = (
    counter("longshore_http_requests_total", ("method", "route", "status"), API,
           "Requests that were answered."),
    histogram("longshore_http_request_duration_seconds", ("method", "route"), API,
           "Time from a request's first byte to its answer's last.", unit="s"),
    gauge("longshore_http_requests_in_progress", (), API, "Requests that are being answered."),
)  # fmt: skip

METRICS = (*CELERY, *QUEUES, *JOBS, *ENGINE, *ENQUEUE, *SCHEDULE, *REDIS, *HTTP)

BY_NAME: Mapping[str, Metric] = {metric.name: metric for metric in METRICS}
