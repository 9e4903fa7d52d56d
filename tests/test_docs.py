"""Pages that promise something name the tests that hold us to it."""

import re

import pytest

from tests.shared_data import ROOT

PAGES = ("faithfulness.md", "reliability.md")
NAMED = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^ *def (test_\w+)", re.MULTILINE)


@pytest.fixture(scope="module")
def tests() -> frozenset[str]:
    files = (ROOT / "tests").rglob("test_*.py")
    return frozenset(name for file in files for name in DEFINED.findall(file.read_text(encoding="utf-8")))


@pytest.mark.parametrize("page", PAGES)
def test_each_test_that_a_page_names_is_there(page: str, tests: frozenset[str]) -> None:
    named = set(NAMED.findall((ROOT / "docs" / page).read_text(encoding="utf-8")))
    assert named
    assert named <= tests


@pytest.mark.parametrize("page", PAGES)
def test_each_row_names_a_test(page: str) -> None:
    lines = (ROOT / "docs" / page).read_text(encoding="utf-8").splitlines()
    rows = [
        line
        for line in lines
        if line.startswith("| ") and not line.startswith(("| --- ", "| | ", "| What happens "))
    ]
    assert rows
    assert [row for row in rows if not NAMED.search(row.rpartition(" | ")[2])] == []
