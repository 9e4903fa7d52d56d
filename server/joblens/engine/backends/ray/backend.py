"""Runs tasks as one job of a Ray cluster: on a node of it, or as a gang of nodes that begin together."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import time
from collections.abc import Sequence
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.engine import processes
from joblens.engine.backends.base import Note, Task
from joblens.engine.backends.ray import cluster as clusters
from joblens.engine.backends.ray import following, packages, parcel, tracking
from joblens.engine.backends.ray.cluster import Cluster, ClusterError
from joblens.engine.backends.ray.following import Following
from joblens.engine.backends.ray.places import RayPlaces
from joblens.engine.backends.ray.task import RayTask
from joblens.engine.data import protection
from joblens.engine.distribution import layout
from joblens.engine.plan import Plan
from joblens.errors import UserError

if TYPE_CHECKING:
    from ray.job_submission import JobSubmissionClient

STATE = "ray.json"
"""The file of a run that says which job of which cluster it is."""
_FIRST_PORT = 61050
"""They stand for ports that the nodes find when they are there."""
_LATE = 1.5
"""Seconds that a node's shell may take to write how a stopped command ended."""
_QUIET = 120.0
"""Seconds without a word after which an ended job is not waited for any more."""
_TALKERS = (
    "ray.dashboard.modules.dashboard_sdk",
    "ray.dashboard.modules.job.sdk",
    "ray._private.runtime_env.packaging",
)
"""Loggers of Ray's client that tell every upload on stderr, whatever the level of those above them."""
_INTERFACES = ("GLOO_SOCKET_IFNAME", "NCCL_SOCKET_IFNAME")


