"""Broker errors as kombu's users know them."""

from __future__ import annotations

from kombu.exceptions import OperationalError

from longshore.errors import BrokerRefused, BrokerUnavailable


class PublishUnavailable(BrokerUnavailable, OperationalError):  # type: ignore[misc]
    """The broker did not answer an enqueue within its deadline; nothing needs undoing."""


class PublishRefused(BrokerRefused, OperationalError):  # type: ignore[misc]
    """The broker refused an enqueue; nothing was changed."""
