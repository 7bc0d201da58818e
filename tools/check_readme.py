"""What the pages say exists: links, make targets, settings, files and folders."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

LINK = re.compile(r"\]\(([^)#\s]+)[^)]*\)")
TARGET = re.compile(r"\bmake ([a-z][a-z0-9-]*)")
SETTING = re.compile(r"\bLONGSHORE_[A-Z0-9_]+\b")
PLACE = re.compile(
    r"(?<![\w/.-])((?:packages|services|tests|docs|tools|transport|store|worker|schedule)/[\w./-]*\w)"
)
ENGINE = Path("packages/longshore/src/longshore")
PAGES = (Path("README.md"), Path("CONTRIBUTING.md"), *sorted(Path("docs").rglob("*.md")))


def complaints(page: Path) -> Iterator[str]:
    """Yield what a page promises and the tree does not hold."""
    text = page.read_text()
    for link in LINK.findall(text):
        if "://" not in link and not (page.parent / link).exists():
            yield f"{page}: no such file: {link}"
    known = set(re.findall(r"^([a-z][a-z0-9-]*):", Path("Makefile").read_text(), re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, re.DOTALL))
    for target in sorted(set(TARGET.findall(code)) - known):
        yield f"{page}: no such target: make {target}"
    for place in sorted(set(PLACE.findall(code))):
        if not (Path(place).exists() or (ENGINE / place).exists()):
            yield f"{page}: no such place: {place}"
    for setting in sorted(set(SETTING.findall(text)) - set(SETTING.findall(settings()))):
        yield f"{page}: not in .env.example: {setting}"


def settings() -> str:
    """Return the example of all settings."""
    return Path(".env.example").read_text()


def main() -> int:
    """Check all pages."""
    found = [line for page in PAGES if page.exists() for line in complaints(page)]
    sys.stdout.write("".join(f"{line}\n" for line in found))
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
