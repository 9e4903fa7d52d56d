"""`joblens migrate` as a user has it: diff, check, write."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from joblens.cli import main

Run = Callable[..., tuple[int, str, str]]

OLD = "# one\r\ncommand: run\r\ncompute:\r\n  target: local # two"
NEW_END = b"type: command\r\n# one\r\ncommand: run\r\ncompute: local # two"


@pytest.fixture
def joblens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Call the command in a folder that holds one preview job and a file of today."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "job.yml").write_bytes(OLD.encode())
    (tmp_path / "today.yml").write_text("command: run\nenvironment: azureml:e:1\ncompute: local\n")

    def call(*arguments: str) -> tuple[int, str, str]:
        return (main(arguments), *capsys.readouterr())

    return call


def test_a_diff_is_printed_that_git_applies(joblens: Run, tmp_path: Path) -> None:
    code, out, err = joblens("migrate", "job.yml", "today.yml")
    assert (code, err) == (0, "")
    assert (tmp_path / "job.yml").read_bytes() == OLD.encode()
    subprocess.run(["git", "apply", "-"], input=out.encode(), cwd=tmp_path, check=True)
    assert (tmp_path / "job.yml").read_bytes().endswith(NEW_END)


def test_check_names_the_files_and_answers_1(joblens: Run) -> None:
    assert joblens("migrate", "--check", ".") == (1, "job.yml: to be migrated\n", "")
    code, out, err = joblens("migrate", "--check", "today.yml")
    assert (code, out) == (0, "")
    assert err.startswith("Nothing to migrate")


def test_what_git_ignores_is_left_alone_and_a_pattern_is_taken(joblens: Run, tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("/job.yml\n", encoding="utf-8")
    assert joblens("migrate", "--check", ".")[0] == 0
    (tmp_path / ".gitignore").unlink()
    assert joblens("migrate", "--check", "*.yml")[:2] == (1, "job.yml: to be migrated\n")


def test_write_replaces_the_file_and_keeps_its_mode_and_line_ends(joblens: Run, tmp_path: Path) -> None:
    (tmp_path / "job.yml").chmod(0o640)
    (tmp_path / "link.yml").symlink_to("job.yml")
    assert joblens("migrate", "--write", "link.yml")[0] == 0
    assert (tmp_path / "link.yml").is_symlink()
    assert (tmp_path / "job.yml").read_bytes().endswith(NEW_END)
    assert (tmp_path / "job.yml").stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.yml", "link.yml", "today.yml"]
    assert joblens("migrate", "--check", ".")[0] == 0


def test_guesses_are_told_beside_the_result(joblens: Run, tmp_path: Path) -> None:
    with (tmp_path / "job.yml").open("ab") as file:
        file.write(b"\r\ninputs:\r\n  a: {data: azureml:d:1}\r\n")
    _, _, err = joblens("migrate", "job.yml")
    assert err == "job.yml: inputs.a: 'azureml:d:1' is taken for a folder; change the type if it is not.\n"


def test_a_broken_file_stops_before_anything_is_written(joblens: Run, tmp_path: Path) -> None:
    (tmp_path / "zz.yml").write_text("command: run\ncompute:\n  target: 'local\n")
    code, _, err = joblens("migrate", "--write", ".")
    assert code == 2
    assert "zz.yml, line 3" in err
    assert (tmp_path / "job.yml").read_bytes() == OLD.encode()
    assert joblens("migrate", "nowhere.yml")[0] == 2
