"""A program of the set: what is started, and how long it may take to stop."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """``environment`` is added to the supervisor's own."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    stop_seconds: float
