"""Inputs of a job bound: what its command is told, and where the data lie on this machine."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from joblens.engine.backends.base import Places
from joblens.engine.data import addresses, download, local, references
from joblens.engine.data.bound import BoundInput
from joblens.engine.lookup import Lookup, Unanswered
from joblens.engine.settings import RunSettings
from joblens.errors import JobFileError, UserError
from joblens.job.model import CommandJob, Dialect, Input

_PATH_KEYS = {Dialect.TODAY: "path", Dialect.PREVIEW: "data.local_path"}


class _Unbound(NamedTuple):
    """Why one input cannot be bound, with the next step."""

    reason: str
    hint: str


def bind_inputs(
    job: CommandJob, folder: Path, places: Places, settings: RunSettings, lookup: Lookup | None = None
) -> tuple[list[BoundInput], list[str]]:
    """All inputs of a job file in `folder` that have a value, and what a workspace said of them.

    Raises all that keeps them from having a value.
    """
    binder = _Binder(folder, places, settings, job.dialect, lookup)
    bound: list[BoundInput] = []
    failed: list[_Unbound] = []
    for each in job.inputs.values():
        found = binder.bound(each)
        if isinstance(found, _Unbound):
            failed.append(found)
        else:
            bound.append(found)
    if failed:
        raise _told(failed)
    return bound, binder.told


def notes(inputs: Iterable[BoundInput]) -> list[str]:
    """What of the inputs is otherwise than on the cluster, a line each."""
    found: list[str] = []
    for each in inputs:
        if (each.mode or "").startswith("eval_"):
            found.append(
                f"Input '{each.name}': {each.mode} evaluates no table here; the command sees its folder."
            )
        if each.source and not each.url and local.empty(Path(each.source)):
            found.append(f"Input '{each.name}' is an empty folder, which cannot be sent to the cluster.")
    return found


def _told(failed: list[_Unbound]) -> UserError:
    hints = list(dict.fromkeys(each.hint for each in failed))
    return JobFileError("\n".join(each.reason for each in failed), hint="\n".join(hints))


class _Binder:
    """What inputs of one job file are bound with."""

    def __init__(
        self, folder: Path, places: Places, settings: RunSettings, dialect: Dialect, lookup: Lookup | None
    ) -> None:
        self._folder, self._places, self._settings, self._lookup = folder, places, settings, lookup
        self.told: list[str] = []
        self._key, self._typed = _PATH_KEYS[dialect], dialect is Dialect.TODAY

    def bound(self, source: Input) -> BoundInput | _Unbound:
        """The input, or why it cannot be had."""
        name = source.name.value
        if source.literal is not None:
            return BoundInput(name, source.type, str(source.literal.value))
        if source.path is None:
            return _Unbound(
                f"Input '{name}' has no value.", f"Give it one (--set inputs.{name}.{self._key}=./data)."
            )
        written = source.path.value
        mode = source.mode.value if source.mode is not None else None
        place = self._place(written)
        if place is None and mode == "direct":  # the command is told the address, whoever can read it
            return BoundInput(name, source.type, written, mode=mode)
        if place is None:
            return self._looked_up(source, written, mode)
        return self._at(name, source.type, place, written, mode)

    def _place(self, written: str) -> str | None:
        """The path or web address of what the job says; None where nobody here knows one."""
        if references.is_reference(written):
            return references.stand_in(written, self._settings, self._folder)
        known = addresses.scheme(written) in {"", "file"} or addresses.on_the_web(written)
        return written if known else None

    def _looked_up(self, source: Input, written: str, mode: str | None) -> BoundInput | _Unbound:
        """An input that only a workspace may know."""
        name = source.name.value
        asked = self._lookup is not None and references.is_reference(written)
        found = self._lookup.data(written, source.type) if asked and self._lookup else None
        if found is None or isinstance(found, Unanswered):
            return self._unreachable(name, written, found.reason if found else "")
        kind = source.type if self._typed or not found.kind else found.kind
        bound = self._at(name, kind, found.address, written, mode)
        if isinstance(bound, BoundInput):
            shown = addresses.shown(found.address)
            self.told.append(f"Input '{name}': '{written}' is {shown}, says {found.where}.")
            bound = dataclasses.replace(bound, permitted=found.permit is not None)
        return bound

    def _at(self, name: str, kind: str, place: str, written: str, mode: str | None) -> BoundInput | _Unbound:
        url = addresses.on_the_web(place)
        if url and mode == "direct":
            return BoundInput(name, kind, place, mode=mode)
        if url:
            kept = str(download.place(url))
            ending = (
                "/" if download.is_folder(kind, url) else ""
            )  # there is nothing yet to tell it from a file
            value = self._places.input(name, kept + ending).rstrip("/")
            return BoundInput(name, kind, value, kept, url, mode)
        path = (self._folder / addresses.local(place)).absolute()
        if not self._typed:  # the preview's files say no type
            kind = "uri_file" if path.is_file() else "uri_folder"
        wrong = local.problem(path, kind)
        if wrong:
            return _Unbound(
                f"Input '{name}' is '{written}', {wrong}.", "A path is relative to the file that says it."
            )
        found = os.path.normpath(path)
        return BoundInput(name, kind, self._places.input(name, found), found, mode=mode)

    def _unreachable(self, name: str, written: str, reason: str = "") -> _Unbound:
        give = f"give local data (--set inputs.{name}.{self._key}=./data), or submit the job."
        if not references.is_reference(written):
            what = f"Input '{name}' is '{written}', an address that cannot be read on this machine."
            return _Unbound(what, give[:1].upper() + give[1:])
        why = reason or "data in the cloud cannot be read on this machine."
        what = f"Input '{name}' is '{written}': {why}"
        return _Unbound(what, f"Add {references.hint(written)}, {give}")
