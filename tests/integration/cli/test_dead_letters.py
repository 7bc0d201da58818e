"""``longshore dead-letters``: an incident from the first look to the last replay."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from longshore.cli.dead_letters.replaying import STEP
from longshore.message import arguments
from longshore.records import JobState
from longshore.store import dead_letters, jobs
from longshore.testing.lifeline import tied_to_parent
from support.front import Front
from support.places import places
from support.until import until

LETTERS = "dead-letters"


def test_they_are_listed_for_people_and_for_programs(longshore, document, bury):
    (job_id,) = bury()
    shown = longshore(LETTERS, "list").stdout
    assert job_id in shown
    assert "OSError: the disk is full" in shown
    (found,) = document(LETTERS, "list")
    assert (found["id"], found["dead_reason"]) == (job_id, "permanent_error")
    assert found["kept_at"].endswith("+00:00")


def test_they_are_filtered(document, bury):
    add, mail = bury(3), bury(task="mail.send", queue="mail", kwargs={"to": "Ada"})

    def ids(*words):
        return [one["id"] for one in document(LETTERS, "list", *words)]

    assert ids("--task", "mail.send") == mail
    assert ids("--text", "ada") == mail
    assert ids("--queue", "q", "--oldest-first") == add
    assert ids("--queue", "q", "--limit", "2") == add[:0:-1]
    assert ids("--older-than", "1h") == ids("--reason", "expired") == ids("--exception", "X") == []
    assert len(ids("--newer-than", "1h")) == 4


def test_one_is_shown(longshore, document, bury):
    (job_id,) = bury(kwargs={"name": "Zoë"})
    shown = longshore(LETTERS, "show", job_id).stdout
    assert "Zoë" in shown
    assert 'File "shop.py", line 7, in add' in shown
    found = document(LETTERS, "show", job_id)
    assert found["arguments"] == {"args": [], "kwargs": {"name": "Zoë"}}
    assert found["attempts"][0]["outcome"] == "failed"
    assert "no dead letter" in longshore(LETTERS, "show", "nobody", code=1).stderr


def test_what_was_sent_is_compared_with_what_is_taken_now(longshore, document, bury, store):
    (wrong,) = bury(task="system.echo", kwargs={"txt": "hi"})
    (right,) = bury(task="system.echo", kwargs={"text": "hi"})
    roll = ("--roll", "longshore_tasks.roll:ROLL")
    found = document(LETTERS, "compare", wrong, *roll, code=1)
    assert {one["field"]: one["fit"] for one in found["fields"]} == {
        "text": "missing",
        "txt": "unknown",
    }
    assert "system.echo: fits" in longshore(LETTERS, "compare", right, *roll).stdout
    for place in ("nowhere:ROLL", "json:dumps", "longshore_tasks.roll"):
        complaint = longshore(LETTERS, "compare", right, "--roll", place, code=2).stderr
        assert len(complaint.splitlines()) == 1


def test_named_ones_are_replayed_once(longshore, document, bury, take):
    first, second = bury(2)
    assert document(LETTERS, "replay", first)["replayed"] == 1
    again = document(LETTERS, "replay", first, second, code=1)
    assert (again["replayed"], again["gone"]) == (1, 1)
    assert len(take()) == 2


def test_one_is_replayed_with_other_arguments(longshore, bury, take):
    (job_id,) = bury(args=(1,))
    longshore(LETTERS, "replay", job_id, "--args", "[]", "--kwargs", '{"a": 2}')
    sent = arguments(take()[0].raw)
    assert (sent.args, sent.kwargs) == ((), {"a": 2})


@pytest.mark.parametrize(
    "words",
    [
        ("replay",),
        ("replay", "--all", "--args", "[]"),
        ("replay", "a", "--kwargs", "[]"),
        ("replay", "a", "--args", "{"),
        ("purge", "--yes"),
        ("list", "--older-than", "yesterday"),
        ("purge", "--yes", "--queue", ""),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(longshore, words):
    assert longshore(LETTERS, *words, code=2).stderr


def test_all_that_fit_are_replayed_at_a_rate_or_only_counted(document, bury, store):
    ids, (other,) = bury(5), bury(queue="mail")
    words = (LETTERS, "replay", "--queue", "q", "--rate", "0.5")
    assert document(*words, "--dry-run")["would_be_replayed"] == 5
    assert document(*words, "--limit", "2")["replayed"] == 2
    assert document(*words)["replayed"] == 3
    states = {store.run(jobs.get(job_id)).state for job_id in ids}
    assert states == {JobState.SCHEDULED}
    assert store.run(jobs.get(other)).state is JobState.DEAD


def test_some_are_discarded_and_the_rest_is_purged(longshore, document, bury, store):
    first, *rest = bury(4)
    done = document(LETTERS, "discard", first, "nobody", "--reason", "typed wrong", code=1)
    assert done == {"discarded": 1, "gone": 1}
    assert store.run(jobs.get(first)).discard_reason == "typed wrong"
    assert document(LETTERS, "purge", "--all", "--dry-run")["would_be_discarded"] == 3
    longshore(LETTERS, "purge", "--all", code=1, stdin="n\n")
    assert document(LETTERS, "purge", "--all", "--limit", "1", "--yes")["discarded"] == 1
    longshore(LETTERS, "purge", "--all", "--yes", "--why", "old")
    assert store.run(jobs.get(rest[-1])).discard_reason == "old"
    assert store.run(dead_letters.page()).total == 0


def test_they_go_out_and_come_back(longshore, document, bury, valkey, tmp_path):
    ids = bury(3)
    file = tmp_path / "letters.jsonl"
    longshore(LETTERS, "export", "-o", str(file))
    assert [json.loads(line)["id"] for line in file.read_text().splitlines()] == ids
    assert document(LETTERS, "import", str(file)) == {"imported": 0, "known": 3}
    valkey.flush()
    lines = longshore(LETTERS, "import", "-", stdin=file.read_text()).stdout
    assert lines == "3 imported, 0 known\n"
    assert longshore(LETTERS, "export").stdout == file.read_text()
    complaint = longshore(LETTERS, "import", "-", stdin="{}\n", code=2).stderr
    assert complaint.startswith("longshore: line 1: ")


def test_a_broker_that_is_away_is_one_line(longshore):
    done = longshore(LETTERS, "list", "--url", "longshore://127.0.0.1:1/0", code=2)
    assert len(done.stderr.splitlines()) == 1


def test_a_replay_that_is_killed_half_way_loses_none_and_doubles_none(
    valkey, longshore, bury, take
):
    """It has replayed three steps of five, and was not answered that the third is done."""
    ids = bury(5 * STEP)
    # Unaudited: the audit trail would import the api first, which takes most of the time.
    words = ("--unaudited", LETTERS, "replay", "--all")
    command = tied_to_parent((sys.executable, "-m", "longshore.cli", *words))
    with valkey.client() as client:
        in_the_third_step = client.zrange("longshore:dead", 0, -1)[2 * STEP + 1]
        with Front(valkey.port, unanswered=in_the_third_step) as front:
            url = f"longshore://127.0.0.1:{front.port}/0"
            process = subprocess.Popen(command, env={**os.environ, "LONGSHORE_BROKER_URL": url})
            try:
                until(lambda: client.zcard("longshore:dead") <= 2 * STEP, 120)
            finally:
                process.kill()
                process.wait()
        assert (client.zcard("longshore:dead"), client.llen("q")) == (2 * STEP, 3 * STEP)
    assert longshore(LETTERS, "replay", "--all").stdout.startswith(f"{2 * STEP} replayed")
    taken = [one.claim.job_id for one in take(limit=len(ids))]
    assert sorted(taken) == sorted(ids)


def test_one_place_for_each_after_a_kill(valkey, bury, store):
    """The same, looked at job by job, with a call whose answer nobody read."""
    ids = bury(6)
    letters = store.run(dead_letters.get_all(ids[:3]))
    sound, _ = dead_letters.revivable([letter.kept for letter in letters])
    store.run(dead_letters.replay(sound))
    with valkey.client() as client:
        assert [places(client, one) for one in ids] == [["ready q"]] * 3 + [["dead"]] * 3
