"""Every scenario, in the plan's order."""

from __future__ import annotations

from longshore.errors import SettingsError
from longshore.prove.scenario import Scenario
from longshore.prove.scenarios import (
    any_order,
    costs,
    delayed,
    drain,
    freeze,
    kill,
    long_job,
    lost_reply,
    onward,
    outage,
    poison,
    publishing,
)

ROLL: tuple[Scenario, ...] = (
    Scenario(
        1,
        "SIGKILL of the whole worker under load",
        "nothing lost; recovery within 2 leases; only jobs that ran at the kill run again",
        "it loses jobs between taking them off the queue and writing them down",
        kill.run,
    ),
    Scenario(
        2,
        "SIGTERM: warm drain under load",
        "nothing lost, nothing run twice, no drain outlasts its limit or counts as an attempt",
        "it waits without limit for a pool process that does not end",
        drain.run,
    ),
    Scenario(
        3,
        "A job ten times as long as the lease",
        "it runs once, sleeping or computing in C code that holds the GIL",
        "it hands the job out again while it runs",
        long_job.run,
        mostly_waits=True,
    ),
    Scenario(
        4,
        "SIGSTOP of an owner past its lease, then SIGCONT",
        "the job runs elsewhere, the stale owner's outcome is refused, the new owner's stands",
        "",
        freeze.run,
        mostly_waits=True,
        control_in_short=False,
    ),
    Scenario(
        5,
        "The broker is killed, hangs, drops every connection, refuses writes, or is replaced",
        "nothing accepted is lost or run again (but what a replica had not been told of when its"
        " primary was lost); all workers consume within 10 s of its return",
        "",
        outage.run,
        control_in_short=False,
        not_in_short="a restart with appendfsync everysec; it hangs for 4 s instead of 30 s",
    ),
    Scenario(
        6,
        "A job that kills what runs it",
        "quarantined after 3 deliveries; all other jobs flow on at the rate they had",
        "it hands the job out for ever",
        poison.run,
        not_in_short="the other pools for each kind of death",
    ),
    Scenario(
        7,
        "Delayed jobs, all workers and the scheduler killed and started again",
        "none lost, none early, lateness p99 below 2 s, the workers do not grow",
        "a worker keeps them in its memory, and so they are late or run twice after its death",
        delayed.run,
        control_in_short=False,
        not_in_short="48,000 of 50,000 jobs",
    ),
    Scenario(
        8,
        "A producer is killed between its call and the reply, and calls again",
        "the same idempotency key is one job",
        "it enqueues the job twice",
        lost_reply.run,
        mostly_waits=True,
    ),
    Scenario(
        9,
        "Enqueueing while the broker refuses and while it hangs",
        "the call fails within its deadline, and the event loop is never blocked (not counting what"
        " other processes take of the processor, as Linux tells it)",
        "the call is blocked for as long as the broker hangs",
        publishing.run,
    ),
    Scenario(
        10,
        "The store's operations in any order",
        "every accepted job is in exactly one place after every step",
        "",
        any_order.run,
        control_in_short=False,
    ),
    Scenario(
        11,
        "How long calls take while the broker hangs, and what a liveness probe costs",
        "nine calls in ten end within the deadline and 0.25 s, an event loop beside them is late by"
        " no more than 50 ms beyond what it is when all is well (p99), a probe costs no more than"
        " two interpreters that do nothing (p50) and takes 0.25 s more than one (p90), 2 s more"
        " while the broker hangs",
        "",
        costs.run,
        control_in_short=False,
        not_in_short="76 of 100 trials of each",
    ),
    Scenario(
        12,
        "Chains and chords whose steps end while the broker is away",
        "every next step and every body runs, once",
        "",
        onward.run,
        control_in_short=False,
        mostly_waits=True,
        not_in_short="56 of 80 chains and chords",
    ),
)


def chosen(numbers: tuple[int, ...]) -> tuple[Scenario, ...]:
    """The scenarios of these numbers, all of them for none.

    Raises:
        SettingsError: there is no scenario of such a number.
    """
    known = {scenario.number for scenario in ROLL}
    for number in numbers:
        if number not in known:
            there = ", ".join(map(str, sorted(known)))
            raise SettingsError(f"there is no scenario {number}; there are {there}")
    return tuple(one for one in ROLL if not numbers or one.number in numbers)
