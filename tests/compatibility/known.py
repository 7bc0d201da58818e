"""The cases that do not pass on Longshore, each with why: the page is made from this list."""

from __future__ import annotations

from collections.abc import Iterator

from compatibility.verdict import Listed

BATCH = "publishing is immediate by design: one script accepts a job and its record in one step"
BRPOP = (
    "looks at the BRPOP that takes a message off before it is written down; here a script claims"
)
DOUBLE = "the test's stand-in for Redis runs no script and subscribes to nothing"
KEYS = (
    "sets names of its own for kombu's unacked keys; they are fixed, `global_keyprefix` keeps apart"
)
BOUNDED = "asks for redis-py's exception; here it is kombu's `OperationalError`, within a deadline"
RESTORE = (
    "restoring is a rescue by lease here, in a script; the client-side transaction is not used"
)
FRONT = "several messages given back come back newest first: each goes to the head of its line"
PAUSED = (
    "counts the polls of the socket; after work the next poll does not block, its reply is empty"
)

EMPTY = (
    "calls the socket's reader itself and takes no empty answer; the first poll of a server is one"
)
SETTLED = "a job is acknowledged by its outcome, never when it begins"
DELAYED = "asks a worker for the jobs with an ETA that it holds; here they wait in the broker"
WAITING = "expects a subscription from the moment of sending; here it begins with the wait"
HEARD = (
    "takes the answer to SUBSCRIBE for the broadcast, which went out before; here a consumer has"
    " read that answer before it begins, so that it misses nothing that is sent from then on"
)
RACE = "sets its flag after it has sent the job, which has been received by then"

_BY_WHY: dict[tuple[str, str], dict[str, tuple[str, ...]]] = {
    ("celery-integration", "t/integration/test_inspect.py::"): {
        SETTLED: ("test_Inspect::test_active", "test_Inspect::test_query_task"),
        DELAYED: ("test_Inspect::test_scheduled",),
    },
    ("celery-integration", "t/integration/test_tasks.py::"): {
        WAITING: (
            "test_task_redis_result_backend::test_asyncresult_forget_cancels_subscription",
            "test_task_redis_result_backend::test_asyncresult_get_cancels_subscription",
        ),
        RACE: ("test_task_replacement::test_replaced_task_nesting_level_0",),
    },
    ("kombu-integration", "t/integration/test_redis.py::"): {
        HEARD: ("test_RedisBaseExchangeTypes::test_fanout*",),
        EMPTY: ("test_event_loop_consumes_after_connection_reconnect",),
        BOUNDED: (
            "test_failed_credentials",
            "test_RedisBasicFunctionality::test_failed_connection__ConnectionError",
            "test_RedisConnectTimeout",
        ),
        BATCH: ("test_RedisPublishBatch::test_fanout_is_deferred_until_flush",),
        FRONT: ("test_RedisPriority::test_publish_requeue_consume",),
        KEYS: (
            "test_RedisRestoreVisible::test_restore_visible_requeues_expired_unacked",
            "test_RedisRestoreAtShutdown::test_unacked_message_requeued_on_connection_close",
        ),
        RESTORE: ("test_RedisRestoreBindingLookupFailure::*",),
    },
    ("kombu-integration", "t/integration/test_redis_brpop_qos.py::"): {
        PAUSED: (
            "test_hub_pauses_pending_brpop_until_ack",
            "test_drain_events_resumes_pending_brpop_without_resending",
        ),
    },
    ("kombu-unit", "t/unit/transport/test_redis.py::"): {
        BATCH: (
            "test_Channel::test_publish_batch_*",
            "test_Channel::test_sentinel_inherits_publish_batch_support",
            "test_Channel::test_tls_uses_batch_capable_redis_transport",
        ),
        BRPOP: (
            "test_Channel::test_brpop_*",
            "test_Channel_streaming_reauth::test_brpop_*",
            "test_PausedBRPOP::*",
            "test_Channel::test_empty_queues_key",
            "test_Channel::test_redis__on_disconnect_should_not_be_called_if_not_registered",
            "test_MultiChannelPoller::test_qos_re*",
            "test_Redis::test_close_in_poll",
        ),
        DOUBLE: (
            "test_Channel::test_basic_consume_when_fanout_queue",
            "test_Channel::test_delivery_tag_is_uuid",
            "test_Channel::test_put_priority",
            "test_Redis::test_publish__*",
            "test_Redis::test_purge",
            "test_Redis::test_db_values",
            "test_Redis::test_get__Empty",
            "test_MultiChannelPoller::test_get__Empty",
        ),
    },
}


def _lines() -> Iterator[Listed]:
    for (suite, place), by_why in _BY_WHY.items():
        for why, cases in by_why.items():
            yield from (Listed(suite, place + case, why) for case in cases)


LISTED = tuple(_lines())


def of(suite: str) -> tuple[Listed, ...]:
    """The lines that speak of one suite."""
    return tuple(line for line in LISTED if line.suite == suite)