class RayBackend:
    """The cluster that the plan names."""

    def __init__(self, plan: Plan) -> None:
        assert plan.cluster is not None
        self._plan = plan
        self._cluster: Cluster = plan.cluster
        self._folder = plan.run_folder
        self._places = RayPlaces(plan.run_folder)
        self._note: Note = lambda _: None
        self._tasks: list[Task] = []
        self._given: dict[str, str] = {}
        self._way = tracking.Way(self._cluster)
        self._following: Following | None = None

    def limits(self) -> list[str]:
        """Which cluster it is, how files come to it, what is installed there."""
        shape = self._plan.layout
        found = [*clusters.told(self._cluster), packages.told(self._plan)]
        if shape.framework == "ray":
            found.append(
                "The command uses this cluster itself: it is given a place for its own process only, none is "
                "kept for what it starts."
            )
        if protection.protected(self._plan):
            found.append("Inputs are not protected against writing by the command.")
        return found

    def prepare(self, log: Path, note: Note) -> None:
        """Ask whether the cluster is still there; build the environment where its nodes are this machine."""
        self._note = note
        self._check()
        clusters.cluster({}, self._cluster.address)
        if self._cluster.here:
            self._given = packages.built_here(self._plan, log, note)
        elif not self._cluster.sees:
            parcel.check(self._plan)

    def hosts(self) -> Sequence[str]:
        """Names that the cluster puts addresses for, once it has chosen the nodes."""
        if self._nodes == 1:
            return [layout.HOST]
        return [f"joblens-node-{number}-of-{self._plan.name}." for number in range(self._nodes)]

    def ports(self, count: int) -> Sequence[int]:
        """Numbers that the cluster puts free ports for."""
        return range(_FIRST_PORT, _FIRST_PORT + count)

    def start(self, task: Task) -> RayTask:
        """Take the task; all begin when the last one is there."""
        number = len(self._tasks)
        self._tasks.append(task)
        if len(self._tasks) == self._expected:
            self._submit()
        return RayTask(number, task.exit_code, lambda: self._following, self._stop)

    @property
    def holds(self) -> bool:
        """Nothing is started here before it may begin."""
        return False

    def let_go(self) -> None:
        """Nothing waits."""

    def close(self, grace: float | None = None) -> int:
        """Wait until the job has ended and its files are here."""
        del grace  # the cluster's own
        job = self._following
        if job is not None:
            if not self._ended():
                self._stop()
            while not job.over.wait(0.05) and time.monotonic() - job.heard < _QUIET:
                pass
        self._way.close()
        if self._cluster.here:
            packages.remove(self._plan)
        return job.left if job is not None else 0

    def gone(self) -> None:
        """Nothing is left to be removed after `close`."""

    def recover(self) -> int:
        """Stop the job that another process submitted, or take what it came to."""
        try:
            job = json.loads((self._folder.path / STATE).read_text(encoding="utf-8"))["job"]
        except (OSError, ValueError, KeyError):  # it had not come so far
            return 0
        running = 0
        try:
            client = self._client()
            if not client.get_job_status(job).is_terminal():
                running = 1
                client.stop_job(job)
            if not self._cluster.sees:  # the logs begin anew, as the job's own log does
                for log in self._folder.log.parent.iterdir():
                    os.truncate(log, 0)
            Following(self._plan, self._client, job, lambda _: None).follow()
        except (RuntimeError, OSError, UserError):  # the cluster is gone, and the job with it
            pass
        if running:
            self._forget_ends()
        if self._cluster.here:
            packages.remove(self._plan)
        return running

    def _forget_ends(self) -> None:
        """How the commands ended was our doing; the shells on the nodes may write it a little later."""
        end = time.monotonic() + _LATE
        while time.monotonic() < end:
            for code in self._folder.path.glob("exit-code-*"):
                code.unlink(missing_ok=True)
            time.sleep(0.1)

    @property
    def _nodes(self) -> int:
        return 1 if self._plan.layout.framework == "ray" else self._plan.layout.nodes

    @property
    def _expected(self) -> int:
        """How many tasks there will be."""
        shape = self._plan.layout
        return 1 if shape.framework in {"mpi", "ray"} else max(shape.count, self._nodes)

    def _check(self) -> None:
        shape = self._plan.layout
        if shape.framework == "mpi" and (shape.nodes > 1 or not self._cluster.sees):
            raise UserError(
                "MPI over several nodes of a Ray cluster is not supported.",
                hint="Use 'distribution: pytorch', one instance on a shared disk, or --backend container.",
            )

    def _submit(self) -> None:
        bundle = self._bundle()
        alone = self._nodes == 1
        environment: dict[str, Any] = {}
        if not self._cluster.here:
            environment = packages.runtime_environment(self._plan)
        job = f"joblens-{re.sub(r'[^A-Za-z0-9_.-]', '-', self._plan.name)}-{os.urandom(4).hex()}"
        state = {"address": self._cluster.address, "job": job}
        (self._folder.path / STATE).write_text(json.dumps(state), encoding="utf-8")
        with tempfile.TemporaryDirectory(prefix="joblens-") as folder:
            parcel.fill(Path(folder), self._order(bundle), None if self._cluster.sees else self._sent())
            try:
                clusters.submit(
                    self._client(),
                    entrypoint="exec sh launch.sh",
                    submission_id=job,
                    runtime_env={**environment, "working_dir": folder},
                    metadata={"joblens.run": self._plan.name},
                    entrypoint_num_cpus=bundle["CPU"] if alone else None,
                    entrypoint_num_gpus=(bundle["GPU"] or None) if alone else None,
                )
            except (RuntimeError, OSError, ValueError) as error:
                raise ClusterError(
                    f"The Ray cluster at {self._cluster.address} did not take the job: {error}",
                    hint="See what its dashboard says.",
                ) from error
        self._following = Following(self._plan, self._client, job, self._note)
        self._following.start()

    def _bundle(self) -> dict[str, float]:
        """What each node of the job is given of the cluster's."""
        shape = self._plan.layout
        each = 1 if shape.framework == "ray" else -(-max(shape.count, self._nodes) // self._nodes)
        cpus = self._cluster.cpus
        return {"CPU": float(each if cpus is None else cpus), "GPU": self._cluster.gpus}

    def _order(self, bundle: dict[str, float]) -> dict[str, object]:
        plan, alone = self._plan, self._nodes == 1
        asked = {name for name in _INTERFACES if name in os.environ or name in plan.variables}
        needs = plan.needs
        return {
            "run_name": plan.name,
            "root": self._places.root(),
            "mark": f"{processes.RUN_VARIABLE}={plan.folder}",
            "told": str(following.told_in(self._folder)) if self._cluster.sees else "",
            "proof": str(self._proof()),
            "sees": self._cluster.sees,
            "links": self._links() if self._cluster.sees else [],
            "outputs": [[each.name, each.type == "uri_file"] for each in plan.outputs],
            "nodes": self._nodes,
            "hosts": [] if alone else list(self.hosts()),
            "interfaces": [] if alone else [name for name in _INTERFACES if name not in asked],
            "bundle": bundle,
            "grace": plan.life.grace,
            "largest": parcel.LARGEST,
            "python": "" if self._cluster.here else packages.python_wanted(needs),
            "drift": needs.drift,
            "tracking": self._way.tried(self._tasks),
            "tasks": [self._task(number, task) for number, task in enumerate(self._tasks)],
        }

    def _task(self, number: int, task: Task) -> dict[str, object]:
        return {
            "number": number,
            "node": task.node,
            "command": task.command,
            "log": str(task.log),
            "log_name": os.path.relpath(task.log, self._folder.path),
            "exit_code": str(task.exit_code),
            "ports": list(task.ports),
            "variables": self._variables(task),
        }

    def _variables(self, task: Task) -> dict[str, str]:
        passed = {
            name: value
            for name, value in os.environ.items()
            if any(fnmatchcase(name, pattern) for pattern in self._plan.passed)
        }
        variables = dict(task.variables)
        if "CUDA_VISIBLE_DEVICES" not in self._plan.variables:  # the cluster says which GPUs are whose
            variables.pop("CUDA_VISIBLE_DEVICES", None)
        if variables.get("MLFLOW_TRACKING_URI"):
            variables["MLFLOW_TRACKING_URI"] = self._way.seen(variables["MLFLOW_TRACKING_URI"])
        root = self._places.root()
        folders = {
            "AZUREML_CR_HT_CAP_user_logs_PATH": f"{root}/run/user_logs",
            "AZUREML_CR_HT_CAP_outputs_PATH": f"{root}/outputs",
            "AZUREML_CR_HT_CAP_logs_PATH": f"{root}/logs",
        }
        mark = {processes.RUN_VARIABLE: self._plan.folder}
        return {**passed, **self._given, **folders, **variables, **mark}

    def _links(self) -> list[list[str]]:
        """Each place below the run's root, and what it leads to."""
        run, root = self._folder, self._places.root()
        found = {"run": run.path, "code": run.code, "logs": run.logs, "outputs": run.outputs}
        found |= {f"named/{each.name}": Path(each.target) for each in self._plan.outputs}
        for source in self._plan.inputs:
            if source.source:
                found[os.path.relpath(source.value, root)] = Path(source.source)
        return [[place, str(path)] for place, path in found.items()]

    def _sent(self) -> dict[str, str]:
        """What is sent, by its place below the run's root."""
        root = self._places.root()
        inputs = {os.path.relpath(each.value, root): each.source for each in self._plan.inputs if each.source}
        return {"code": str(self._folder.code), **inputs}

    def _proof(self) -> Path:
        """A file that a node finds when it sees the run's folder."""
        made = self._folder.path / ".seen-by-nodes"
        if self._cluster.sees:
            made.write_text(self._plan.name, encoding="utf-8")
        return made

    def _client(self) -> JobSubmissionClient:
        import logging

        from ray.job_submission import JobSubmissionClient

        made = JobSubmissionClient(self._cluster.address, headers=clusters.headers())
        for name in _TALKERS:
            logging.getLogger(name).setLevel(logging.ERROR)
        return made

    def _stop(self) -> None:
        """Ask for the end of the job, once."""
        if self._following is None or self._following.stopped:
            return
        self._following.stopped = True
        with contextlib.suppress(RuntimeError, OSError, UserError):  # it has ended, or the cluster is gone
            self._client().stop_job(self._following.job)

    def _ended(self) -> bool:
        return all(task.exit_code.exists() for task in self._tasks)
