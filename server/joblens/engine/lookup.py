"""Asks the user's workspace for what the tables of joblens.toml lack: only at need, and at most once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from joblens.errors import UserError

if TYPE_CHECKING:
    from joblens.job.known_assets import FoundData, FoundEnvironment, KnownAssets, Permit

Opener: TypeAlias = "Callable[[Path], KnownAssets | None]"
"""Gives the workspace for job files in a folder; None where none is chosen or configured."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Why a workspace did not say what was asked."""

    reason: str
    """One or two sentences."""


class Lookup:
    """The workspace for one job file; nothing is opened before the first question."""

    def __init__(self, opener: Opener | None, folder: Path) -> None:
        self._opener, self._folder = opener, folder
        self._assets: KnownAssets | None = None
        self._opened = False
        self.asked = False
        """Whether a workspace was asked, so that the plan follows from more than files."""
        self.permits: dict[str, Permit] = {}
        """What downloads of the found data take, by address."""

    def environment(self, written: str) -> FoundEnvironment | Unanswered | None:
        """What a name of an environment means; None where there is no workspace to ask."""
        return self._answer(lambda assets: assets.environment(written))

    def data(self, written: str, kind: str) -> FoundData | Unanswered | None:
        """Where data of an input of that type lie; None where there is no workspace to ask."""
        found = self._answer(lambda assets: assets.data(written, "model" if "model" in kind else "data"))
        permit = getattr(found, "permit", None)
        if permit is not None:
            self.permits[permit.address] = permit
        return found

    def _answer(self, question: Callable[[KnownAssets], T]) -> T | Unanswered | None:
        assets = self._open()
        if assets is None:
            return None
        self.asked = True
        try:
            return question(assets)
        except UserError as error:
            said = f"{error} {error.hint}".strip()
            return Unanswered(f"{assets.where[:1].upper()}{assets.where[1:]} did not tell: {said}")

    def _open(self) -> KnownAssets | None:
        if not self._opened and self._opener is not None:
            self._opened, self._assets = True, self._opener(self._folder)
        return self._assets
