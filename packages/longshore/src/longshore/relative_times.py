"""What callers say in seconds from now stays so until the server counts it by its own clock.

Celery turns a countdown, and a numeric ``expires``, into a time by the clock of the client when it
makes the message; a time that a person gave looks the same then. So its maker of messages is
extended: it writes the seconds into headers as well, of which the transport tells the enqueue
script. Kept light: kombu imports it with its serializers.
"""

from __future__ import annotations

import sys
from functools import wraps
from importlib.abc import MetaPathFinder
from importlib.util import find_spec
from inspect import signature
from numbers import Real
from typing import Any

#: Headers in seconds from now; they travel no further than to the enqueue script.
DELAY = "longshore_delay"
EXPIRES_IN = "longshore_expires_in"

MODULE = "celery.app.amqp"
_MARK = "_longshore_relative_times"


def follow() -> None:
    """Extend Celery's maker of messages when it is imported; it imports what imports this."""
    if MODULE in sys.modules:
        return
    sys.meta_path.insert(0, _WhenImported())


class _WhenImported(MetaPathFinder):
    """Finds one module, once, as all others would, and extends it after it was run."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> Any:
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec: Any = find_spec(name)
        run = spec.loader.exec_module

        def exec_module(module: Any) -> None:
            run(module)
            extend(module.AMQP)

        spec.loader.exec_module = exec_module
        return spec


def extend(maker: Any) -> None:
    """Let this class of Celery, which makes messages, keep such seconds; once."""
    if not hasattr(maker.as_task_v2, _MARK):
        maker.as_task_v2 = _extended(maker.as_task_v2)


def _extended(stock: Any) -> Any:
    names = list(signature(stock).parameters)[1:]
    headers = {DELAY: names.index("countdown"), EXPIRES_IN: names.index("expires")}

    @wraps(stock)
    def as_task_v2(self: Any, *args: Any, **named: Any) -> Any:
        message, conf = stock(self, *args, **named), self.app.conf
        if str(conf.broker_write_url or conf.broker_url or "").startswith("longshore"):
            for header, at in headers.items():
                said = args[at] if at < len(args) else named.get(names[at])
                # A countdown of 0 is none.
                if isinstance(said, Real) and (said or header == EXPIRES_IN):
                    message.headers[header] = float(said)
        return message

    setattr(as_task_v2, _MARK, True)
    return as_task_v2
