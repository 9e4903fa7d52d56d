"""Each character of a value is found again in the text, in every style."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joblens.text.anchors import nodes
from joblens.text.nodes import Scalar
from joblens.text.offsets import source_offsets
from joblens.text.tree import parse

from .typing_states import texts


@pytest.mark.parametrize(
    "text",
    [
        "a: one ${{x}} two",
        "a: one\n  ${{x}}\n  two",
        "a: 'it''s ${{x}}'",
        'a: "tab\\t \\u00e9\\\n   ${{x}} two"',
        'a: "one\n\n   ${{x}}"',
        "a: |\n  one\n  ${{x}} two\n",
        "a: >\n  one\n  two ${{x}}\n\n  three\n    ${{y}}\n",
        "a: >-\r\n  one\r\n  ${{x}}\r\n\r\n  two\r\n",
        "a: |2+\n   one ${{x}}\n\n\nb: 1",
        "a: 😀 ${{x}}",
    ],
)
def test_a_placeholder_is_found_where_it_stands(text: str) -> None:
    node = parse(text).node_at(("a",))
    assert isinstance(node, Scalar)
    offsets = source_offsets(node, text)
    at = node.value.index("${{x}}")
    assert text[offsets[at] : offsets[at + 5] + 1] == "${{x}}"


@given(texts(), st.sampled_from(["\n", "\r\n"]))
@settings(max_examples=150, deadline=None)
def test_offsets_never_decrease_and_equal_characters_are_the_same(text: str, line_end: str) -> None:
    text = text.replace("\n", line_end)
    for node in nodes(parse(text).root):
        if isinstance(node, Scalar):
            offsets = source_offsets(node, text)
            assert len(offsets) == len(node.value) + 1
            assert list(offsets) == sorted(offsets)
            assert all(node.span.start <= offset <= len(text) for offset in offsets)
            for character, offset in zip(node.value, offsets, strict=False):
                if character.isalnum() and text[offset] != "\\":
                    assert text[offset] == character
