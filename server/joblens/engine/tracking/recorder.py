"""What MLflow is told of one run: its start, its parameters, where it came from, its end and its files."""

from __future__ import annotations

import contextlib
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
from joblens.engine.tracking import server
from joblens.engine.tracking.client import Client, TrackedRun, TrackingError
from joblens.errors import UserError

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
        client = Client(self.uri)
        try:
            client.set_tags(self.run.run_id, tags)
        except TrackingError as error:
            note(f"The record in MLflow lacks what became known of the environment: {error}.")
        finally:
            client.close()

    def finish(
        self,
        status: str,
        folder: RunFolder,
        note: Callable[[str], None],
        tags: Mapping[str, str] | None = None,
    ) -> None:
        """Keep the run's files and set its final status, which a script cannot know."""
        with contextlib.suppress(UserError, OSError):  # what is missing then is said below
            server.revive(self.uri)
        client = Client(self.uri)
        try:
            if tags:
                client.set_tags(self.run.run_id, tags)
            client.finish(self.run.run_id, _STATUSES[status], self.name)
            if self.run.artifacts.startswith("mlflow-artifacts:"):
                client.upload(self.run, _artifacts(folder))
            else:
                note(
                    f"MLflow keeps artifacts elsewhere ({self.run.artifacts}); outputs stay in {folder.path}."
                )
        except TrackingError as error:
            note(f"The record in MLflow is not complete: {error}. The run's folder has everything.")
        finally:
            client.close()


def begin(plan: Plan, snapshot: str, parent: str | None, note: Callable[[str], None]) -> Recorder | None:
    """Start the record; None, with a note that says why, where it cannot be."""
    uri = _uri(note)
    if uri is None:
        return None
    client = Client(uri)
    try:
        experiment = client.experiment(plan.experiment)
        name = plan.display_name or plan.name
        run = client.create_run(experiment, name, _tags(plan, snapshot, parent))
        client.log_parameters(run.run_id, plan.parameters)
    except TrackingError as error:
        note(f"This run's metrics are not tracked: {error}.")
        return None
    finally:
        client.close()
    return Recorder(uri, run, plan.experiment, name)


def _uri(note: Callable[[str], None]) -> str | None:
    """The user's own server before ours."""
    own = os.environ.get("MLFLOW_TRACKING_URI")
    if own and not own.startswith(("http://", "https://")):
        note(f"MLFLOW_TRACKING_URI is '{own}', no HTTP address: it is the command's, nothing is recorded.")
        return None
    if own:
        return own.rstrip("/")
    try:
        return server.ensure(note)
    except UserError as error:
        note(f"{error} {error.hint}")
    except OSError as error:  # no place to write, no port
        way_out = f"Records are kept in {folders.home()}: make it writable, or set JOBLENS_HOME."
        what = "The MLflow server cannot start, so this run's metrics are not tracked"
        refusal = files.refused(what, error, hint=way_out)
        note(f"{refusal} {refusal.hint}")
    return None


def _tags(plan: Plan, snapshot: str, parent: str | None) -> dict[str, str]:
    job_file = Path(plan.job_file)
    tags = {
        **plan.tags,
        **git.tags(job_file.parent),
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


def read(data: Mapping[str, str]) -> Recorder:
    """The record that `Recorder.data` wrote."""
    run = TrackedRun(data["run_id"], data["experiment_id"], data["artifacts"])
    return Recorder(data["uri"], run, data["experiment"], data["name"])
