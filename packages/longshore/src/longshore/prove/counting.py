"""How far a scenario is, told by several threads."""

from __future__ import annotations

import threading

from longshore.prove.options import Run


class Counting:
    """Says ``3 of 12 kills`` whenever one more is done."""

    def __init__(self, run: Run, total: int, noun: str) -> None:
        self._run, self._total, self._noun = run, total, noun
        self._lock, self._done = threading.Lock(), 0

    def one_more(self) -> None:
        """One is done."""
        with self._lock:
            self._done += 1
            done = self._done
        self._run.say(f"{done} of {self._total} {self._noun}")
