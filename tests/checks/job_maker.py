"""Correct jobs and components of both dialects, put together at random from what goes together."""

from __future__ import annotations

import random
from typing import Any

Plain = dict[str, Any]

_ADDRESS = "https://azuremlschemas.azureedge.net/latest/"
_NAMES = ["lr", "data", "epochs", "iris_csv", "X", "_a1"]
_BOUNDED = ("choice", "uniform", "quniform")


class JobMaker:
    """Makes one file after the other; the same seed makes the same files."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)

    def any_file(self) -> Plain:
        """A file of any kind."""
        kinds = (
            self.command_job,
            self.sweep_job,
            self.pipeline_job,
            self.component,
            self.preview_job,
            self.preview_sweep,
        )
        return self._of(*kinds)()  # type: ignore[no-any-return]

    def command_job(self) -> Plain:
        """A command job of today's."""
        names = self._inputs_and_outputs()
        head = {"$schema": f"{_ADDRESS}commandJob.schema.json"}
        return self._some(head) | {"type": "command"} | self._common() | self._work(names) | names

    def sweep_job(self) -> Plain:
        """A sweep job of today's."""
        return {"type": "sweep"} | self._common() | self._sweep(self._inputs_and_outputs())

    def pipeline_job(self) -> Plain:
        """A pipeline whose steps take from it and from each other."""
        inputs = {name: self._input() for name in self._chance.sample(["raw", "rate", "seed"], 2)}
        jobs: Plain = {}
        for name in ["prepare", "train_a", "score_b"][: self._chance.randint(1, 3)]:
            jobs[name] = self._step(inputs, jobs)
        head = {"$schema": f"{_ADDRESS}pipelineJob.schema.json", "type": "pipeline"}
        settings = {
            "default_compute": self._of("azureml:cpu", "serverless"),
            **self._some({"force_rerun": False}),
        }
        return head | {"inputs": inputs, "settings": settings, "jobs": jobs}

    def component(self) -> Plain:
        """A command component, with optional inputs in their brackets."""
        kinds: tuple[Plain, ...] = (
            {"type": "uri_folder"},
            {"type": "number", "default": 0.5},
            {"type": "integer", "default": 3, "min": 1, "max": 9},
            {"type": "boolean", "default": self._of(True, "true")},
            {"type": "string", "enum": ["a", "b"], "default": "a"},
            {"type": "integer", "optional": True},
        )
        inputs = {name: self._of(*kinds) for name in self._chance.sample(_NAMES, 3)}
        parts = [
            f"$[[--{name} {self._use('inputs', name)}]]" if one.get("optional") else self._use("inputs", name)
            for name, one in inputs.items()
        ]
        command = " ".join(["python main.py", *parts])
        head = {"$schema": f"{_ADDRESS}commandComponent.schema.json", "type": "command", "name": "train_it"}
        rest = self._some(
            {"version": self._of(1, "1"), "is_deterministic": False, "resources": self._resources()}
        )
        return head | {"command": command, "inputs": inputs, "environment": self._environment()} | rest

    def preview_job(self) -> Plain:
        """A command job of 2021."""
        names = self._preview_inputs()
        rest = {
            "type": "command_job",
            "experiment_name": "x",
            "timeout": 60,
            "environment_variables": {"A": "b"},
        }
        return self._preview_work(names, {}) | names | self._some(rest)

    def preview_sweep(self) -> Plain:
        """A sweep job of 2021."""
        names = self._preview_inputs()
        algorithm = self._of("random", "grid", "bayesian")
        space = self._space(algorithm)
        policies: tuple[Plain, ...] = (
            {"policy_type": "bandit", "slack_factor": 0.1},
            {
                "policy_type": "truncation_selection",
                "truncation_percentage": 20,
                "exclude_finished_jobs": True,
            },
        )
        early = {"early_termination": self._of(*policies)} if algorithm != "bayesian" else {}
        return {
            "type": "sweep_job",
            "algorithm": algorithm,
            "trial": self._preview_work(names, space) | names,
            "search_space": space,
            "objective": {"primary_metric": "loss", "goal": "minimize"},
            **self._some(
                {"max_total_trials": 20, "max_concurrent_trials": 5, "timeout_minutes": 10, **early}
            ),
        }

    def _of(self, *choices: Any) -> Any:
        return self._chance.choice(choices)

    def _some(self, keys: Plain) -> Plain:
        return {key: value for key, value in keys.items() if self._chance.random() < 0.5}

    def _use(self, context: str, name: str) -> str:
        written: str = self._of("${{%s.%s}}", "${{ %s.%s }}", "${{%s.%s }}")
        return written % (context, name)

    def _common(self) -> Plain:
        services = self._of(
            {"type": "ssh", "ssh_public_keys": "k"}, {"type": "vs_code"}, {"type": "JupyterLab"}
        )
        tier = self._of("spot", "basic", "standard", "Premium")
        return self._some(
            {
                "display_name": "A b",
                "description": "text: more",
                "tags": {"a": "b", "n": "1"},
                "name": "job-1",
                "identity": {"type": self._of("managed", "aml_token", "user_identity", "UserIdentity")},
                "queue_settings": {"job_tier": tier, "priority": self._of("low", "high")},
                "services": {"s": services},
                "compute": self._of("azureml:cpu-cluster", "local", "serverless"),
            }
        )

    def _environment(self) -> Any:
        conda = {"dependencies": ["python=3.11", {"pip": ["mlflow"]}]}
        return self._of(
            "azureml:train-env:1",
            "azureml:train-env@latest",
            "azureml:AzureML-sklearn-1.0",
            "azureml://registries/azureml/environments/x/versions/1",
            {"image": "docker.io/python:3.11"},
            {"image": "x", "conda_file": conda, "os_type": self._of("linux", "Linux")},
        )

    def _resources(self) -> Plain:
        size = self._of("2g", "512m", "8G", "1k")
        return {
            "instance_count": self._of(1, 2, "3"),
            **self._some({"shm_size": size, "docker_args": "--ipc=host"}),
        }

    def _distribution(self) -> Plain:
        made: Plain = self._of(
            {"type": self._of("pytorch", "PyTorch"), "process_count_per_instance": self._of(1, "4")},
            {"type": "mpi", "process_count_per_instance": 2},
            {"type": "tensorflow", "worker_count": 2, "parameter_server_count": self._of(0, 1)},
            {"type": "ray", "port": 6379, "include_dashboard": True},
        )
        return made

    def _input(self) -> Any:
        literal = self._of(1, 0.5, -3, "word", "1e-3", "./x", "a b", True, "2024-01-02", "010")
        path = self._of("azureml:d:1", "azureml:d@latest", "https://example.org/a.csv")
        data = {"type": self._of("uri_file", "uri_folder", "mltable", "mlflow_model"), "path": path}
        return self._of(literal, data | self._some({"mode": self._of("ro_mount", "download")}))

    def _inputs_and_outputs(self) -> Plain:
        inputs = {name: self._input() for name in self._chance.sample(_NAMES, self._chance.randint(1, 4))}
        kinds = (None, {}, {"type": "uri_folder", "mode": self._of("rw_mount", "upload")})
        return {"inputs": inputs, "outputs": {name: self._of(*kinds) for name in ("model", "scores")}}

    def _work(self, names: Plain, space: Plain | None = None) -> Plain:
        used = [self._use("inputs", name) for name in names["inputs"]]
        used += [self._use("outputs", name) for name in names["outputs"]]
        used += [self._use("search_space", name) for name in space or ()]
        end = self._of("", " && echo ${HOME} $(date)", " ; awk '{print $1}' x.txt", " > /dev/null 2>&1")
        command = self._of(" ", "\n", " \\\n  ").join(["python main.py", *used]) + end
        extra = {
            "distribution": self._distribution(),
            "resources": self._resources(),
            "environment_variables": {"A": "b", "N": "1"},
        }
        return {"command": command, "environment": self._environment(), **self._some(extra)}

    def _space(self, sampling: str) -> Plain:
        every: list[Plain] = [
            {"type": "choice", "values": self._of([1, 2], ["a", "b"])},
            {"type": "uniform", "min_value": -1, "max_value": self._of(0.9, "1e-3")},
            {"type": "quniform", "min_value": 1, "max_value": 100, "q": 10},
            {"type": "loguniform", "min_value": -6, "max_value": -1},
            {"type": "lognormal", "mu": -3, "sigma": 0.5},
            {"type": "qnormal", "mu": 10, "sigma": 3, "q": 1},
            {"type": "randint", "upper": self._of(1, 10)},
        ]
        if sampling != "random":
            every = [
                one for one in every if one["type"] in (_BOUNDED if sampling == "bayesian" else ("choice",))
            ]
        return {name: self._of(*every) for name in self._chance.sample(["rate", "depth", "opt"], 2)}

    def _sweep(self, names: Plain) -> Plain:
        sampling = self._of("random", "grid", "bayesian")
        space = self._space(sampling)
        trials = self._chance.randint(1, 1000)
        goal, metric = self._of(("minimize", "loss"), ("Maximize", "val_auc"), ("maximize", "my_metric"))
        policies: tuple[Plain, ...] = (
            {"type": "bandit", "slack_factor": 0.1},
            {"type": "bandit", "slack_amount": 0.2, "evaluation_interval": 1},
            {"type": "MedianStopping", "delay_evaluation": 0},
            {"type": "truncation_selection", "truncation_percentage": self._chance.randint(1, 99)},
        )
        early = {"early_termination": self._of(*policies)} if sampling != "bayesian" else {}
        limits = self._some({"max_concurrent_trials": self._chance.randint(1, trials), "timeout": 3600})
        return {
            "sampling_algorithm": self._of(sampling, {"type": sampling}),
            "search_space": space,
            "trial": self._work(names, space),
            "objective": {"goal": goal, "primary_metric": metric},
            "limits": {"max_total_trials": trials, **limits},
            **names,
            **self._some(early),
        }

    def _step(self, inputs: Plain, earlier: Plain) -> Plain:
        names = self._inputs_and_outputs()
        sources = [f"${{{{parent.inputs.{name}}}}}" for name in inputs]
        # The client does not find the outputs of a sweep.
        done = [name for name, one in earlier.items() if one.get("type") != "sweep"]
        sources += [f"${{{{parent.jobs.{step}.outputs.model}}}}" for step in done]
        names["inputs"] = {name: self._of(one, *sources) for name, one in names["inputs"].items()}
        registered = {"component": "azureml:c:1", **names}
        return self._of(registered, self._work(names) | names, {"type": "sweep", **self._sweep(names)})  # type: ignore[no-any-return]

    def _preview_inputs(self) -> Plain:
        data = ("azureml:d:1", {"path": "https://example.org/a.csv"})
        modes = {"mode": self._of("mount", "download")}
        names = self._chance.sample(["data", "iris-csv", "a.b"], 2)
        return {"inputs": {name: {"data": self._of(*data), **self._some(modes)} for name in names}}

    def _preview_work(self, names: Plain, space: Plain) -> Plain:
        used = [f"{{inputs.{name}}}" for name in names["inputs"]] + [
            f"{{search_space.{name}}}" for name in space
        ]
        environment = self._of("azureml:e:1", {"docker": {"image": "x"}})
        distribution = self._of(
            {"type": "pytorch", "process_count": 4}, {"type": "tensorflow", "worker_count": 2}
        )
        compute = {"target": self._of("azureml:cpu", "local"), **self._some({"instance_count": 2})}
        work = {
            "command": " ".join(["python main.py", *used]),
            "environment": environment,
            "compute": compute,
        }
        return work | self._some({"distribution": distribution})
