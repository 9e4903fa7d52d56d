"""Random jobs in the dialects of the previews, from the tables of their keys, written in any layout."""

import json
from random import Random
from typing import Any

Job = dict[str, Any]

BEFORE, FIRST, SECOND = "before", "first", "second"
_NAMES = ("data", "file", "iris-csv", "a", "x.y", "folder")
_SPACES = ("lr", "batch-size", "kernel")


def job(random: Random, dialect: str) -> Job:
    """A command job or a sweep."""
    if dialect == SECOND:
        return _second(random)
    made = _sweep(random) if random.random() < 0.4 else _command_job(random)
    return _before(random, made) if dialect == BEFORE else made


def _command_job(random: Random) -> Job:
    made = {
        "type": "command_job",
        **_work(random, []),
        "environment_variables": {"A": "b c"},
        "timeout": random.randint(1, 900),
        "identity": random.choice([{"type": "amltoken"}, {"type": "managed", "client_id": "x"}]),
        "interaction_endpoints": {"s": {"type": "ssh", "port": 3}},
        **_common(random),
    }
    return _some(random, made, "command", "compute", "environment")


def _sweep(random: Random) -> Job:
    space = {name: _expression(random) for name in random.sample(_SPACES, random.randint(1, 3))}
    made = {
        "type": "sweep_job",
        "algorithm": random.choice(["random", "grid", "bayesian"]),
        "trial": _some(random, _work(random, list(space)), "command", "compute", "environment"),
        "search_space": space,
        "objective": {"primary_metric": "loss", "goal": "minimize"},
        "max_total_trials": random.randint(1, 90),
        "max_concurrent_trials": 1,
        "timeout_minutes": random.randint(1, 90),
        "early_termination": {"policy_type": "bandit", "slack_factor": 0.5, "exclude_finished_jobs": True},
        **_common(random),
    }
    return _some(random, made, "type", "trial", "search_space", "objective")


def _work(random: Random, space: list[str]) -> Job:
    inputs = {name: _input(random) for name in random.sample(_NAMES, random.randint(1, 3))}
    used = [f"{{inputs.{name}}}" for name in inputs] + [f"{{search_space.{name}}}" for name in space]
    random.shuffle(used)
    return {
        "code": random.choice([{"local_path": "./src"}, {"path": "https://x/y"}, "azureml:code:1"]),
        "command": "python main.py " + " --x ".join([*used, "{inputs.none}", "'{print}'"]),
        "environment": random.choice(_ENVIRONMENTS),
        "inputs": inputs,
        "compute": _some(random, _COMPUTE, "target"),
        "distribution": random.choice(_DISTRIBUTIONS),
    }


_COMPUTE = {
    "target": "azureml:cpu",
    "instance_count": 2,
    "instance_type": "STANDARD_D2",
    "location": "west",
    "properties": {"a": "b"},
}
_ENVIRONMENTS = (
    "azureml:env:1",
    {"docker": {"image": "python:3"}, "conda_file": "file:conda.yml"},
    {"docker": {"build": {"dockerfile": "file:docker/Dockerfile"}}, "name": "e", "version": 3},
    {"name": "e", "docker": {"image": "python:3"}, "os_type": "linux"},
)
_DISTRIBUTIONS = (
    {"type": "pytorch", "process_count": 3},
    {"type": "mpi", "process_count_per_instance": 2},
    {"type": "mpi"},
    {"type": "tensorflow", "worker_count": 2, "parameter_server_count": 1},
)


def _common(random: Random) -> Job:
    return {
        "name": "n-1",
        "experiment_name": "e",
        "description": random.choice(["short", 'It\'s: a # "text"', "1.10", "two\nlines"]),
        "tags": {"a": "1.0", "b": "yes"},
        "properties": {"p": "q"},
        "output": {"datastore_id": "azureml:d", "path": "p"},
        "status": "Completed",
    }


def _expression(random: Random) -> Job:
    return random.choice(
        [
            {"type": "choice", "values": [1, "b", 0.5]},
            {"type": "uniform", "min_value": 0.1, "max_value": 1},
            {"type": "qnormal", "mu": 1, "sigma": 0.5, "q": 2},
            {"type": "randint", "upper": 9},
        ]
    )


def _input(random: Random) -> Job:
    data = random.choice(
        [
            "azureml:data:1",
            {"path": "https://x/a.csv"},
            {"local_path": "./data", "description": "d"},
            {"path": "some/folder", "datastore": "azureml:blob"},
        ]
    )
    return _some(random, {"data": data, "mode": random.choice(["mount", "download"])}, "data")


