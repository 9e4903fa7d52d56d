"""Jobs to run in tests: files put into a folder, a run started, and what came of it."""

import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from textwrap import dedent

import pytest

from joblens.engine import records
from joblens.engine.events import Event
from joblens.engine.folders import RunFolder
from joblens.engine.follow import follow
from joblens.engine.records import Record
from joblens.engine.run import RunOptions, create


def write(folder: Path, job: str, files: Mapping[str, str] | None = None) -> Path:
    """A job file in `folder`, beside other files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in (files or {}).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text), encoding="utf-8")
    made = folder / "job.yml"
    made.write_text(dedent(job), encoding="utf-8")
    return made


def job(command: str, more: str = "") -> str:
    """A job for this machine."""
    return f"command: {command}\nenvironment: azureml:any@latest\ncompute: local\n{more}"


class Finished:
    """A run that has ended: what it printed, what was said, how it stands."""

    def __init__(self, folder: Path, events: list[Event]) -> None:
        self.folder = RunFolder(folder)
        self.events = events
        self.lines = [event.text for event in events if event.kind == "line"]
        self.notes = [event.text for event in events if event.kind == "note"]
        self.record: Record = records.show(folder)


def finished(job_file: Path, **options: object) -> Finished:
    """Run the job to its end, with this Python unless the options say otherwise."""
    options.setdefault("environment", "this-python")
    started = create(job_file, options=RunOptions(**options))  # type: ignore[arg-type]
    return Finished(started.folder, list(follow(started.folder)))


def until(events: Iterator[Event], line: str) -> None:
    """Read events until the command has printed `line`."""
    for event in events:
        if event.kind == "line" and event.text == line:
            return
    raise AssertionError(f"the run ended without printing {line!r}")


def at_work(run: Path) -> None:
    """Wait until the command of the run, which somebody else starts, has printed `on`."""
    sweep = run.parent / run.name.rpartition("_")[0]
    while not (run / "run.json").exists():
        assert not (sweep / "run.json").exists() or not records.show(sweep).final, records.show(sweep)
        time.sleep(0.01)
    until(follow(run), "on")


def alive(pid: int) -> bool:
    """Whether a process with that id still does something."""
    try:
        os.kill(pid, 0)
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except (ProcessLookupError, FileNotFoundError):
        return False
    return state not in "ZX"


def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One place for caches and the tracking store of all tests, so that its server starts once."""
    from joblens.engine.tracking import server

    home = tmp_path_factory.getbasetemp() / "joblens"
    kept = {name: os.environ.get(name) for name in ("JOBLENS_HOME", "JOBLENS_CACHE", "MLFLOW_TRACKING_URI")}
    os.environ["JOBLENS_HOME"], os.environ["JOBLENS_CACHE"] = str(home / "home"), str(home / "cache")
    os.environ.pop("MLFLOW_TRACKING_URI", None)
    yield home
    server.stop()
    for name, value in kept.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
