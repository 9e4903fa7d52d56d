"""The names of one workspace and of registries: at once from memory or disk, made new in the background."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from joblens.azure import kept_names
from joblens.azure.errands import Errands
from joblens.azure.kept_names import Kept, Key
from joblens.azure.listings import KINDS, OF_REGISTRIES, Found, Listings
from joblens.azure.resource_manager import RefusedError, ThrottledError, UnreachableError
from joblens.azure.sign_in import SignedOutError
from joblens.azure.workspace import Workspace
from joblens.errors import CloudError
from joblens.job.known_names import VERSIONED, Asset, KnownName, NoNames, joined

FRESH = 300.0
"""Seconds after which what is known is asked for anew, behind what is shown."""
_WORTH_WAITING = 1.0
"""Seconds that somebody waits for the first answer; then all go on without."""
_LONGEST_PAUSE = 60.0
_TRIES = 4
_AGAIN_AFTER = 30.0
_AGAIN_AFTER_REFUSAL = 300.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class State:
    """How the workspace answers."""

    kind: Literal["asking", "answers", "offline", "refused", "signedOut"]
    text: str = ""
    """The reason, and the next step."""


class WorkspaceNames(NoNames):
    """What a workspace has, as far as it is known by now; any thread may ask, and nobody waits."""

    def __init__(
        self,
        workspace: Workspace,
        listings: Listings,
        *,
        folder: Path,
        registries: Sequence[str] = (),
        told: Callable[[State], None] = lambda _: None,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.workspace = workspace
        self.state = State("asking")
        self._listings = listings
        self._file = kept_names.file_of(workspace, folder)
        self._registries = tuple(registries)
        self._told, self._changed = told, changed
        self._kept = kept_names.read(self._file)
        self._shown: dict[tuple[Asset, str], tuple[KnownName, ...]] = {}
        self._asking: dict[Key, tuple[Future[None], float]] = {}
        self._unfinished = 0
        self._left = 0
        """Of those, what is asked of the workspace itself."""
        self._registries_wanted = False
        self._not_before: dict[Key, float] = {}
        self._errands = Errands()
        self._lock = threading.Lock()
        self._ended = threading.Event()

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        """The workspace's names, then those of registries."""
        return tuple(one for where in self._places(asset) for one in self._of(asset, where))

    def name(self, asset: Asset, name: str, registry: str = "") -> KnownName | None:
        """One name with the versions that are known."""
        known = next((one for one in self._of(asset, registry) if one.name == name), None)
        versions = self._kept.get((registry, asset, name))
        if known is None or versions is None:
            return known
        return _with_versions(known, versions.listing.found)

    def lacks(self, asset: Asset, name: str, version: str = "") -> bool:
        """Whether the workspace has just said, in full, what it has, and this was not there."""
        if self.state.kind != "answers":
            return False
        names = self._certain(("", asset, ""))
        if names is None:
            return False
        if name not in names:
            return True
        versions = self._certain(("", asset, name)) if version else None
        return versions is not None and version not in versions

    def wanted(self, asset: Asset, name: str = "", registry: str = "") -> Future[None] | None:
        """Ask for what is not known or not fresh; what to wait for, where nothing is known yet."""
        if name and asset in VERSIONED:
            return self._ask((registry, asset, name))
        if asset not in KINDS or not self._is_due(("", asset, "")):
            return self._pending(("", asset, ""))
        # The first who wants a name has all names fetched: in one round, with those of registries behind it.
        self._registries_wanted = True
        for kind in (asset, *KINDS):
            self._ask(("", kind, ""))
        return self._pending(("", asset, ""))

    def is_awaited(self, asset: Asset, name: str = "", registry: str = "") -> bool:
        """Whether that is asked for, and nothing is known of it yet."""
        key = (registry, asset, name)
        return key in self._asking and key not in self._kept

    def renew(self, older_than: float = 0.0) -> None:
        """Ask anew for all that is known for so many seconds; until it is answered, nothing is certain."""
        since = time.time() - older_than
        with self._lock:
            self._not_before.clear()
            self._kept = {
                key: one if one.at > since else Kept(one.listing, 0.0) for key, one in self._kept.items()
            }
        for kind in KINDS:
            self.wanted(kind)

    def end(self) -> None:
        """Tell nobody anything any more."""
        self._ended.set()

    def _places(self, asset: Asset) -> tuple[str, ...]:
        return ("", *self._registries) if asset in OF_REGISTRIES else ("",)

    def _of(self, asset: Asset, registry: str) -> tuple[KnownName, ...]:
        shown = self._shown.get((asset, registry))
        if shown is None:
            kept = self._kept.get((registry, asset, ""))
            found = kept.listing.found if kept is not None else ()
            source = registry or self.workspace.name
            shown = joined(_known(one, source, registry) for one in found if not one.archived)
            self._shown[asset, registry] = shown
        return shown

    def _certain(self, key: Key) -> frozenset[str] | None:
        kept = self._kept.get(key)
        if kept is None or not kept.listing.complete or time.time() - kept.at > FRESH:
            return None
        return frozenset(one.name for one in kept.listing.found)

    def _is_due(self, key: Key) -> bool:
        kept = self._kept.get(key)
        fresh = kept is not None and time.time() - kept.at < FRESH
        return not fresh and key not in self._asking and self._not_before.get(key, 0.0) <= time.monotonic()

    def _pending(self, key: Key) -> Future[None] | None:
        waiting, since = self._asking.get(key) or (None, 0.0)
        if key in self._kept or time.monotonic() - since > _WORTH_WAITING:
            return None
        return waiting

    def _ask(self, key: Key) -> Future[None] | None:
        with self._lock:
            if self._is_due(key) and not self._ended.is_set():
                # Kept before it runs: it takes itself off at its end.
                waiting: Future[None] = Future()
                self._asking[key] = (waiting, time.monotonic())
                self._unfinished += 1
                self._left += key[0] == ""
                self._errands.run(lambda: self._fetch(key, waiting))
        return self._pending(key)

    def _fetch(self, key: Key, waiting: Future[None]) -> None:
        try:
            self._keep(key, self._fetched(key))
        except CloudError as error:
            self._failed(key, error)
        finally:
            if self._is_round_over(key):
                self._ask_registries()
            with self._lock:
                self._unfinished -= 1
                last = self._unfinished == 0
            if last:
                kept_names.write(self._file, self._kept)
            with self._lock:
                self._asking.pop(key, None)
            waiting.set_result(None)

    def _is_round_over(self, key: Key) -> bool:
        """Whether this was the last of the workspace's, and those of registries are wanted still."""
        with self._lock:
            self._left -= key[0] == ""
            over = self._registries_wanted and self._left == 0
            self._registries_wanted = self._registries_wanted and not over
        return over

    def _ask_registries(self) -> None:
        for registry in self._registries:
            for kind in OF_REGISTRIES:
                self._ask((registry, kind, ""))

    def _fetched(self, key: Key) -> Kept:
        registry, asset, name = key
        kind: Asset = asset  # type: ignore[assignment]
        for again in range(_TRIES, 0, -1):
            at = time.time()
            try:
                if name:
                    return Kept(self._listings.versions(kind, name, registry), at)
                return Kept(self._listings.names(kind, registry), at)
            except ThrottledError as error:
                if again == 1 or error.seconds > _LONGEST_PAUSE or self._ended.wait(error.seconds):
                    raise
        raise AssertionError

    def _keep(self, key: Key, kept: Kept) -> None:
        with self._lock:
            before = self._kept.get(key)
            self._kept = {**self._kept, key: kept}
            self._shown.pop((key[1], key[0]), None)  # type: ignore[arg-type]
            self._not_before.pop(key, None)
        if not key[0]:
            self._tell(State("answers"))
        if (before is None or before.listing != kept.listing) and not self._ended.is_set():
            self._changed()

    def _failed(self, key: Key, error: CloudError) -> None:
        pause = _AGAIN_AFTER
        if isinstance(error, ThrottledError):
            pause = error.seconds
        elif isinstance(error, RefusedError):
            pause = _AGAIN_AFTER_REFUSAL
        with self._lock:
            self._not_before[key] = time.monotonic() + pause
        _log.info("%s: %s", "/".join(filter(None, key)), error)
        state = _state(error)
        if state is not None and not key[0] and not key[2]:  # A registry may be closed to this account.
            self._tell(state)

    def _tell(self, state: State) -> None:
        if state != self.state and not self._ended.is_set():
            self.state = state
            self._told(state)


def _state(error: CloudError) -> State | None:
    text = f"{error} {error.hint}".strip()
    if isinstance(error, UnreachableError):
        return State("offline", text)
    if isinstance(error, SignedOutError):
        return State("signedOut", text)
    return None if isinstance(error, ThrottledError) else State("refused", text)


def _known(found: Found, source: str, registry: str) -> KnownName:
    versions = (found.newest,) if found.newest else ()
    return KnownName(
        found.name,
        versions,
        source,
        registry=registry,
        in_cloud=True,
        detail=found.detail,
        facts=found.facts,
    )


def _with_versions(known: KnownName, found: Sequence[Found]) -> KnownName:
    names = tuple(_distinct(one.name for one in found)) or known.versions
    facts = {one.name: one.facts for one in found}
    return KnownName(
        known.name,
        names,
        known.source,
        registry=known.registry,
        in_cloud=True,
        detail=known.detail,
        facts=known.facts,
        version_facts=facts,
    )


def _distinct(names: Iterator[str]) -> Iterator[str]:
    return iter(dict.fromkeys(names))
