"""The examples of docs/checking.md do what the page says."""

import re
from pathlib import Path

from joblens.checks import problems
from joblens.checks.configuration import Configuration
from joblens.text.document import Document
from tests.shared_data import ROOT

_PAGE = (ROOT / "docs" / "checking.md").read_text(encoding="utf-8")


def example(language: str) -> str:
    """The first one in a language."""
    found = re.search(rf"```{language}\n(.*?)```", _PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_the_comments_suppress_all_that_would_be_said() -> None:
    text = example("yaml")
    assert problems(Document(text)) == []
    without = re.sub(r"#.*", "", text)
    assert [one.code for one in problems(Document(without))] == ["JL501"]
    assert [one.code for one in problems(Document(without.replace("yes", "1")))] == ["JL701"]


def test_the_configuration_can_be_read_and_is_the_same_in_both_files(tmp_path: Path) -> None:
    text = example("toml")
    for name, content in (
        ("joblens.toml", text),
        ("pyproject.toml", text.replace("[check", "[tool.joblens.check")),
    ):
        folder = tmp_path / name.partition(".")[0]
        folder.mkdir()
        (folder / name).write_text(content, encoding="utf-8")
        settings = Configuration().of(folder)
        assert settings.severity == {"JL701": "off", "JL5": "error"}
        assert settings.excludes(folder / "old" / "a.yml")
        assert settings.excludes(folder / "x" / "generated" / "a.yml")
