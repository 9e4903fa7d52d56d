"""The nearest configuration holds, up to the repository's top; what it cannot say is refused in words."""

import os
from pathlib import Path

import pytest

from joblens.checks.configuration import Configuration
from joblens.checks.settings import DEFAULT, Settings
from joblens.errors import ConfigurationError


def of(folder: Path) -> Settings:
    return Configuration().of(folder)


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def test_the_nearest_file_holds_and_none_above_the_repository(tmp_path: Path) -> None:
    write(tmp_path / "joblens.toml", '[check.severity]\nJL1 = "off"\n')
    deep = tmp_path / "repository" / "a" / "b"
    deep.mkdir(parents=True)
    assert of(deep).severity == {"JL1": "off"}
    (tmp_path / "repository" / ".git").mkdir()
    assert of(deep) == DEFAULT
    write(tmp_path / "repository" / "pyproject.toml", '[tool.joblens.check.severity]\nJL2 = "hint"\n')
    assert of(deep).severity == {"JL2": "hint"}
    write(deep / "pyproject.toml", "[tool.other]\n")
    assert of(deep).severity == {"JL2": "hint"}
    write(deep / "joblens.toml", "")
    assert of(deep).severity == {}


def test_excluded_files_are_seen_from_the_file_that_excludes_them(tmp_path: Path) -> None:
    write(tmp_path / "joblens.toml", '[check]\nexclude = ["/old", "**/gen/*.yml", "!keep.yml"]\n')
    settings = of(tmp_path / "x")
    excluded = ["old/a.yml", "x/gen/b.yml", "x/old/a.yml", "x/gen/keep.yml"]
    assert [settings.excludes(tmp_path / name) for name in excluded] == [True, True, False, False]
    assert not settings.excludes(tmp_path.parent / "a.yml")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[check", "joblens.toml: cannot be read: "),
        ("chek = 1", "there is no key 'chek'. Did you mean 'check'?"),
        ("check = 1", "'check' is a table."),
        ("[check]\nexclud = []", "there is no key 'exclud'. Did you mean 'exclude'?"),
        ("[check]\nexclude = 'a'", "'exclude' is a list of patterns in quotes."),
        ("[check]\nexclude = ['!']", "'exclude' has a pattern that cannot be"),
        ("[check]\nseverity = 'off'", "'severity' is a table."),
        ("[check.severity]\nJL7O1 = 'off'", "there is no check 'JL7O1'. Did you mean 'JL701'?"),
        ("[check.severity]\nX = 'off'", "there is no check 'X'."),
        ("[check.severity]\nJL7 = 'of'", "'of' is no severity for JL7. Did you mean 'off'?"),
        ("[check.severity]\nJL7 = 1", "'1' is no severity for JL7. It is one of off, hint, warning, error."),
    ],
)
def test_what_it_cannot_say_is_refused(tmp_path: Path, text: str, said: str) -> None:
    write(tmp_path / "joblens.toml", text)
    with pytest.raises(ConfigurationError) as refused:
        of(tmp_path)
    assert said in str(refused.value)


def test_it_is_read_again_when_the_file_has_changed_or_comes_or_goes(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    configuration = Configuration()
    file = tmp_path / "joblens.toml"
    assert configuration.of(tmp_path / "a") is DEFAULT
    write(file, '[check.severity]\nJL1 = "off"\n')
    configuration.refresh()
    first = configuration.of(tmp_path / "a")
    assert first.severity == {"JL1": "off"}
    configuration.refresh()
    assert configuration.of(tmp_path / "a") is first
    write(file, '[check.severity]\nJL2 = "off"\n')
    os.utime(file, (1, 1))
    configuration.refresh()
    assert configuration.of(tmp_path / "a").severity == {"JL2": "off"}
    file.unlink()
    configuration.refresh()
    assert configuration.of(tmp_path / "a") == DEFAULT


def test_what_an_editor_sets_wins_over_the_file() -> None:
    file = Settings({"JL701": "warning", "JL702": "off", "JL1": "off"})
    assert file.under({"JL7": "error", "JL101": "hint"}).severity == {
        "JL1": "off",
        "JL7": "error",
        "JL101": "hint",
    }
    assert file.under({}) is file
