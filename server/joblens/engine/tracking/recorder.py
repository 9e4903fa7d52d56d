"""What MLflow is told of one run: its start, its parameters, where it came from, its end and its files."""

from __future__ import annotations

import contextlib
import functools
import getpass
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from joblens.engine import files, folders
from joblens.engine.code import git
from joblens.engine.folders import RunFolder
from joblens.engine.plan import Plan
from joblens.engine.tracking import direct, server
from joblens.engine.tracking.client import (
    Client,
    NoAnswerError,
    TrackedRun,
    TrackingError,
    UnavailableError,
    UnknownRunError,
)
from joblens.errors import UserError

_LATER = "It is completed when MLflow takes it; until then, the run's folder has everything."
_STATUSES = {"Completed": "FINISHED", "Failed": "FAILED", "Canceled": "KILLED"}


@dataclass(frozen=True, slots=True)
class Recorder:
    """The record of a run that has begun."""

    uri: str
    run: TrackedRun
    experiment: str
    name: str

    @property
    def url(self) -> str:
        """Where a browser shows the run."""
        return f"{self.uri}/#/experiments/{self.run.experiment_id}/runs/{self.run.run_id}"

    def variables(self) -> dict[str, str]:
        """What the command must know to log into this run, as on the cluster."""
        return {
            "MLFLOW_TRACKING_URI": self.uri,
            "MLFLOW_RUN_ID": self.run.run_id,
            "MLFLOW_EXPERIMENT_ID": self.run.experiment_id,
            "MLFLOW_EXPERIMENT_NAME": self.experiment,
            "AZUREML_EXPERIMENT_ID": self.run.experiment_id,
            # Runs that the script makes besides this one become its children instead of strays.
            "MLFLOW_RUN_CONTEXT": json.dumps({"mlflow.parentRunId": self.run.run_id}),
        }

    def data(self) -> dict[str, str]:
        """The record as plain data, for whoever has to finish it."""
        return {
            "uri": self.uri,
            "url": self.url,
            "run_id": self.run.run_id,
            "experiment_id": self.run.experiment_id,
            "artifacts": self.run.artifacts,
            "experiment": self.experiment,
            "name": self.name,
        }

    def tag(self, tags: Mapping[str, str], note: Callable[[str], None]) -> None:
        """Add what became known since the start."""
        try:
            with contextlib.closing(direct.client(self.uri)) as client:
                client.set_tags(self.run.run_id, tags)
        except TrackingError as error:
            note(f"The record in MLflow lacks what became known of the environment: {error}.")

    def log_parameters(self, parameters: Mapping[str, str], note: Callable[[str], None]) -> None:
        """Record the values that the run was started with."""
        if not parameters:
            return
        try:
            with contextlib.closing(direct.client(self.uri)) as client:
                client.log_parameters(self.run.run_id, parameters)
        except TrackingError as error:
            note(f"The inputs are not recorded in MLflow: {error}.")

    def start(self, parameters: Mapping[str, str], note: Callable[[str], None]) -> None:
        """Let a run begin that waited, with the values that it is started with."""
        try:
            with contextlib.closing(direct.client(self.uri)) as client:
                client.start(self.run.run_id, parameters)
        except TrackingError as error:
            note(f"The record in MLflow lacks when the run started, and its inputs: {error}.")

    def finish(
        self,
        status: str,
        folder: RunFolder,
        note: Callable[[str], None],
        tags: Mapping[str, str] | None = None,
        *,
        ended: float | None = None,
    ) -> bool:
        """Keep the run's files and set its final status, which a script cannot know.

        Answers whether nothing is left to be done: what MLflow cannot do now, it may do later.
        """
        end = _End(status, tags or {}, ended)
        try:
            try:
                if server.is_ours(self.uri) and server.expected() is None:
                    raise NoAnswerError("the MLflow server, or its database, is gone")
                self._finish(end, folder, note)
            except NoAnswerError:
                with contextlib.suppress(UserError, OSError):  # what is missing then is said below
                    server.revive(self.uri)
                self._finish(end, folder, note)
        except (UnavailableError, UnknownRunError) as error:
            note(f"The record in MLflow is not complete: {error}. {_LATER}")
            return False
        except TrackingError as error:
            note(f"The record in MLflow is not complete: {error}. The run's folder has everything.")
        return True

    def _finish(self, end: _End, folder: RunFolder, note: Callable[[str], None]) -> None:
        with contextlib.closing(direct.client(self.uri)) as client:
            if end.tags:
                client.set_tags(self.run.run_id, end.tags)
            client.finish(self.run.run_id, _STATUSES[end.status], self.name, end.time)
            if self.run.artifacts.startswith("mlflow-artifacts:"):
                self._keep_files(client, folder, note)
                return
        note(f"MLflow keeps artifacts elsewhere ({self.run.artifacts}); outputs stay in {folder.path}.")

    def _keep_files(self, client: Client, folder: RunFolder, note: Callable[[str], None]) -> None:
        for file, path in _artifacts(folder):
            self._keep(client, file, path, note)

    def _keep(self, client: Client, file: Path, path: str, note: Callable[[str], None]) -> None:
        try:
            client.upload(self.run, [(file, path)])
        except OSError as error:  # nobody may read it, or it went away
            note(f"{path} is not among the artifacts: {files.reason(error)}.")

    def forget(self) -> None:
        """Move the record to MLflow's bin: the run is repeated, and must not stand there twice."""
        with contextlib.suppress(TrackingError), contextlib.closing(Client(self.uri)) as client:
            client.delete(self.run.run_id)

    def there(self) -> bool:
        """Whether MLflow has the run; what cannot be asked is taken for there."""
        try:
            with contextlib.closing(Client(self.uri)) as client:
                return client.has(self.run.run_id)
        except TrackingError:
            return True


@dataclass(frozen=True, slots=True)
class _End:
    """How a run ended."""

    status: str
    tags: Mapping[str, str]
    time: float | None


def last_tags(best: Mapping[str, object]) -> dict[str, str]:
    """What is known of a run only at its end: a sweep's best trial."""
    if not best:
        return {}
    return {
        "best_child_run_id": str(best["run_id"]),
        "score": str(best["value"]),
        "best_metric_status": "Succeeded",
    }


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


def _artifacts(folder: RunFolder) -> Iterator[tuple[Path, str]]:
    for part in (folder.outputs, folder.logs, folder.log.parent):
        for file in sorted(part.rglob("*")):
            if file.is_file():
                yield file, file.relative_to(folder.path).as_posix()


def metric(data: Mapping[str, str], name: str) -> float | None:
    """The last value of a metric of the run; None where it has none, or the server does not answer."""
    client = Client(data["uri"])
    try:
        return client.metrics(data["run_id"]).get(name)
    except TrackingError:
        return None
    finally:
        client.close()


def resumed(data: Mapping[str, str]) -> Recorder | None:
    """The record of a run that goes on after it had ended; None where MLflow has none."""
    if not data:
        return None
    found = read(data)
    try:
        with contextlib.closing(Client(found.uri)) as client:
            client.go_on(found.run.run_id)
    except TrackingError:
        return None
    return found


def read(data: Mapping[str, str]) -> Recorder:
    """The record that `Recorder.data` wrote."""
    run = TrackedRun(data["run_id"], data["experiment_id"], data["artifacts"])
    return Recorder(data["uri"], run, data["experiment"], data["name"])
