"""PyYAML judges values: what SafeLoader makes of a text, a node is worth."""

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from joblens.text.nodes import Scalar
from joblens.text.tree import parse
from joblens.text.values import scalar_value, value_of

# fmt: off
WORDS = [
    "yes", "No", "on", "OFF", "true", "~", "null", "Null", "010", "0o10", "0x1F", "1e-3", "1.0e-3",
    "1e3", ".5", ".inf", "-.INF", ".nan", "1_000", "190:20:30", "2021-05-25",
    "2021-05-25T10:00:00Z", "2021-13-45", "+1", "-0", "0b11", "=", "<<", "1.2.3", "3.10", '"yes"',
    "'010'", "!!str~1", '!!int~"3"', "!!float~1", "!!bool~yes", "!!null~x", "!!int~x", "!~1",
    "!own~x", "!!binary~aGk=", "08", "!!timestamp~x", "1__2", "y", "n", "NULL", "TRUE",
]
# fmt: on


@pytest.mark.parametrize("word", WORDS)
def test_a_scalar_is_worth_what_pyyaml_says(word: str) -> None:
    text = word.replace("~", " ") if word != "~" else word
    node = parse(f"a: {text}\n").node_at(("a",))
    try:
        expected = yaml.safe_load(f"a: {text}\n")["a"]
    except (yaml.YAMLError, ValueError, TypeError, AttributeError):
        expected = getattr(node, "value", None)
    found = scalar_value(node) if isinstance(node, Scalar) else value_of(node)
    assert (repr(found), type(found)) == (repr(expected), type(expected))


@given(st.text("0123456789.:-+_exabfnoyTZ ~", max_size=12))
@settings(max_examples=300)
def test_any_plain_text_is_worth_what_pyyaml_says(word: str) -> None:
    try:
        expected = yaml.safe_load(word)
    except (yaml.YAMLError, ValueError):
        return
    if isinstance(expected, str | int | float | None):
        assert repr(value_of(parse(word).root)) == repr(expected)


@pytest.mark.parametrize(
    "text",
    [
        "a: &x {b: 1, c: 2}\nd:\n  <<: *x\n  c: 3\ne: [*x, *x]",
        "a: &x {b: 1}\nb: &y {b: 2, z: 3}\nc: {<<: [*x, *y], q: 1}",
        "a: &x {b: 1}\nb: &y {<<: *x, c: 1}\nc: {<<: *y}\nd: {<<: {e: 1}, e: 2}",
        "a: 1\na: 2\n1: x\nyes: y\n~: z",
        "a: &e\nb: *e",
        "!!set {a, b}",
        "- !!omap [a: 1, b: 2]\n- !!pairs [a: 1, a: 2]",
        "- ? a\n- {? b : c, d: }",
    ],
)
def test_a_tree_is_worth_what_pyyaml_loads(text: str) -> None:
    assert value_of(parse(text).root) == yaml.safe_load(text)


def test_an_alias_within_its_own_anchor_ends() -> None:
    value = value_of(parse("&a [1, *a]").root)
    assert isinstance(value, list)
    assert value[1] is value
    assert value_of(parse("&a {<<: *a, b: 1}").root) == {"b": 1}


def test_what_pyyaml_refuses_is_left_out() -> None:
    assert value_of(parse("a: *nothing\n? [x]\n: 1\nb: 2").root) == {"a": None, "b": 2}
    assert value_of(parse("[" * 3000).root) is not None


def test_what_is_merged_twice_at_every_level_is_there_once() -> None:
    levels = "\n".join(f"- &a{i} {{<<: [*a{i - 1}, *a{i - 1}], k{i}: 1}}" for i in range(1, 60))
    made = value_of(parse(f"- &a0 {{k0: 1}}\n{levels}\n").root)
    assert isinstance(made, list) and len(made[-1]) == 60


def test_of_what_is_merged_the_first_that_is_named_wins() -> None:
    text = "- &a {x: 1}\n- &b {x: 2, <<: *a}\n- {<<: [*a, *b, *a]}\n- {<<: [*b, *a, *b]}\n"
    assert value_of(parse(text).root) == yaml.safe_load(text)
