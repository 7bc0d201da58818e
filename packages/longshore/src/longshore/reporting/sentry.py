"""Reports over Sentry's SDK, scrubbed before they leave the process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import sentry_sdk
from sentry_sdk.integrations.atexit import AtexitIntegration
from sentry_sdk.integrations.dedupe import DedupeIntegration
from sentry_sdk.integrations.excepthook import ExcepthookIntegration
from sentry_sdk.types import Event, Hint

from longshore.current import request_id
from longshore.logs.redaction import redact
from longshore.tracing.holder import TRACING

FLUSH_SECONDS = 2.0


class Sentry:
    """The SDK of this process, with what it would gather by itself left out.

    No integration follows a framework: which errors are told, and what is said of them, is
    decided where they are known. The SDK's thread begins anew in a forked process.
    """

    def __init__(self, dsn: str, service: str) -> None:
        sentry_sdk.init(
            dsn,
            default_integrations=False,
            auto_enabling_integrations=False,
            integrations=[
                AtexitIntegration(callback=lambda *_: None),
                DedupeIntegration(),
                ExcepthookIntegration(),
            ],
            send_default_pii=False,
            max_request_body_size="never",
            # They hold arguments, settings and whatever a handler has at hand.
            include_local_variables=False,
            before_send=scrubbed,
        )
        sentry_sdk.set_tag("service", service)

    def report(self, error: BaseException, tags: Mapping[str, str]) -> None:
        """The SDK queues it; its own thread sends it."""
        with sentry_sdk.new_scope() as scope:
            scope.set_tags(tags)
            for name, value in _current().items():
                scope.set_tag(name, value)
            sentry_sdk.capture_exception(error)

    def flush(self) -> None:
        """Waits for the thread."""
        sentry_sdk.flush(timeout=FLUSH_SECONDS)


def scrubbed(event: Event, _hint: Hint) -> Event:
    """The event as the logs would show it: what looks like a secret is masked."""
    return cast("Event", redact(None, "", cast("dict[str, Any]", event)))


def _current() -> dict[str, str]:
    """The request and the trace that the error belongs to."""
    found = {"request_id": request_id.get()}
    ids = None if TRACING.spans is None else TRACING.spans.ids()
    found["trace_id"] = None if ids is None else ids[0]
    return {name: value for name, value in found.items() if value is not None}
