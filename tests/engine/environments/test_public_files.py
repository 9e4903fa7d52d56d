"""The conda files of the public examples are all understood, most of them without any name of conda's."""

import pytest
import yaml

from joblens.engine.environments import conda, interpreters
from tests.shared_data import CORPUS

pytestmark = pytest.mark.usefixtures("corpus")


def files() -> dict[str, dict[str, object]]:
    found = {}
    for file in sorted(CORPUS.rglob("*.y*ml")):
        text = file.read_text(encoding="utf-8")
        if text.startswith("dependencies:") or "\ndependencies:" in text:
            found[str(file.relative_to(CORPUS))] = yaml.safe_load(text)
    return found


def test_every_file_is_read_and_nothing_is_missing_on_pypi():
    found = {name: conda.specification(content) for name, content in files().items()}
    assert len(found) > 90
    assert {name: one.missing for name, one in found.items() if one.missing} == {}
    for one in found.values():
        interpreters.fits((3, 8, 0), one.python)


def test_files_of_python_and_pip_alone_need_no_names():
    plain = [conda.specification(content) for content in files().values() if _is_plain(content)]
    assert len(plain) > 50
    for one in plain:
        assert [line for line in one.requirements if not line.startswith("pip==")] == list(one.pip)
        assert (one.notes, one.left_out) == ((), ())


def _is_plain(content: dict[str, object]) -> bool:
    dependencies = content["dependencies"]
    assert isinstance(dependencies, list)
    named = {str(one).partition("=")[0] for one in dependencies if not isinstance(one, dict)}
    return named <= {"python", "pip"}
