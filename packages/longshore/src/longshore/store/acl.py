"""The least rights that Longshore works with: commands, keys and channels, all in this place.

``longshore acl`` prints them. The patterns are those of ``ACL SETUSER``; with a key prefix one
pattern covers every key, since nothing is kept outside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

#: why -> the commands of Redis that are needed for it
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "to connect": ("ping", "select"),
    "to run the scripts": ("eval", "evalsha", "script|load", "time"),
    "jobs in their places": (
        *("lpush", "rpush", "rpop", "lrange", "lindex", "llen", "ltrim"),
        *(
            "hset",
            "hget",
            "hmget",
            "hgetall",
            "hdel",
            "hexists",
            "hincrby",
            "hincrbyfloat",
            "hsetnx",
            "hkeys",
        ),
        *("zadd", "zrem", "zrange", "zrangebyscore", "zscore", "zcard"),
        *("sadd", "srem", "smembers"),
        *("set", "setex", "get", "del", "exists", "expire", "persist", "incr", "incrby"),
    ),
    "to wait for work": ("blpop",),
    "pages of dead letters": ("zrevrange", "zrank", "zrevrank"),
    "results and chords": (
        *("mget", "multi", "exec", "zcount", "sismember"),
        *("publish", "subscribe", "unsubscribe"),
    ),
    "remote control and events": ("psubscribe", "punsubscribe"),
    "doctor and janitor": ("info", "scan", "hscan", "ttl", "srandmember"),
}

#: Needed beside these where ``replicas_to_confirm`` is set.
CONFIRMING: Mapping[str, tuple[str, ...]] = {"replicas that confirm": ("wait",)}

#: why -> patterns of keys, without a prefix
KEYS: Mapping[str, tuple[str, ...]] = {
    "records, leases, delays, dead letters, schedule": ("longshore:*",),
    "claimed messages": ("unacked", "unacked_index"),
    "results": ("celery-task-meta-*",),
    "groups and chords": ("celery-taskset-meta-*",),
    "routing": ("_kombu.binding*",),
    "remote control": ("*.celery.pidbox*",),
    "event listeners": ("celeryev.*",),
}

#: why -> patterns of channels, without a prefix
CHANNELS: Mapping[str, tuple[str, ...]] = {
    "results": ("celery-task-meta-*", "celery-taskset-meta-*"),
    # A subscription by pattern needs that very pattern; one that covers it is not enough.
    "remote control": ("/{db}.celery.pidbox",),
    "events": ("/{db}.celeryev/worker.*", "/{db}.celeryev/*"),
}


@dataclass(frozen=True, slots=True)
class Right:
    """One right: what it is for, and the word that ``ACL SETUSER`` takes."""

    why: str
    word: str


def rights(
    queues: Sequence[str], prefix: str = "", database: int = 0, *, replicas: bool = False
) -> tuple[Right, ...]:
    """Every right that is needed to work on these queues, and to have replicas confirm."""
    reasons = {**COMMANDS, **(CONFIRMING if replicas else {})}
    commands = [Right(why, f"+{name}") for why, names in reasons.items() for name in names]
    own = escaped(prefix)
    channels = [
        Right(why, f"&{own}{name.format(db=database)}")
        for why, names in CHANNELS.items()
        for name in names
    ]
    if prefix:
        return (Right("every key, by the prefix", f"~{own}*"), *channels, *commands)
    keys = [Right(why, f"~{name}") for why, names in KEYS.items() for name in names]
    lines = [Right("ready jobs", f"~{word}") for queue in queues for word in _lists(queue)]
    return (*lines, *keys, *channels, *commands)


def _lists(queue: str) -> tuple[str, str]:
    # The later priorities' lists end in two unprintable characters and a digit.
    return escaped(queue), f"{escaped(queue)}??[369]"


def escaped(text: str) -> str:
    """Text that a pattern takes literally."""
    return "".join(f"\\{sign}" if sign in "*?[]\\^" else sign for sign in text)


def setuser(user: str, granted: Sequence[Right]) -> str:
    """The command that makes such a user; the password is for the administrator to put in."""
    # Redis 6.2 gives a new user every channel, and takes no pattern beside that.
    words = " ".join(right.word for right in granted)
    return f"ACL SETUSER {user} reset resetchannels on >PASSWORD {words}"


def samples(queues: Sequence[str], prefix: str = "") -> tuple[tuple[str, ...], ...]:
    """Commands that touch every kind of key and channel, for a server to say whether it would."""
    keys = [f"{prefix}{name.replace('*', 'x')}" for names in KEYS.values() for name in names]
    keys += [f"{prefix}{queue}" for queue in queues]
    named = [name.partition("|")[0] for names in COMMANDS.values() for name in names]
    plain = [(name, *_arguments(name, keys[0])) for name in named if name in SAMPLE_ARGUMENTS]
    channel = f"{prefix}celery-task-meta-x"
    return (*plain, *(("DEL", key) for key in keys), ("PUBLISH", channel, "x"))


SAMPLE_ARGUMENTS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("time", "info", "ping"), ()),
    **dict.fromkeys(("lpush", "rpush", "sadd", "srem", "hdel", "zrem", "zscore"), ("KEY", "x")),
    **dict.fromkeys(("get", "hgetall", "llen", "smembers", "zcard", "ttl", "incr"), ("KEY",)),
    **dict.fromkeys(("set", "expire", "hget", "hmget", "srandmember", "incrby"), ("KEY", "1")),
    **dict.fromkeys(("hset", "zadd", "setex", "hincrby", "hincrbyfloat"), ("KEY", "1", "1")),
    **dict.fromkeys(("lrange", "ltrim", "zrange", "zrangebyscore", "zrevrange"), ("KEY", "0", "1")),
    "scan": ("0",),
    "hscan": ("KEY", "0"),
    "blpop": ("KEY", "1"),
}


def _arguments(name: str, key: str) -> tuple[str, ...]:
    return tuple(key if word == "KEY" else word for word in SAMPLE_ARGUMENTS[name])
