"""Large code is read once: recognised when unchanged, kept once for all runs, and still each run's own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from joblens.engine.code import copying, large, sharing, size, snapshot
from joblens.engine.folders import RunFolder
from tests.engine.code.test_snapshot import new_run, take
from tests.engine.jobs import finished, job, write

COUNT = 60


@pytest.fixture(autouse=True)
def sixty_files_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(size, "_MANY", COUNT - 1)


def large_code(folder: Path) -> Path:
    code = folder / "src"
    for number in range(COUNT):
        file = code / f"p{number // 20}" / f"f{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"v = {number}\n", encoding="utf-8")
    (code / "main.py").write_text("one\n", encoding="utf-8")
    (code / "outputs").mkdir()
    (code / "outputs" / "before.txt").write_text("before\n", encoding="utf-8")
    return code


def grown_old(code: Path) -> None:
    """Let more time pass than a disk needs to tell two changes apart."""
    latest = max(file.stat().st_ctime_ns for file in code.rglob("*") if file.is_file())
    while time.time_ns() < latest + 4 * large._TICK:
        time.sleep(0.01)


def files_read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    read: list[str] = []
    copy, hash_of = copying.copy, copying.hash_of
    monkeypatch.setattr(
        copying, "copy", lambda file, target: (read.append(file.relative), copy(file, target))[1]
    )
    monkeypatch.setattr(copying, "hash_of", lambda source: (read.append(source), hash_of(source))[1])
    return read


def test_unchanged_code_is_not_read_again(tmp_path, monkeypatch):
    code = large_code(tmp_path)
    grown_old(code)
    first, run = take(code, "one")
    assert first.hash == snapshot.hash_of(code)
    read = files_read(monkeypatch)
    second, other = take(code, "two")
    assert second.hash == first.hash
    assert read == ["outputs/before.txt"]  # which each run has for itself
    assert run.code.resolve() == other.code.resolve()


def test_of_changed_code_only_what_changed_is_read(tmp_path, monkeypatch):
    code = large_code(tmp_path)
    grown_old(code)
    _, run = take(code, "one")
    (code / "main.py").write_text("two\n", encoding="utf-8")
    (code / "p1" / "f20.py").unlink()
    (code / "p1" / "f21.py").rename(code / "p1" / "moved.py")
    now = snapshot.hash_of(code)
    read = files_read(monkeypatch)
    taken, other = take(code, "two")
    assert taken.hash == now
    assert set(read) <= {"main.py", "p1/moved.py", "outputs/before.txt"}
    assert (run.code / "main.py").read_text(encoding="utf-8") == "one\n"
    assert (other.code / "p0" / "f0.py").stat().st_ino == (run.code / "p0" / "f0.py").stat().st_ino


def test_a_change_that_keeps_size_and_time_is_seen(tmp_path):
    code = large_code(tmp_path)
    grown_old(code)
    first, _ = take(code, "one")
    before = (code / "main.py").stat()
    (code / "main.py").write_text("six\n", encoding="utf-8")
    os.utime(code / "main.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    second, _ = take(code, "two")
    assert second.hash == snapshot.hash_of(code) != first.hash


def test_a_file_that_was_young_when_it_was_read_is_read_again(tmp_path, monkeypatch):
    code = large_code(tmp_path)
    monkeypatch.setattr(large, "_TICK", 10**12)  # a disk that tells changes apart after minutes only
    take(code, "one")
    read = files_read(monkeypatch)
    take(code, "two")
    assert str(code / "main.py") in read


def test_a_rule_that_changes_changes_what_is_kept(tmp_path):
    code = large_code(tmp_path)
    first, _ = take(code, "one")
    (code / ".amlignore").write_text("p1/\n", encoding="utf-8")
    second, run = take(code, "two")
    assert second.hash != first.hash
    assert not (run.code / "p1").exists()


def test_a_line_tells_how_large_the_code_is_and_where(tmp_path):
    code = large_code(tmp_path)
    (code / "data").mkdir()
    with (code / "data" / "big.bin").open("wb") as big:
        big.truncate(120_000_000)
    taken, _ = take(code)
    assert "120 MB in 63 files, 120 MB of it in data/" in taken.notes[0]
    assert ".amlignore" in taken.notes[0]


@pytest.mark.slow
def test_a_job_in_large_code_may_write_to_it_and_nobody_else_notices(tmp_path):
    code = large_code(tmp_path)
    command = (
        '"cat main.py p2/f59.py outputs/before.txt; echo two >> main.py; rm p0/f0.py; echo n > new.txt;'
        ' cat main.py; ls | head -3; echo done > outputs/x; ls p0 | wc -l"'
    )
    file = write(tmp_path, job(command, "code: src"))
    first, second = finished(file), finished(file)
    assert first.record.status == "Completed"
    assert first.lines == second.lines
    assert first.lines[:5] == ["one", "v = 59", "before", "one", "two"]
    assert first.lines[-1] == "19"
    assert (code / "main.py").read_text(encoding="utf-8") == "one\n"
    for run in (first, second):
        assert (run.folder.outputs / "x").read_text(encoding="utf-8") == "done\n"
        assert (run.folder.outputs / "before.txt").exists()
    reader = finished(write(tmp_path, job("cat main.py p0/f0.py", "code: src")))
    assert reader.lines == ["one", "v = 0"]


@pytest.mark.slow
def test_where_there_are_no_views_a_job_in_large_code_has_a_copy(tmp_path):
    code = large_code(tmp_path)
    _, run = take(code)
    kept = run.code.resolve()
    script = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "from pathlib import Path\n"
        "from joblens.engine.code import working\n"
        "from joblens.engine.folders import RunFolder\n"
        f"run = RunFolder(Path({str(run.path)!r}))\n"
        "working.make(run, view=False)\n"
        "(run.code / 'main.py').write_text('mine')\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)
    assert (run.code / "main.py").read_text(encoding="utf-8") == "mine"
    assert (kept / "main.py").read_text(encoding="utf-8") == "one\n"
    assert (run.code / "outputs" / "before.txt").exists()


@pytest.mark.slow
def test_kept_code_that_somebody_wrote_into_is_never_run(tmp_path):
    large_code(tmp_path)
    file = write(tmp_path, job("cat main.py", "code: src"))
    first = finished(file)
    (first.folder.code / "main.py").write_text("evil\n", encoding="utf-8")
    refused = finished(file)
    assert refused.record.status == "Failed"
    assert "written into the code that runs share" in refused.record.reason
    assert finished(file).lines == ["one"]


def test_kept_code_goes_once_no_run_refers_to_it(tmp_path):
    code = large_code(tmp_path)
    _, run = take(code)
    project = tmp_path / ".joblens"
    assert sharing.prune(project, older_than=0) == 0
    run.code.unlink()
    assert sharing.prune(project, older_than=3600) == 0  # a run may just be starting with it
    assert sharing.prune(project, older_than=-1) > COUNT
    assert not list((project / "code" / "trees").iterdir())
    _, again = take(code, "again")
    assert (again.code / "main.py").exists()


def test_kept_files_go_with_the_last_run_that_has_them(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("a", encoding="utf-8")
    _, run = take(tmp_path / "src")
    sharing.share(run, time.time() + 1)
    assert sharing.prune(tmp_path / ".joblens") == 0
    (run.code / "a.py").unlink()
    assert sharing.prune(tmp_path / ".joblens") == 1


def test_shared_content_that_was_changed_is_not_given_to_another_run(tmp_path):
    (tmp_path / "src").mkdir()
    (tmp_path / "src" / "a.py").write_text("a", encoding="utf-8")
    _, run = take(tmp_path / "src")
    sharing.share(run, time.time() + 1)
    (run.code / "a.py").chmod(0o644)
    (run.code / "a.py").write_text("x", encoding="utf-8")
    other = new_run(tmp_path, "other")
    snapshot.take(tmp_path / "src", other)
    sharing.share(other, time.time() + 1)
    assert (RunFolder(other.path).code / "a.py").read_text(encoding="utf-8") == "a"
