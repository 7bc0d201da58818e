"""The scheduler's app with an entry of short period, whose jobs wait where nobody serves."""

from __future__ import annotations

from longshore.schedule import CatchUp, ScheduleEntry
from longshore_scheduler.main import app

app.conf.beat_schedule = {
    "tick": ScheduleEntry(
        name="tick", task="trial.nap", args=(0,), schedule=2.0, queue="ticks", catch_up=CatchUp.ALL
    )
}
