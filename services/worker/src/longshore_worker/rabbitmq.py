"""The worker's app when RabbitMQ holds the messages."""

from __future__ import annotations

from celery import Celery

from longshore.rabbitmq.configuration import TASK_CLASS, complete_records, configuration
from longshore.worker.figures import FiguresStep
from longshore.worker.probe import ProbeStep
from longshore_tasks.broker import QUEUES
from longshore_worker.settings import WorkerSettings


def on_rabbitmq(settings: WorkerSettings) -> Celery:
    """Return the app, which notes runs and dead letters in the records on Redis."""
    app = Celery("longshore", task_cls=TASK_CLASS)
    options = settings.transport_options()
    app.conf.update(configuration(settings.broker_url, settings.records_url, options, QUEUES))
    complete_records(app)
    app.steps["consumer"].add(ProbeStep)
    app.steps["consumer"].add(FiguresStep)
    return app
