"""What holds for every text, however broken."""

import itertools
import pickle
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joblens.text.document import Document
from joblens.text.judge import judge
from joblens.text.nodes import Mapping, Node, Pair, Sequence, Span
from joblens.text.tree import parse
from joblens.text.values import value_of

from .outline import of_node
from .typing_states import texts

JOB = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
type: command
command: >-
  python train.py
  --data ${{inputs.data}}
inputs:
  data: &data
    type: uri_file
    path: 'data/iris.csv'
  more: {<<: *data, mode: "ro_mount"}
environment:
  image: python:3.11
tags: [a, b]
resources:
  - x: 1
  - y
"""


@given(st.one_of(st.text(max_size=60), texts()))
@settings(max_examples=600, deadline=None)
def test_any_text_has_a_tree_whose_spans_nest(text: str) -> None:
    _check(text)


@given(st.integers(0, len(JOB)), st.integers(0, 12), st.one_of(texts(4), st.text(max_size=4)))
@settings(max_examples=400, deadline=None)
def test_any_edit_of_a_job_has_a_tree_whose_spans_nest(at: int, removed: int, typed: str) -> None:
    _check(JOB[:at] + typed + JOB[at + removed :])


@given(st.integers(0, len(JOB)), texts(4))
@settings(max_examples=100, deadline=None)
def test_an_edit_leaves_nothing_behind(at: int, typed: str) -> None:
    edited = parse(JOB[:at] + typed + JOB[at:])
    assert edited.errors == parse(JOB[:at] + typed + JOB[at:]).errors
    again = parse(JOB)
    assert of_node(again.root) == of_node(parse(JOB).root)
    assert again.errors == []


@given(texts())
@settings(max_examples=400, deadline=None)
def test_there_are_errors_exactly_where_libyaml_refuses_the_text(text: str) -> None:
    assert (parse(text).errors == []) == (judge(text) is None)


@pytest.mark.parametrize(
    "text",
    [
        "? " * 5000, "- " * 5000, "[" * 2000, "{" * 2000, "a: - " * 5000, "'\n" * 5001, "a: [\n" * 3000,
        '"\n' * 5001, "a: 'b\n" * 5001, "\ta\n" * 5000, ": " * 5000, "&a " * 5000, "a" * 200_000,
        "a: " + "b " * 100_000, "a: |\n" + " x\n" * 20_000, "k: 'x\n" + "y\n" * 20_000,
        "".join(" " * depth + "a:\n" for depth in range(1000)),
    ],
)  # fmt: skip
def test_extreme_texts_cost_no_more_than_their_length(text: str) -> None:
    assert _calls(text) < 100 * len(text) + 5000


def test_ten_times_the_text_costs_ten_times_as_much() -> None:
    assert _calls("jobs:\n" + JOB * 100) < 11 * _calls("jobs:\n" + JOB * 10)


def _calls(text: str) -> int:
    """How many functions reading a text calls: a cost that no other program on the machine changes."""
    counted = itertools.count()
    sys.setprofile(lambda frame, event, argument: next(counted) and None)
    try:
        _ = parse(text).errors
    finally:
        sys.setprofile(None)
    return next(counted)


def _check(text: str) -> None:
    document = Document(text)
    tree = document.tree
    for root in tree.roots:
        _check_node(root, Span(0, len(text)))
        pickle.dumps(of_node(root))
        value_of(root)
    for problem in tree.errors:
        assert 0 <= problem.span.start <= problem.span.end <= len(text)
        assert len(problem.message) < 120
    for span in [*tree.comments, *tree.incomplete]:
        assert 0 <= span.start < span.end <= len(text)
    for offset in range(0, len(text) + 1, 3):
        place = document.place_at(offset)
        assert 0 <= place.span.start <= place.span.end <= len(text)
        tree.path_at(offset)


def _check_node(node: Node | None, within: Span) -> None:
    if node is None:
        return
    assert within.start <= node.span.start <= node.span.end <= within.end
    if isinstance(node, Mapping):
        last = node.span.start
        for pair in node.pairs:
            last = _check_pair(pair, node.span, last)
    elif isinstance(node, Sequence):
        assert len(node.starts) == len(node.items)
        assert node.starts == sorted(node.starts)
        last = node.span.start
        for start, item in zip(node.starts, node.items, strict=True):
            assert last <= start
            _check_node(item, Span(start, node.span.end))
            last = item.span.end if item is not None else start


def _check_pair(pair: Pair, within: Span, last: int) -> int:
    assert last <= pair.key.span.start
    _check_node(pair.key, within)
    end = pair.key.span.end
    if pair.colon is not None:
        assert end <= pair.colon < within.end
        end = pair.colon + 1
    if pair.value is None:
        return end
    _check_node(pair.value, Span(end, within.end))
    return pair.value.span.end
