"""The files beside a job are read when they are asked for, and again when they have changed."""

import os
from pathlib import Path

import pytest

from joblens.job.disk import Disk, Entry
from joblens.text.document import Document


def test_a_path_is_a_file_a_folder_or_nothing(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("")
    (tmp_path / "src").mkdir()
    disk = Disk(tmp_path)
    entries = [disk.entry(disk.path(name)) for name in ("train.py", "src", "other", "train.py/below")]
    assert entries == [Entry.FILE, Entry.FOLDER, Entry.MISSING, Entry.MISSING]


def test_a_path_that_no_system_takes_is_unknown(tmp_path: Path) -> None:
    assert Disk(tmp_path).entry(tmp_path / "a\0b") is Entry.UNKNOWN
    assert Disk(tmp_path).entry(tmp_path / ("long" * 2000)) is Entry.UNKNOWN


def test_a_changed_file_is_read_again(tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    file.write_text("one")
    disk = Disk(tmp_path)
    assert disk.text(file) == "one"
    file.write_text("two")
    os.utime(file, ns=(1, 1))
    assert disk.text(file) == "two"
    file.unlink()
    assert disk.text(file) is None


def test_an_unchanged_file_is_parsed_once(tmp_path: Path) -> None:
    file = tmp_path / "component.yml"
    file.write_text("name: train\n")
    first = Disk(tmp_path).document(file)
    assert first is not None
    assert Disk(tmp_path).document(file) is first


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"x" * 1_000_001])
def test_what_is_no_text_of_a_job_is_none(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "blob"
    file.write_bytes(content)
    assert Disk(tmp_path).text(file) is None


def test_an_open_document_counts_before_it_is_saved(tmp_path: Path) -> None:
    opened = Document("name: unsaved\n")
    disk = Disk(tmp_path, lambda path: opened if path.name == "open.yml" else None)
    assert disk.entry(tmp_path / "open.yml") is Entry.FILE
    assert disk.text(tmp_path / "open.yml") == "name: unsaved\n"
    assert disk.document(tmp_path / "open.yml") is opened
    assert disk.entry(tmp_path / "other.yml") is Entry.MISSING


def test_a_folder_lists_its_names(tmp_path: Path) -> None:
    (tmp_path / "b.py").write_text("")
    (tmp_path / "a").mkdir()
    assert Disk(tmp_path).names(tmp_path) == ["a/", "b.py"]
    assert Disk(tmp_path).names(tmp_path / "b.py") == []
