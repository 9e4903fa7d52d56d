"""A job as data: frozen, in the words of today's dialect, with the place in the text of every value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeAlias, TypeVar

from joblens.text.nodes import Span

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class At(Generic[T]):
    """A value and the place that says it."""

    value: T
    span: Span


class Dialect(Enum):
    """How a job file is written."""

    PREVIEW = "preview"
    """The public preview of spring 2021: `compute: {target: ...}`, `{inputs.x}`."""
    TODAY = "today"
    """CLI v2.2.1 (March 2022) and later: `compute: azureml:...`, `${{inputs.x}}`."""


Literal: TypeAlias = str | int | float | bool


@dataclass(frozen=True, slots=True)
class Input:
    """One input: a literal, or data at a path."""

    name: At[str]
    type: str
    """`uri_file`, `uri_folder`, `mltable`, `custom_model`, `mlflow_model`, `triton_model`, or the type of a
    literal: `string`, `integer`, `number`, `boolean`."""
    literal: At[Literal] | None = None
    path: At[str] | None = None
    mode: At[str] | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """One named output."""

    name: At[str]
    type: str = "uri_folder"
    path: At[str] | None = None
    mode: At[str] | None = None
    asset_name: At[str] | None = None
    """Under which it becomes a data asset, or a model."""
    asset_version: At[str] | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """What the command needs installed: a registered one by `reference`, or its parts."""

    span: Span
    reference: At[str] | None = None
    """`azureml:NAME:VERSION`, or another reference as written."""
    image: At[str] | None = None
    conda_file: At[str] | None = None
    """Path as written, relative to the job file, without a `file:` prefix."""
    conda: At[Mapping[str, object]] | None = None
    """The conda specification where it stands in the job file itself."""
    build_context: At[str] | None = None
    dockerfile: At[str] | None = None
    name: At[str] | None = None
    version: At[str] | None = None


@dataclass(frozen=True, slots=True)
class Distribution:
    """How the processes of one job find each other."""

    span: Span
    type: At[str]
    """`pytorch`, `tensorflow`, `mpi` or `ray`."""
    process_count_per_instance: At[int] | None = None
    worker_count: At[int] | None = None
    parameter_server_count: At[int] | None = None
    process_count: At[int] | None = None
    """The preview's total, over all instances."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """Ray's, as PyYAML reads them: `port`, `head_node_additional_args` and so on."""


@dataclass(frozen=True, slots=True)
class CommandJob:
    """A command job, or the trial of a sweep."""

    dialect: Dialect
    span: Span
    command: At[str] | None = None
    """As written, placeholders included; `span` is the scalar's."""
    code: At[str] | None = None
    """A folder or file relative to the job file, or a reference."""
    environment: Environment | None = None
    environment_variables: Mapping[str, At[str]] = field(default_factory=dict)
    inputs: Mapping[str, Input] = field(default_factory=dict)
    outputs: Mapping[str, Output] = field(default_factory=dict)
    compute: At[str] | None = None
    """`local`, or the name of a compute as written (`azureml:` included)."""
    instance_count: At[int] | None = None
    docker_args: tuple[At[str], ...] = ()
    """More words for `docker run`: one text of several, or a text for each, as the file has it."""
    shm_size: At[str] | None = None
    """The size of the container's shared memory: `2g`."""
    distribution: Distribution | None = None
    timeout: At[int] | None = None
    """Seconds."""
    name: At[str] | None = None
    display_name: At[str] | None = None
    experiment_name: At[str] | None = None
    description: At[str] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Hyperparameter:
    """One entry of the search space."""

    name: At[str]
    type: At[str]
    """`choice`, `uniform`, `quniform`, `loguniform`, `qloguniform`, `normal`, `qnormal`, `lognormal`,
    `qlognormal` or `randint`."""
    settings: Mapping[str, object] = field(default_factory=dict)
    """The other keys, as PyYAML reads them: `values`, `min_value`, `max_value`, `mu`, `sigma`, `q`,
    `upper`."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """How trials are chosen."""

    type: At[str]
    """`random`, `grid` or `bayesian`."""
    seed: int | None = None
    rule: str | None = None
    """`random` or `sobol`."""
    logbase: Literal | None = None
    """A positive number or `e`; as PyYAML reads it."""


@dataclass(frozen=True, slots=True)
class SweepJob:
    """A search over hyperparameters; `trial` carries the inputs and the compute, in either dialect."""

    dialect: Dialect
    span: Span
    trial: CommandJob
    sampling: Sampling | None = None
    search_space: Mapping[str, Hyperparameter] = field(default_factory=dict)
    primary_metric: At[str] | None = None
    goal: At[str] | None = None
    """`minimize` or `maximize`."""
    max_total_trials: At[int] | None = None
    max_concurrent_trials: At[int] | None = None
    timeout: At[int] | None = None
    """Seconds, for the whole sweep."""
    trial_timeout: At[int] | None = None
    """Seconds, for each trial."""
    early_termination: Mapping[str, object] = field(default_factory=dict)
    """PyYAML's values of the policy, its type under `type`; empty where there is none."""
    name: At[str] | None = None
    display_name: At[str] | None = None
    experiment_name: At[str] | None = None
    description: At[str] | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


Job: TypeAlias = CommandJob | SweepJob
