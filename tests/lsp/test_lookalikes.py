"""Files of other tools, whole and half-typed, are left alone by everything the server answers."""

import json
from pathlib import Path

import pytest
from lsprotocol import types

from joblens.lsp import answers
from joblens.lsp.diagnostics import diagnostics
from joblens.lsp.workspace import OpenDocument
from tests.shared_data import ROOT

FOLDER = ROOT / "tests" / "lookalikes"
FILES = sorted(FOLDER.iterdir())
MAY_STILL_BECOME_OURS = {"auth-settings": "name: service\nauth_mode: key"}
"""The beginning of another tool's file that is a whole one of ours: an endpoint has no more."""


def test_there_are_many_of_them() -> None:
    assert len(FILES) > 100


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_file_of_another_tool_is_left_alone(file: Path) -> None:
    opened = _opened(file, file.read_text("utf-8"))
    assert _said_of_the_file(opened) == []
    for line in range(len(opened.document.line_starts)):
        for column in range(0, len(opened.document.line_text(line)) + 1, 2):
            assert _said_of(opened, types.Position(line, column)) == []


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_file_of_another_tool_is_left_alone_while_it_is_written(file: Path) -> None:
    text = file.read_text("utf-8")
    for end in range(1, len(text)):
        opened = _opened(file, text[:end])
        if opened.subject.tree.root is None or text[:end].rstrip() == MAY_STILL_BECOME_OURS.get(file.stem):
            continue
        assert opened.subject.kind is None, text[:end]
        assert _said_of_the_file(opened) == []
        if end >= text.find("\n", text.find(":")):
            assert _said_of(opened, opened.positions.at(end)) == []


def _opened(file: Path, text: str) -> OpenDocument:
    return OpenDocument(file.as_uri(), 1, text)


def _said_of_the_file(opened: OpenDocument) -> list[object]:
    whole = types.Range(types.Position(0, 0), types.Position(len(opened.document.line_starts), 0))
    return [
        *diagnostics(opened).diagnostics,
        *answers.code_lenses(opened, icons=False),
        *json.loads(answers.outline(opened).text),
        *answers.links(opened),
        *answers.hints(opened, whole),
        *answers.tokens(opened).data,
        *answers.quick_fixes(opened, whole),
        *answers.migrations(opened, whole, None),
        *(answers.folds(opened) or ()),
        *(answers.selections(opened, [types.Position(0, 0)]) or ()),
    ]


def _said_of(opened: OpenDocument, place: types.Position) -> list[object]:
    hover, renamable = answers.hover(opened, place), answers.renamable(opened, place)
    return [
        *([hover] if hover else ()),
        *([renamable] if renamable else ()),
        *answers.completion(opened, place).items,
        *answers.definition(opened, place),
        *answers.references(opened, place, declarations=True),
        *answers.highlights(opened, place),
    ]
