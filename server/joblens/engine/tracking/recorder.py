"""What MLflow is told of a run that has a record: its parameters, its end and its files."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from joblens.engine import files, plan
from joblens.engine.folders import RunFolder
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

    def start(self, note: Callable[[str], None]) -> None:
        """Let a run begin that waited."""
        try:
            with contextlib.closing(direct.client(self.uri)) as client:
                client.start(self.run.run_id)
        except TrackingError as error:
            note(f"The record in MLflow lacks when the run started: {error}.")

    def finish(
        self,
        status: str,
        folder: RunFolder,
        note: Callable[[str], None],
        tags: Mapping[str, str] | None = None,
        *,
        ended: float | None = None,
    ) -> bool:
        """Keep the run's files, and set its final status, which a script cannot know.

        What it was started with is recorded only now: a parameter cannot be changed, and the script may log
        its own of that name, as it reads the value.
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
            self._add_parameters(client, folder, note)
            client.finish(self.run.run_id, _STATUSES[end.status], self.name, end.time)
            if self.run.artifacts.startswith("mlflow-artifacts:"):
                self._keep_files(client, folder, note)
                return
        note(f"MLflow keeps artifacts elsewhere ({self.run.artifacts}); outputs stay in {folder.path}.")

    def _add_parameters(self, client: Client, folder: RunFolder, note: Callable[[str], None]) -> None:
        try:
            client.add_parameters(self.run.run_id, _parameters(folder))
        except (UnavailableError, UnknownRunError):
            raise
        except TrackingError as error:  # a name that MLflow does not take
            note(f"The inputs are not recorded in MLflow: {error}.")

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


def _parameters(folder: RunFolder) -> Mapping[str, str]:
    """The values that the run was started with; none where its plan cannot be read."""
    try:
        return plan.kept(folder).parameters
    except UserError:
        return {}


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
