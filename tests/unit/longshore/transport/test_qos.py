"""Acknowledgements while the broker is away never end the worker nor lose the outcome."""

from __future__ import annotations

from unittest.mock import MagicMock

import pytest

from longshore.current import Claim
from longshore.errors import BrokerUnavailable
from longshore.transport.book import BOOK
from longshore.transport.qos import DONE, QoS

CLAIM = Claim("job-1", "tag-1", "q", "me#1", 1, 1)


class AwayStore:
    """A store whose broker does not answer."""

    def run(self, call):
        raise BrokerUnavailable("away")


@pytest.fixture
def qos():
    BOOK.forget_all()
    BOOK.add(CLAIM, AwayStore())
    yield QoS(MagicMock(), prefetch_count=1)
    BOOK.forget_all()


def test_an_outcome_is_kept_until_it_can_be_told(qos):
    qos.ack("tag-1")
    (entry,) = BOOK.entries()
    assert (entry.overdue, entry.settlement) == (True, DONE)


def test_a_job_that_cannot_be_given_back_is_left_to_its_lease(qos):
    qos.reject("tag-1", requeue=True)
    assert BOOK.entries() == []
