"""What the best trial wrote is kept under its sweep's own."""

from pathlib import Path

import pytest

from joblens.engine.folders import RunFolder
from joblens.engine.sweep import keeping


def folder(place: Path, files: dict[str, str], logs: dict[str, str] | None = None) -> RunFolder:
    made = RunFolder(place)
    for root, given in ((made.outputs, files), (made.logs, logs or {})):
        root.mkdir(parents=True)
        for name, text in given.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text, encoding="utf-8")
    return made


def names(place: Path) -> list[str]:
    return sorted(each.relative_to(place).as_posix() for each in place.rglob("*") if each.is_file())


def test_outputs_named_outputs_and_logs_of_the_best_are_kept_without_a_second_copy(tmp_path):
    best = folder(tmp_path / "s_1", {"model.bin": "m", "o/x.txt": "1"}, {"train.txt": "l"})
    sweep = folder(tmp_path / "s", {}, {"own.txt": "mine"})
    assert keeping.keep(sweep, "s_1") == []
    assert names(sweep.outputs) == ["model.bin", "o/x.txt"]
    assert names(sweep.logs) == ["own.txt", "train.txt"]
    assert (sweep.outputs / "model.bin").samefile(best.outputs / "model.bin")


def test_nothing_of_an_earlier_best_stays_and_its_own_files_are_untouched(tmp_path):
    first = folder(tmp_path / "s_0", {"same.txt": "0", "old.txt": "0"}, {"log.txt": "0"})
    folder(tmp_path / "s_1", {"same.txt": "1"}, {"log.txt": "1"})
    sweep = folder(tmp_path / "s", {})
    assert keeping.keep(sweep, "s_0") + keeping.keep(sweep, "s_1") == []
    assert names(sweep.outputs) == ["same.txt"]
    assert (sweep.logs / "log.txt").read_text(encoding="utf-8") == "1"
    assert (first.outputs / "same.txt").read_text(encoding="utf-8") == "0"
    assert (first.logs / "log.txt").read_text(encoding="utf-8") == "0"


def test_where_there_can_be_no_links_files_are_copied(tmp_path, monkeypatch):
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr("os.link", refuse)
    best = folder(tmp_path / "s_1", {"model.bin": "m"})
    sweep = folder(tmp_path / "s", {})
    assert keeping.keep(sweep, "s_1") == []
    assert (sweep.outputs / "model.bin").read_text(encoding="utf-8") == "m"
    assert not (sweep.outputs / "model.bin").samefile(best.outputs / "model.bin")


def test_a_file_that_cannot_be_kept_is_told_and_the_others_are_kept(tmp_path, monkeypatch):
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def link(source: str, target: str) -> None:
        if source.endswith("big.bin"):
            full()
        Path(target).write_bytes(Path(source).read_bytes())

    monkeypatch.setattr("os.link", link)
    monkeypatch.setattr("shutil.copy2", full)
    best = folder(tmp_path / "s_1", {"big.bin": "b", "small.txt": "s"})
    sweep = folder(tmp_path / "s", {})
    (told,) = keeping.keep(sweep, "s_1")
    assert "big.bin: [Errno 28] No space left on device" in told
    assert str(best.outputs) in told
    assert names(sweep.outputs) == ["small.txt"]


@pytest.mark.parametrize("left", [True, False], ids=["what a death left behind", "nothing"])
def test_a_trial_without_outputs_leaves_the_sweep_an_empty_folder(tmp_path, left):
    sweep = folder(tmp_path / "s", {"old.txt": "0"})
    (tmp_path / "s_1").mkdir()
    if left:
        sweep.outputs.with_name("outputs.new").mkdir()
    assert keeping.keep(sweep, "s_1") == []
    assert list(sweep.outputs.iterdir()) == []
