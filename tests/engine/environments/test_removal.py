"""Environments go when nobody needs them: never under a run that goes on, never by halves."""

import os
import time
from pathlib import Path

import pytest

from joblens.engine import records
from joblens.engine.environments import cached, removal, store
from joblens.engine.environments.needs import place
from joblens.engine.environments.removal import InUseError
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from joblens.errors import RunNotFoundError

pytestmark = pytest.mark.slow


def run(folder: Path, status: str) -> Path:
    """A run that stands so, and is looked after."""
    folder.mkdir()
    records.write_supervisor(RunFolder(folder), os.getpid())
    records.write(RunFolder(folder), Record(folder.name, status=status, created=time.time()))
    return folder


def test_what_a_running_run_uses_stays(workshop):
    goes_on = run(workshop.folder / "goes-on", records.RUNNING)
    built = workshop.build(workshop.needs("tiny"), run=goes_on)
    with pytest.raises(InUseError, match="in use by the run 'goes-on'"):
        removal.remove(built)
    assert store.find(workshop.needs("tiny")) == built
    (entry,) = cached.listed(workshop.notes.append)
    assert (entry.in_use, entry.runs) == (str(goes_on), ("goes-on",))
    assert cached.unused([entry], time.time()) == []


def test_what_an_ended_run_used_goes_with_all_that_is_known_of_it(workshop):
    ended = run(workshop.folder / "ended", records.COMPLETED)
    built = workshop.build(workshop.needs("tiny"), run=ended)
    (entry,) = cached.unused(cached.listed(workshop.notes.append), time.time())
    cached.remove(entry)
    assert store.find(workshop.needs("tiny")) is None
    assert not built.folder.exists()
    assert [path for path in place().rglob("*") if path.is_file() and path.suffix != ".lock"] == []
    assert workshop.build(workshop.needs("tiny")).key == built.key


def test_a_run_whose_folder_is_gone_keeps_nothing(workshop):
    built = workshop.build(workshop.needs("tiny"), run=workshop.folder / "gone")
    removal.remove(built)
    assert store.every() == []


def test_what_was_used_lately_is_not_unused(workshop):
    workshop.build(workshop.needs("tiny"))
    assert cached.unused(cached.listed(workshop.notes.append), time.time() - 3600) == []


def test_what_ended_builders_left_is_removed(workshop):
    built = workshop.build(workshop.needs("tiny"))
    for name in (f".{built.key}-1", ".work-abc", "0123"):
        (place() / name).mkdir()
        (place() / name / "file").write_bytes(b"x" * 10)
    assert removal.remove_leftovers() == 30
    assert sorted(path.name for path in place().iterdir() if path.is_dir()) == sorted(["specs", built.key])


def test_a_name_may_be_cut_short_as_long_as_it_is_one(workshop):
    workshop.build(workshop.needs("tiny"))
    entries = cached.listed(workshop.notes.append)
    assert cached.named(entries[0].name[:5], entries) == entries[0]
    with pytest.raises(RunNotFoundError, match="no environment 'x'"):
        cached.named("x", entries)
    with pytest.raises(RunNotFoundError, match="2 environments begin with"):
        cached.named(entries[0].name[:5], entries * 2)
