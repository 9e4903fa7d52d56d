"""The examples of docs/checks.md do what the page says, and every code has a bad one and a good one.

A section holds a bad example, then one headed "Good:". Files beside it stand in its info string
(`yaml files=src/train.py,data/`: empty ones) or in a block of their own (`python file=src/train.py`); so do
the computes of the workspace that the editor knows (`yaml workspace=cpu,gpu`).
"""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from joblens import checks
from joblens.checks import check, problems
from joblens.checks.problem import Problem
from joblens.checks.subject import Subject
from joblens.cli.checking.rules import rules
from joblens.features.folder_names import FolderNames
from joblens.job.known_names import Asset, KnownName, NoNames
from joblens.text.document import Document
from tests.marked import spans
from tests.shared_data import ROOT

_SECTION = re.compile(r"^## (JL\d+):(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
_BLOCK = re.compile(
    r"^(Good:\n\n)?```(\w+)(?: (files?|workspace)=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL
)


@dataclass(frozen=True)
class _Example:
    code: str
    text: str
    good: bool
    files: dict[str, str] = field(default_factory=dict)
    computes: tuple[str, ...] = ()
    """What the workspace has, where the editor knows one."""


class _Workspace(NoNames):
    """Has told all its computes."""

    def __init__(self, computes: tuple[str, ...]) -> None:
        self._computes = tuple(KnownName(one, in_cloud=True) for one in computes)

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        return self._computes if asset == "compute" else ()

    def lacks(self, asset: Asset, name: str, version: str = "") -> bool:
        return asset == "compute" and name not in [one.name for one in self._computes]


def _examples(page: str) -> list[_Example]:
    return [example for code, section in _SECTION.findall(page) for example in _of_section(code, section)]


def _of_section(code: str, section: str) -> list[_Example]:
    blocks = _BLOCK.findall(section)
    written = {names: text for _, _, word, names, text in blocks if word == "file"}
    return [
        _Example(
            code,
            text,
            bool(good),
            written | dict.fromkeys(names.split(",") if word == "files" else (), ""),
            tuple(names.split(",")) if word == "workspace" else (),
        )
        for good, language, word, names, text in blocks
        if language == "yaml" and word != "file"
    ]


_EXAMPLES = _examples((ROOT / "docs" / "checks.md").read_text(encoding="utf-8"))
_BAD = [one for one in _EXAMPLES if not one.good]
_GOOD = [one for one in _EXAMPLES if one.good]


@pytest.mark.parametrize("example", _BAD, ids=[one.code for one in _BAD])
def test_a_bad_example_has_this_problem_alone(example: _Example, tmp_path: Path) -> None:
    plain, expected = spans(example.text)
    found = [(one.code, one.span) for one in _problems(plain, example, tmp_path)]
    assert found == [(example.code, span) for span in expected]


@pytest.mark.parametrize("example", _GOOD, ids=[one.code for one in _GOOD])
def test_a_good_example_has_no_problem(example: _Example, tmp_path: Path) -> None:
    assert _problems(example.text, example, tmp_path) == []
    assert Subject(Document(example.text)).kind is not None


def test_every_code_has_a_bad_example_and_a_good_one() -> None:
    assert checks.codes() == {one.code for one in _BAD}
    assert checks.codes() == {one.code for one in _GOOD}


@pytest.mark.parametrize("example", _BAD, ids=[one.code for one in _BAD])
def test_a_section_begins_with_how_bad_it_is_unless_it_is_an_error(example: _Example, tmp_path: Path) -> None:
    rule = rules()[example.code]
    (severity,) = {one.severity.value for one in _problems(spans(example.text)[0], example, tmp_path)}
    # Where the level depends on the place, the page tells of the warning further down.
    assert severity == rule.level or (
        rule.level == "error" and f"a {severity}" in " ".join(rule.text.split())
    )


def test_an_example_may_have_files_beside_it(tmp_path: Path) -> None:
    page = "## JL999: x\n```python file=src/a.py\nx = 1\n```\n```yaml files=b.txt,data/\ncode: src\n```\n"
    (example,) = _examples(page)
    _problems(example.text, example, tmp_path)
    assert (tmp_path / "src" / "a.py").read_text() == "x = 1\n"
    assert (tmp_path / "b.txt").is_file()
    assert (tmp_path / "data").is_dir()


def _problems(text: str, example: _Example, folder: Path) -> list[Problem]:
    for name, content in example.files.items():
        file = folder / name
        if name.endswith("/"):
            file.mkdir(parents=True)
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(content, encoding="utf-8")
    if example.computes:
        return check(Subject(Document(text), None, _Workspace(example.computes)))
    if not example.files:
        return problems(Document(text))  # Nothing lies beside it: no path leads anywhere.
    job = folder / "job.yml"
    job.write_text(text, encoding="utf-8")
    names = FolderNames([folder])
    names.read()
    return check(Subject(Document(text, job), None, names))
