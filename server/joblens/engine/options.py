"""What a user may choose of a run besides its job file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joblens.engine.lookup import Opener


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the user may choose besides the job file."""

    name: str | None = None
    environment: str | None = None
    """`this-python`, or None for the job's own."""
    overrides: Mapping[str, object] = field(default_factory=dict)
    """Values by their place in the file: `{"inputs.rate": 0.1}`."""
    backend: str | None = None
    """`auto`, `process`, `container` or `ray`; None is what the settings say."""
    allow_drift: bool = False
    """The nearest environment will do where the job's own cannot be had; else it is as the settings say."""
    queue: bool = True
    """Whether it waits for a place on this machine."""
    retries: int | None = None
    """How often a command that failed is started again; None is what the settings say."""
    address: str | None = None
    """Of the Ray cluster; None is what RAY_ADDRESS or the settings say."""
    one_trial: bool = False
    """Of a sweep, one trial by itself; an override `search_space.<name>` is a value of it."""
    workspace: Opener | None = field(default=None, repr=False, compare=False)
    """Who is asked for `azureml:` names that the tables of joblens.toml lack."""
