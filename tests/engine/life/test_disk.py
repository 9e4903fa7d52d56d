"""What the disk does to runs: full, read-only, or without what was not written for good at a power cut."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from joblens.engine import disk, records
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from joblens.engine.records import Record
from joblens.engine.run import RunOptions, create
from joblens.engine.supervisor import Supervisor
from joblens.errors import UserError
from tests.engine.jobs import finished, job, write

HERE = RunOptions(environment="this-python")


@pytest.fixture(autouse=True)
def unrecorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here is about MLflow."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:nowhere")


@pytest.mark.slow
def test_a_disk_that_fills_up_while_logging_ends_the_run_in_words(small):
    command = "\"echo begins; head -c 8000000 /dev/zero | tr '\\\\0' x; exit 3\""
    run = finished(write(small, job(command)))
    assert (run.record.status, run.record.exit_code) == ("Failed", 3)
    assert disk.FULL in run.record.reason
    assert run.folder.log.read_text(encoding="utf-8").startswith("begins\nxxxx")
    assert disk.is_full(small)
    assert [event.status for event in run.events if event.kind == "status"][-1] == "Failed"
    assert records.show(run.folder.path) == run.record


@pytest.mark.slow
def test_a_run_on_a_full_disk_that_completes_is_complete_and_told_what_may_be_missing(small):
    run = finished(write(small, job('"cat /dev/zero > outputs/big; echo; true"')))
    assert (run.record.status, run.record.exit_code) == ("Completed", 0)
    assert disk.FULL in run.record.reason
    assert not run.folder.reserve.exists()


@pytest.mark.slow
def test_a_disk_that_cannot_be_written_starts_nothing(small):
    file = write(small, job("echo"))
    subprocess.run(["mount", "-o", "remount,ro", str(small)], check=True)
    with pytest.raises(UserError, match="read-only file system") as caught:
        create(file, options=HERE)
    assert "copy the project to a place that is" in caught.value.hint


@pytest.mark.slow
def test_a_path_with_blanks_and_letters_of_all_kinds_is_a_path(tmp_path):
    folder = tmp_path / "Übung 1 (日本) 'x' $HOME"
    folder.mkdir()
    more = "code: .\noutputs: {o: {type: uri_folder}}\n"
    run = finished(write(folder, job("echo größer > ${{outputs.o}}/y.txt; cat ${{outputs.o}}/y.txt", more)))
    assert (run.record.status, run.lines) == ("Completed", ["größer"])


def test_a_line_that_a_full_disk_cut_is_passed_over(tmp_path):
    log = EventLog(tmp_path / "events.jsonl")
    log.append(Event("note", "one"))
    with (tmp_path / "events.jsonl").open("ab") as file:
        file.write(b'{"kind": "no\n\0\0\0\n')
    log.append(Event("note", "two"))
    assert [event.text for event in log.read(0)[0]] == ["one", "two"]


class Platter:
    """What a power cut leaves of a folder: files as they were last synced, under names that were."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.contents: dict[int, bytes] = {}
        self.names: dict[Path, dict[str, int]] = {}
        self.folders: list[dict[Path, bytes]] = [{}]

    def fsync(self, descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        if place.is_dir():
            entries = [entry for entry in place.iterdir() if entry.is_file()]
            self.names[place] = {entry.name: entry.stat().st_ino for entry in entries}
        else:
            self.contents[place.stat().st_ino] = place.read_bytes()
        self.folders.append(self.left())

    def left(self) -> dict[Path, bytes]:
        return {
            (folder / name).relative_to(self.root): self.contents.get(inode, b"")  # named, but never written
            for folder, names in self.names.items()
            if folder.is_relative_to(self.root)
            for name, inode in names.items()
        }


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="asks /proc what is synced")
def test_whenever_power_fails_what_is_left_tells_the_truth(tmp_path, monkeypatch):
    write(tmp_path, job('"echo printed; echo made > outputs/model.txt"'))
    from joblens.engine import plan, starting
    from joblens.engine.backends import choose

    monkeypatch.setattr(starting, "start_supervisor", lambda *_: None)
    started = create(tmp_path / "job.yml", options=HERE)
    platter = Platter(started.folder)
    monkeypatch.setattr(os, "fsync", platter.fsync)
    made = plan.read(RunFolder(started.folder).plan)
    child = Supervisor(made, choose.backend_for(made))
    monkeypatch.setattr("signal.signal", lambda *_: None)
    child.supervise()
    seen = set()
    for number, left in enumerate(platter.folders):
        after = tmp_path / f"after-{number}" / started.name
        after.mkdir(parents=True)
        for name, content in left.items():
            (after / name).parent.mkdir(exist_ok=True)
            (after / name).write_bytes(content)
        for text in (after / "plan.json", after / "events.jsonl"):
            text.touch()
        if not (after / "run.json").exists():  # its name was never written for good: there is no such run
            continue
        old = time.time() - 3600
        os.utime(after / "run.json", (old, old))
        record = records.show(after)
        seen.add(record.status)
        assert record.final
        if record.status == "Completed":
            assert (after / "outputs" / "model.txt").read_text(encoding="utf-8") == "made\n"
            assert (after / "user_logs" / "std_log.txt").read_text(encoding="utf-8") == "printed\n"
        else:
            assert "lost" in record.reason
        assert list(follow(after))[-1].status == record.status
    assert "Completed" in seen


@pytest.mark.usefixtures("silence_is_seen_soon")
@pytest.mark.parametrize("text", [b"", b'{"name": "r", "sta', b"\xa6\x00\xff"])
def test_a_record_that_power_took_half_of_is_a_run_that_was_lost(tmp_path, text):
    folder = RunFolder(tmp_path)
    folder.state.write_bytes(text)
    folder.supervisor.write_text("", encoding="utf-8")
    old = time.time() - 3600
    for file in (folder.state, folder.supervisor):
        os.utime(file, (old, old))
    record = records.show(tmp_path)
    assert (record.status, record.name) == ("Failed", tmp_path.name)
    assert "lost" in record.reason


@pytest.mark.usefixtures("silence_is_seen_soon")
def test_a_machine_that_was_restarted_is_told_from_a_killed_supervisor(tmp_path):
    folder = RunFolder(tmp_path)
    records.write(folder, Record(tmp_path.name, records.RUNNING))
    folder.supervisor.write_text(
        '{"pid": 1, "started": 0, "place": "another-boot pid:[1]"}', encoding="utf-8"
    )
    os.utime(folder.supervisor, (0, 0))
    assert "its machine stopped or was restarted" in records.show(tmp_path).reason


def test_an_event_that_power_took_does_not_leave_a_reader_waiting(tmp_path):
    folder = RunFolder(tmp_path)
    folder.events.touch()
    records.write(folder, Record(tmp_path.name, records.COMPLETED, exit_code=0))
    assert [event.status for event in follow(tmp_path, poll=0.01)] == ["Completed"]
