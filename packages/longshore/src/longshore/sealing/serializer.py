"""The serializer ``sealed`` for Celery: kombu's JSON, sealed with the keys of the environment.

kombu loads this module while it is itself imported, so everything else is imported when used.
"""

from __future__ import annotations

from collections.abc import Callable

NAME = "sealed"
CONTENT_TYPE = "application/x-longshore-sealed"
#: Celery shows arguments in headers; those of a sealed body would be in the clear there.
HIDDEN = {"argsrepr": "(…)", "kwargsrepr": "{…}"}
#: Beside what Celery embeds in a sealed body: the task and the id that it was sealed for.
BOUND = "longshore_job"


def _dumps(value: object) -> str:
    from kombu.utils.json import dumps  # noqa: PLC0415

    from longshore.errors import SettingsError  # noqa: PLC0415
    from longshore.sealing.keyring import VARIABLE, keyring  # noqa: PLC0415

    ring = keyring()
    if ring is None:
        raise SettingsError(f"the serializer {NAME!r} needs {VARIABLE}")
    return ring.seal(dumps(value))


def _loads(text: str | bytes) -> object:
    from kombu.utils.json import loads  # noqa: PLC0415

    from longshore.sealing.payload import opened_sealed  # noqa: PLC0415

    return loads(opened_sealed(text if isinstance(text, str) else text.decode()))


SERIALIZER: tuple[Callable[[object], str], Callable[[str | bytes], object], str, str] = (
    _dumps,
    _loads,
    CONTENT_TYPE,
    "utf-8",
)
