"""Outcomes by case, as the recorder wrote them and as they are kept between runs."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

Outcomes = dict[str, str]
BAD = ("failed", "hung")


def read_record(record: Path) -> Outcomes:
    """The last word on each case; a failure around a case outweighs the success of its call."""
    found: Outcomes = {}
    for line in record.read_text().splitlines():
        case, outcome = json.loads(line)
        if outcome == "passed" and found.get(case) == "failed":
            continue
        found[case] = outcome
    return found


def merge(place: Path, new: Outcomes) -> Outcomes:
    """Adds a run's outcomes to those kept; a part that is run again replaces only itself."""
    kept = {**read(place), **new}
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    return kept


def read(place: Path) -> Outcomes:
    """The outcomes kept there; none yet is none."""
    return dict(json.loads(place.read_text())) if place.exists() else {}


def bad(outcomes: Outcomes) -> set[str]:
    """The cases that did not do what their authors expect."""
    return {case for case, outcome in outcomes.items() if outcome in BAD}


def counts(outcomes: Outcomes) -> Counter[str]:
    """How many cases ended how."""
    return Counter(outcomes.values())