def _before(random: Random, made: Job) -> Job:
    """The same job as the private preview wrote it."""
    made = _renamed(made, {"type": "job_type"})
    if "trial" in made:
        made["job_type"] = "Sweep"
        made["trial"] = _work_before(made["trial"])
        spaces = made["search_space"]
        made["search_space"] = {name: _renamed(one, {"type": "spec"}) for name, one in spaces.items()}
        if "early_termination" in made:
            made["early_termination"] = _renamed(made["early_termination"], {"policy_type": "spec"})
        runs = {
            "max_total_trials": "max_total_runs",
            "max_concurrent_trials": "max_concurrent_runs",
            "timeout_minutes": "max_duration_minutes",
        }
        limits = {runs[key]: made.pop(key) for key in runs if key in made}
        return {**made, "limits": limits} if limits and random.random() < 0.5 else {**made, **limits}
    return {**_work_before(made), "job_type": "Command"}


def _work_before(work: Job) -> Job:
    work = _renamed(work, {"distribution": "distributed"})
    if isinstance(work.get("code"), dict):
        work["code"] = _renamed(work["code"], {"local_path": "directory"})
    work["compute"] = _renamed(work["compute"], {"instance_count": "node_count"})
    if "inputs" in work:
        modes = {"mount": "Mount", "download": "Download"}
        for one in work["inputs"].values():
            if "mode" in one:
                one["mode"] = modes[one["mode"]]
    return work


def _second(random: Random) -> Job:
    places = [
        {"file": "https://x/a"},
        {"folder": "f"},
        {"dataset": "azureml:d:1"},
        {"dataset": {"path": "p"}},
    ]
    made = {
        "command": "run ${{inputs.a}} $[[--b ${{inputs.b}}]] '{inputs.a}'",
        "code": {"local_path": "src"},
        "inputs": {"a": {**random.choice(places), "mode": "ro_mount"}, "b": random.choice([1, "x", 0.5])},
        "environment": random.choice(["azureml:e:1", {"build": {"local_path": "d", "dockerfile_path": "D"}}]),
        "compute": "azureml:cpu",
        "resources": {"instance_count": 2},
        "display_name": "d",
        "tags": {"a": "b"},
    }
    return _some(random, made, "command", "compute", "code")


def _some(random: Random, made: Job, *always: str) -> Job:
    """Some of the keys, in any order."""
    kept = [key for key in made if key in always or random.random() < 0.6]
    random.shuffle(kept)
    return {key: made[key] for key in kept}


def _renamed(made: Job, names: dict[str, str]) -> Job:
    return {names.get(key, key): value for key, value in made.items()}


class Writer:
    """Writes data as YAML: block or flow, any quotes, comments and blank lines at every place."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._step = random.choice([2, 4])
        self.comments: list[str] = []

    def written(self, made: Job) -> str:
        """The text; what `comments` has then is in it."""
        lines = self._block(made, 0)
        if self._random.random() < 0.3:
            lines.append(self._comment(0))
        newline = self._random.choice(["\n", "\n", "\r\n"])
        return newline.join(lines) + (newline if self._random.random() < 0.8 else "")

    def _block(self, made: Job, column: int) -> list[str]:
        return [line for key, value in made.items() for line in self._entry(key, value, column)]

    def _entry(self, key: str, value: Any, column: int) -> list[str]:
        lines = [self._comment(column)] if self._random.random() < 0.3 else []
        if self._random.random() < 0.2:
            lines.insert(0, "")
        head = " " * column + f"{key}:"
        if isinstance(value, dict) and self._random.random() < 0.75:
            return [*lines, head + self._beside(), *self._block(value, column + self._step)]
        if isinstance(value, str) and " " in value and "\n" not in value and self._random.random() < 0.5:
            return [*lines, *self._folded(head, value, column + self._step)]
        return [*lines, f"{head} {self._flow(value)}{self._beside()}"]

    def _folded(self, head: str, value: str, column: int) -> list[str]:
        words = value.split(" ")
        cut = self._random.randint(1, len(words) - 1)
        parts = [" ".join(words[:cut]), " ".join(words[cut:])]
        return [f"{head} >-", *(" " * column + part for part in parts)]

    def _flow(self, value: Any) -> str:
        if isinstance(value, dict):
            return "{" + ", ".join(f"{key}: {self._flow(one)}" for key, one in value.items()) + "}"
        if not isinstance(value, str):
            return json.dumps(value)
        single = "'" + value.replace("'", "''") + "'"
        quoted = [json.dumps(value), *([single] if "\n" not in value else [])]
        plain = value.replace(":", "").replace("/", "").replace("_", "").replace("-", "").isalpha()
        return self._random.choice([*quoted, *([value] * 3 if plain and value != "yes" else [])])

    def _beside(self) -> str:
        return f"  {self._comment(0)}" if self._random.random() < 0.3 else ""

    def _comment(self, column: int) -> str:
        self.comments.append(f"# c{len(self.comments)}.")
        return " " * column + self.comments[-1]
