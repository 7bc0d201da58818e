"""What is written into the audit trail."""

from __future__ import annotations

from enum import StrEnum


class Action(StrEnum):
    """An act that changes what becomes of jobs, or who may act."""

    CANCEL = "cancel"
    RESCHEDULE = "reschedule"
    RUN_NOW = "run-now"
    REPLAY = "replay"
    DISCARD = "discard"
    IMPORT = "import"
    EXPORT = "export"
    """It shows arguments of many jobs at once, which may be personal."""
    PAUSE = "pause"
    RESUME = "resume"
    PURGE = "purge"
    CREATE_KEY = "create-key"
    ROTATE_KEY = "rotate-key"
    REVOKE_KEY = "revoke-key"
