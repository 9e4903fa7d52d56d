"""Runs tasks in containers: one for the whole job, or one per node on a network of their own."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from joblens.engine.backends.base import Note, Task
from joblens.engine.backends.container import engines, images, left, options, scripts
from joblens.engine.backends.container import machine as machines
from joblens.engine.backends.container.api import Api, RefusedError
from joblens.engine.backends.container.client import told
from joblens.engine.backends.container.engines import Engine
from joblens.engine.backends.container.machine import Machine
from joblens.engine.backends.container.places import ContainerPlaces
from joblens.engine.backends.container.reach import Reach
from joblens.engine.backends.container.task import ContainerTask
from joblens.engine.backends.container.watching import Watch
from joblens.engine.distribution import layout
from joblens.engine.plan import Plan

_FIRST_PORT = 6105
"""Azure ML's; each node has its ports for itself."""
_PATIENCE = 60.0
"""Seconds that an engine may be away while a command runs."""


class ContainerBackend:
    """Containers of the engine that answers on this machine."""

    def __init__(self, plan: Plan, *, patience: float = _PATIENCE) -> None:
        self._plan = plan
        self._folder = plan.run_folder
        self._places = ContainerPlaces(plan.run_folder)
        self._patience = patience
        self._image = ""
        self._nodes: list[str] = []
        """The containers in which several processes are started."""
        self._network: str | None = None
        self._tasks: list[ContainerTask] = []
        self._engine: Engine | None = None
        self._connected: Api | None = None
        self._machine: Machine | None = None
        self._reach: Reach | None = None
        self._removal: threading.Thread | None = None

    def limits(self) -> list[str]:
        """Nodes share this machine."""
        shape = self._plan.layout
        if shape.nodes == 1:
            return []
        from joblens.engine.distribution import devices

        nodes = f"The {shape.nodes} instances are {shape.nodes} containers on this machine."
        return [nodes, *devices.told(shape)]

    def prepare(self, log: Path, note: Note) -> None:
        """Find the engine, and make the image present."""
        self._engine = engines.required()
        state = self._folder.path / left.STATE
        state.write_text(json.dumps({"url": self._engine.url}), encoding="utf-8")
        self._connected = api = Api(self._engine)
        with told("The run could not be prepared"):
            self._machine = machines.machine(self._engine, api.get("/info"))
            self._reach = Reach(self._machine, self._gateway)
            for line in options.asked_for(self._plan, self._machine)[1]:
                note(line)
            self._image = images.ensure(api, self._engine, self._plan, log, note)

    def hosts(self) -> Sequence[str]:
        """A node is found by its name in the run's own network."""
        nodes = self._plan.layout.nodes
        return [layout.HOST] if nodes == 1 else [options.host(node) for node in range(nodes)]

    def ports(self, count: int) -> Sequence[int]:
        """Any: nothing else listens in the run's containers."""
        return range(_FIRST_PORT, _FIRST_PORT + count)

    def start(self, task: Task) -> ContainerTask:
        """Start the task."""
        with told(f"The container of {task.name} could not be started"):
            shape = self._plan.layout
            alone = shape.nodes == 1 and shape.processes == 1
            made = self._alone(task) if alone else self._among_others(task)
        self._tasks.append(made)
        return made

    @property
    def holds(self) -> bool:
        """Nothing is started here before it may begin."""
        return False

    def let_go(self) -> None:
        """Nothing waits."""

    def close(self, grace: float | None = None) -> int:
        """End what runs, remove the containers and their network."""
        if self._reach is not None:
            self._reach.close()
        if self._connected is None:
            return 0
        strays = left.counted(self._plan)
        ended = all(task.ended for task in self._tasks)
        plan = self._plan
        if grace is not None:
            plan = dataclasses.replace(plan, life=dataclasses.replace(plan.life, grace=grace))
        removal = threading.Thread(
            target=left.remove, args=(self._connected, plan), kwargs={"gently": not ended}
        )
        removal.start()
        if strays or not ended or plan.layout.processes * plan.layout.nodes > 1:
            removal.join()
        self._removal = removal
        return strays

    def gone(self) -> None:
        """Wait for the engine, which removes a container while the record is being closed."""
        if self._removal is not None:
            self._removal.join()

    def recover(self) -> int:
        """Find by their label what another process made, keep what the engine knows of its end."""
        return left.recover(self._plan)

    def _alone(self, task: Task) -> ContainerTask:
        command = scripts.alone(*self._files(task), task)
        container = self._create(command, self._variables(task))
        self._api().post(f"/containers/{container}/start")
        watch = Watch(self._made_for(), container, self._patience)
        watch.look()
        return self._watched(task, container, watch.container)

    def _among_others(self, task: Task) -> ContainerTask:
        if not self._nodes:
            self._start_nodes()
        container = self._nodes[task.node]
        command = scripts.among_others(*self._files(task), task)
        settings: dict[str, object] = {
            "Cmd": command,
            "Env": [f"{name}={value}" for name, value in self._variables(task).items()],
            "WorkingDir": self._places.code(),
            "User": self._like().user or "",
        }
        process = left.start_process(self._api(), container, settings)
        watch = Watch(self._made_for(), container, self._patience)
        return self._watched(task, container, lambda: watch.process(process), own_group=True)

    def _watched(
        self, task: Task, container: str, watch: Callable[[], object], *, own_group: bool = False
    ) -> ContainerTask:
        return ContainerTask(
            task.exit_code,
            watch,  # type: ignore[arg-type]
            lambda name: self._signal(container, name, task.exit_code if own_group else None),
            self._plan.life.grace,
        )

    def _start_nodes(self) -> None:
        """A container for each node, all at once."""
        shape = self._plan.layout
        if shape.nodes > 1:
            network = {
                "Name": options.name(self._plan),
                "Driver": "bridge",
                "Labels": options.labels(self._plan),
            }
            made = self._api().post("/networks/create", network)
            self._network = str(made["Id"])
        self._nodes = [self._create(scripts.IDLE, {}, node) for node in range(shape.nodes)]
        failures: list[BaseException] = []

        def start(container: str) -> None:
            try:
                self._api().post(f"/containers/{container}/start")
            except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits
                failures.append(error)

        threads = [threading.Thread(target=start, args=(each,)) for each in self._nodes]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def _create(self, command: list[str], variables: Mapping[str, str], node: int = 0) -> str:
        return options.create(
            self._api(),
            self._plan,
            self._like(),
            self._image,
            command,
            variables,
            node=node,
            network=self._network,
        )

    def _files(self, task: Task) -> tuple[str, str]:
        """Where the container sees the task's log and the place of its exit code."""
        task.log.parent.mkdir(parents=True, exist_ok=True)
        task.log.touch()
        return self._places.own(task.log), self._places.own(task.exit_code)

    def _variables(self, task: Task) -> dict[str, str]:
        """The task's variables, what the settings let in, and our addresses as a container sees them."""
        assert self._reach is not None
        passed = {
            name: value
            for name, value in os.environ.items()
            if any(fnmatchcase(name, pattern) for pattern in self._plan.passed)
        }
        found = {**passed, **self._folders(), **task.variables}
        if found.get("MLFLOW_TRACKING_URI"):
            found["MLFLOW_TRACKING_URI"] = self._reach.seen(found["MLFLOW_TRACKING_URI"])
        return found

    def _folders(self) -> dict[str, str]:
        """Where the run's own folders are, as the cluster's runtime says it."""
        beside = self._places.code().rpartition("/")[0]
        return {
            "AZUREML_CR_HT_CAP_user_logs_PATH": self._places.own(self._folder.log.parent),
            "AZUREML_CR_HT_CAP_outputs_PATH": f"{beside}/{self._folder.outputs.name}",
            "AZUREML_CR_HT_CAP_logs_PATH": f"{beside}/{self._folder.logs.name}",
        }

    def _gateway(self) -> str | None:
        """The address of this machine in the network of the run's containers."""
        name = self._network or ("podman" if self._made_for().podman else "bridge")
        try:
            return machines.gateway(self._api().get(f"/networks/{name}"))
        except RefusedError as error:
            if error.missing:
                return None
            raise

    def _signal(self, container: str, name: str, pid_beside: Path | None) -> None:
        """A signal to the group of a process, or to all of the container; one that is gone needs none."""
        group = ""
        if pid_beside is not None:
            with contextlib.suppress(OSError):
                group = pid_beside.with_name(f"{pid_beside.name}.pid").read_text(encoding="utf-8")
            if not group:
                return
        left.signal(self._api(), container, name, group)

    def _api(self) -> Api:
        assert self._connected is not None
        return self._connected

    def _made_for(self) -> Engine:
        assert self._engine is not None
        return self._engine

    def _like(self) -> Machine:
        assert self._machine is not None
        return self._machine
