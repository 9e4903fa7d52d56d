"""A run's code is what the folder held when the run was asked for, whatever lies in it or happens to it."""

import errno
import os
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from joblens.engine.code import copying, size, snapshot
from joblens.engine.code.scan import listing
from joblens.engine.code.snapshot import Snapshot
from joblens.engine.folders import RunFolder
from joblens.engine.run import RunOptions, create
from joblens.errors import JobFileError, UserError
from tests.engine.jobs import finished, job, write

HERE = RunOptions(environment="this-python")


def code_of(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = folder / "src" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder / "src"


def new_run(folder: Path, name: str = "r") -> RunFolder:
    run = RunFolder(folder / ".joblens" / "runs" / name)
    for made in (run.path, run.outputs, run.logs):
        made.mkdir(parents=True)
    return run


def take(code: Path, name: str = "r") -> tuple[Snapshot, RunFolder]:
    run = new_run(code.parent, name)
    return snapshot.take(code, run), run


def test_equal_content_has_an_equal_hash_wherever_it_lies(tmp_path):
    first, _ = take(code_of(tmp_path / "one", {"a/b.py": "x", "c.py": ""}))
    second, _ = take(code_of(tmp_path / "two", {"c.py": "", "a/b.py": "x"}))
    third, _ = take(code_of(tmp_path / "three", {"c.py": "", "a/b.py": "y"}))
    assert first.hash == second.hash == snapshot.hash_of(tmp_path / "one" / "src")
    assert third.hash != first.hash


def test_names_of_any_kind_are_kept(tmp_path):
    code = code_of(tmp_path, {"a b/ü $x'\".py": "1", "deep/" + "d" * 200 + "/" + "f" * 200: "2"})
    raw = os.fsencode(code) + b"/caf\xe9.txt"
    Path(os.fsdecode(raw)).write_text("3", encoding="utf-8")
    _, run = take(code)
    kept = {os.fsencode(file.relative) for file in listing(run.code).files}
    assert kept == {os.fsencode(file.relative) for file in listing(code).files}
    assert b"caf\xe9.txt" in kept


def test_a_link_out_of_the_folder_is_followed_as_azure_ml_follows_it(tmp_path):
    (tmp_path / "shared").mkdir()
    (tmp_path / "shared" / "lib.py").write_text("lib", encoding="utf-8")
    code = code_of(tmp_path, {"a.py": ""})
    (code / "lib").symlink_to("../shared")
    (code / "one.py").symlink_to("../shared/lib.py")
    _, run = take(code)
    assert (run.code / "lib" / "lib.py").read_text(encoding="utf-8") == "lib"
    assert not (run.code / "lib").is_symlink()
    assert not (run.code / "one.py").is_symlink()


def test_what_is_no_file_is_left_out_and_said(tmp_path):
    code = code_of(tmp_path, {"a.py": "", "sub/b.py": ""})
    (code / "gone").symlink_to("nowhere")
    (code / "itself").symlink_to("itself")
    (code / "sub" / "up").symlink_to("..")
    os.mkfifo(code / "pipe")
    taken, run = take(code)
    said = "\n".join(taken.notes)
    assert "gone is a link that leads nowhere" in said
    assert "itself is a link that leads nowhere" in said
    assert "1 more such" in said
    assert sorted(path.name for path in run.code.iterdir()) == ["a.py", "logs", "outputs", "sub"]
    assert listing(code).left[-1] == "sub/up is a link that leads back to a folder above it"


def test_a_socket_does_not_stop_a_run(tmp_path, monkeypatch):
    code = code_of(tmp_path, {"a.py": ""})
    monkeypatch.chdir(code)  # the name of a socket has to be short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind("s")
        assert listing(code).left == ("s is no file but a pipe, a socket or a device",)


def test_an_empty_folder_runs_here_and_the_cluster_is_spoken_of(tmp_path):
    (tmp_path / "src").mkdir()
    taken, _ = take(tmp_path / "src")
    assert taken.notes == ("The code folder is empty, or all in it is ignored; Azure ML refuses such a job.",)


def test_a_file_is_code_of_its_own(tmp_path):
    code_of(tmp_path, {"one.sh": "echo one", "two.sh": ""})
    run = finished(write(tmp_path, job("bash one.sh; ls", "code: src/one.sh")))
    assert run.lines == ["one", "logs", "one.sh", "outputs"]


def test_code_may_lie_above_the_job_file(tmp_path):
    (tmp_path / "main.txt").write_text("above\n", encoding="utf-8")
    (tmp_path / "jobs" / "a").mkdir(parents=True)
    run = finished(write(tmp_path / "jobs" / "a", job("cat main.txt", "code: ../..")))
    assert run.lines == ["above"]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("azureml:mycode:1", "registered in a workspace"),
        ("git+https://example.com/a/b", "cannot be 'git"),
        ("https://example.com/code.zip", "cannot be 'https"),
        ("./nothing", "no such file or folder"),
    ],
)
def test_code_that_is_not_here_is_refused_with_the_way_out(tmp_path, written, said):
    with pytest.raises(JobFileError, match=said) as caught:
        create(write(tmp_path, job("echo", f"code: {written}")), options=HERE)
    assert caught.value.hint or said == "no such file or folder"
    assert not (tmp_path / ".joblens").exists()


