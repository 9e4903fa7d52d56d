"""Which dialect a file is written in, by the marks that only one of them has; the more marks win.

`$schema` says nothing of it: both dialects carried the same address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from joblens.job.model import Dialect
from joblens.text.nodes import Mapping, Scalar, Sequence

Keys = dict[str, object]

_TODAY_PLACEHOLDER = re.compile(r"\$\{\{")
_PREVIEW_PLACEHOLDER = re.compile(r"(?<![${])\{(?:inputs|search_space)\.[\w.\-]")
_COMPONENT_PLACEHOLDER = re.compile(r"(?<![${])\{(?:inputs|outputs)\.[\w.\-]")
_PLAIN_BINDING = re.compile(r"(?:inputs\.[\w\-]+|jobs\.[\w\-]+\.outputs\.[\w\-]+)$")
_FIRST = 8
"""So many inputs, hyperparameters or steps are looked at: a file's first ones tell its dialect."""


def dialect_of(kind: str, keys: Keys) -> Dialect:
    """The dialect of a file of this kind, by its top-level values."""
    marks = list(_marks(kind, keys))
    preview = marks.count(Dialect.PREVIEW)
    return Dialect.PREVIEW if preview > len(marks) - preview else Dialect.TODAY


def _marks(kind: str, keys: Keys) -> Iterator[Dialect]:
    if kind in _MARKS:
        yield from _MARKS[kind](keys)


def _command_job_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _job_marks(keys)
    yield from _command_marks(keys)


def _sweep_job_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _job_marks(keys)
    yield from _sweep_marks(keys)
    yield from _command_marks(_below(keys.get("trial")))


def _component_marks(keys: Keys) -> Iterator[Dialect]:
    """Of a component: its code is written alike in the preview and in the one after it."""
    if _word(keys, "type") == "command_component":
        yield Dialect.PREVIEW
    yield from _environment_marks(_below(keys.get("environment")))
    yield from _placeholder_marks(keys.get("command"), _COMPONENT_PLACEHOLDER)


def _pipeline_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _compute_marks(keys.get("compute"))
    yield from _input_marks(keys, "data")
    for step in _first(keys.get("jobs")):
        yield from _compute_marks(step.get("compute"))
        for value in list(_below(step.get("inputs")).values())[:_FIRST]:
            if isinstance(value, Scalar) and _TODAY_PLACEHOLDER.match(value.value):
                yield Dialect.TODAY
            elif isinstance(value, Scalar) and _PLAIN_BINDING.match(value.value):
                yield Dialect.PREVIEW


def _asset_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _keys_that_mean(keys, preview="local_path", today="model_format type")
    if isinstance(keys.get("paths"), Sequence):
        yield Dialect.PREVIEW


def _endpoint_marks(keys: Keys) -> Iterator[Dialect]:
    """Endpoints held their deployments, and a deployment named the schema of its endpoint."""
    if _word(keys, "type") in ("online", "batch"):
        yield Dialect.PREVIEW
    yield from _keys_that_mean(keys, preview="deployments")
    yield from _environment_marks(_below(keys.get("environment")))
    yield from _keys_that_mean(_below(keys.get("scale_settings")), preview="scale_type")


def _deployment_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _environment_marks(_below(keys.get("environment")))
    yield from _keys_that_mean(_below(keys.get("scale_settings")), preview="scale_type", today="type")
    yield from _keys_that_mean(keys, today="endpoint_name instance_count")


def _workspace_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _keys_that_mean(keys, preview="private_endpoints app_insights", today="application_insights")


def _keys_that_mean(keys: Keys, *, preview: str = "", today: str = "") -> Iterator[Dialect]:
    for key in preview.split():
        if key in keys:
            yield Dialect.PREVIEW
    for key in today.split():
        if key in keys:
            yield Dialect.TODAY


