"""Dead letters are listed, shown, discarded, taken out and brought back, a bounded step a call."""

from __future__ import annotations

import base64
import json

import pytest

from longshore.errors import InvalidCursor, UnknownDeadLetter, UnreadableMessage
from longshore.records import DeadReason, ErrorInfo, JobState, Outcome
from longshore.store import Store, StoreSettings, dead_letters, jobs, queues
from longshore.store.claims import Settlement, settle
from longshore.store.dead_letter_lines import from_line, to_line
from longshore.store.dead_letters import Fate, Filter
from longshore.store.retention import retain
from longshore.testing.server import ValkeyServer
from longshore.transport.keeper import Keeper
from support.places import places
from support.until import until


def settlement(
    state: JobState = JobState.DEAD,
    reason: DeadReason = DeadReason.PERMANENT_ERROR,
    kind: str = "ValueError",
) -> Settlement:
    error = ErrorInfo(kind, "it broke", 'File "shop.py", line 7, in add')
    return Settlement(state, '{"status": "FAILURE"}', error=error, reason=reason)


@pytest.fixture
def bury(store, enqueue, take):
    """Let a job fail for good and return its id."""

    def run(*, end: Settlement | None = None, **fields) -> str:
        job_id = enqueue(**fields)
        (delivery,) = take(queue=fields.get("queue", "q"))
        assert store.run(settle(delivery.claim, end or settlement()))
        return job_id

    return run


def listed(store, wanted=None, **options) -> list[str]:
    """The ids of every page."""
    found, cursor = [], None
    while True:
        page = store.run(dead_letters.page(wanted, cursor=cursor, **options))
        found += [letter.record.id for letter in page.letters]
        cursor = page.cursor
        if cursor is None:
            return found


def dead_in(store, queue="q") -> int:
    return {one.queue: one.dead for one in store.run(queues.all_status([queue]))}[queue]


def test_they_are_listed_newest_first_page_by_page(store, bury):
    ids = [bury() for _ in range(5)]
    assert listed(store, limit=2) == ids[::-1]
    assert listed(store, limit=2, oldest_first=True) == ids
    assert listed(store, limit=50, scan=1) == ids[::-1]
    assert store.run(dead_letters.page(limit=2)).total == 5


def test_a_page_goes_on_where_the_last_one_ended_when_its_end_is_gone(store, bury):
    ids = [bury() for _ in range(4)]
    first = store.run(dead_letters.page(limit=2, oldest_first=True))
    store.run(dead_letters.discard(first.letters, "a test"))
    second = store.run(dead_letters.page(cursor=first.cursor, limit=2, oldest_first=True))
    assert [letter.record.id for letter in second.letters] == ids[2:]


def test_they_are_filtered(store, bury):
    late = settlement(JobState.EXPIRED, DeadReason.EXPIRED, "Expired")
    mail = bury(
        task="mail.send", queue="mail", kwargs={"to": "Ada"}, end=settlement(kind="OSError")
    )
    expired = bury(end=late)
    add = bury(kwargs={"a": 7}, args=("Grace",))
    assert listed(store, Filter(task="mail.send")) == [mail]
    assert listed(store, Filter(queue="q")) == [add, expired]
    assert listed(store, Filter(reason=DeadReason.EXPIRED)) == [expired]
    assert listed(store, Filter(exception="OSError")) == [mail]
    assert listed(store, Filter(text="ada")) == [mail]
    assert listed(store, Filter(text="grace")) == [add]
    assert listed(store, Filter(task="mail.send", reason=DeadReason.EXPIRED)) == []


def test_they_are_filtered_by_age(store, bury):
    ids = [bury() for _ in range(3)]
    moments = [store.run(dead_letters.get(job_id)).kept.kept_seconds for job_id in ids]
    for oldest_first in (True, False):

        def of(wanted, order=oldest_first):
            return set(listed(store, wanted, limit=1, oldest_first=order))

        assert of(Filter(since=moments[1])) == set(ids[1:])
        assert of(Filter(until=moments[1])) == set(ids[:2])
        assert of(Filter(since=moments[1], until=moments[1])) == {ids[1]}


