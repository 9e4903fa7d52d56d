"""Whether top-level keys are those of a job or component: `command` and `jobs` are words of many tools."""

from __future__ import annotations

import re

from joblens.job.top_keys import Keys, begins, below, has, has_some, typed, word
from joblens.text.nodes import Mapping, Sequence

_PLACEHOLDER = re.compile(
    r"\$\{\{\s*(?:inputs|outputs|search_space)\.|(?<![${])\{(?:inputs|search_space)\.\w"
)
_REFERENCES = ("azureml:", "azureml/", "file:")
_DISTRIBUTIONS = ("pytorch", "tensorflow", "mpi", "ray")
_WORK = ("command", "environment", "compute", "code", "component", "inputs")
_OF_A_JOB = ("compute", "experiment_name", "services", "limits", "settings", "queue_settings")
_SETTINGS = (
    *("default_compute", "default_datastore", "default_code", "default_environment"),
    *("continue_on_step_failure", "force_rerun", "on_init", "on_finalize"),
)


def is_command_job(keys: Keys) -> bool:
    """`type: command`, or a `command` with what only Azure ML has beside it."""
    if isinstance(keys.get("command"), Sequence) or isinstance(keys.get("environment"), Sequence):
        return False
    if typed(keys, "command command_job"):
        return has_some(keys, "command", "environment", "compute", "code", "component")
    return has(keys, "command") and "type" not in keys and _only_ours(keys)


def _only_ours(keys: Keys) -> bool:
    return (
        _is_environment(keys)
        or _is_compute(keys)
        or has_some(below(keys.get("code")), "local_path", "directory")
        or word(below(keys.get("distribution")), "type") in _DISTRIBUTIONS
        or _PLACEHOLDER.search(word(keys, "command")) is not None
        or _has_the_words(keys)
    )


def _is_environment(keys: Keys) -> bool:
    """A registered one, a file, or the parts of one."""
    if begins(keys, "environment", *_REFERENCES):
        return True
    return has_some(below(keys.get("environment")), "image", "build", "conda_file", "docker")


def _is_compute(keys: Keys) -> bool:
    target = "target" in below(keys.get("compute"))
    return target or begins(keys, "compute", "azureml:") or word(keys, "compute") == "local"


def _has_the_words(keys: Keys) -> bool:
    """Keys that no other tool has together, unless the environment is none of ours."""
    return has(keys, "code", "compute") and keys.get("environment") is None


def is_sweep_job(keys: Keys) -> bool:
    """`type: sweep`, or a trial of ours with a search space."""
    if typed(keys, "sweep sweep_job"):
        return has_some(keys, "trial", "search_space", "objective", "algorithm")
    if "type" in keys or not has(keys, "trial", "search_space"):
        return False
    return has_some(below(keys["trial"]), *_WORK)


def is_pipeline_job(keys: Keys) -> bool:
    """`type: pipeline` with steps, or with settings that only our pipelines have."""
    if not typed(keys, "pipeline pipeline_job"):
        return False
    return has_some(keys, "jobs", "component", "experiment_name") or has_some(
        below(keys.get("settings")), *_SETTINGS
    )


def is_pipeline_component(keys: Keys) -> bool:
    """A named pipeline without inputs whose steps have no compute: as a job it would be refused."""
    if not typed(keys, "pipeline") or not has(keys, "name", "jobs") or has_some(keys, "inputs", *_OF_A_JOB):
        return False
    steps = list(below(keys["jobs"]).values())
    return bool(steps) and all(isinstance(step, Mapping) and not _has_compute(step) for step in steps)


def _has_compute(step: Mapping) -> bool:
    return has_some(below(step), "compute", "resources")
