"""Reads command and sweep jobs of today's dialect."""

from __future__ import annotations

from collections.abc import Mapping

from joblens.job.fields import Entry, Fields, label, literal, text
from joblens.job.model import (
    At,
    CommandJob,
    Dialect,
    Distribution,
    Environment,
    Hyperparameter,
    Input,
    Job,
    Literal,
    Output,
    Sampling,
    SweepJob,
)
from joblens.text.nodes import Scalar


def job(kind: str, root: Fields) -> Job | None:
    """The job of a file of this kind; None for kinds that are not read."""
    if kind == "commandJob":
        return command_job(root)
    if kind == "sweepJob":
        return sweep_job(root)
    return None


def command_job(root: Fields) -> CommandJob:
    """A command job."""
    resources = root.below("resources")
    limits = root.below("limits")
    return CommandJob(
        dialect=Dialect.TODAY,
        span=root.span,
        command=root.text("command"),
        code=root.text("code"),
        environment=environment(root),
        environment_variables=labels(root, "environment_variables"),
        inputs=inputs(root),
        outputs=outputs(root),
        compute=root.text("compute"),
        instance_count=resources.integer("instance_count") if resources else None,
        docker_args=resources.texts("docker_args") if resources else (),
        shm_size=resources.label("shm_size") if resources else None,
        distribution=distribution(root),
        timeout=limits.integer("timeout") if limits else None,
        name=root.label("name"),
        display_name=root.text("display_name"),
        experiment_name=root.text("experiment_name"),
        description=root.text("description"),
        tags=tags(root),
    )


def sweep_job(root: Fields) -> SweepJob:
    """A sweep; its trial takes inputs, outputs and compute from the top level."""
    limits = root.below("limits")
    objective = root.below("objective")
    policy = root.below("early_termination")
    return SweepJob(
        dialect=Dialect.TODAY,
        span=root.span,
        trial=_trial(root),
        sampling=_sampling(root),
        search_space=search_space(root),
        primary_metric=objective.text("primary_metric") if objective else None,
        goal=word(objective, "goal"),
        max_total_trials=limits.integer("max_total_trials") if limits else None,
        max_concurrent_trials=limits.integer("max_concurrent_trials") if limits else None,
        timeout=limits.integer("timeout") if limits else None,
        trial_timeout=limits.integer("trial_timeout") if limits else None,
        early_termination=policy.plain_map() if policy else {},
        name=root.label("name"),
        display_name=root.text("display_name"),
        experiment_name=root.text("experiment_name"),
        description=root.text("description"),
        tags=tags(root),
    )


def environment(root: Fields) -> Environment | None:
    """A reference, or the parts of an environment written in place."""
    value = root.value("environment")
    if isinstance(value, Scalar):
        return Environment(value.span, reference=text(value)) if text(value) else None
    parts = root.below("environment")
    return None if parts is None else environment_of(parts)


def environment_of(parts: Fields) -> Environment:
    """An environment's own fields, in a job or in a file of its own."""
    build = parts.below("build")
    return Environment(
        span=parts.span,
        image=parts.text("image"),
        conda_file=parts.text("conda_file"),
        conda=conda(parts),
        build_context=build.text("path") if build else None,
        dockerfile=build.text("dockerfile_path") if build else None,
        name=parts.text("name"),
        version=parts.label("version"),
    )


def conda(parts: Fields) -> At[Mapping[str, object]] | None:
    """The conda specification that stands in place of a file's name."""
    inline = parts.below("conda_file")
    return At(inline.plain_map(), inline.span) if inline else None


def distribution(root: Fields) -> Distribution | None:
    """How the processes find each other."""
    found = root.below("distribution")
    kind = word(found, "type")
    if found is None or kind is None:
        return None
    return Distribution(
        span=found.span,
        type=kind,
        process_count_per_instance=found.integer("process_count_per_instance"),
        worker_count=found.integer("worker_count"),
        parameter_server_count=found.integer("parameter_server_count"),
        settings=found.plain_map("type") if kind.value == "ray" else {},
    )


