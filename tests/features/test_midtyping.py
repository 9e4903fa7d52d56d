"""While a line of a public file is typed, completion offers what stands there when it is done."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from joblens.checks.subject import Subject
from joblens.features.completion import completions
from joblens.features.occurrences import at, occurrences
from joblens.job.kinds import schema_address
from joblens.schema.find import find, keys
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Node, Pair, Path, Scalar, Sequence
from tests.text import midtyping
from tests.text.midtyping import State


@dataclass(frozen=True)
class Expected:
    """What was cut, as far as it can be known beforehand: `what` it is, and its `word`."""

    what: str
    word: str


@pytest.mark.usefixtures("corpus")
def test_completion_offers_what_was_cut() -> None:
    asked = offered = 0
    for state, expected in _expectations():
        asked += 1
        offered += _offers(state, expected)
    assert asked > 500
    assert offered >= 0.95 * asked


def _expectations() -> Iterator[tuple[State, Expected]]:
    for file in midtyping.files(held_out=True):
        for state in midtyping.states(file):
            line_end = state.text.find("\n", state.offset)
            after = state.text[line_end:] if line_end >= 0 else ""
            whole = Subject(Document(state.text[: state.offset] + state.cut + after, file))
            expected = _expected(whole, state.offset)
            if expected is not None:
                yield state, expected


def _offers(state: State, expected: Expected) -> bool:
    typed = state.text[: state.offset]
    return any(
        _is(expected, one.label) and one.label.startswith(typed[one.span.start :].strip("\"' "))
        for one in completions(Subject(Document(state.text, state.file)), state.offset)
    )


def _is(expected: Expected, label: str) -> bool:
    """Whether a proposal is what was cut: a placeholder's is all that stands in the braces."""
    return expected.word in label.split(".") if expected.what == "name" else label == expected.word


def _expected(whole: Subject, offset: int) -> Expected | None:
    """The word around an offset of the whole file, if the schema or a declaration knows it."""
    if whole.schema is None:
        return None
    found = occurrences(whole, offset)
    if found:
        here = at(found, offset)
        if here.span.start <= offset <= here.span.end and here.declared_by is None:
            return Expected("name", here.name.text)
    for path, pair in _pairs(whole.tree.root, ()):
        if not isinstance(pair.key, Scalar):
            continue
        if pair.key.span.start < offset <= pair.key.span.end:
            return _expected_key(whole, path, pair.key.value)
        value = pair.value
        if isinstance(value, Scalar) and value.span.start < offset <= value.span.end:
            return _expected_value(whole, (*path, pair.key.value), value.value)
    return None


def _expected_key(whole: Subject, path: Path, key: str) -> Expected | None:
    assert whole.schema is not None
    known = keys(whole.schema, whole.tree, path).get(key)
    read_only = known is not None and all(rule.get("readOnly") for rule in known.rules)
    return Expected("key", key) if known is not None and not read_only else None


def _expected_value(whole: Subject, path: Path, value: str) -> Expected | None:
    assert whole.schema is not None
    if path == ("$schema",):
        ours = whole.kind is not None and value == schema_address(whole.kind.name)
        return Expected("schema", value) if ours else None
    known = find(whole.schema, whole.tree, path)
    return Expected("value", value) if known is not None and value in known.words else None


def _pairs(node: Node | None, path: Path) -> Iterator[tuple[Path, Pair]]:
    if isinstance(node, Mapping):
        for pair in node.pairs:
            yield path, pair
            if isinstance(pair.key, Scalar):
                yield from _pairs(pair.value, (*path, pair.key.value))
    elif isinstance(node, Sequence):
        for index, item in enumerate(node.items):
            yield from _pairs(item, (*path, index))
