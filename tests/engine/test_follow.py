"""Following a run: whole lines, in order, whether a reader comes early, late, or amid a letter."""

from pathlib import Path

import pytest

from joblens.engine import records
from joblens.engine.events import Event, EventLog
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from joblens.engine.records import Record
from joblens.errors import UserError


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    """The folder of a run that has begun."""
    folder = RunFolder(tmp_path)
    for file in (folder.log, folder.build_log):
        file.parent.mkdir()
        file.touch()
    EventLog(folder.events).append(Event("status", status="Preparing"))
    return folder


def end(run: RunFolder) -> None:
    records.write(run, Record(run.name, records.COMPLETED))
    EventLog(run.events).append(Event("status", status=records.COMPLETED, exit_code=0))


def texts(events: object) -> list[str]:
    return [event.text or str(event.status) for event in events]  # type: ignore[attr-defined]


def test_what_was_printed_stands_before_the_end(run):
    run.log.write_bytes(b"one\r\ntwo")
    end(run)
    assert texts(follow(run.path)) == ["Preparing", "one", "two", "Completed"]


def test_a_letter_that_is_half_written_waits_for_its_other_half(run):
    events = follow(run.path, poll=0)
    assert next(events).status == "Preparing"
    run.log.write_bytes("gr\u00fc\u00df\n".encode()[:3])
    with run.log.open("ab") as log:
        log.write("gr\u00fc\u00df\n".encode()[3:])
    assert next(events).text == "gr\u00fc\u00df"


def test_bytes_that_are_no_text_do_not_stop_a_reader(run):
    run.log.write_bytes(b"\xff\xfe ok\n")
    end(run)
    assert texts(follow(run.path))[1].endswith(" ok")


def test_a_glance_ends_with_what_is_there(run):
    run.log.write_bytes(b"one\ntwo")
    assert texts(follow(run.path, until_end=False)) == ["Preparing", "one"]


def test_a_run_whose_folder_is_moved_away_meanwhile_is_told_in_words(tmp_path):
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    records.write(folder, Record("run", records.RUNNING))
    EventLog(folder.events).note("begun")
    events = follow(folder.path)
    assert next(events).text == "begun"
    folder.path.rename(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="The run run cannot be followed any more"):
        list(events)
