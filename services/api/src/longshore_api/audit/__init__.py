"""The audit trail: every operator's act, written before it is done and ended after."""

from __future__ import annotations

from longshore_api.audit.action import Action
from longshore_api.audit.audited import Audited, audited
from longshore_api.audit.trail import AuditEntry

__all__ = ["Action", "AuditEntry", "Audited", "audited"]
