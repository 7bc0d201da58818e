"""What children share with their parent, instead of each loading it again."""

from __future__ import annotations

FORKED = """
import gc, os, sys
from billiard.util import set_pdeathsig
from longshore.worker.pool.warmth import warm_up
late = {"encodings.idna", "pycparser.c_parser"}
assert not late & set(sys.modules)
warm_up()
before = set(sys.modules)
if os.fork() == 0:
    set_pdeathsig(9)
    "localhost".encode("idna")
    print(sorted(set(sys.modules) - before), gc.get_freeze_count() > 1000, flush=True)
    os._exit(0)
os.wait()
"""


def test_a_child_loads_nothing_that_its_parent_could_have_loaded(fresh_interpreter):
    assert fresh_interpreter.run(FORKED).stdout.strip() == "[] True"
