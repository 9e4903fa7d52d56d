"""Hover says something of every key of every public file, whatever its kind."""

from collections.abc import Iterator
from pathlib import Path

from joblens.checks.subject import Subject
from joblens.features.hover import hover
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Node, Pair, Scalar, Sequence


def _pairs(node: Node | None) -> Iterator[Pair]:
    if isinstance(node, Mapping):
        for pair in node.pairs:
            yield pair
            yield from _pairs(pair.value)
    elif isinstance(node, Sequence):
        for item in node.items:
            yield from _pairs(item)


def test_a_key_that_a_schema_knows_is_said_something_of(public_files: Path) -> None:
    silent, said = [], 0
    for file in sorted(public_files.rglob("*.y*ml")):
        subject = Subject(Document(file.read_text(encoding="utf-8")))
        for pair in _pairs(subject.tree.root) if subject.schema is not None else ():
            found = hover(subject, pair.key.span.start) if isinstance(pair.key, Scalar) else None
            if found is not None:
                said += 1
                if "\n\n" not in found.markdown:
                    silent.append(f"{file.name}: {found.markdown}")
    assert silent == []
    assert said > 8000
