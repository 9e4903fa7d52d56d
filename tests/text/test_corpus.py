"""Public job files: PyYAML's tree, values and places, and all keys found while one line is cut."""

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml

from joblens.text.nodes import Alias, Mapping, Node, Scalar, Sequence, Style
from joblens.text.tree import Tree, parse
from joblens.text.values import value_of
from tests.shared_data import CORPUS

from .outline import keys

LOADER = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
STYLES = {None: Style.PLAIN, "": Style.PLAIN, "'": Style.SINGLE, '"': Style.DOUBLE, "|": Style.LITERAL}


@cache
def valid_texts() -> dict[Path, str]:
    """Every file that PyYAML accepts; line ends as they are on disk."""
    found = {}
    for path in sorted(CORPUS.rglob("*.y*ml")):
        text = path.read_bytes().decode("utf-8", errors="replace")
        try:
            list(yaml.compose_all(text, Loader=LOADER))
        except yaml.YAMLError:
            continue
        found[path] = text
    return found


@pytest.mark.usefixtures("corpus")
def test_each_valid_file_has_pyyamls_tree_at_pyyamls_places() -> None:
    assert len(valid_texts()) > 500
    for path, text in valid_texts().items():
        tree = parse(text)
        differences = list(_differences(text, tree))
        assert differences == [], path
        assert tree.errors == [], path
        assert tree.incomplete == [], path


@pytest.mark.usefixtures("corpus")
def test_each_valid_file_is_worth_what_pyyaml_loads() -> None:
    for path, text in valid_texts().items():
        try:
            expected = list(yaml.load_all(text, Loader=LOADER))
        except (yaml.YAMLError, ValueError):
            continue  # a tag that PyYAML does not know
        assert [value_of(root) for root in parse(text).roots] == expected, path


@pytest.mark.usefixtures("corpus")
def test_each_file_that_pyyaml_refuses_has_an_error() -> None:
    for path in sorted(CORPUS.rglob("*.y*ml")):
        if path not in valid_texts():
            assert parse(path.read_bytes().decode("utf-8", errors="replace")).errors != [], path


@pytest.mark.usefixtures("corpus")
def test_while_a_line_is_typed_the_keys_of_all_others_are_found() -> None:
    expected_keys = found_keys = states = single = 0
    for text, line, column in _cut_lines(random.Random(7)):
        cut, expected = _cut(text, line, column)
        tree = parse(cut)
        found = keys(tree)
        expected_keys += len(expected)
        found_keys += len(expected & found)
        states += 1
        single += len(tree.errors) <= 1
    assert states > 500
    assert found_keys >= 0.998 * expected_keys
    assert single >= 0.99 * states


def _cut_lines(choice: random.Random) -> Iterator[tuple[str, int, int]]:
    """Some lines of each file, and a column within each at which it is cut."""
    for original in valid_texts().values():
        text = original.replace("\r\n", "\n")
        lines = text.split("\n")
        typed = [
            number
            for number, line in enumerate(lines)
            if line.strip() and not line.lstrip().startswith(("#", "- "))
        ]
        for number in choice.sample(typed, min(2, len(typed))):
            indent = len(lines[number]) - len(lines[number].lstrip())
            yield text, number, choice.randint(indent + 1, max(indent + 1, len(lines[number]) - 1))


def _cut(text: str, line: int, column: int) -> tuple[str, set[tuple[tuple[object, ...], int]]]:
    """The text with a line cut, and the keys to be found in it: those not on or below the line."""
    lines = text.split("\n")
    start = sum(len(before) + 1 for before in lines[:line])
    end = start + len(lines[line])
    removed = end - start - column
    all_keys = keys(parse(text))
    on_line = [path for path, offset in all_keys if start <= offset < end]
    expected = {
        (path, offset if offset < start else offset - removed)
        for path, offset in all_keys
        if not start <= offset < end and not any(path[: len(one)] == one for one in on_line)
    }
    return text[: start + column] + text[end:], expected


def _differences(text: str, tree: Tree) -> Iterator[object]:
    """Where the nodes of a tree differ from PyYAML's."""
    bom = text.startswith("\ufeff")
    roots = list(yaml.compose_all(text, Loader=LOADER))
    if len(roots) != len(tree.roots):
        yield "documents", len(roots), len(tree.roots)
    for theirs, ours in zip(roots, tree.roots, strict=False):
        yield from _node_differences(text, bom, theirs, ours)


def _node_differences(text: str, bom: bool, theirs: yaml.Node | None, ours: Node | None) -> Iterator[object]:
    if ours is None or theirs is None:
        if theirs is not None and not (isinstance(theirs, yaml.ScalarNode) and theirs.value == ""):
            yield "missing", theirs
        return
    if isinstance(ours, Alias):
        return  # composing has put the anchored node in its place
    start, end = (mark.index + bom for mark in (theirs.start_mark, theirs.end_mark))
    has_properties = ours.anchor is not None or ours.tag is not None
    if ours.span.start != start and not has_properties and start != end:
        yield "start", start, ours
    if isinstance(ours, Scalar):
        yield from _scalar_differences(theirs, ours, end)
    elif isinstance(ours, Sequence) and isinstance(theirs, yaml.SequenceNode):
        if ours.indent < 0 and ours.span.end != end:
            yield "end", end, ours
        yield from _children_differences(text, bom, list(theirs.value), list(ours.items))
    elif isinstance(ours, Mapping) and isinstance(theirs, yaml.MappingNode):
        if ours.indent < 0 and text[start] == "{" and ours.span.end != end:
            yield "end", end, ours
        their_children = [node for pair in theirs.value for node in pair]
        our_children = [node for pair in ours.pairs for node in (pair.key, pair.value)]
        yield from _children_differences(text, bom, their_children, our_children)
    else:
        yield "kind", theirs, ours


def _children_differences(
    text: str, bom: bool, theirs: list[yaml.Node], ours: list[Node | None]
) -> Iterator[object]:
    if len(theirs) != len(ours):
        yield "length", len(theirs), len(ours)
    for their, our in zip(theirs, ours, strict=False):
        yield from _node_differences(text, bom, their, our)


def _scalar_differences(theirs: yaml.Node, ours: Scalar, end: int) -> Iterator[object]:
    if not isinstance(theirs, yaml.ScalarNode):
        yield "kind", theirs, ours
        return
    if theirs.value != ours.value:
        yield "value", theirs.value, ours.value
    if STYLES.get(theirs.style, Style.FOLDED) is not ours.style:
        yield "style", theirs.style, ours
    if ours.indent < 0 and ours.value and ours.span.end != end:
        yield "end", end, ours
