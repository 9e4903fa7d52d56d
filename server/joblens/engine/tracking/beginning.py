"""How a record in MLflow begins: in our server or the user's own, with where the run came from."""

from __future__ import annotations

import contextlib
import functools
import getpass
import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from joblens.engine import files, folders
from joblens.engine.code import git
from joblens.engine.plan import Plan
from joblens.engine.tracking import direct, server
from joblens.engine.tracking.client import NoAnswerError, TrackingError
from joblens.engine.tracking.recorder import Recorder
from joblens.errors import UserError


def wanted() -> bool:
    """Whether runs are to be recorded: in our server, or in the user's own."""
    own = os.environ.get("MLFLOW_TRACKING_URI")
    return not own or own.startswith(("http://", "https://"))


def begin(
    plan: Plan,
    snapshot: str,
    parent: str | None,
    note: Callable[[str], None],
    *,
    started: float | None = None,
    waits: bool = False,
) -> Recorder | None:
    """Start the record; None, with a note that says why, where it cannot be.

    A run that `waits` is on record as scheduled, until `Recorder.start` is called.
    """
    own = os.environ.get("MLFLOW_TRACKING_URI")
    if not wanted():
        note(
            f"MLFLOW_TRACKING_URI is '{own}': that is the command's to write to; Joblens itself records only "
            "in servers with an http address ('mlflow server' gives a store one)."
        )
        return None
    asked = _Asked(plan, snapshot, parent, started, waits)
    try:
        if own:
            return _begun(own.rstrip("/"), asked)
        return _begun_in_ours(asked, note)
    except TrackingError as error:
        note(f"This run's metrics are not tracked: {error}.")
    except UserError as error:
        note(f"{error} {error.hint}")
    except OSError as error:  # no place to write, no port
        way_out = f"Records are kept in {folders.home()}: make it writable, or set JOBLENS_HOME."
        what = "The MLflow server cannot start, so this run's metrics are not tracked"
        refusal = files.refused(what, error, hint=way_out)
        note(f"{refusal} {refusal.hint}")
    return None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be put on record."""

    plan: Plan
    snapshot: str
    parent: str | None
    started: float | None
    waits: bool


def _begun_in_ours(asked: _Asked, note: Callable[[str], None]) -> Recorder:
    """Ours is started only when the one that should be there does not answer: asking first takes time."""
    expected = server.expected()
    # A trial's sweep has asked; others do not begin below a server that the command could not log to.
    if expected is not None and (asked.parent is not None or server.answers(expected)):
        with contextlib.suppress(NoAnswerError):
            return _begun(expected, asked)
    return _begun(server.ensure(note), asked)


def _begun(uri: str, asked: _Asked) -> Recorder:
    plan = asked.plan
    with contextlib.closing(direct.client(uri)) as client:
        experiment = client.experiment(plan.experiment)
        name = plan.display_name or plan.name
        tags = _tags(plan, asked.snapshot, asked.parent)
        run = client.create_run(experiment, name, tags, asked.started, waits=asked.waits)
    return Recorder(uri, run, plan.experiment, name)


def _tags(plan: Plan, snapshot: str, parent: str | None) -> dict[str, str]:
    job_file = Path(plan.job_file)
    tags = {
        **plan.tags,
        **_of_repository(job_file.parent),
        "mlflow.user": _user(),
        "mlflow.source.name": job_file.name,
        "mlflow.source.type": "LOCAL",
        "joblens.run": plan.name,
        "joblens.folder": plan.folder,
        "joblens.command": plan.command,
        "joblens.snapshot": snapshot,
    }
    if plan.parameters:  # they become parameters at the run's end
        tags["joblens.parameters"] = json.dumps(dict(plan.parameters), ensure_ascii=False)
    if plan.description:
        tags["mlflow.note.content"] = plan.description
    if parent:
        tags["mlflow.parentRunId"] = parent
    return tags


_of_repository = functools.lru_cache(maxsize=1)(git.tags)


def look_at_code(plan: Plan) -> None:
    """Ask git once for all runs of this process, and of its forks: trials have the code of their sweep."""
    if wanted():
        _of_repository(Path(plan.job_file).parent)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return str(os.getuid()) if hasattr(os, "getuid") else ""
