"""Reads command and sweep jobs of the 2021 preview, in today's words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path, PurePosixPath

from joblens.job.fields import Entry, Fields, text
from joblens.job.model import (
    At,
    CommandJob,
    Dialect,
    Distribution,
    Environment,
    Input,
    Job,
    Sampling,
    SweepJob,
)
from joblens.job.read_today import conda, labels, search_space, tags, word
from joblens.text.nodes import Scalar

_MODES = {"mount": "ro_mount"}
_POLICY_TYPE = "policy_type"


def job(kind: str, root: Fields, folder: Path | None) -> Job | None:
    """The job of a file of this kind; `folder` tells a local input's files from its folders."""
    if kind == "commandJob":
        return command_job(root, folder)
    if kind == "sweepJob":
        return sweep_job(root, folder)
    return None


def command_job(root: Fields, folder: Path | None) -> CommandJob:
    """A command job."""
    return replace(
        trial(root, folder),
        environment_variables=labels(root, "environment_variables"),
        timeout=root.integer("timeout"),
        name=root.label("name"),
        experiment_name=root.text("experiment_name"),
        description=root.text("description"),
        tags=tags(root),
    )


def trial(root: Fields, folder: Path | None) -> CommandJob:
    """What a command job and the trial of a sweep have in common."""
    compute = root.below("compute")
    instance_count = compute.integer("instance_count") if compute else None
    return CommandJob(
        dialect=Dialect.PREVIEW,
        span=root.span,
        command=root.text("command"),
        code=_code(root),
        environment=_environment(root),
        inputs=_inputs(root, folder),
        compute=compute.text("target") if compute else None,
        instance_count=instance_count,
        distribution=_distribution(root, instance_count.value if instance_count else 1),
    )


def sweep_job(root: Fields, folder: Path | None) -> SweepJob:
    """A sweep."""
    objective = root.below("objective")
    below = root.below("trial")
    algorithm = word(root, "algorithm")
    minutes = root.integer("timeout_minutes")
    return SweepJob(
        dialect=Dialect.PREVIEW,
        span=root.span,
        trial=trial(below, folder) if below else CommandJob(Dialect.PREVIEW, root.span),
        sampling=Sampling(algorithm) if algorithm else None,
        search_space=search_space(root),
        primary_metric=objective.text("primary_metric") if objective else None,
        goal=word(objective, "goal"),
        max_total_trials=root.integer("max_total_trials"),
        max_concurrent_trials=root.integer("max_concurrent_trials"),
        timeout=At(minutes.value * 60, minutes.span) if minutes else None,
        early_termination=_early_termination(root),
        name=root.label("name"),
        experiment_name=root.text("experiment_name"),
        description=root.text("description"),
        tags=tags(root),
    )


def per_instance(processes: int, instances: int) -> int:
    """Processes on each instance, of the preview's total; rounded up where it does not divide."""
    return max(1, -(-processes // max(1, instances)))


def data_type(path: str, folder: Path | None = None) -> str:
    """`uri_file` or `uri_folder`: as it lies on the disk, or else by the ending of its last part."""
    return type_on_disk(path, folder) or _type_by_name(path)


def type_on_disk(path: str, folder: Path | None) -> str | None:
    """The type of what lies at a path; None where nothing does."""
    try:
        place = folder / path if folder else None
        return (
            None if place is None or not place.exists() else "uri_file" if place.is_file() else "uri_folder"
        )
    except OSError:  # A name that is too long for any file.
        return None


def _type_by_name(path: str) -> str:
    without_host = re.sub(r"^\w+://[^/?#]*", "", re.split(r"[?#]", path)[0])
    return "uri_file" if re.search(r"[^/.][^/]*\.[^/.]+$", without_host) else "uri_folder"


def _code(root: Fields) -> At[str] | None:
    written = root.below("code")
    if written is None:
        return _without_file(root.text("code"))
    return written.text("local_path") or written.text("path")


def _environment(root: Fields) -> Environment | None:
    value = root.value("environment")
    if isinstance(value, Scalar):
        reference = _without_file(text(value))
        return Environment(value.span, reference=reference) if reference else None
    parts = root.below("environment")
    return None if parts is None else environment_of(parts)


def environment_of(parts: Fields) -> Environment:
    """An environment's own fields, in a job or in a file of its own."""
    docker = parts.below("docker")
    build = docker.below("build") if docker else None
    dockerfile = _without_file(build.text("dockerfile")) if build else None
    return Environment(
        span=parts.span,
        image=docker.text("image") if docker else None,
        conda_file=_without_file(parts.text("conda_file")),
        conda=conda(parts),
        build_context=_parent(dockerfile),
        dockerfile=_file_name(dockerfile),
        name=parts.text("name"),
        version=parts.label("version"),
    )


def _inputs(root: Fields, folder: Path | None) -> dict[str, Input]:
    found = root.below("inputs")
    return {entry.key.value: _input(entry, found, folder) for entry in found} if found else {}


def _input(entry: Entry, among: Fields, folder: Path | None) -> Input:
    settings = among.of(entry.value)
    if settings is None:
        return Input(entry.key, "uri_folder")
    mode = word(settings, "mode")
    path, kind = _data(settings, folder)
    return Input(
        name=entry.key,
        type=kind,
        path=path,
        mode=At(_MODES.get(mode.value, mode.value), mode.span) if mode else None,
    )


def _data(settings: Fields, folder: Path | None) -> tuple[At[str] | None, str]:
    reference = _without_file(settings.text("data"))
    if reference is not None:
        return reference, "uri_folder"
    data = settings.below("data")
    if data is None:
        return None, "uri_folder"
    local = data.text("local_path")
    if local is not None:
        return local, data_type(local.value, folder)
    path = data.text("path")
    return path, data_type(path.value) if path else "uri_folder"


def _distribution(root: Fields, instances: int) -> Distribution | None:
    found = root.below("distribution")
    kind = word(found, "type")
    if found is None or kind is None:
        return None
    total = found.integer("process_count")
    return Distribution(
        span=found.span,
        type=kind,
        process_count_per_instance=(
            At(per_instance(total.value, instances), total.span)
            if total
            else found.integer("process_count_per_instance")
        ),
        worker_count=found.integer("worker_count"),
        parameter_server_count=found.integer("parameter_server_count"),
        process_count=total,
    )


def _early_termination(root: Fields) -> dict[str, object]:
    policy = root.below("early_termination")
    if policy is None:
        return {}
    kind = policy.plain(_POLICY_TYPE)
    return {"type": kind} | policy.plain_map(_POLICY_TYPE)


def _without_file(value: At[str] | None) -> At[str] | None:
    return At(value.value.removeprefix("file:"), value.span) if value else None


def _parent(dockerfile: At[str] | None) -> At[str] | None:
    return At(str(PurePosixPath(dockerfile.value).parent), dockerfile.span) if dockerfile else None


def _file_name(dockerfile: At[str] | None) -> At[str] | None:
    return At(PurePosixPath(dockerfile.value).name, dockerfile.span) if dockerfile else None
