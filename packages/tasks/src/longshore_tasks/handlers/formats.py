"""The picture formats that are read and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Format:
    """One format by Pillow's name, and the pixel modes that it is written in."""

    name: str
    media_type: str
    extension: str
    modes: frozenset[str]
    options: Mapping[str, int | bool] = field(default_factory=dict[str, int | bool])


JPEG = Format(
    name="JPEG",
    media_type="image/jpeg",
    extension="jpg",
    modes=frozenset({"L", "RGB"}),
    options={"quality": 85, "optimize": True, "progressive": True},
)
PNG = Format(
    name="PNG",
    media_type="image/png",
    extension="png",
    modes=frozenset({"L", "LA", "RGB", "RGBA"}),
)
WEBP = Format(
    name="WEBP",
    media_type="image/webp",
    extension="webp",
    modes=frozenset({"RGB", "RGBA"}),
    options={"quality": 85},
)
GIF = Format(
    name="GIF",
    media_type="image/gif",
    extension="gif",
    modes=frozenset({"L", "RGB", "RGBA"}),
)

FORMATS = {kind.name: kind for kind in (JPEG, PNG, WEBP, GIF)}
