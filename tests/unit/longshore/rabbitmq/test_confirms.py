"""A publish ends when the broker has said of each message what became of it."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest

from longshore.envelope import NewJob, encode
from longshore.errors import BrokerRefused
from longshore.rabbitmq.confirms import ConfirmedChannel
from longshore.rabbitmq.letter import Letter, letter


class Wire:
    """A connection with one channel; answers, in turn, are given when it is drained."""

    def __init__(self, *answers: tuple[str, tuple[Any, ...]]) -> None:
        self.events: dict[str, set[Callable[..., None]]] = defaultdict(set)
        self.published: list[tuple[str, str, bool]] = []
        self.confirming = False
        self._answers = list(answers)

    def channel(self) -> Wire:
        return self

    def confirm_select(self) -> None:
        self.confirming = True

    def prepare_message(self, body: bytes, *_: object) -> bytes:
        return body

    def basic_publish(self, _: bytes, exchange: str, key: str, *, mandatory: bool) -> None:
        self.published.append((exchange, key, mandatory))

    def drain_events(self, timeout: float) -> None:
        if not self._answers:
            raise TimeoutError(timeout)
        event, words = self._answers.pop(0)
        for heard in self.events[event]:
            heard(*words)


def letters(count: int) -> list[Letter]:
    jobs = (NewJob(task="shop.add", id=f"job-{n}", kwargs={}, queue="q") for n in range(count))
    return [letter(encode(job)) for job in jobs]


def publish(wire: Wire, count: int) -> None:
    ConfirmedChannel(wire).publish(letters(count), time.monotonic() + 1)


def test_each_message_is_mandatory_and_one_answer_may_confirm_many() -> None:
    wire = Wire(("basic_ack", (2, True)), ("basic_ack", (3, False)))

    publish(wire, 3)

    assert wire.confirming
    assert wire.published == [("longshore", "q", True)] * 3


def test_the_numbers_go_on_from_publish_to_publish() -> None:
    wire = Wire(("basic_ack", (1, False)), ("basic_ack", (2, False)))
    channel = ConfirmedChannel(wire)

    for _ in range(2):
        channel.publish(letters(1), time.monotonic() + 1)

    assert len(wire.published) == 2


@pytest.mark.parametrize(
    "answers",
    [
        [("basic_nack", (2, True))],
        [("basic_return", ("no route", "", "q", None)), ("basic_ack", (2, True))],
    ],
)
def test_what_is_refused_or_fits_no_queue_is_an_error(
    answers: list[tuple[str, tuple[Any, ...]]],
) -> None:
    with pytest.raises(BrokerRefused, match="of 2 messages"):
        publish(Wire(*answers), 2)


def test_without_an_answer_it_ends_at_the_deadline() -> None:
    with pytest.raises(TimeoutError):
        publish(Wire(("basic_ack", (1, False))), 2)
