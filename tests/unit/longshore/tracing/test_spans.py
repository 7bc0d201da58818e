"""How the steps of a job hang together."""

from __future__ import annotations

import json
from typing import Any

import pytest
from opentelemetry.trace import SpanKind, format_span_id, format_trace_id

from longshore.current import Claim
from longshore.envelope import NewJob, Post, encode
from longshore.errors import BrokerUnavailable
from longshore.tracing.holder import batch, sent, trace_id
from longshore.tracing.ids import span_of, trace_of
from longshore.worker.attempts import working_for

HELD = Claim(job_id="job-1", tag="tag-1", queue="high", token="owner#1", attempt=1, delivery=1)
REQUEST = {"id": "job-1", "task": "system.add", "hostname": "worker@host"}
TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CALLED = {**REQUEST, "traceparent": f"00-{TRACE}-{CALLER}-01", "tracestate": "shop=1"}


def new(job_id: str = "job-1", **headers: Any) -> NewJob:
    return NewJob(task="system.add", id=job_id, kwargs={}, queue="high", headers=headers)


def headers_of(post: Post) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(post.raw)["headers"]
    return found


def test_an_enqueue_writes_its_context_into_the_message(told):
    post = encode(new())
    assert told.ended() == []
    with sent([post]):
        pass
    (send,) = told.ended()
    assert (send.name, send.kind) == ("send system.add", SpanKind.PRODUCER)
    _, trace, span, _ = headers_of(post)["traceparent"].split("-")
    assert (trace, span) == (
        format_trace_id(send.context.trace_id),
        format_span_id(send.context.span_id),
    )
    assert send.attributes["messaging.operation.type"] == "send"
    assert send.attributes["messaging.destination.name"] == "high"


def test_an_enqueue_that_fails_says_so(told):
    post = encode(new())
    with pytest.raises(BrokerUnavailable), sent([post]):
        raise BrokerUnavailable("the broker is away")
    (send,) = told.ended()
    assert not send.status.is_ok
    assert send.attributes["error.type"] == "BrokerUnavailable"


def test_a_message_that_has_a_context_keeps_it(told):
    post = encode(new(traceparent=CALLED["traceparent"]))
    assert headers_of(post)["traceparent"] == CALLED["traceparent"]
    assert post.sending is None


def test_a_slots_job_says_of_which_entry_it_is(told):
    with sent([encode(new(longshore_slot={"entry": "nightly", "due": "2026-11-22T03:00:00"}))]):
        pass
    (send,) = told.ended()
    assert send.attributes["longshore.schedule.entry"] == "nightly"
    assert send.attributes["longshore.schedule.slot"] == "2026-11-22T03:00:00"


def test_members_of_a_batch_have_traces_of_their_own_and_a_link(told):
    with batch("system.add", "high", 2):
        posts = [encode(new("a")), encode(new("b"))]
        with sent(posts):
            pass
    *members, send = told.ended()
    assert send.attributes["messaging.batch.message_count"] == 2
    assert [one.name for one in members] == ["create system.add"] * 2
    assert {one.parent for one in members} == {None}
    assert len({one.context.trace_id for one in (*members, send)}) == 3
    assert [[link.context.span_id for link in one.links] for one in members] == [
        [send.context.span_id]
    ] * 2
    traces = [format_trace_id(one.context.trace_id) for one in members]
    assert [trace_id(headers_of(post)) for post in posts] == traces


def test_an_attempt_is_below_the_enqueue_wherever_that_was(told):
    with working_for(HELD, CALLED):
        assert told.spans.ids() == (TRACE, format_span_id(span_of(HELD)))
    assert told.spans.ids() is None
    (run,) = told.ended()
    assert (run.name, run.kind) == ("process system.add", SpanKind.CONSUMER)
    assert format_span_id(run.parent.span_id) == CALLER
    assert run.context.trace_state.get("shop") == "1"


@pytest.mark.parametrize("parent", ["", "nonsense", 7, "00-" + "0" * 32 + "-" + "0" * 16 + "-01"])
def test_without_a_context_the_trace_follows_from_the_job(told, parent):
    with working_for(HELD, {**REQUEST, "traceparent": parent}):
        pass
    (run,) = told.ended()
    assert run.parent is None
    assert run.context.trace_id == trace_of("job-1")


def test_one_that_was_cut_short_has_the_id_that_its_own_span_would_have_had(told):
    with working_for(HELD, CALLED):
        pass
    told.spans.lost(HELD, CALLED, 1_700_000_000.0, "WorkerLost", "signal 9")
    own, told_by_parent = told.ended()
    assert told_by_parent.context.span_id == own.context.span_id
    assert told_by_parent.context.trace_id == own.context.trace_id
    assert told_by_parent.start_time == 1_700_000_000 * 10**9
    assert told_by_parent.attributes["longshore.outcome"] == "interrupted"


def test_the_settlement_of_another_process_is_below_the_attempt(told):
    told.spans.settling(HELD, CALLED)
    told.spans.settled(HELD, True)
    (settle,) = told.ended()
    assert settle.name == "settle system.add"
    assert (settle.context.trace_id, settle.parent.span_id) == (int(TRACE, 16), span_of(HELD))


def test_what_is_settled_without_an_attempt_is_passed_over(told):
    told.spans.settling(HELD)
    told.spans.settled(HELD, True)
    assert told.ended() == []


def test_an_attempt_of_somebody_else_does_not_get_this_outcome(told):
    with working_for(HELD, CALLED):
        other = Claim("job-2", "tag-2", "high", "owner#1", 1, 1)
        told.spans.outcome(other, "dead", "ValueError", "no")
    (run,) = told.ended()
    assert "longshore.outcome" not in run.attributes
