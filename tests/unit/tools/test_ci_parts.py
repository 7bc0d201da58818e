"""What each part of .ci/run cost: its tests are counted, and CONTRIBUTING.md shows every part."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tools import ci_parts

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("log", "counted"),
    [
        ("= 958 passed, 2 skipped in 119.90s (0:01:59) =\n", "958/0/2"),
        ("1683 passed in 115.49s\n", "1683/0/0"),
        ("=== 1 failed, 7 passed, 3 skipped, 2 warnings, 1 error in 9.90s ===\n", "7/2/3"),
        ("= 2 xfailed, 1 xpassed in 0.12s =\n", "2/1/0"),
        ("= 5 skipped in 0.12s =\n", "0/0/5"),
        ("= no tests ran in 0.12s =\n", "-"),
        ("Success: no issues found in 320 source files\n", "-"),
        ("it said: 3 passed in 1.00s, later\n", "-"),
        ("", "-"),
    ],
)
def test_tests_are_counted_from_the_line_that_ends_a_run(log: str, counted: str) -> None:
    assert ci_parts.count(f"some output\n{log}") == counted


def test_several_runs_of_a_part_are_added_up() -> None:
    log = "== 6.2\n300 passed in 50.00s\n== 8.2\n2 failed, 298 passed, 1 skipped in 50.00s\n"
    assert ci_parts.count(log) == "598/2/1"


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tree with the real parts, and a page whose table is empty."""
    for name in (".ci/run", "Makefile", "k8s-dev/ci.sh"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "CONTRIBUTING.md").write_text(f"before\n{ci_parts.BEGIN}{ci_parts.END}after\n")
    (tmp_path / ".ci/logs").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_page_gets_the_figures_of_the_parts_that_passed(tree: Path) -> None:
    measured = (
        "lint\tpassed\t-\t3\t5\ntest\tpassed\t3000/0/12\t290\t510\nservers\tFAILED\t1/1/0\t9\t9\n"
    )
    (tree / ".ci/logs/parts.tsv").write_text(measured)
    assert ci_parts.main(["table"]) == 0
    page = (tree / "CONTRIBUTING.md").read_text()
    assert page.startswith("before\n")
    assert page.endswith("after\n")
    rows = {line.split(" | ")[0].strip("| "): line for line in page.splitlines() if "|" in line}
    assert rows["lint"].endswith("| - | 3 | 5 |")
    assert rows["test"].endswith("| 3000 | 290 | 510 |")
    assert rows["servers"].endswith("| not run | not run | not run |")
    assert rows["cluster"].endswith("| not run | not run | not run |")


def test_a_page_without_the_markers_stays_as_it_is(tree: Path) -> None:
    (tree / "CONTRIBUTING.md").write_text("no table\n")
    with pytest.raises(ValueError, match="no markers"):
        ci_parts.main(["table"])
    assert (tree / "CONTRIBUTING.md").read_text() == "no table\n"


def test_contributing_names_exactly_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    shown = (ROOT / "CONTRIBUTING.md").read_text().partition(ci_parts.BEGIN)[2]
    shown = shown.partition(ci_parts.END)[0]
    rows = re.findall(r"^\| (\w+) \| `(.+?)` \| (.+?) \|", shown, re.MULTILINE)
    assert [(name, command) for name, command, _ in rows] == list(ci_parts.commands().items())
    assert [what for _, _, what in rows] == [
        ci_parts.purpose(command) for command in ci_parts.commands().values()
    ]
