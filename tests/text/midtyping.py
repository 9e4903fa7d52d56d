"""Files as they look while one of their lines is typed: cut at some column, with the rest in place."""

import random
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from joblens.text.document import Document
from joblens.text.nodes import Mapping, Node, Scalar, Sequence
from joblens.text.nodes import Path as KeyPath
from tests.shared_data import CORPUS

Key = tuple[KeyPath, int, int]
"""A key's path, line and column."""

_LINES_OF_A_FILE = 6


@dataclass(frozen=True)
class State:
    """A text whose line was cut at `offset`, and the keys that the cut leaves as they were."""

    file: Path
    text: str
    offset: int
    keys: frozenset[Key]
    cut: str
    """What the line says beyond the cut."""


def files(*, held_out: bool) -> list[Path]:
    """Half of the public files: one half is for tuning the parser, the other to measure it."""
    found = sorted(CORPUS.glob("examples/**/*.y*ml")) + sorted(CORPUS.glob("preview/**/*.y*ml"))
    return [file for file in found if _is_held_out(file) == held_out]


def _is_held_out(file: Path) -> bool:
    return zlib.crc32(file.relative_to(CORPUS).as_posix().encode()) % 2 == 1


def states(file: Path) -> Iterator[State]:
    """Some lines of a file, each cut at a random column; none for a file that is no YAML."""
    text = file.read_text("utf-8").replace("\r\n", "\n")
    try:
        known = keys_of_yaml(text)
    except yaml.YAMLError:
        return
    lines = text.split("\n")
    said = [at for at, line in enumerate(lines) if line.strip() and not line.strip().startswith("#")]
    chance = random.Random(zlib.crc32(text.encode()))
    for at in chance.sample(said, min(_LINES_OF_A_FILE, len(said))) if known else ():
        yield _cut(file, lines, at, known, chance)


def _cut(file: Path, lines: list[str], at: int, known: set[Key], chance: random.Random) -> State:
    line = lines[at]
    first = len(line) - len(line.lstrip()) + 1
    column = chance.randint(first, max(first, len(line) - 1))
    inside = [path for path, row, _ in known if row == at]
    keys = {key for key in known if key[1] != at and not any(key[0][: len(path)] == path for path in inside)}
    text = "\n".join([*lines[:at], line[:column], *lines[at + 1 :]])
    offset = sum(len(line) + 1 for line in lines[:at]) + column
    return State(file, text, offset, frozenset(keys), line[column:])


def keys_of_yaml(text: str) -> set[Key]:
    """Every key of the first document as PyYAML finds it."""
    root = next(yaml.compose_all(text, yaml.CSafeLoader), None)
    return set(_of_yaml(root, ())) if root is not None else set()


def _of_yaml(node: yaml.Node, path: KeyPath) -> Iterator[Key]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            inner = (*path, key.value if isinstance(key, yaml.ScalarNode) else "")
            yield inner, key.start_mark.line, key.start_mark.column
            yield from _of_yaml(value, inner)
    elif isinstance(node, yaml.SequenceNode):
        for at, item in enumerate(node.value):
            yield from _of_yaml(item, (*path, at))


def keys_of_ours(document: Document) -> set[Key]:
    """Every key of the first document as our tree has it, a half-typed one, too."""
    return {(path, *document.position(offset)) for path, offset in _of_node(document.tree.root, ())}


def _of_node(node: Node | None, path: KeyPath) -> Iterator[tuple[KeyPath, int]]:
    if isinstance(node, Mapping):
        for pair in node.pairs:
            inner = (*path, pair.key.value if isinstance(pair.key, Scalar) else "")
            yield inner, pair.key.span.start
            yield from _of_node(pair.value, inner)
    elif isinstance(node, Sequence):
        for at, item in enumerate(node.items):
            yield from _of_node(item, (*path, at))
