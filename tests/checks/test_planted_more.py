"""Correct files into which one mistake is put: one problem, on its text, and a fix that leaves nothing wrong.

Each file of `planted/` has a correct file and, below it, a mistake per line: the code, how bad it is, and
what takes the place of what (nothing: it is added at the end). `«»` stand around what is underlined, `⏎` for
an end of line, `⇥` for a tab.
"""

from pathlib import Path

import pytest

from joblens.checks import problems
from joblens.checks.problem import MOST, Severity
from joblens.text.document import Document
from tests.marked import spans

_FOLDER = Path(__file__).parent / "planted"
_BESIDE = {
    "src/main.py": "print()\n",
    "data/x.csv": "a\n",
    "data/z.txt": "",
    "conda.yml": "dependencies: [python=3.11]\n",
    "docker/Dockerfile": "FROM python\n",
    "notes.txt": "",
}
_NAMES = sorted(file.stem for file in _FOLDER.glob("*.txt"))


def _base(name: str) -> str:
    return (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").partition("====\n")[0]


def _mistakes() -> list[tuple[str, str]]:
    files = {name: (_FOLDER / f"{name}.txt").read_text(encoding="utf-8") for name in _NAMES}
    return [(name, line) for name, text in files.items() for line in text.partition("====\n")[2].splitlines()]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the files refer to."""
    root = tmp_path_factory.mktemp("job")
    for name, text in {**_BESIDE, "train.yml": _base("component")}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def _planted(name: str, edits: str) -> str:
    text = _base(name)
    for edit in edits.split(" ;; "):
        old, _, new = (part.replace("⏎", "\n").replace("⇥", "\t") for part in edit.partition(" => "))
        assert old in text
        text = text.replace(old, new, 1) if old else text + new
    return text


@pytest.mark.parametrize("name", _NAMES)
def test_the_correct_file_has_no_problem(folder: Path, name: str) -> None:
    assert problems(Document(_base(name), folder / "job.yml")) == []


@pytest.mark.parametrize(("name", "line"), _mistakes())
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_one_mistake_is_one_problem(folder: Path, name: str, line: str, end: str) -> None:
    expected, _, edits = line.partition(": ")
    plain, (span,) = spans(_planted(name, edits).replace("\n", end))
    found = problems(Document(plain, folder / "job.yml"))
    shown = [(one.code, one.severity.value, plain[slice(*one.span)], one.message) for one in found]
    assert [(f"{one.code} {one.severity.value}", one.span) for one in found] == [(expected, span)], shown
    assert len(found[0].message) <= MOST
    fix = found[0].fix
    if fix is not None:
        mended = Document(plain[: fix.span.start] + fix.text + plain[fix.span.end :], folder / "job.yml")
        assert [one for one in problems(mended) if one.severity is not Severity.HINT] == []
