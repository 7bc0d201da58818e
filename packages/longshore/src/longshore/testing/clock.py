"""Move the time of a test's server forward, so that no test waits for a lease, delay or schedule.

The engine reads the time in its scripts only. ``install`` exchanges the function that they read it
with, in this process and before the first script is used; no setting, variable or URL does it. The
offset is a key on the server: every process with the exchanged clock sees it at once, and emptying
the server takes it back.
"""

from __future__ import annotations

from longshore.store.scripts import replace_clock
from longshore.testing.server import ValkeyServer

#: What the scripts add to the server's time, in seconds.
OFFSET_KEY = "longshore:test-clock"

_NOW = f"""
local function now()
  local t = redis.call('TIME')
  local offset = redis.call('GET', ARGV[1] .. '{OFFSET_KEY}') or 0
  return tonumber(t[1]) + tonumber(t[2]) / 1000000 + tonumber(offset)
end
"""

#: Keys that expire get older by the same time; returns how many there are no more.
_ADVANCE = """
local gone = 0
redis.call('DEL', ARGV[1] .. ':nothing')  -- a full server takes what follows a write
for _, name in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', name)
  if left >= 0 then
    gone = gone + (left <= tonumber(ARGV[2]) * 1000 and 1 or 0)
    redis.call('PEXPIRE', name, math.floor(left - tonumber(ARGV[2]) * 1000))
  end
end
redis.call('SET', ARGV[1], tostring(tonumber(redis.call('GET', ARGV[1]) or 0) + tonumber(ARGV[2])))
return gone
"""


def install() -> None:
    """Let the scripts of this process, and of those forked from it, add the server's offset.

    Raises:
        RuntimeError: a script was used already.
    """
    replace_clock(_NOW)


class Clock:
    """The time of one server, for the scripts of processes that called ``install``.

    Leases of live workers age, too: advance by less than what is left of them, or let them renew.
    """

    def __init__(self, server: ValkeyServer, key_prefix: str = "") -> None:
        self._server, self._key = server, f"{key_prefix}{OFFSET_KEY}"

    def advance(self, seconds: float) -> None:
        """Move the time forward; keys that would have expired by then expire."""
        self._server.ask("EVAL", _ADVANCE, "0", self._key, str(seconds))
