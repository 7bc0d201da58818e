"""The proof as JSON: everything that was found, where, and how it was asked for."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from longshore.prove.finding import Finding
from longshore.prove.machine import Machine
from longshore.prove.session import Proof


def document(proof: Proof, machine: Machine, command: str) -> dict[str, Any]:
    """What ``--json`` prints and the page is made from."""
    return {
        "command": command,
        "seed": proof.options.seed,
        "short": proof.options.short,
        "seconds": round(proof.seconds, 1),
        "holds": proof.holds,
        "machine": machine.document(),
        "findings": [_finding(finding) for finding in proof.findings],
    }


def _finding(finding: Finding) -> dict[str, Any]:
    fields = asdict(finding)
    del fields["recoveries"]
    return {
        **fields,
        "seconds": round(finding.seconds, 1),
        "recovery_seconds_median": round(finding.median_recovery, 3),
        "recovery_seconds_max": round(finding.slowest_recovery, 3),
        "recovered": len(finding.recoveries),
    }
