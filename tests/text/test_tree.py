"""The tree of texts as people type them: whole, half and wrong."""

import pytest

from joblens.text.nodes import Mapping, Pair, Scalar, Sequence, Span, Style
from joblens.text.tree import parse

from .outline import outline


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", None),
        ("# only a comment", None),
        ("a: 1\nb:\n  c: 2\n", {"a": "1", "b": {"c": "2"}}),
        ("a:\n- 1\n-\n- b: 2\n  c: 3\nd:", {"a": ["1", None, {"b": "2", "c": "3"}], "d": None}),
        ("- - a\n  - b\n- c", [["a", "b"], "c"]),
        ("a: {b: [1, {c: d}], e: , f}", {"a": {"b": ["1", {"c": "d"}], "e": None, "f?": None}}),
        ("a: [b: 1, c]", {"a": [{"b": "1"}, "c"]}),
        ('{"a":1,"b":[2]}', {"a": "1", "b": ["2"]}),
        ("a: &x {b: 1}\nc: *x\n<<: *x", {"a": {"b": "1"}, "c": "*x", "<<": "*x"}),
        ("? a\n: b\n? - c\n: d", {"a": "b", "['c']": "d"}),
        ("\ufeffa: 1\r\nb: 2\rc: 😀", {"a": "1", "b": "2", "c": "😀"}),
        ("a: x\n  y\n\n  z # end\nb: 1", {"a": "x y\nz", "b": "1"}),
        ("command: >-\n  python\n  train.py\nb: 1", {"command": "python train.py", "b": "1"}),
        ("command: echo ${{inputs.x}} {y}\nb: 1", {"command": "echo ${{inputs.x}} {y}", "b": "1"}),
        ("a: http://x#y:z", {"a": "http://x#y:z"}),
    ],
)
def test_whole_texts_read_as_yaml(text: str, expected: object) -> None:
    tree = parse(text)
    assert outline(text) == expected
    assert tree.errors == []
    assert tree.incomplete == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("type: command\ncomm\ncode: src", {"type": "command", "comm?": None, "code": "src"}),
        ("inputs:\n  da\n  b: 1\nx: 2", {"inputs": {"da?": None, "b": "1"}, "x": "2"}),
        ("inp\n  a: 1\n  b: 2\nx: 3", {"inp?": {"a": "1", "b": "2"}, "x": "3"}),
        ("chan\n- a\ndeps:\n- b", {"chan?": ["a"], "deps": ["b"]}),
        ("chan\n  - a\ndeps:\n  - b", {"chan?": ["a"], "deps": ["b"]}),
        ("- na\n  type: x\n- b", [{"na?": None, "type": "x"}, "b"]),
        ("a: 'x\nb: 1", {"a": "x", "b": "1"}),
        ('a: "x\nb: "y"\nc: 1', {"a": "x", "b": "y", "c": "1"}),
        ("a: [1, 2\nb: 1", {"a": ["1", "2"], "b": "1"}),
        ("a: {x: 1\nb: 1", {"a": {"x": "1"}, "b": "1"}),
        ("a: {b: 'c}\nd: 1", {"a": {"b": "c"}, "d": "1"}),
        ("a:\n\tb: 1\n\tc: 2\nd: 3", {"a": {"b": "1", "c": "2"}, "d": "3"}),
        ("a:\n    b: 1\n  c: 2\nd: 3", {"a": {"b": "1", "c": "2"}, "d": "3"}),
        ("a: 1\n  b: 2\n  c: 3\nd: 4", {"a": "1", "b": "2", "c": "3", "d": "4"}),
        ("a:\n  - x\n - y\nb: 1", {"a": ["x", "y"], "b": "1"}),
        ("a: - x\nb: 1", {"a": ["x"], "b": "1"}),
        ("a: b: c\nd: 1", {"a": "b: c", "d": "1"}),
        ("command: |\n    x\n  y\nb: 1", {"command": "x\ny\n", "b": "1"}),
    ],
)
def test_a_mistake_spoils_nothing_but_its_place(text: str, expected: object) -> None:
    assert outline(text) == expected
    assert len(parse(text).errors) == 1


def test_both_pairs_of_a_duplicate_key_are_kept_and_no_syntax_error() -> None:
    tree = parse("a: 1\na: 2")
    assert isinstance(tree.root, Mapping)
    assert len(tree.root.pairs) == 2
    assert tree.errors == []


def test_each_document_of_a_text_has_a_root() -> None:
    assert [root is None for root in parse("---\n--- a\n...\n---\nb: 1\n").roots] == [True, False, False]


def test_spans_are_exact() -> None:
    text = "a: 'x'\nlist:\n  - one # two\n  - {b: 2}\n"
    tree = parse(text)
    assert isinstance(tree.root, Mapping)
    first, second = tree.root.pairs
    assert _cut(text, first) == ("a", "'x'")
    assert first.colon == 1
    assert isinstance(second.value, Sequence)
    assert _cut(text, second) == ("list", "- one # two\n  - {b: 2}")
    assert second.value.starts == [text.index("- one"), text.index("- {")]
    assert [text[slice(*item.span)] for item in second.value.items if item] == ["one", "{b: 2}"]
    assert [text[slice(*comment)] for comment in tree.comments] == ["# two"]


def test_a_block_scalar_ends_with_its_last_line() -> None:
    text = "a: |  # why\n  x\n\n  y\n\nb: 1\n"
    tree = parse(text)
    assert isinstance(tree.root, Mapping)
    value = tree.root.pairs[0].value
    assert isinstance(value, Scalar)
    assert (value.style, value.indent) == (Style.LITERAL, 2)
    assert text[slice(*value.span)] == "|  # why\n  x\n\n  y"


def test_a_half_key_is_listed_as_incomplete() -> None:
    assert parse("a: 1\nbc").incomplete == [Span(5, 7)]


def test_anchors_and_tags_belong_to_the_node_after_them() -> None:
    tree = parse("a: &x !!str 1\nb: &y\n  &k c: 2\n")
    assert isinstance(tree.root, Mapping)
    first, second = (pair.value for pair in tree.root.pairs)
    assert isinstance(first, Scalar)
    assert (first.anchor, first.tag, first.value) == ("x", "!!str", "1")
    assert isinstance(second, Mapping)
    assert (second.anchor, second.pairs[0].key.anchor) == ("y", "k")


def test_paths_lead_through_aliases_and_merge_keys() -> None:
    tree = parse("base: &b {x: 1, y: [2, 3]}\njob:\n  <<: *b\n  z: *b\n")
    assert getattr(tree.node_at(("job", "y", 1)), "value", None) == "3"
    assert getattr(tree.node_at(("job", "z", "x")), "value", None) == "1"
    assert tree.node_at(("job", "nothing", 0)) is None
    assert tree.pair_at(("job", "y", 1)) is None
    assert tree.pair_at(("job",)) is not None


def _cut(text: str, pair: Pair) -> tuple[str, str]:
    assert pair.value is not None
    return text[slice(*pair.key.span)], text[slice(*pair.value.span)]
