"""Ignore files: the files of a snapshot are those that Azure ML's own client would upload."""

import random
from pathlib import Path

import pytest

from joblens.engine.code.rules import Rules
from joblens.engine.code.scan import listing

NAMES = ["a", "b", "c.py", "ab", "a b", "#x", "!y", "x ", "[a", "é", "A", "a\\", "]", "^", "&", "d"]
PARTS = ["a", "b", "*.py", "*", "**", "a*", "?", "[ab]", "[!a]", "a b", "", "\\#x", "\\!y", "#c", "!a", " a"]
PARTS += [
    "a ",
    "é",
    "A",
    "a**b",
    "[^a]",
    "***",
    "[]a]",
    "[!]a]",
    "[a-c]",
    "[[a]",
    "[a&&b]",
    "a]",
    "[a",
    "a\\",
]


@pytest.mark.parametrize(
    ("line", "path", "stays"),
    [
        ("data", "x/data", True),
        ("data", "x/data/y", True),
        ("/data", "src/data", False),
        ("data/*.csv", "data/a.csv", True),
        ("data/*.csv", "data/b/a.csv", False),
        ("**/a.csv", "x/y/a.csv", True),
        ("*.csv\n!keep.csv", "keep.csv", False),
        ("build/", "build", False),
        ("data/\n!data/keep.csv", "data/keep.csv", False),  # git would not look into the folder
        ("# *.py", "a.py", False),
        ("A", "a", False),
        ("/", "a", False),
    ],
)
def test_rules_are_read_as_the_client_reads_them(line: str, path: str, stays: bool) -> None:
    assert Rules(line.split("\n")).ignore(path) is stays


def line(chance: random.Random) -> str:
    found = "/".join(chance.choice(PARTS) for _ in range(chance.randint(1, 3)))
    return (
        chance.choice(["", "", "", "!"]) + chance.choice(["", "", "/"]) + found + chance.choice(["", "", "/"])
    )


def tree(folder: Path, chance: random.Random) -> None:
    """Files at random, folders in folders, links here and outside, and an ignore file in a folder."""
    for _ in range(25):
        parts = [chance.choice(NAMES) for _ in range(chance.randint(1, 4))]
        file = folder.joinpath(*parts)
        if not any(parent.is_file() for parent in file.parents) and not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("", encoding="utf-8")
    folders = [one for one in folder.rglob("*") if one.is_dir()]
    if folders:
        (chance.choice(folders) / ".gitignore").write_text("*", encoding="utf-8")
        (folder / "linked").symlink_to(chance.choice(folders))
    outside = folder.parent / "outside"
    (outside / "a").mkdir(parents=True, exist_ok=True)
    (outside / "a" / "c.py").write_text("", encoding="utf-8")
    (folder / "away").symlink_to(outside)
    (folder / "file").symlink_to(outside / "a" / "c.py")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_a_snapshot_has_the_files_that_the_client_uploads(tmp_path: Path) -> None:
    from azure.ai.ml._utils import _asset_utils as client

    chance = random.Random(4)
    compared = 0
    for number in range(60):
        code = tmp_path / str(number) / "code"
        code.mkdir(parents=True)
        tree(code, chance)
        for name in chance.choice([(".amlignore",), (".gitignore",), (".amlignore", ".gitignore"), ()]):
            lines = [line(chance) for _ in range(chance.randint(1, 5))]
            (code / name).write_text(chance.choice(["", "\ufeff"]) + "\n".join(lines), encoding="utf-8")
        try:
            uploads = client.get_upload_files_from_folder(code, ignore_file=client.get_ignore_file(code))
        except ValueError:  # a line that cannot be stops the client
            continue
        kept = {file.relative for file in listing(code).files}
        assert kept == {name for _, name in uploads}
        compared += 1
    assert compared > 40


def test_amlignore_counts_alone_where_both_are_there(tmp_path: Path) -> None:
    for name, text in {".gitignore": "a", ".amlignore": "b", "a": "", "b": ""}.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert [file.relative for file in listing(tmp_path).files] == [".amlignore", ".gitignore", "a"]


def test_history_and_earlier_runs_are_no_code(tmp_path: Path) -> None:
    for name in (".git", ".joblens", "x/__pycache__", "x/y"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "f").write_text("", encoding="utf-8")
    assert [file.relative for file in listing(tmp_path).files] == ["x/y/f"]
