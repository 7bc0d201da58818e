from __future__ import annotations

import asyncio
import time

from bench.load import Connection, Course, request


def test_a_request_states_the_length_of_its_body_in_bytes():
    head, _, body = request("/jobs", '{"text": "é"}', ["X-Key: {key}"]).partition(b"\r\n\r\n")
    assert head.startswith(b"POST /jobs HTTP/1.1\r\n")
    assert f"Content-Length: {len(body)}".encode() in head
    assert head.endswith(b"X-Key: {key}")


class Wire:
    """Stands where a socket would."""

    def __init__(self):
        self.sent, self.closed = [], False

    def write(self, data):
        self.sent.append(data)

    def close(self):
        self.closed = True


def test_an_answer_in_pieces_counts_once_and_the_next_request_follows():
    loop = asyncio.new_event_loop()
    try:
        transport = Wire()
        one = Connection(b"POST {key}", Course(1, 1, time.monotonic()), loop.create_future())
        one.connection_made(transport)
        one.data_received(b"HTTP/1.1 202 Accepted\r\nContent-Length: 2\r\n\r\n")
        assert not one.answers
        one.data_received(b"{}")
        assert len(one.answers) == 1
        assert one.refused == 0
        assert len(transport.sent) == 2
        assert transport.sent[0] != transport.sent[1]
    finally:
        loop.close()


def test_anything_but_accepted_is_refused():
    loop = asyncio.new_event_loop()
    try:
        transport = Wire()
        one = Connection(b"", Course(0, 1, 0), loop.create_future())
        one.connection_made(transport)
        one.data_received(b"HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n")
        assert one.refused == 1
        assert transport.closed
    finally:
        loop.close()


def test_measuring_begins_when_every_connection_had_twenty_answers():
    course = Course(seconds=1, connections=1, opened=0)
    assert all(course.goes_on(0.1 * number) for number in range(19))
    assert course.began is None
    assert course.goes_on(2.0)
    assert course.began == 2.0
    assert course.goes_on(2.9)
    assert not course.goes_on(3.0)


def test_it_never_begins_within_the_first_half_second():
    course = Course(seconds=1, connections=1, opened=0)
    assert all(course.goes_on(0.01) for _ in range(100))
    assert course.began is None
    assert course.goes_on(0.5)
    assert course.began == 0.5


def test_who_is_never_warm_is_measured_after_fifteen_seconds():
    course = Course(seconds=1, connections=1, opened=0)
    assert course.goes_on(14.9)
    assert course.began is None
    assert course.goes_on(15.0)
    assert course.began == 15.0
