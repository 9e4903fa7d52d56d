"""Document links: the files and folders that a file names, next to itself."""

from __future__ import annotations

import re
from dataclasses import dataclass
from os.path import normpath
from pathlib import Path
from typing import NamedTuple

from joblens.checks.subject import Subject
from joblens.text.nodes import Mapping, Node, Scalar, Sequence, Span, Style
from joblens.text.paths import last_before, root_at

_FILES = r"code|path|local_path|directory|conda_file|dockerfile_path|dockerfile"
_OBJECTS = r"component|trial|environment|create_job"
_NAMED = re.compile(rf"""(?<![\w.$/-])["']?({_FILES}|{_OBJECTS})["']?[ \t]*:""")
# These name a registered thing as often as a file, so that only what looks like a path is one.
_MAY_BE_NAMES = frozenset(_OBJECTS.split("|"))
_FILE = "file:"
# Relative, and neither a pattern nor a text with placeholders.
_PATH = re.compile(r"[^\s/\\:*?\"<>|${}][^:*?\"<>|${}\n]*")
_LOOKS_LIKE_PATH = re.compile(r"\.{1,2}/|.*\.ya?ml$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Link:
    """A path in the text, and the place on disk that it means, whether or not anything is there."""

    span: Span
    target: Path


def links(subject: Subject) -> list[Link]:
    """Every path in the file that is relative to its folder; none for a file not yet saved."""
    file = subject.document.path
    if file is None or subject.kind is None:
        return []
    found = []
    done = -1
    for match in _NAMED.finditer(subject.document.text):
        entry = _entry_at(subject.tree.roots, match.start(1))
        if entry is None or entry.value.span.start <= done:
            continue
        done = entry.value.span.start
        link = _link(entry, file.parent, subject.document.text)
        if link is not None:
            found.append(link)
    return found


class _Entry(NamedTuple):
    key: str
    value: Scalar
    holder: Mapping


def _entry_at(roots: list[Node | None], offset: int) -> _Entry | None:
    """The entry whose key is at an offset; None inside of other text."""
    node = root_at(roots, offset)
    while isinstance(node, Mapping | Sequence):
        at = last_before(node, offset)
        if at < 0:
            return None
        if isinstance(node, Sequence):
            node = node.items[at]
            continue
        key, value = node.pairs[at].key, node.pairs[at].value
        if offset <= key.span.end:
            if isinstance(key, Scalar) and isinstance(value, Scalar):
                return _Entry(key.value, value, node)
            return None
        node = value
    return None


def _link(entry: _Entry, folder: Path, text: str) -> Link | None:
    value = entry.value
    path = value.value.removeprefix(_FILE)
    if not _PATH.fullmatch(path):
        return None
    if entry.key in _MAY_BE_NAMES and path == value.value and not _LOOKS_LIKE_PATH.match(path):
        return None
    quotes = value.style is not Style.PLAIN
    span = Span(value.span.start + quotes, value.span.end - quotes)
    if text[span.start : span.end] != value.value:
        return None
    if entry.key == "dockerfile_path":
        folder /= _text_of(entry.holder, "path")
    return Link(span, Path(normpath(folder / path)))


def _text_of(holder: Mapping, key: str) -> str:
    for pair in holder.pairs:
        if isinstance(pair.key, Scalar) and pair.key.value == key and isinstance(pair.value, Scalar):
            return pair.value.value
    return ""
