"""One mistake gives one problem, on exactly the text at fault; libyaml decides what is a mistake."""

import pytest

from joblens.text.tree import parse


@pytest.mark.parametrize(
    ("marked", "words"),
    [
        ("a:\n«\t»b: 1\n\tc: 2\n", "tab"),
        ("a: b\n«\t»c\nd: 1", "tab"),
        ("a: «'x»\nb: 1\n", "closing '"),
        ('a: «"x»\nb: 1\n', 'closing "'),
        ("a: «[»1, 2\nb: 1\n", "add ']'"),
        ("a: «{»x: 1\nb: 1\n", "add '}'"),
        ("a: [1«}»\n", "write ']'"),
        ("a: 1\n«b»\nc: 2\n", "without a colon"),
        ("type: command\n«comm:python»\ncode: src\n", "without a colon"),
        ("a: «b:» c\n", "second ': '"),
        ("a: 1\n  «b: 2»\nc: 3\n", "line it up"),
        ("a:\n    b: 1\n  «c: 2» # why\nd: 4", "line it up"),
        ("a:\n  - x\n «- y»\nb: 1", "list item"),
        ("a:\n  - b\n  «c»\nd: 1", "without a colon"),
        ("a: «- x»\nb: 1", "next line"),
        ("a: 'x' «y»\n", "More text"),
        ("a: 'it'«s'»\nb: 1", "More text"),
        ("a: «@»x\n", "cannot start with '@'"),
        ("a: «%»x\n", "cannot start with '%'"),
        ("a: «\x07»\n", "U+0007"),
        ("a: «\ud800»\n", "U+D800"),
        ("a: «*x»\n", "No '&x'"),
        ("a: &x 1\nb: «&x» 2\n", "second '&x'"),
        ("a: |«x»\n  t\nb: 1\n", "Only a digit"),
        ("a: |\n    x\n«  y»\nb: 1\n", "column 5"),
        ("a: >\n  x\n «\t»y\nb: 1\n", "tab"),
        ("a:\n  - b\n «- c»\n  - d\n", "list item"),
        ("a:\n  b: 1\n «c: 2»\n  d: 3\n", "line it up"),
        ("--- a\n... «b»\n", "comment"),
        ("half\n  «»a: 1\n  odd: text: here\n", "without a colon"),
    ],
)
def test_a_mistake_is_one_problem_on_the_text_at_fault(marked: str, words: str) -> None:
    text = marked.replace("«", "").replace("»", "")
    problems = parse(text).errors
    assert len(problems) >= 1
    assert words in problems[0].message
    if "«»" not in marked:
        assert len(problems) == 1
        assert text[slice(*problems[0].span)] == marked[marked.index("«") + 1 : marked.index("»")]


@pytest.mark.parametrize("text", ['a: "\\q"', 'a: "\\xzz"', "a: !<x", "%x\na: 1", "a: [b}{]"])
def test_what_only_libyaml_sees_is_told_in_our_words(text: str) -> None:
    [problem] = parse(text).errors
    assert not problem.message.startswith("Not valid YAML")
    assert len(problem.message) < 120
    assert problem.span.start < problem.span.end <= len(text)


def test_two_mistakes_are_two_problems() -> None:
    assert len(parse("a: 'x\nb: 1\nc: [2\nd: 3").errors) == 2


def test_what_stands_below_a_half_key_is_not_judged() -> None:
    assert len(parse("description\n  Some text\n  and: more\n  of it\nb: 1").errors) == 1


def test_an_unclosed_placeholder_is_no_mistake_of_yaml() -> None:
    assert parse("command: >\n  python ${{inputs.x\nb: ${{inputs.y").errors == []


def test_quotes_may_go_on_at_any_column_even_beside_a_mistake() -> None:
    text = 'a:\n  b: "x\ny: z\n"\n  c: 1\nhal\nd: 2\n'
    [problem] = parse(text).errors
    assert text[slice(*problem.span)] == "hal"
