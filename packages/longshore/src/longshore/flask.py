"""Celery tasks of a Flask app: each attempt runs in an application context of its own.

Within it ``current_app``, its configuration and what hangs on the context work as in a request; the
session of Flask-SQLAlchemy is returned when the attempt ends, however it ends. Needs
``longshore[flask]``.
"""

from __future__ import annotations

import re
import uuid
from typing import Any

from celery import Celery, Task
from flask import Flask, Response, g, request

from longshore.current import request_id

HEADER = "X-Request-ID"
#: It goes into messages, logs and headers, so it is bounded and plain.
ACCEPTED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")


def celery_for(flask_app: Flask) -> Celery:
    """Return the Celery app of a Flask app, also as ``flask_app.extensions["celery"]``.

    Celery's settings are ``flask_app.config["CELERY"]``, a mapping; its ``broker_url`` decides
    whether Longshore is used. It becomes the app that ``shared_task`` binds to. What a request
    enqueues carries the id of the request.
    """
    app = Celery(flask_app.import_name, task_cls=_task_class(flask_app), set_as_current=False)
    app.config_from_object(flask_app.config.get("CELERY", {}))
    app.set_default()
    flask_app.extensions["celery"] = app
    flask_app.before_request(_begin_request)
    flask_app.after_request(_name_request)
    flask_app.teardown_request(_end_request)
    return app


def _task_class(flask_app: Flask) -> type[Task]:
    class FlaskTask(Task):  # type: ignore[misc]  # Celery has no types
        abstract = True

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            with flask_app.app_context():
                return self.run(*args, **kwargs)

    return FlaskTask


def _begin_request() -> None:
    given = request.headers.get(HEADER, "")
    chosen = given if ACCEPTED.fullmatch(given) else uuid.uuid4().hex
    g.longshore_request_id = request_id.set(chosen)


def _name_request(response: Response) -> Response:
    current = request_id.get()
    if current is not None:
        response.headers.setdefault(HEADER, current)
    return response


def _end_request(_error: BaseException | None) -> None:
    token = g.pop("longshore_request_id", None)
    if token is not None:
        request_id.reset(token)
