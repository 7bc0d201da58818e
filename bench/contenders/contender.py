"""What takes part: a library in one arrangement of processes."""

from __future__ import annotations

from dataclasses import dataclass

Command = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """A library and how its workers are started.

    ``commands`` are ``python -m`` words of each process to start; ``jobs`` is how many no-op
    jobs keep it busy for a few seconds; ``isolates`` says whether a crash of one job's process
    spares the others; ``once`` is what the library promises with these settings.
    """

    name: str
    label: str
    library: str
    app: str
    enqueue_app: str
    commands: tuple[Command, ...]
    jobs: int
    isolates: bool
    once: str
    settings: str
    measures: frozenset[str]
    scheme: str = "redis"
    #: how many jobs one process may run at once, where the app and not its flags say so
    concurrency: int = 16

    @property
    def ours(self) -> bool:
        """Whether it runs on Longshore."""
        return self.scheme == "longshore"
