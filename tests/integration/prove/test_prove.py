"""``longshore prove`` as it is typed: what it prints, how it ends, what it leaves behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import psutil
import pytest

from support.until import until

# It judges by times: how soon a job runs elsewhere.
pytestmark = pytest.mark.alone

SECONDS = 100


def prove(*words, **options):
    command = (sys.executable, "-m", "longshore.cli", "prove", "--short", *words)
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)


def test_a_lost_reply_is_proven_on_both_arms(tmp_path):
    page = tmp_path / "proof.md"
    run = prove("--scenario", "8", "--json", "--page", str(page))
    output, errors = run.communicate(timeout=SECONDS)
    assert run.returncode == 0, errors
    found = json.loads(output)
    assert found["holds"] is True
    assert [(one["arm"], one["judgement"]) for one in found["findings"]] == [
        ("longshore", "proven"),
        ("stock", "fails, as known"),
    ]
    assert "| longshore | the broker's reply never arrives |" in page.read_text()


def test_a_stopped_owner_costs_nothing_in_any_pool():
    run = prove("--scenario", "4", "--arm", "longshore")
    output, errors = run.communicate(timeout=SECONDS)
    assert run.returncode == 0, errors
    assert b"the promise held" in output


def kills(*words):
    """What some kills have shown; so few may have hit no job, which is void and no success."""
    run = prove("--scenario", "1", "--arm", "longshore", "--json", *words)
    output, errors = run.communicate(timeout=SECONDS)
    found = json.loads(output)
    assert {one["judgement"] for one in found["findings"]} <= {"held, no control", "void"}, output
    assert run.returncode == (0 if found["holds"] else 1), errors
    return found


def test_so_many_kills_as_were_asked_for_and_the_same_seed_is_told():
    found = kills("--count", "5", "--seed", "7")
    assert (found["seed"], sum(one["faults"] for one in found["findings"])) == (7, 5)
    assert {one["arm"] for one in found["findings"]} == {"longshore"}


def test_kills_end_with_the_duration():
    found = kills("--count", "1000", "--duration", "3")
    assert 4 <= sum(one["faults"] for one in found["findings"]) < 500


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_whatever_ends_it_ends_everything_that_it_started(number):
    run = prove("--scenario", "1", "--arm", "longshore")
    process = psutil.Process(run.pid)
    until(lambda: len(process.children(recursive=True)) > 3, seconds=60)
    started = process.children(recursive=True)
    os.kill(run.pid, number)
    run.communicate(timeout=SECONDS)
    until(
        lambda: not any(child.is_running() and child.status() != "zombie" for child in started), 30
    )
