"""Whatever happens in whatever order, an accepted job is in exactly one place."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import replace

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from longshore.envelope import NewJob, encode, list_of
from longshore.errors import NotAQueue
from longshore.records import DeadReason, ErrorInfo, JobState
from longshore.store import Store, StoreSettings, dead_letters, jobs, queues
from longshore.store.claims import (
    Held,
    Settlement,
    Source,
    claim,
    note_retry,
    release,
    renew,
    settle,
)
from longshore.store.control import reschedule
from longshore.store.dead_letters import Fate
from longshore.store.queues import maintain, purge, purge_delayed
from support.whereabouts import PRIORITIES, QUEUES, Whereabouts

EXAMPLES = int(os.environ.get("LONGSHORE_PROVE_EXAMPLES", "40"))
STEPS = int(os.environ.get("LONGSHORE_PROVE_STEPS", "40"))
IDS = st.sampled_from(["a", "b", "c"])
ENDS = st.sampled_from(
    [
        Settlement(JobState.SUCCEEDED, "{}"),
        Settlement(JobState.DEAD, error=ErrorInfo("Oh", "no"), reason=DeadReason.PERMANENT_ERROR),
        Settlement(JobState.EXPIRED, error=ErrorInfo("Late", "no"), reason=DeadReason.EXPIRED),
        Settlement(JobState.CANCELLED, error=ErrorInfo("Cancelled", "no")),
    ]
)
FAR = 1000.0


class Broker(RuleBasedStateMachine):
    """Producers, two owners, upkeep, a person on call, and time that passes at will."""

    claims = Bundle("claims")
    posts = Bundle("posts")

    def __init__(self, valkey):
        super().__init__()
        valkey.flush()
        self.store = Store.from_url(valkey.url, StoreSettings(lease_seconds=15, max_deliveries=3))
        self.client = valkey.client()
        self.foreign = 0
        self.paused: set[str] = set()

    def teardown(self):
        self.store.close()
        self.client.close()

    def look(self):
        return Whereabouts.of(self.client)

    @rule(
        target=posts,
        job=IDS,
        queue=st.sampled_from(QUEUES),
        priority=st.sampled_from(PRIORITIES),
        delay=st.sampled_from([None, FAR]),
        unique=st.booleans(),
    )
    def enqueue(self, job, queue, priority, delay, unique):
        new = NewJob(
            task="t", id=job, kwargs={}, queue=queue, priority=priority, delay_seconds=delay,
            unique=unique,
        )  # fmt: skip
        post = encode(new)
        self.store.run(jobs.post(post))
        return post

    @rule(post=posts)
    def the_reply_was_lost_so_it_is_sent_again(self, post):
        before = self.look()
        # A producer repeats a call at once: nobody has used the id for another job meanwhile.
        if self.client.hget(f"longshore:job:{post.job_id}", "nonce") != post.nonce.encode():
            return
        self.store.run(jobs.post(post))
        assert self.look() == before

    @rule(queue=st.sampled_from(QUEUES))
    def a_stock_producer_enqueues(self, queue):
        self.foreign += 1
        new = NewJob(task="t", id=f"foreign-{self.foreign}", kwargs={}, queue=queue)
        self.client.lpush(queue, encode(new).raw)

    @rule(queue=st.sampled_from(QUEUES))
    def garbage_arrives(self, queue):
        self.client.lpush(queue, "no envelope")

    @rule(target=claims, owner=st.sampled_from(["one", "two"]), limit=st.integers(1, 3))
    def claim(self, owner, limit):
        sources = [Source(list_of(queue, step), queue) for step in PRIORITIES for queue in QUEUES]
        taken = self.store.run(claim(sources, owner=owner, worker=owner, limit=limit))
        assert not {delivery.queue for delivery in taken} & self.paused
        return multiple(*(delivery.claim for delivery in taken))

    @rule(held=claims)
    def renew(self, held):
        owned = self.owns(held)
        (answer,) = self.store.run(renew([held]))
        assert (answer in (Held.HELD, Held.CANCEL)) == owned

    @rule(held=claims, end=ENDS)
    def settle(self, held, end):
        owned, done, before = self.owns(held), self.ended_by(held), self.look()
        settled = self.store.run(settle(held, end))
        assert settled == (owned or done)
        if not owned:
            assert self.look() == before

    @rule(held=claims, begun=st.booleans(), counted=st.booleans())
    def release(self, held, begun, counted):
        owned, before = self.owns(held), self.look()
        self.store.run(release(held, begun=begun, counted=counted and begun, why="a test"))
        if not owned:
            assert self.look() == before

    @rule(held=claims, delay=st.sampled_from([None, FAR]), queue=st.sampled_from(QUEUES))
    def retry(self, held, delay, queue):
        owned, before = self.owns(held), self.look()
        new = NewJob(task="t", id=held.job_id, kwargs={}, queue=queue, delay_seconds=delay)
        answer = self.store.run(jobs.post(replace(encode(new), token=held.token)))
        assert answer.created or not owned or self.state(held.job_id) == "cancelled"
        self.store.run(note_retry(held, ErrorInfo("Oh", "again")))
        if not owned:
            assert self.look() == before

    @rule(job=IDS)
    def cancel(self, job):
        if self.state(job):
            self.store.run(jobs.cancel(job))

    @rule(job=IDS)
    def ask_it_to_stop(self, job):
        if self.state(job):
            self.store.run(jobs.cancel(job, ask=True))

    @rule(job=IDS, delay=st.sampled_from([0.0, FAR]))
    def reschedule(self, job, delay):
        state = self.state(job)
        if state:
            refused = self.store.run(reschedule(job, delay_seconds=delay))
            assert refused is None or refused == state

    @rule(jobs=st.lists(IDS, unique=True), rate=st.sampled_from([None, 0.1]))
    def replay(self, jobs, rate):
        letters = [one.kept for one in self.store.run(dead_letters.get_all(jobs))]
        sound, _ = dead_letters.revivable(letters)
        self.act_twice(dead_letters.replay, sound, rate_per_second=rate)

    @rule(jobs=st.lists(IDS, unique=True))
    def discard(self, jobs):
        letters = [one.kept for one in self.store.run(dead_letters.get_all(jobs))]
        self.act_twice(dead_letters.discard, letters, reason="a test")

    def act_twice(self, act, letters, **options):
        """The first call does it, its repetition says so, another one finds them gone."""
        if not letters:
            return
        call, again = act(letters, **options), act(letters, **options)
        done = self.store.run(call)
        before = self.look()
        assert Fate.GONE not in done
        assert self.store.run(call) == done
        assert set(self.store.run(again)) == {Fate.GONE}
        assert self.look() == before

    @rule(queue=st.sampled_from(QUEUES), pauses=st.booleans())
    def pause_or_resume(self, queue, pauses):
        change = queues.pause if pauses else queues.resume
        self.paused = self.paused - {queue} | ({queue} if pauses else set())
        self.store.run(change(queue))

    @rule(queue=st.sampled_from(QUEUES), priority=st.sampled_from(PRIORITIES))
    def purge(self, queue, priority):
        with suppress(NotAQueue):  # garbage alone makes no queue
            self.store.run(purge(queue, priority))

    @rule(queue=st.sampled_from(QUEUES), limit=st.integers(1, 3))
    def purge_delayed(self, queue, limit):
        self.store.run(purge_delayed(queue, limit))

    @rule(held=consumes(claims))
    def an_owner_is_killed(self, held):
        """It will never be heard of again; its lease runs on."""

    @rule()
    def leases_end(self):
        for queue in QUEUES:
            key = f"longshore:leases:{queue}"
            for tag in self.client.zrange(key, 0, -1):
                self.client.zadd(key, {tag: 1})
        self.upkeep()

    @rule()
    def delays_end(self):
        for queue in QUEUES:
            key = f"longshore:delayed:{queue}"
            for job in self.client.zrange(key, 0, -1):
                self.client.zadd(key, {job: 1})
        self.upkeep()

    @rule(limit=st.integers(1, 3))
    def upkeep(self, limit=100):
        # As if there had been upkeep a moment ago: no lease is given time to be renewed.
        self.client.set("longshore:upkeep", time.time())
        self.client.delete("longshore:grace")
        self.store.run(maintain(limit))

    @invariant()
    def every_job_is_in_exactly_one_place(self):
        self.look().check()

    def owns(self, held):
        return self.client.hget(f"longshore:job:{held.job_id}", "owner") == held.token.encode()

    def ended_by(self, held):
        names = self.client.hmget(f"longshore:job:{held.job_id}", "settled_by", "released_by")
        return held.token.encode() in names

    def state(self, job):
        return (self.client.hget(f"longshore:job:{job}", "state") or b"").decode()


def test_any_interleaving_keeps_every_job_in_exactly_one_place(valkey):
    run_state_machine_as_test(
        lambda: Broker(valkey),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
