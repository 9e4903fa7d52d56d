"""What a workspace tells of one asset that a job refers to, by a protocol for whoever can ask one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class FoundEnvironment:
    """A version of an environment, as the workspace or a registry keeps it."""

    name: str
    """With the version: `NAME:VERSION`."""
    where: str
    """Who said so, in words."""
    image: str | None = None
    conda_file: str | None = None
    """The specification itself."""
    build_context: str | None = None
    """The address of the folder that its image is built in."""


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to read what is below an address; never written down."""

    address: str
    query: str = field(default="", repr=False)
    """A signature (SAS) to add to an address."""
    token: str = field(default="", repr=False)
    """A bearer's token, where there is no signature."""


@dataclass(frozen=True, slots=True)
class FoundData:
    """Data, or a model, at an address of the web."""

    where: str
    """Who said so, in words."""
    address: str
    kind: str = ""
    """`uri_file`, `uri_folder` and so on, where that is known."""
    permit: Permit | None = None
    """What its download takes; None where everyone may read it, or nobody knows how."""


class KnownAssets(Protocol):
    """Asks a workspace; all of it raises a UserError that says why there is no answer."""

    @property
    def where(self) -> str:
        """Who is asked, in words."""
        ...

    def environment(self, written: str) -> FoundEnvironment:
        """The environment that a reference names."""
        ...

    def data(self, written: str, asset: Literal["data", "model"]) -> FoundData:
        """Where the data lie that a reference, or an address in a datastore, names."""
        ...
