"""All environments that are kept on this machine: for processes, and the images of an engine that answers."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.engine.environments import removal, store
from joblens.errors import MissingToolError, RunNotFoundError

if TYPE_CHECKING:
    from joblens.engine.backends.container.built import Built as Image
    from joblens.engine.environments.store import Built

PROCESS, IMAGE = "process", "container"


@dataclass(frozen=True, slots=True)
class Entry:
    """One environment."""

    name: str
    kind: str
    """What it is for: `process` or `container`."""
    size: int
    """Bytes; of files that it shares with others, too."""
    created: float
    used: float
    """When a run last used it, as far as that is known."""
    python: str
    what: str
    """What it was made from, in a line."""
    place: str
    """Its folder, or the image's id."""
    runs: tuple[str, ...] = ()
    """The last runs that used it."""
    in_use: str = ""
    """The folder of a run that goes on and uses it."""

    def data(self) -> dict[str, Any]:
        """The same as plain data."""
        return asdict(self)


def listed(note: Callable[[str], None]) -> list[Entry]:
    """All of them, the last used first; `note` hears why images are not among them."""
    found = [_entry(one) for one in store.every()]
    with _images(note) as client:
        if client is not None:
            from joblens.engine.backends.container import images

            found += [_image(one) for one in images.listed(client)]
    return sorted(found, key=lambda one: one.used, reverse=True)


def named(name: str, entries: list[Entry]) -> Entry:
    """The one of that name, or whose name begins so."""
    found = [one for one in entries if one.name == name] or [
        one for one in entries if name and one.name.startswith(name)
    ]
    if len(found) == 1:
        return found[0]
    many = f"{len(found)} environments begin with '{name}'" if found else f"There is no environment '{name}'"
    raise RunNotFoundError(f"{many}.", hint="'joblens env list' shows what there is.")


def remove(entry: Entry) -> None:
    """Remove it; raises when a run that goes on uses it."""
    if entry.kind == PROCESS:
        built = store.at(Path(entry.place))
        if built is not None:
            removal.remove(built)
        return
    with _images(lambda _: None) as client:
        from joblens.engine.backends.container import images

        if client is None:
            raise MissingToolError(
                "The image cannot be removed: no container engine answers.",
                hint="Start the container engine.",
            )
        images.remove(client, entry.name)


def unused(entries: list[Entry], before: float) -> list[Entry]:
    """Those that no run has used since that time, and that none uses now."""
    return [one for one in entries if one.used <= before and not one.in_use]


def entry_of(built: Built) -> Entry:
    """An environment for processes as an entry."""
    return _entry(built)


def _entry(built: Built) -> Entry:
    facts = built.facts
    runs = tuple(dict.fromkeys(run.name for run, _ in store.uses(built.folder)))
    in_use = store.in_use(built.folder)
    return Entry(
        name=built.key,
        kind=PROCESS,
        size=int(facts["size"]),
        created=float(facts["created"]),
        used=store.last_use(built),
        python=str(facts["python"]),
        what=_what(facts),
        place=str(built.folder),
        runs=runs,
        in_use=str(in_use or ""),
    )


def _what(facts: Any) -> str:
    made_from = facts.get("made_from", {})
    packages = [*made_from.get("packages", ()), *made_from.get("pip", ())]
    return ", ".join(packages or facts.get("requirements", ()))


def _image(image: Image) -> Entry:
    created = _time(image.created)
    return Entry(image.key, IMAGE, image.size, created, created, "", image.what, image.image)


def _time(text: str) -> float:
    """Engines write nanoseconds, which Python does not read before 3.11."""
    head, _, _ = text.partition(".")
    with contextlib.suppress(ValueError):
        return datetime.fromisoformat(f"{head.rstrip('Z')}+00:00").timestamp()
    return 0.0


@contextlib.contextmanager
def _images(note: Callable[[str], None]) -> Iterator[Any | None]:
    """A client of the engine that answers; None, with a note that says why, where there is none."""
    from joblens.engine.backends.container import engines

    search = engines.search()
    if search.engine is None:
        if search.tried:
            note(f"Images are not looked at: no container engine answers ({search.failure}).")
        yield None
        return
    from joblens.engine.backends.container.client import client, told

    made = client(search.engine)
    try:
        with told("The images could not be looked at"):
            yield made
    finally:
        made.close()
