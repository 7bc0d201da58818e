"""Jobs whose run was cut short: which of them ended their worker, and which only stood by.

A lease that ends does not say whether the handler had begun, and to write that down for every job
would cost a round trip each. So the first lost lease is held against every job that it covered,
and only a job that was cut short before says when it begins: a later one is held against those
that had begun.
"""

from __future__ import annotations

from longshore.current import Claim
from longshore.store.call import Call
from longshore.store.scripts import load


def is_suspect(held: Claim) -> bool:
    """Whether an earlier hand-over of this job ended without an outcome."""
    return held.delivery > held.attempt


def begin(held: Claim) -> Call[bool]:
    """Notes that the handler begins under this claim; false when the claim was lost."""
    return Call(load("begin"), lambda _: (held.job_id, held.token), bool)
