"""Every scenario, in the plan's order."""

from __future__ import annotations

from longshore.errors import SettingsError
from longshore.prove.scenario import Scenario
from longshore.prove.scenarios import drain, kill, poison

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
        "nothing lost, nothing run twice, no worker hangs, a drain is not counted as an attempt",
        "",
        drain.run,
        control_in_short=False,
    ),
    Scenario(
        6,
        "A job that kills what runs it",
        "quarantined after 3 deliveries; all other jobs flow on",
        "it hands the job out for ever",
        poison.run,
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
