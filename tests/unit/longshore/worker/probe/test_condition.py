from __future__ import annotations

import pytest

from longshore.worker.probe.condition import Condition, answer

WELL = Condition(panel="pong", connected=True, queues=("high", "normal"), running=2)
ALONE = Condition(panel="pong", connected=False, queues=())


def test_says_how_the_worker_is() -> None:
    said = answer("live 60", Condition("pong", True, ("high",), 1, 12.34, 0.5))
    assert said == "ok pong connected=yes consuming=high running=1 oldest=12.3s lag=0.50s"


@pytest.mark.parametrize("question", ["live 60", "ready 60", "ready 60\n"])
def test_a_consuming_worker_is_alive_and_ready(question: str) -> None:
    assert answer(question, WELL).startswith("ok pong ")


def test_a_worker_without_its_broker_is_alive_but_not_ready() -> None:
    assert answer("live 60", ALONE).startswith("ok ")
    assert answer("ready 60", ALONE).startswith("not connected to the broker")


def test_a_worker_that_consumes_nothing_is_not_ready() -> None:
    idle = Condition(panel="pong", connected=True, queues=())
    assert answer("ready 60", idle).startswith("consumes no queue")


def test_a_busy_worker_is_alive_up_to_the_limit_and_not_beyond() -> None:
    def busy(seconds: float) -> Condition:
        return Condition("pong", True, ("high",), 1, seconds)

    assert answer("live 60", busy(60.0)).startswith("ok ")
    assert answer("live 60", busy(60.5)).startswith("a job has run for longer than 60 s")


def test_without_a_broker_a_job_may_have_ended_long_ago() -> None:
    waiting = Condition("pong", False, (), 1, 170.0)
    assert answer("live 60", waiting).startswith("ok ")


def test_a_panel_that_does_not_pong_is_not_alive() -> None:
    silent = Condition(panel="{'error': 'x'}", connected=True, queues=("high",))
    assert answer("live 60", silent).startswith("the control panel does not answer")


@pytest.mark.parametrize("question", ["", "live", "live soon", "dance 3"])
def test_a_question_it_does_not_know_is_a_no(question: str) -> None:
    assert answer(question, WELL).startswith("not understood")
