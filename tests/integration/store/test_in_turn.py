"""Many calls over one connection."""

from __future__ import annotations

from longshore.errors import BrokerRefused, BrokerUnavailable
from longshore.store import Store, StoreSettings, jobs, run_in_turn
from longshore.store.scripts import load
from longshore.testing.sentinel import SentinelSet


def batches(new_job, count=4):
    return [[new_job() for _ in range(3)] for _ in range(count)]


def created(outcomes):
    return [one.job_id for outcome in outcomes for one in outcome if one.created]


def test_answers_come_in_the_order_of_the_calls(store, take, new_job):
    made = batches(new_job)
    outcomes = list(run_in_turn(store, map(jobs.enqueue_all, made)))
    ids = [job.id for batch in made for job in batch]
    assert created(outcomes) == ids
    assert [delivery.claim.job_id for delivery in take(limit=20)] == ids


def test_no_calls_no_answers(store):
    assert list(run_in_turn(store, [])) == []


def test_a_server_that_does_not_know_the_script_is_told_and_none_overtakes(
    store, client, take, new_job
):
    client.script_flush()
    made = batches(new_job)
    ids = [job.id for batch in made for job in batch]
    assert created(run_in_turn(store, map(jobs.enqueue_all, made))) == ids
    assert [delivery.claim.job_id for delivery in take(limit=20)] == ids


def test_behind_sentinels_they_have_a_connection_of_their_own_too(tmp_path, new_job):
    with SentinelSet(tmp_path) as sentinels, Store.from_url(sentinels.url) as store:
        store.run(jobs.enqueue(new_job()))
        with sentinels.primary.client() as client:
            before = len(client.client_list(_type="normal"))
            outcomes = run_in_turn(store, map(jobs.enqueue_all, batches(new_job)))
            first = next(outcomes)
            assert len(client.client_list(_type="normal")) == before + 1
            assert len(created([first, *outcomes])) == 12


def test_each_call_has_its_own_error(store, client, new_job):
    """A queue's key of the wrong kind: its batch is refused, its neighbours are not."""
    client.set("wrong", "no list")
    made = [[new_job()], [new_job(queue="wrong")], [new_job()]]
    first, second, third = run_in_turn(store, map(jobs.enqueue_all, made))
    assert isinstance(second, BrokerRefused)
    assert created([first, third]) == [made[0][0].id, made[2][0].id]


def test_a_connection_lost_half_way_costs_no_job_and_doubles_none(store, client, take, new_job):
    made = batches(new_job)

    def calls():
        for number, batch in enumerate(made):
            if number == 2:
                client.client_kill_filter(_type="normal", skipme=True)
            yield jobs.enqueue_all(batch)

    outcomes = list(run_in_turn(store, calls()))
    assert [one.job_id for outcome in outcomes for one in outcome] == [
        job.id for batch in made for job in batch
    ]
    taken = [delivery.claim.job_id for delivery in take(limit=20)]
    assert sorted(taken) == sorted(job.id for batch in made for job in batch)


def test_a_server_that_hangs_is_reported_call_by_call(valkey, client, new_job):
    settings = StoreSettings(deadline_seconds=0.2)
    with Store.from_url(valkey.url, settings) as store:
        store.run(jobs.enqueue(new_job()))
        client.client_pause(1000)
        outcomes = list(run_in_turn(store, map(jobs.enqueue_all, batches(new_job, 2))))
    assert [type(outcome) for outcome in outcomes] == [BrokerUnavailable] * 2


def test_the_script_is_the_one_that_enqueues_everything_else(new_job):
    assert jobs.enqueue_all([new_job()]).script is load("enqueue")