def inputs(root: Fields) -> dict[str, Input]:
    """All inputs: literals, and data at a path."""
    found = root.below("inputs")
    return {entry.key.value: _input(entry, found) for entry in found} if found else {}


def outputs(root: Fields) -> dict[str, Output]:
    """All outputs; one without settings is a folder."""
    found = root.below("outputs")
    return {entry.key.value: _output(entry, found) for entry in found} if found else {}


def search_space(root: Fields) -> dict[str, Hyperparameter]:
    """All hyperparameters that say their type."""
    found = root.below("search_space")
    space: dict[str, Hyperparameter] = {}
    for entry in found or ():
        settings = root.of(entry.value)
        kind = word(settings, "type")
        if settings is not None and kind is not None:
            space[entry.key.value] = Hyperparameter(entry.key, kind, settings.plain_map("type"))
    return space


def labels(root: Fields, key: str) -> dict[str, At[str]]:
    """A map whose values are text, whatever YAML takes them for."""
    found: dict[str, At[str]] = {}
    for entry in root.below(key) or ():
        value = label(entry.value)
        if value is not None:
            found[entry.key.value] = value
    return found


def tags(root: Fields) -> dict[str, str]:
    """The tags, without places."""
    return {key: value.value for key, value in labels(root, "tags").items()}


def word(found: Fields | None, key: str) -> At[str] | None:
    """A fixed word such as `minimize`; Azure ML folds its case."""
    value = found.text(key) if found else None
    return At(value.value.lower(), value.span) if value else None


def literal_type(value: Literal) -> str:
    """The type that a literal has by itself."""
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return "number" if isinstance(value, float) else "string"


def _trial(root: Fields) -> CommandJob:
    trial = root.below("trial")
    if trial is None:
        return CommandJob(
            Dialect.TODAY, root.span, inputs=inputs(root), outputs=outputs(root), compute=root.text("compute")
        )
    # Resources stand at the trial, or (since 2023) at the sweep itself.
    resources = trial.below("resources") or root.below("resources")
    return CommandJob(
        dialect=Dialect.TODAY,
        span=trial.span,
        command=trial.text("command"),
        code=trial.text("code"),
        environment=environment(trial),
        environment_variables=labels(trial, "environment_variables"),
        inputs=inputs(root),
        outputs=outputs(root),
        compute=root.text("compute"),
        instance_count=resources.integer("instance_count") if resources else None,
        docker_args=resources.texts("docker_args") if resources else (),
        shm_size=resources.label("shm_size") if resources else None,
        distribution=distribution(trial),
    )


def _sampling(root: Fields) -> Sampling | None:
    settings = root.below("sampling_algorithm")
    if settings is None:
        kind = word(root, "sampling_algorithm")
        return Sampling(kind) if kind else None
    kind = word(settings, "type")
    if kind is None:
        return None
    seed = settings.integer("seed")
    rule = word(settings, "rule")
    logbase = literal(settings.value("logbase"))
    return Sampling(
        type=kind,
        seed=seed.value if seed else None,
        rule=rule.value if rule else None,
        logbase=logbase.value if logbase else None,
    )


def _input(entry: Entry, among: Fields) -> Input:
    settings = among.of(entry.value)
    if settings is not None and "value" not in settings:
        kind = word(settings, "type")
        return Input(
            name=entry.key,
            type=kind.value if kind else "uri_folder",
            path=settings.text("path"),
            mode=word(settings, "mode"),
        )
    value = literal(settings.value("value") if settings else entry.value)
    return Input(entry.key, literal_type(value.value) if value else "string", literal=value)


def _output(entry: Entry, among: Fields) -> Output:
    settings = among.of(entry.value)
    if settings is None:
        return Output(entry.key)
    kind = word(settings, "type")
    return Output(
        name=entry.key,
        type=kind.value if kind else "uri_folder",
        path=settings.text("path"),
        mode=word(settings, "mode"),
        asset_name=settings.text("name"),
        asset_version=settings.label("version"),
    )
