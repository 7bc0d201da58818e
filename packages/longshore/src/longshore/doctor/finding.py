"""What the doctor has to say about one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Verdict(IntEnum):
    """How bad it is; the worst one is the exit code."""

    OK = 0
    WARN = 1
    FAIL = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: what was found, what it means, and what to do unless all is well."""

    about: str
    verdict: Verdict
    found: str
    means: str
    do: str = ""


def worst(findings: tuple[Finding, ...]) -> Verdict:
    """The verdict on the whole."""
    return max((finding.verdict for finding in findings), default=Verdict.OK)