def _job_marks(keys: Keys) -> Iterator[Dialect]:
    word = _word(keys, "type")
    if word in ("command_job", "sweep_job") or "job_type" in keys:
        yield Dialect.PREVIEW
    elif word in ("command", "sweep"):
        yield Dialect.TODAY
    yield from _keys_that_mean(
        keys,
        preview="timeout interaction_endpoints output",
        today="resources limits outputs display_name services queue_settings",
    )
    yield from _keys_that_mean(
        _below(keys.get("limits")), preview="max_total_runs max_concurrent_runs max_duration_minutes"
    )


def _sweep_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _keys_that_mean(
        keys,
        preview="algorithm max_total_trials max_concurrent_trials timeout_minutes "
        "max_total_runs max_concurrent_runs max_duration_minutes",
        today="sampling_algorithm compute inputs",
    )
    yield from _keys_that_mean(_below(keys.get("trial")), preview="compute inputs", today="resources")
    yield from _keys_that_mean(
        _below(keys.get("early_termination")), preview="policy_type spec", today="type"
    )
    for expression in _first(keys.get("search_space")):
        yield from _keys_that_mean(expression, preview="spec")


def _command_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _compute_marks(keys.get("compute"))
    yield from _code_marks(keys.get("code"))
    yield from _environment_marks(_below(keys.get("environment")))
    yield from _input_marks(keys, "data")
    yield from _keys_that_mean(_below(keys.get("distribution")), preview="process_count")
    yield from _keys_that_mean(keys, preview="distributed")
    yield from _placeholder_marks(keys.get("command"), _PREVIEW_PLACEHOLDER)


def _input_marks(keys: Keys, preview: str) -> Iterator[Dialect]:
    for value in _first(keys.get("inputs")):
        yield from _keys_that_mean(value, preview=preview, today="type path")


def _compute_marks(value: object) -> Iterator[Dialect]:
    if isinstance(value, Scalar) and value.value:
        yield Dialect.TODAY
    yield from _keys_that_mean(
        _below(value), preview="target instance_count node_count instance_type location"
    )


def _code_marks(value: object) -> Iterator[Dialect]:
    if isinstance(value, Scalar) and value.value and not value.value.startswith(("azureml:", "file:")):
        yield Dialect.TODAY
    yield from _keys_that_mean(_below(value), preview="local_path directory")


def _environment_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _keys_that_mean(keys, preview="docker", today="image build")
    conda = keys.get("conda_file")
    if isinstance(conda, Scalar) and conda.value.startswith("file:"):
        yield Dialect.PREVIEW


def _placeholder_marks(command: object, preview: re.Pattern[str]) -> Iterator[Dialect]:
    if not isinstance(command, Scalar):
        return
    if _TODAY_PLACEHOLDER.search(command.value):
        yield Dialect.TODAY
    if preview.search(command.value):
        yield Dialect.PREVIEW


def _word(keys: Keys, key: str) -> str:
    value = keys.get(key)
    return value.value.strip().casefold() if isinstance(value, Scalar) else ""


def _first(value: object) -> list[Keys]:
    """The first values of a map, those that are maps themselves."""
    return [_below(one) for one in list(_below(value).values())[:_FIRST]]


def _below(value: object) -> Keys:
    if not isinstance(value, Mapping):
        return {}
    return {pair.key.value: pair.value for pair in value.pairs if isinstance(pair.key, Scalar)}


_MARKS: dict[str, Callable[[Keys], Iterator[Dialect]]] = {
    "commandJob": _command_job_marks,
    "sweepJob": _sweep_job_marks,
    "commandComponent": _component_marks,
    "pipelineJob": _pipeline_marks,
    "environment": _environment_marks,
    "data": _asset_marks,
    "model": _asset_marks,
    "managedOnlineEndpoint": _endpoint_marks,
    "kubernetesOnlineEndpoint": _endpoint_marks,
    "batchEndpoint": _endpoint_marks,
    "managedOnlineDeployment": _deployment_marks,
    "kubernetesOnlineDeployment": _deployment_marks,
    "workspace": _workspace_marks,
}
