"""The suites' sources: the sdists of the installed versions, checked against the lock."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tomllib
from importlib.metadata import version
from pathlib import Path

from compatibility.suites import Arm, Suite

ROOT = Path(__file__).parents[2]
CACHE = ROOT / ".longshore" / "compatibility"
MARKERS = ("celery", "env", "flaky", "timeout", "sleepdeprived_patched_module", "ensured_modules")
MARKERS_MORE = ("replace_module_value", "masked_modules", "patched_module", "patched_environ")


class SourceMismatch(Exception):
    """The sdist is not the one that the lock names."""


def sdist(distribution: str) -> Path:
    """The sdist of the installed version, fetched once.

    Raises:
        SourceMismatch: what was fetched has another checksum than the lock's.
    """
    number = version(distribution)
    place = CACHE / "sdists" / f"{distribution}-{number}.tar.gz"
    if not place.exists():
        _fetch(f"{distribution}=={number}", place.parent)
    found = "sha256:" + hashlib.sha256(place.read_bytes()).hexdigest()
    if found != _locked(distribution):
        raise SourceMismatch(f"{place.name} is not the file that uv.lock names; delete it")
    return place


def _fetch(requirement: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    only_source = ("--no-binary", ":all:", "--no-deps", "--quiet", "--dest", str(folder))
    command = (sys.executable, "-m", "pip", "download", *only_source, requirement)
    subprocess.run(command, check=True)


def _locked(distribution: str) -> str:
    packages = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return str(next(p["sdist"]["hash"] for p in packages if p["name"] == distribution))


def unpack(suite: Suite, arm: Arm) -> Path:
    """A fresh folder with the suite's tests, adapted to the arm."""
    folder = CACHE / "work" / f"{suite.name}-{arm}"
    shutil.rmtree(folder, ignore_errors=True)
    with tarfile.open(sdist(suite.distribution)) as archive:
        archive.extractall(folder, filter="data")
    (inner,) = folder.iterdir()
    (inner / "t").rename(folder / "t")
    shutil.rmtree(inner)
    for path in (folder / "t").rglob("*.py"):
        path.write_text(suite.adapt(path.read_text(), arm))
    lines = [f"    {marker}: of the suite" for marker in (*MARKERS, *MARKERS_MORE)]
    text = "\n".join(["[pytest]", "python_classes = test_*", "markers =", *lines, ""])
    (folder / "pytest.ini").write_text(text)
    return folder
