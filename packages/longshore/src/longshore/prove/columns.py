"""The table's columns, the same on the screen and on the page."""

from __future__ import annotations

from longshore.prove.finding import Finding

HEADINGS = (
    "#", "arm", "variant", "lease", "faults", "accepted", "lost", "done twice", "run again",
    "refused", "recovery p50 / max", "verdict", "notes",
)  # fmt: skip


def cells(finding: Finding) -> tuple[str, ...]:
    """One line of the table."""
    return (
        str(finding.scenario),
        finding.arm,
        finding.variant,
        f"{finding.lease_seconds:g} s" if finding.lease_seconds else "",
        str(finding.faults),
        str(finding.accepted),
        str(finding.lost),
        str(finding.finished_twice),
        str(finding.started_again),
        str(finding.refused),
        _recovery(finding),
        finding.judgement or "",
        "; ".join((*finding.wrong, *filter(None, [finding.missed, finding.note]))),
    )


def _recovery(finding: Finding) -> str:
    if not finding.recoveries:
        return ""
    return f"{finding.median_recovery:.1f} / {finding.slowest_recovery:.1f} s"
