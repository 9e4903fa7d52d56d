"""Inputs and outputs of a job as its command gets them: all that a plan keeps of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class BoundInput:
    """An input as the command gets it."""

    name: str
    type: str
    value: str
    """The text that takes the place of `${{inputs.name}}`: a literal, an address, or a path as it sees it."""
    source: str = ""
    """Where its data lie on this machine; empty for what is no data here (a literal, an address)."""
    url: str | None = None
    """Where `source` is downloaded from before the command starts."""
    mode: str | None = None
    """As the job asks for it: `ro_mount`, `download` and so on."""
    permitted: bool = False
    """Its download takes what the workspace gave the run leave with."""

    @property
    def literal(self) -> bool:
        """Whether the command is told a value, not a place."""
        return not self.source


@dataclass(frozen=True, slots=True)
class BoundOutput:
    """A named output as the command gets it."""

    name: str
    type: str
    path: str
    """Where the command sees it."""
    target: str
    """Where it is kept on this machine."""
    place: str = ""
    """Where the job wants it here, before the run's name is put in; empty for a place among the run's own."""
    registered: str = ""
    """The name, and version, under which the cluster would register it."""
