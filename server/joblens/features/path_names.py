"""The files and folders that a path may go on with: those on the disk that fit the key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from joblens.checks.subject import Subject
from joblens.features.half_typed import Written
from joblens.features.path_keys import Wanted, wanted
from joblens.features.proposal import Completion
from joblens.text.nodes import Path

_TYPED = re.compile(r"(?P<prefix>file:)?(?P<folder>(?:[^/:\\]*/)*)(?P<name>[^/:\\]*)")
_NOT_RELATIVE = re.compile(r"[/~$<]")
_SKIPPED = frozenset(("node_modules/", "__pycache__/", "venv/", "site-packages/"))
_MOST = 500


def path_names(subject: Subject, path: Path, written: Written) -> list[Completion]:
    """What the value at `path` may go on with; empty for a key that takes no path."""
    typed = _TYPED.fullmatch(written.before)
    want = wanted(subject, path) if subject.disk is not None else None
    if want is None or typed is None or _NOT_RELATIVE.match(written.before):
        return []
    if not (want.may_be_prefixed if typed["prefix"] else not want.must_be_prefixed):
        return []
    begun = (typed["prefix"] or "") + typed["folder"]
    return [
        _proposal(written, begun or want.lead, name)
        for name in list(names_in(subject, want, typed["folder"], typed["name"]))[:_MOST]
    ]


def names_in(subject: Subject, want: Wanted, folder: str, start: str) -> Iterator[str]:
    """The names in a folder, as seen from the one that the key counts from; a folder's ends in a slash."""
    assert subject.disk is not None
    place = subject.disk.path(str(PurePosixPath(want.base) / folder))
    begins = start.casefold()
    for name in subject.disk.names(place):
        is_folder = name.endswith("/")
        if name.startswith(".") or name in _SKIPPED or not name.casefold().startswith(begins):
            continue
        if is_folder or (name.casefold().endswith(want.suffixes) and subject.document.path != place / name):
            yield name
    if not want.base and (not folder or re.fullmatch(r"(\.\./)+", folder)) and start in ("", ".", ".."):
        yield "../"


def _proposal(written: Written, lead: str, name: str) -> Completion:
    text = lead + name
    if name == "../":
        text = text.replace("./../", "../")
    put, is_folder = written.put(text), name.endswith("/")
    if is_folder and put != text and not written.quote:
        put = f"{put[:-1]}$0{put[-1]}"  # The path goes on before the quote.
    return Completion(
        name, put, "folder" if is_folder else "path", written.span, goes_on=is_folder, typed=text
    )
