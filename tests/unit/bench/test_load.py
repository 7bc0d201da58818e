from __future__ import annotations

import asyncio

from bench.load import Connection, request


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
        one = Connection(b"POST {key}", float("inf"), loop.create_future())
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
        one = Connection(b"", 0.0, loop.create_future())
        one.connection_made(transport)
        one.data_received(b"HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n")
        assert one.refused == 1
        assert transport.closed
    finally:
        loop.close()
