"""What kombu imports when an app's broker URL is Longshore's: transport and worker together."""

from __future__ import annotations

from celery.app.amqp import AMQP

from longshore import relative_times, tracing
from longshore.transport import TLSTransport, Transport
from longshore.worker import connect_signals

__all__ = ["TLSTransport", "Transport"]

connect_signals()
relative_times.extend(AMQP)
tracing.follow()