def during_copy(monkeypatch: pytest.MonkeyPatch, act: Callable[[int], None]) -> None:
    """Call `act` with a number after each file that is copied."""
    copy, turns = copying.copy, iter(range(1000))

    def copied(*arguments: object) -> bytes | None:
        found = copy(*arguments)  # type: ignore[arg-type]
        act(next(turns))
        return found

    monkeypatch.setattr(copying, "copy", copied)


def test_a_folder_that_changes_while_it_is_copied_is_copied_as_it_is_in_the_end(tmp_path, monkeypatch):
    code = code_of(tmp_path, {"a.py": "old", "b.py": "old", "c.py": "old", "gone.py": ""})

    def act(turn: int) -> None:
        if turn == 2:
            code_of(tmp_path, {"a.py": "new!", "d.py": "new"})
            (code / "gone.py").unlink()

    during_copy(monkeypatch, act)
    taken, run = take(code)
    assert taken.notes == ()
    assert taken.hash == snapshot.hash_of(code)
    assert (run.code / "a.py").read_text(encoding="utf-8") == "new!"
    assert (run.code / "d.py").exists()
    assert not (run.code / "gone.py").exists()


def test_a_file_that_never_holds_still_is_spoken_of(tmp_path, monkeypatch):
    code = code_of(tmp_path, {"a.py": "", "train.log": ""})
    during_copy(monkeypatch, lambda turn: code_of(tmp_path, {"train.log": "x" * (turn + 1)}) and None)
    taken, run = take(code)
    assert taken.notes[0].startswith("train.log kept changing while the code was copied")
    held = Path(run.code / "train.log").read_bytes()
    assert held
    assert set(held) <= {ord("x")}


def test_a_file_that_cannot_be_read_names_itself_and_the_way_out(tmp_path, monkeypatch):
    write(tmp_path, job("echo", "code: ."), {"a.py": ""})
    os_open = os.open

    def refused(path: str, *arguments: int, **more: int) -> int:  # what root never sees
        if path == str(tmp_path / "a.py"):
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return os_open(path, *arguments, **more)

    monkeypatch.setattr(copying.os, "open", refused)
    with pytest.raises(UserError) as caught:
        create(tmp_path / "job.yml", options=HERE)
    assert "a.py" in str(caught.value)
    assert ".amlignore" in caught.value.hint
    assert not list((tmp_path / ".joblens" / "runs").iterdir())


@pytest.fixture
def small_disk(tmp_path: Path, need: Callable[[object, str], None]) -> Iterator[Path]:
    """A disk of two megabytes."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=2m", "none", str(place)], check=False, capture_output=True
        ).returncode
    )
    need(mounted, "only root can mount a small disk")
    yield place
    subprocess.run(["umount", str(place)], check=True)


@pytest.mark.parametrize("count", [3, 60])
def test_a_full_disk_is_said_and_nothing_half_made_stays(tmp_path, small_disk, count, monkeypatch):
    monkeypatch.setattr(size, "_MANY", 50)
    files = {f"f{number}": "x" * (3_000_000 // count) for number in range(count)}
    code_of(tmp_path, files)
    with pytest.raises(UserError, match="no space left on device") as caught:
        create(write(small_disk, job("echo", f"code: {tmp_path}/src")), options=HERE)
    assert caught.value.hint == "Make room on that disk, then try again."
    left = [path for path in (small_disk / ".joblens").rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in left) < 1000
    assert not list((small_disk / ".joblens" / "runs").iterdir())


def test_a_job_that_edits_its_code_changes_neither_the_folder_nor_another_run(tmp_path):
    code = code_of(tmp_path, {"main.py": "one\n"})
    command = "\"cat main.py; printf 'two\\\\n' >> main.py; sed -i s/one/three/ main.py; cat main.py\""
    file = write(tmp_path, job(command, "code: src"))
    first, second = finished(file), finished(file)
    assert first.lines == second.lines == ["one", "three", "two"]
    assert (code / "main.py").read_text(encoding="utf-8") == "one\n"
    reader = finished(write(tmp_path, job("cat main.py", "code: src")))
    assert reader.lines == ["one"]


def test_ended_runs_share_what_is_equal_and_no_run_can_write_into_it(tmp_path):
    code = code_of(tmp_path, {"main.py": "print(1)\n", "same.py": "print(1)\n"})
    (code / "main.py").chmod(0o755)
    file = write(tmp_path, job('"ls; echo x >> same.py"', "code: src"))
    first, second = finished(file), finished(file)
    mine, other = (run.folder.code / "main.py" for run in (first, second))
    assert mine.stat().st_ino == other.stat().st_ino != (code / "main.py").stat().st_ino
    assert mine.stat().st_mode & 0o777 == 0o555
    assert (first.folder.code / "same.py").read_text(encoding="utf-8") == "print(1)\nx\n"
    assert (code / "same.py").read_text(encoding="utf-8") == "print(1)\n"


def test_two_runs_at_once_each_have_all_of_the_code(tmp_path, monkeypatch):
    monkeypatch.setattr(size, "_MANY", 50)
    code = code_of(tmp_path, {f"p{number // 20}/f{number}.py": str(number) for number in range(60)})
    taken: list[Snapshot] = []
    names = [f"r{number}" for number in range(3)]
    threads = [threading.Thread(target=lambda name=name: taken.append(take(code, name)[0])) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {one.hash for one in taken} == {snapshot.hash_of(code)}
    for name in names:
        kept = RunFolder(tmp_path / ".joblens" / "runs" / name).code
        assert snapshot.hash_of(kept.resolve()) == taken[0].hash