def test_a_cursor_of_ones_own_is_refused(store):
    for cursor in ("", "a", "%%%", base64.urlsafe_b64encode(b"x y").decode()):
        with pytest.raises(InvalidCursor):
            store.run(dead_letters.page(cursor=cursor))


def test_one_is_shown_whole(store, client, bury):
    job_id = bury()
    letter = store.run(dead_letters.get(job_id))
    assert letter.message == client.hget("longshore:dead-messages", job_id)
    assert letter.record.dead_reason is DeadReason.PERMANENT_ERROR
    (attempt,) = letter.attempts
    assert (attempt.outcome, attempt.worker) == (Outcome.FAILED, "w1@host")
    assert attempt.error == ErrorInfo("ValueError", "it broke", 'File "shop.py", line 7, in add')
    assert letter.record.error == ErrorInfo("ValueError", "it broke")


def test_what_is_no_dead_letter_is_unknown(store, enqueue):
    for job_id in ("nobody", enqueue()):
        with pytest.raises(UnknownDeadLetter):
            store.run(dead_letters.get(job_id))


def test_a_discarded_one_is_terminal_and_its_record_goes_by_itself(store, client, bury):
    job_id = bury()
    letter = store.run(dead_letters.get(job_id)).kept
    assert store.run(dead_letters.discard([letter], "typed wrong")) == (Fate.DISCARDED,)
    assert store.run(dead_letters.discard([letter], "typed wrong")) == (Fate.GONE,)
    record = store.run(jobs.get(job_id))
    assert (record.state, record.discard_reason) == (JobState.CANCELLED, "typed wrong")
    assert places(client, job_id) == ["terminal"]
    assert dead_in(store) == 0
    assert client.ttl(f"longshore:job:{job_id}") > 0
    assert client.ttl(f"longshore:attempts:{job_id}") > 0


def test_a_letter_that_died_again_is_not_the_one_that_was_read(store, bury, take):
    job_id = bury()
    read = store.run(dead_letters.get(job_id)).kept
    store.run(dead_letters.replay([dead_letters.Revival.of(read)]))
    store.run(settle(take()[0].claim, settlement()))
    assert store.run(dead_letters.discard([read], "old news")) == (Fate.GONE,)
    assert listed(store) == [job_id]


def test_a_repeated_call_tells_what_the_first_one_did(store, bury):
    letter = store.run(dead_letters.get(bury())).kept
    call = dead_letters.discard([letter], "a test")
    assert store.run(call) == store.run(call) == (Fate.DISCARDED,)


def test_a_step_is_bounded(store, bury):
    letter = store.run(dead_letters.get(bury())).kept
    with pytest.raises(ValueError, match="at most 500"):
        dead_letters.discard([letter] * 501, "too many")


def test_a_letter_survives_the_way_out_and_back(store, client, bury, valkey: ValkeyServer):
    job_id = bury(kwargs={"name": "Zoë"}, priority=6)
    before = store.run(dead_letters.get(job_id))
    line = to_line(before)
    assert "\n" not in line
    assert store.run(dead_letters.take_in([from_line(line)])) == (Fate.KNOWN,)
    with Store.from_url(valkey.url, StoreSettings(key_prefix="other:")) as other:
        assert other.run(dead_letters.take_in([from_line(line)])) == (Fate.IMPORTED,)
        after = other.run(dead_letters.get(job_id))
    assert after.record == before.record
    assert (after.message, after.attempts) == (before.message, before.attempts)
    assert after.kept.kept_seconds == pytest.approx(before.kept.kept_seconds, abs=1e-5)


