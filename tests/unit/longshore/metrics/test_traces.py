from __future__ import annotations

import pytest

from longshore.metrics.traces import trace_of

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"


def test_the_trace_is_read_from_its_header() -> None:
    assert trace_of({"traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}) == TRACE


@pytest.mark.parametrize("value", [None, 7, "", "00-short-00-01", f"00-{TRACE.upper()}-0-01"])
def test_what_is_no_trace_is_none(value: object) -> None:
    assert trace_of({"traceparent": value}) == ""
    assert trace_of({}) == ""
