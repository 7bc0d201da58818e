"""Services that migrate one database at the same moment."""

from __future__ import annotations

import json

from support.fresh_interpreter import FreshInterpreters

#: They are ready and wait for the pipe to close, so that none begins before another.
PROGRAM = """
import json, os, sys, traceback
from longshore_tasks.database import migrate

def service(gate):
    try:
        os.read(gate, 1)
        migrate(sys.argv[1])
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)

gate, opened = os.pipe()
services = []
for _ in range(int(sys.argv[2])):
    if (pid := os.fork()) == 0:
        os.close(opened)
        service(gate)
    services.append(pid)
os.close(opened)
print(json.dumps([os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in services]))
"""


def migrate_at_once(interpreters: FreshInterpreters, url: str, services: int = 3) -> None:
    """Let services migrate the database at the same moment.

    Raises:
        AssertionError: one of them failed; says how.
    """
    done = interpreters.run(PROGRAM, arguments=(url, str(services)))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [0] * services, done.stderr
