"""Which dialect a file is written in, by the marks that only one of them has; the more marks win.

`$schema` says nothing of it: both dialects carried the same address.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.job.model import Dialect
from joblens.text.nodes import Mapping, Scalar, Sequence

Keys = dict[str, object]

_TODAY_PLACEHOLDER = re.compile(r"\$\{\{")
_PREVIEW_PLACEHOLDER = re.compile(r"(?<![${])\{(?:inputs|search_space)\.[\w.\-]")
_FIRST_INPUTS = 8
"""So many inputs are looked at: a file's first ones tell its dialect."""


def dialect_of(kind: str, keys: Keys) -> Dialect:
    """The dialect of a file of this kind, by its top-level values."""
    marks = list(_marks(kind, keys))
    preview = marks.count(Dialect.PREVIEW)
    return Dialect.PREVIEW if preview > len(marks) - preview else Dialect.TODAY


def _marks(kind: str, keys: Keys) -> Iterator[Dialect]:
    if kind == "commandJob":
        yield from _job_marks(keys)
        yield from _command_marks(keys)
    elif kind == "sweepJob":
        yield from _job_marks(keys)
        yield from _sweep_marks(keys)
        yield from _command_marks(_below(keys.get("trial")))
    elif kind == "environment":
        yield from _environment_marks(keys)
    elif kind in ("data", "model"):
        yield from _keys_that_mean(keys, preview="local_path")
        if isinstance(keys.get("paths"), Sequence):
            yield Dialect.PREVIEW
    elif kind == "workspace":
        yield from _keys_that_mean(keys, preview="app_insights private_endpoints")
    elif kind.endswith(("Endpoint", "Deployment")):
        yield from _serving_marks(keys)


def _keys_that_mean(keys: Keys, *, preview: str = "", today: str = "") -> Iterator[Dialect]:
    for key in preview.split():
        if key in keys:
            yield Dialect.PREVIEW
    for key in today.split():
        if key in keys:
            yield Dialect.TODAY


def _job_marks(keys: Keys) -> Iterator[Dialect]:
    kind = keys.get("type") or keys.get("job_type")
    word = kind.value.strip().casefold() if isinstance(kind, Scalar) else ""
    if word in ("command_job", "sweep_job") or "job_type" in keys:
        yield Dialect.PREVIEW
    elif word in ("command", "sweep"):
        yield Dialect.TODAY
    yield from _keys_that_mean(
        keys,
        preview="timeout interaction_endpoints output",
        today="resources limits outputs display_name services queue_settings",
    )


def _sweep_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _keys_that_mean(
        keys,
        preview="algorithm max_total_trials max_concurrent_trials timeout_minutes",
        today="sampling_algorithm compute inputs",
    )
    yield from _keys_that_mean(_below(keys.get("trial")), preview="compute inputs", today="resources")
    yield from _keys_that_mean(
        _below(keys.get("early_termination")), preview="policy_type spec", today="type"
    )


def _command_marks(keys: Keys) -> Iterator[Dialect]:
    yield from _compute_marks(keys.get("compute"))
    yield from _code_marks(keys.get("code"))
    yield from _environment_marks(_below(keys.get("environment")))
    for value in list(_below(keys.get("inputs")).values())[:_FIRST_INPUTS]:
        yield from _keys_that_mean(_below(value), preview="data", today="type path")
    yield from _keys_that_mean(_below(keys.get("distribution")), preview="process_count")
    command = keys.get("command")
    if isinstance(command, Scalar):
        yield from _placeholder_marks(command.value)


def _serving_marks(keys: Keys) -> Iterator[Dialect]:
    """An endpoint once held its deployments, and a deployment its files by `local_path`."""
    if _below(keys.get("model")).keys() & {"local_path"} or isinstance(keys.get("deployments"), Sequence):
        yield Dialect.PREVIEW
    code = _below(keys.get("code_configuration")).get("code")
    yield from _keys_that_mean(_below(code), preview="local_path")
    if "auth_mode" in keys:
        yield from _keys_that_mean(keys, preview="type")


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


def _placeholder_marks(command: str) -> Iterator[Dialect]:
    if _TODAY_PLACEHOLDER.search(command):
        yield Dialect.TODAY
    if _PREVIEW_PLACEHOLDER.search(command):
        yield Dialect.PREVIEW


def _below(value: object) -> Keys:
    if not isinstance(value, Mapping):
        return {}
    return {pair.key.value: pair.value for pair in value.pairs if isinstance(pair.key, Scalar)}
