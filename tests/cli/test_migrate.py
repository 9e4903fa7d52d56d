"""`joblens migrate` as a user has it: diff, check, write."""

import subprocess
import tempfile
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


def test_a_guess_and_a_file_are_told_once(joblens: Run, tmp_path: Path) -> None:
    (tmp_path / "job.yml").write_text(
        "command: run\ncompute: {target: local}\n"
        "inputs:\n  a: {data: azureml:d:1}\n  b: {data: azureml:d:1}\n"
    )
    code, out, err = joblens("migrate", "--check", ".", "job.yml", str(tmp_path / "job.yml"))
    assert (code, out) == (1, "job.yml: to be migrated\n")
    told = "'azureml:d:1' is taken for a folder; change the type if it is not.\n"
    assert err == f"job.yml: inputs.a: {told}job.yml: inputs.b: {told}"


def test_files_of_all_previews_are_written(joblens: Run, tmp_path: Path) -> None:
    (tmp_path / "job.yml").write_text("command: run\ncompute: {target: local, node_count: 2} # c\n")
    (tmp_path / "late.yml").write_text("command: run\ncompute: azureml:c\ncode: {local_path: s} # c\n")
    assert joblens("migrate", "--write", ".")[:2] == (0, "job.yml: migrated\nlate.yml: migrated\n")
    assert (tmp_path / "job.yml").read_text().endswith("compute: local\nresources:\n  instance_count: 2\n")
    assert (tmp_path / "late.yml").read_text() == "command: run\ncompute: azureml:c\n# c\ncode: s\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("command: run\ncompute: {target: local}\n---\ncommand: b\n", "several YAML documents"),
        (
            "type: command_job\ncommand: run\nx: &c {target: local}\ncompute: *c # c\n",
            "does not let its comments be kept",
        ),
        ("command: run\ncompute: azureml:c\ncode: {local_path: 's\n", "zz.yml, line 3"),
    ],
)
def test_nothing_is_written_where_one_file_would_lose_something(
    joblens: Run, tmp_path: Path, text: str, said: str
) -> None:
    (tmp_path / "zz.yml").write_text(text)
    code, out, err = joblens("migrate", "--write", ".")
    assert (code, out) == (2, "")
    assert said in err
    assert (tmp_path / "job.yml").read_bytes() == OLD.encode()
    assert (tmp_path / "zz.yml").read_text() == text


def test_nothing_is_written_where_one_file_cannot_be(
    joblens: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "zz.yml").write_text("command: run\ncompute: {target: local}\n")
    made = tempfile.mkstemp

    def full(prefix: str, **where: Path) -> tuple[int, str]:
        if prefix.startswith(".zz"):
            raise OSError(28, "No space left on device")
        return made(prefix=prefix, **where)

    monkeypatch.setattr(tempfile, "mkstemp", full)
    code, out, err = joblens("migrate", "--write", ".")
    assert (code, out) == (2, "")
    assert "zz.yml" in err and "No space left" in err
    assert (tmp_path / "job.yml").read_bytes() == OLD.encode()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["job.yml", "today.yml", "zz.yml"]


def test_a_file_that_is_not_there_is_named_with_a_next_step(joblens: Run) -> None:
    code, out, err = joblens("migrate", "gone.yml")
    assert (code, out) == (2, "")
    assert err == "error: There is no file gone.yml.\nhint: Give job files, folders or patterns.\n"


def test_a_broken_file_stops_before_anything_is_written(joblens: Run, tmp_path: Path) -> None:
    (tmp_path / "zz.yml").write_text("command: run\ncompute:\n  target: 'local\n")
    code, _, err = joblens("migrate", "--write", ".")
    assert code == 2
    assert "zz.yml, line 3" in err
    assert (tmp_path / "job.yml").read_bytes() == OLD.encode()
    assert joblens("migrate", "nowhere.yml")[0] == 2


def test_a_link_that_leads_to_itself_is_named_like_any_file_that_cannot_be_read(
    joblens: Run, tmp_path: Path
) -> None:
    (tmp_path / "loop.yml").symlink_to("loop.yml")
    code, out, err = joblens("migrate", "loop.yml")
    assert (code, out) == (2, "")
    assert "loop.yml cannot be read: too many levels of symbolic links" in err
    assert joblens("migrate", "--check", ".")[0] == 1