def test_a_discarded_letter_can_be_brought_back_and_replayed(store, client, bury, take):
    job_id = bury(end=settlement(JobState.EXPIRED, DeadReason.EXPIRED))
    letter = store.run(dead_letters.get(job_id))
    store.run(dead_letters.discard([letter.kept], "a mistake"))
    rows = [from_line(to_line(letter))]
    assert store.run(dead_letters.take_in(rows)) == (Fate.IMPORTED,)
    assert store.run(jobs.get(job_id)).state is JobState.EXPIRED
    assert client.ttl(f"longshore:job:{job_id}") == -1
    assert client.ttl(f"longshore:attempts:{job_id}") == -1
    assert (places(client, job_id), dead_in(store)) == (["dead"], 1)
    again = store.run(dead_letters.get(job_id)).kept
    store.run(dead_letters.replay([dead_letters.Revival.of(again)]))
    assert take()[0].claim.job_id == job_id


def test_bytes_that_are_no_text_survive_as_well(store, client, take):
    client.lpush("q", b"\xff\xfe no envelope")
    assert take() == []
    (job_id,) = listed(store)
    line = to_line(store.run(dead_letters.get(job_id)))
    assert from_line(line)[3] == b"\xff\xfe no envelope"


@pytest.mark.parametrize(
    "line",
    [
        "", "[]", "{}", '{"version": 2}', '{"version": 1, "id": "a"}',
        json.dumps({"version": 1, "id": "", "kept_at": 1, "record": {"queue": "q"},
                    "attempts": [], "message": "x"}),
        json.dumps({"version": 1, "id": "a", "kept_at": 1, "record": {"queue": "q"},
                    "attempts": [], "message_base64": "?"}),
        json.dumps({"version": 1, "id": "a", "kept_at": 1, "attempts": [], "message": "x",
                    "record": {"queue": "q", "dead_reason": "boredom"}}),
    ],
)  # fmt: skip
def test_a_line_that_is_none_is_refused(line):
    with pytest.raises(UnreadableMessage):
        from_line(line)


def settled_with(valkey: ValkeyServer, **limits) -> Store:
    return Store.from_url(valkey.url, StoreSettings(**limits))


def test_all_are_kept_unless_the_settings_say_otherwise(store, bury):
    bury()
    assert retain(store) == 0


def test_of_more_than_the_limit_the_oldest_are_discarded(store, client, bury, valkey):
    ids = [bury() for _ in range(5)]
    with settled_with(valkey, dead_letter_limit=2) as limited:
        assert [retain(limited) for _ in range(2)] == [3, 0]
    assert listed(store, oldest_first=True) == ids[3:]
    assert store.run(jobs.get(ids[0])).discard_reason == "more are kept than may be"


def test_those_that_are_too_old_are_discarded(store, client, bury, valkey):
    old, new = bury(), bury()
    client.zadd("longshore:dead", {old: 1_000_000_000})
    with settled_with(valkey, dead_letter_ttl_seconds=3600) as limited:
        assert [retain(limited) for _ in range(2)] == [1, 0]
    assert listed(store) == [new]
    assert places(client, old) == ["terminal"]


def test_a_live_worker_sees_to_it(store, bury, valkey):
    ids = [bury() for _ in range(3)]
    keeper = Keeper(settled_with(valkey, dead_letter_limit=1))
    keeper.start()
    until(lambda: listed(store) == ids[2:])
    keeper.stop()


def commands_of(client, act) -> int:
    """How many commands the server ran for it, those within scripts included."""

    def count() -> int:
        stats = client.info("commandstats")
        return sum(one["calls"] for name, one in stats.items() if name != "cmdstat_info")

    before = count()
    act()
    return count() - before


@pytest.mark.parametrize("oldest_first", [True, False])
def test_a_page_costs_the_same_however_many_there_are(store, client, oldest_first):
    def ask():
        wanted = Filter(task="shop.add", since=5, until=1e6)
        call = dead_letters.page(wanted, limit=50, oldest_first=oldest_first)
        cursor = store.run(call).cursor
        store.run(dead_letters.page(wanted, cursor=cursor, oldest_first=oldest_first))

    ask()
    costs = []
    for count in (2000, 30_000):
        ids = {f"job-{number}": number for number in range(count)}
        for start in range(0, count, 10_000):
            client.zadd("longshore:dead", dict(list(ids.items())[start : start + 10_000]))
        costs.append(commands_of(client, ask))
    assert costs[0] == costs[1]
    assert costs[0] < 1100
