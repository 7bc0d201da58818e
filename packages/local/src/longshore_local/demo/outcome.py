"""What a job of the demonstration came to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from longshore.records import JobState
from longshore_local.api import Record


@dataclass(frozen=True, slots=True)
class Outcome:
    """A finished job, what it was for and which files it left; ``files`` are paths as text."""

    label: str
    record: Record
    files: tuple[str, ...]

    @property
    def succeeded(self) -> bool:
        """Whether the job did its work."""
        return self.record.state is JobState.SUCCEEDED

    def as_json(self) -> dict[str, Any]:
        """Return the same for a machine."""
        record = self.record
        return {
            "label": self.label,
            "job_id": record.id,
            "task": record.task,
            "state": record.state.value,
            "attempts": record.attempts,
            "deliveries": record.deliveries,
            "wait_seconds": record.wait_seconds,
            "run_seconds": record.run_seconds,
            "error": record.error.model_dump() if record.error else None,
            "files": list(self.files),
        }
