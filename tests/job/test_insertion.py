"""A new entry goes below its siblings, in the style that the file has."""

import pytest
import yaml

from joblens.job.insertion import insertion
from joblens.text.document import Document
from joblens.text.nodes import Path


@pytest.mark.parametrize(
    ("text", "holder", "after"),
    [
        ("command: a\n", (), 'command: a\ninputs:\n  x: ""\n'),
        ("command: a", (), 'command: a\ninputs:\n  x: ""'),
        ("inputs:\n    a: 1\ncommand: b\n", (), 'inputs:\n    a: 1\n    x: ""\ncommand: b\n'),
        ("inputs:\n  a: 1 # one\n\ncommand: b\n", (), 'inputs:\n  a: 1 # one\n  x: ""\n\ncommand: b\n'),
        ("inputs: {a: 1}\n", (), 'inputs: {a: 1, x: ""}\n'),
        ("inputs: {}\n", (), 'inputs: {x: ""}\n'),
        ("inputs:\ncommand: b\n", (), 'inputs:\n  x: ""\ncommand: b\n'),
        ("command: >-\n  a\n  b\n\nname: c\n", (), 'command: >-\n  a\n  b\n\nname: c\ninputs:\n  x: ""\n'),
        ("inputs:\n  a: |\n    t\n\ncode: b\n", (), 'inputs:\n  a: |\n    t\n  x: ""\n\ncode: b\n'),
        ("a: 1\r\ninputs:\r\n  b: 1\r\n", (), 'a: 1\r\ninputs:\r\n  b: 1\r\n  x: ""\r\n'),
        (
            "jobs:\n  s:\n    command: a\n  t: {}\n",
            ("jobs", "s"),
            'jobs:\n  s:\n    command: a\n    inputs:\n      x: ""\n  t: {}\n',
        ),
        ("jobs:\n  s:\n    inputs:\n      a: {b: 1}\n", ("jobs", "s"), None),
    ],
)
def test_the_entry_is_where_the_file_would_have_it(text: str, holder: Path, after: str | None) -> None:
    found = insertion(Document(text), holder, "inputs", "x", '""')
    assert found is not None
    new = text[: found.span.start] + found.text + text[found.span.end :]
    if after is not None:
        assert new == after
    data = yaml.safe_load(new)
    for part in holder:
        data = data[part]
    assert data["inputs"]["x"] == ""


@pytest.mark.parametrize("text", ["", "a", "- a\n", "{command: a}\n", "inputs: 3\n", "inputs: [a]\n"])
def test_where_it_cannot_go_there_is_none(text: str) -> None:
    assert insertion(Document(text), (), "inputs", "x", '""') is None
