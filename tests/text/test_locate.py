"""Where a cursor `<|>` stands, and to which path it belongs."""

import pytest

from joblens.text.document import Document
from joblens.text.locate import Place


def place(marked: str) -> tuple[Place, Document]:
    offset = marked.index("<|>")
    document = Document(marked.replace("<|>", ""))
    return document.place_at(offset), document


@pytest.mark.parametrize(
    ("marked", "kind", "path", "word"),
    [
        ("<|>", "key", (), ""),
        ("comm<|>", "key", (), "comm"),
        ("type: command\n<|>", "key", (), ""),
        ("type: command\ncom<|>\ncode: .", "key", (), "com"),
        ("ty<|>pe: x", "key", (), "type"),
        ("inputs:\n  <|>", "key", ("inputs",), ""),
        ("inputs:\n  <|>\n  a: 1\n", "key", ("inputs",), ""),
        ("inputs:\n  a: 1\n  <|>\nx: 1", "key", ("inputs",), ""),
        ("inputs:\n  a:\n    type: uri\n\n  <|>\n\n", "key", ("inputs",), ""),
        ("inputs:\n  a:\n    type: uri\n\n<|>", "key", (), ""),
        ("inputs:\n  da<|>\nb: 1", "key", ("inputs",), "da"),
        ("inputs:\n  da<|>\n  x: 1", "key", ("inputs",), "da"),
        ("a:\n  - x: 1\n    <|>", "key", ("a", 0), ""),
        ("a:\n- x: 1\n<|>", "key", (), ""),
        ("a: {b<|>", "key", ("a",), "b"),
        ("a: {b: 1, <|>}", "key", ("a",), ""),
        ("a:\n  b: |\n    x\n\n  <|>", "key", ("a",), ""),
        ("x:\n  y: 1\n   <|>", "none", (), ""),
        ("a: 1\n  <|>", "none", (), ""),
        ("type: <|>", "value", ("type",), ""),
        ("type: comm<|>and\n", "value", ("type",), "command"),
        ("a:\n  type: <|>\n  b: 1", "value", ("a", "type"), ""),
        ("a: {b: <|>}", "value", ("a", "b"), ""),
        ("a: 'x<|>\nb: 1", "value", ("a",), "'x"),
        ("a:\n  - <|>", "item", ("a", 0), ""),
        ("a:\n  - x\n  - na<|>", "item", ("a", 1), "na"),
        ("a: [x, <|>]", "item", ("a", 1), ""),
        ("a: [<|>", "item", ("a", 0), ""),
        ("command: >\n  foo <|>bar\n", "text", ("command",), ""),
        ("command: >\n  foo\n  <|>", "text", ("command",), ""),
        ("# foo <|>", "none", (), ""),
        ("type: command # x <|>", "none", (), ""),
        ("a: 1\n---\nb: 1\n<|>", "key", (), ""),
    ],
)
def test_a_cursor_stands_at(marked: str, kind: str, path: tuple[object, ...], word: str) -> None:
    found, document = place(marked)
    assert (found.kind, found.path, document.text[slice(*found.span)]) == (kind, path, word)


def test_a_key_with_its_colon_says_so() -> None:
    assert place("ty<|>pe: x")[0].has_colon
    assert not place("ty<|>pe\nx: 1")[0].has_colon


@pytest.mark.parametrize(
    ("marked", "path"),
    [
        ("a:\n  b<|>c: 1", ("a", "bc")),
        ("a:\n  bc: 1<|>1", ("a", "bc")),
        ("a:\n  - x\n  - y: z<|>", ("a", 1, "y")),
        ("a: [1, {b: <|>2}]", ("a", 1, "b")),
        ("a: 1\n\n<|>\nb: 2", ()),
    ],
)
def test_an_offset_has_the_path_of_its_innermost_entry(marked: str, path: tuple[object, ...]) -> None:
    document = Document(marked.replace("<|>", ""))
    assert document.tree.path_at(marked.index("<|>")) == path
