"""Where things lie: caches and the tracking store of this user, the runs of a project, the parts of a run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

RUNS = Path(".joblens", "runs")


def cache() -> Path:
    """What can be made again: environments and downloads; JOBLENS_CACHE overrides."""
    named = os.environ.get("JOBLENS_CACHE")
    if named:
        return Path(named).absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("joblens", appauthor=False))


def home() -> Path:
    """What must be kept: the records of all runs in MLflow; JOBLENS_HOME overrides."""
    named = os.environ.get("JOBLENS_HOME")
    if named:
        return Path(named).absolute()
    import platformdirs

    return Path(platformdirs.user_data_dir("joblens", appauthor=False))


def configuration() -> Path:
    """Where this user's own settings are, for all projects; JOBLENS_CONFIG overrides."""
    named = os.environ.get("JOBLENS_CONFIG")
    if named:
        return Path(named).absolute()
    import platformdirs

    return Path(platformdirs.user_config_dir("joblens", appauthor=False))


def project(folder: Path) -> Path:
    """The folder whose `.joblens` holds the runs of jobs in `folder`: the nearest repository, or itself."""
    folder = folder.absolute()
    return next((parent for parent in (folder, *folder.parents) if (parent / ".git").exists()), folder)


def runs(folder: Path) -> Path:
    """The folder of all runs of jobs in `folder`."""
    return project(folder) / RUNS


def make_runs(folder: Path) -> Path:
    """The same, made where it is missing, with a file that keeps it out of git."""
    made = runs(folder)
    made.mkdir(parents=True, exist_ok=True)
    ignore = made.parent / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return made


@dataclass(frozen=True)
class RunFolder:
    """The parts of one run's folder; each path is made once, as a supervisor asks for it many times."""

    path: Path

    @cached_property
    def name(self) -> str:
        """The run's name."""
        return self.path.name

    @cached_property
    def job(self) -> Path:
        """The job file as it was run."""
        return self.path / "job.yml"

    @cached_property
    def plan(self) -> Path:
        """The plan, everything bound."""
        return self.path / "plan.json"

    @cached_property
    def code(self) -> Path:
        """The snapshot, where the command runs."""
        return self.path / "code"

    @cached_property
    def code_store(self) -> Path:
        """Code that runs of the project share; beside the runs, for only one disk can link."""
        return self.path.parents[1] / "code"

    @cached_property
    def code_changes(self) -> Path:
        """What the command wrote beside its code, where that is shared."""
        return self.path / "code-changes"

    @cached_property
    def outputs(self) -> Path:
        """What the command writes to `./outputs`, and its named outputs."""
        return self.path / "outputs"

    @cached_property
    def logs(self) -> Path:
        """What the command writes to `./logs`."""
        return self.path / "logs"

    @cached_property
    def log(self) -> Path:
        """All that the command prints."""
        return self.path / "user_logs" / "std_log.txt"

    @cached_property
    def build_log(self) -> Path:
        """All that is printed while the run is prepared."""
        return self.path / "system_logs" / "prepare.txt"

    @cached_property
    def events(self) -> Path:
        """What happened, one JSON object per line."""
        return self.path / "events.jsonl"

    @cached_property
    def state(self) -> Path:
        """Where the run stands."""
        return self.path / "run.json"

    @cached_property
    def environment(self) -> Path:
        """The run's own layer over its environment, while it runs."""
        return self.path / "environment"

    @cached_property
    def spare_layers(self) -> Path:
        """Layers that a sweep's trials hand on to each other, while it runs."""
        return self.path / "spare-layers"

    @cached_property
    def tools_log(self) -> Path:
        """All that the tools print that build the environment."""
        return self.path / "system_logs" / "environment.txt"

    @cached_property
    def prepared(self) -> Path:
        """Which environment the run has."""
        return self.path / "environment.json"

    @cached_property
    def supervisor(self) -> Path:
        """The process that owns the run."""
        return self.path / "supervisor.json"

    @cached_property
    def supervisor_log(self) -> Path:
        """What the supervisor prints when it fails itself."""
        return self.path / "system_logs" / "supervisor.txt"

    @cached_property
    def cancel_request(self) -> Path:
        """Is there once somebody asked for the end of the run."""
        return self.path / "cancel"

    @cached_property
    def reserve(self) -> Path:
        """Room on the disk for the record of the end, given back when it is written."""
        return self.path / ".reserve"

    @cached_property
    def process_count(self) -> Path:
        """How many processes the command was started as."""
        return self.path / "process-count"

    def exit_code(self, rank: int) -> Path:
        """Where the process of that rank leaves its exit code."""
        return self.path / f"exit-code-{rank}"
