"""Logs: whatever a command prints, its log stays below the limit and its readers keep their feet."""

import resource
import time
from pathlib import Path

import pytest

from joblens.engine import log_limit
from joblens.engine.events import Event
from joblens.engine.follow import follow
from joblens.engine.run import RunOptions, create
from joblens.engine.tail import Tail
from tests.engine.jobs import finished, job, until, write

LIMIT = 1 << 20


def tail(file: Path, text: bytes, **how: object) -> tuple[Tail, list[Event]]:
    file.write_bytes(text)
    made = Tail(file, **how)  # type: ignore[arg-type]
    return made, list(made.lines(last=True))


def grown(file: Path, size: int) -> None:
    """A log of lines of 100 bytes, each with its number."""
    with file.open("ab") as log:
        start = log.tell() // 100
        log.writelines(b"%099d\n" % number for number in range(start, start + size // 100))


def test_a_log_over_its_limit_keeps_its_beginning_and_its_newest_part(tmp_path):
    log = tmp_path / "log"
    for _ in range(20):
        grown(log, LIMIT // 2)
        log_limit.keep(log, LIMIT)
        assert log.stat().st_blocks * 512 <= 2 * LIMIT
    numbers = log.stat().st_size // 100
    log_limit.close(log, LIMIT)
    lines = log.read_bytes().split(b"\n")
    assert int(lines[0]) == 0
    assert int(lines[-2]) == numbers - 1
    assert log.stat().st_size <= LIMIT + 4096
    assert sum(b"thrown away here" in line for line in lines) == 1
    whole = [int(line) for line in lines if len(line) == 99]
    assert numbers - len(whole) < numbers * 0.95
    assert whole == sorted(whole)


def test_a_reader_goes_on_where_a_log_was_cut_and_is_told_what_is_missing(tmp_path):
    log = tmp_path / "log"
    grown(log, LIMIT)
    reader = Tail(log)
    first = list(reader.lines())
    grown(log, 4 * LIMIT)
    assert log_limit.keep(log, LIMIT)
    events = list(reader.lines(last=True))
    assert len([event for event in events if "thrown away" in event.text]) == 1
    assert not any("\0" in event.text for event in [*first, *events])
    log_limit.close(log, LIMIT)  # the file is another one now, but not for this reader
    assert list(reader.lines(last=True)) == []
    assert log.read_text(encoding="utf-8").rstrip().endswith(events[-1].text)


def test_rank_zero_keeps_both_names_of_its_log(tmp_path):
    log, second = tmp_path / "std_log.txt", tmp_path / "std_log_process_00.txt"
    log.touch()
    second.hardlink_to(log)
    grown(log, 4 * LIMIT)
    log_limit.keep(log, LIMIT)
    log_limit.close(log, LIMIT)
    assert second.samefile(log)


def test_a_line_without_end_is_told_in_pieces_and_nothing_of_it_is_lost(tmp_path):
    text = "ä" * 100_000
    _, events = tail(tmp_path / "log", text.encode() + b"\nnext\n")
    assert "".join(event.text for event in events[:-1]) == text
    assert max(len(event.text) for event in events) < 20_000
    assert [event.more for event in events[-3:]] == [True, False, False]


def test_a_live_view_sees_a_progress_bar_move(tmp_path):
    log = tmp_path / "log"
    log.write_bytes(b"\r10%")
    reader = Tail(log, live=True)
    seen = ""
    while not seen:
        seen = "".join(event.text for event in reader.lines())
    assert seen == "\r10%"
    with log.open("ab") as more:
        more.write(b"\r100%\n")
    assert [event.text for event in reader.lines()] == ["\r100%"]


def test_a_view_of_a_flood_shows_the_newest(tmp_path):
    log = tmp_path / "log"
    log.write_bytes(b"first\n")
    reader = Tail(log, most=LIMIT)
    assert [event.text for event in reader.lines()] == ["first"]
    grown(log, 10 * LIMIT)
    kind = [(event.kind, event.text) for event in reader.lines(last=True)]
    assert kind[0][0] == "note"
    assert "are not shown here" in kind[0][1]
    assert int(kind[-1][1]) == log.stat().st_size // 100 - 1
    assert len(kind) < 2 * LIMIT // 100


@pytest.mark.slow
def test_a_command_that_prints_without_end_fills_no_disk(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:nowhere")
    (tmp_path / "joblens.toml").write_text("[run]\nlog_limit = '1 MiB'\n", encoding="utf-8")
    command = '"echo begins; yes | head -c 30000000; sleep 3; yes no | head -c 3000000; echo; echo ends"'
    run = finished(write(tmp_path, job(command)))
    assert run.record.status == "Completed"
    assert run.folder.log.stat().st_size < 4 * LIMIT
    text = run.folder.log.read_text(encoding="utf-8")
    assert text.startswith("begins\n")
    assert text.endswith("ends\n")
    assert "were thrown away here" in text
    assert any("std_log.txt is longer than 1.0 MiB" in note for note in run.notes)


@pytest.mark.slow
def test_a_gigabyte_without_newline_neither_grows_a_reader_nor_is_lost(tmp_path, monkeypatch):
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "file:nowhere")
    size = 1_000_000_000
    file = write(tmp_path, job(f"\"head -c {size} /dev/zero | tr '\\\\0' x\""))
    started = create(file, options=RunOptions(environment="this-python"))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    told = sum(len(event.text) for event in follow(started.folder) if event.kind == "line")
    assert told == size
    assert (started.folder / "user_logs" / "std_log.txt").stat().st_size == size
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    (started.folder / "user_logs" / "std_log.txt").unlink()


@pytest.mark.slow
def test_logs_reach_mlflow_while_the_command_runs(tmp_path):
    import urllib.request

    command = '"echo early; date > logs/own.txt; while [ ! -e ../go ]; do sleep 0.1; done"'
    started = create(write(tmp_path, job(command)), options=RunOptions(environment="this-python"))
    events = follow(started.folder)
    until(events, "early")
    from joblens.engine import records

    tracking = records.show(started.folder).tracking
    place = f"{tracking['uri']}/get-artifact?run_id={tracking['run_id']}&path="
    found = b""
    while not found:
        time.sleep(0.3)
        try:
            with urllib.request.urlopen(place + "user_logs/std_log.txt") as answer:
                found = answer.read()
        except OSError:
            assert not records.show(started.folder).final
    assert found == b"early\n"
    assert records.show(started.folder).status == "Running"
    (started.folder / "go").touch()
    assert list(events)[-1].status == "Completed"
