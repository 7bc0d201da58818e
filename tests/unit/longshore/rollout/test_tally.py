"""What is said of a pod that a rollout replaces."""

from __future__ import annotations

from longshore.rollout.tally import Fate, Look, OldPod, Tally

NOTHING = Look({}, {})


def news(tally: Tally, there: set[str], look: Look = NOTHING, at: float = 1.0) -> list[OldPod]:
    return list(tally.see(there, look, at))


def test_a_pod_that_holds_jobs_is_still_running() -> None:
    tally = Tally({"a", "b"})
    (found,) = news(tally, {"a", "b"}, Look({"a": ["1", "2"]}, {}))
    assert (found.name, found.fate, found.jobs) == ("a", Fate.RUNNING, 2)
    assert found.line() == "a: still running, 2 job(s)"
    assert tally.about() == {"1", "2"}
    assert not tally.over


def test_nothing_new_is_nothing_said() -> None:
    tally = Tally({"a"})
    look = Look({"a": ["1"]}, {})
    assert news(tally, {"a"}, look)
    assert news(tally, {"a"}, look) == []


def test_a_pod_whose_jobs_ended_has_drained() -> None:
    tally = Tally({"a"})
    news(tally, {"a"}, Look({"a": ["1"]}, {}))
    (found,) = news(tally, set(), at=12.3)
    assert (found.fate, found.jobs) == (Fate.DRAINED, 0)
    assert found.line() == "a: drained after 12 s"
    assert tally.over


def test_jobs_that_were_cut_short_were_rescued() -> None:
    tally = Tally({"a"})
    news(tally, {"a"}, Look({"a": ["1", "2"]}, {}))
    (found,) = news(tally, set(), Look({}, {"a": ["2"]}))
    assert (found.fate, found.jobs) == (Fate.RESCUED, 1)


def test_a_pod_that_is_gone_with_claims_waits_for_their_rescue() -> None:
    tally = Tally({"a"})
    held = Look({"a": ["1"]}, {})
    news(tally, {"a"}, held)
    assert news(tally, set(), held) == []
    assert not tally.over
    (found,) = news(tally, set(), Look({"b": ["1"]}, {"a": ["1"]}))
    assert found.fate is Fate.RESCUED


def test_what_another_pod_lost_is_not_its_own() -> None:
    tally = Tally({"a"})
    news(tally, {"a"}, Look({"a": ["1"]}, {}))
    (found,) = news(tally, set(), Look({}, {"b": ["1"]}))
    assert found.fate is Fate.DRAINED


def test_what_was_said_does_not_change_afterwards() -> None:
    tally = Tally({"a"})
    (first,) = news(tally, {"a"}, Look({"a": ["1"]}, {}))
    news(tally, set())
    assert first.fate is Fate.RUNNING
