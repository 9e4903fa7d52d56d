"""Whatever is done to a public file, every place that the server answers with is one that the editor has."""

import json
from collections.abc import Iterator

import attrs
import pytest
from lsprotocol import types
from lsprotocol.converters import get_converter
from pygls.exceptions import JsonRpcException

from joblens.lsp import answers
from joblens.lsp.diagnostics import diagnostics
from joblens.lsp.workspace import OpenDocument
from tests.features.edits import EDITS, edited

_SHARES = 4
_ENCODINGS = tuple(types.PositionEncodingKind)


@pytest.mark.usefixtures("corpus")
@pytest.mark.parametrize("share", range(_SHARES))
def test_every_range_lies_in_a_line_of_the_edited_file(share: int) -> None:
    for seed in range(share, EDITS // 10, _SHARES):
        file, text, offset = edited(seed)
        opened = OpenDocument(file.as_uri(), 1, text, _ENCODINGS[seed % len(_ENCODINGS)])
        for one in _ranges(list(_answers(opened, opened.positions.at(offset))), opened.uri):
            assert _is_in(opened, one.start), (seed, one)
            assert _is_in(opened, one.end), (seed, one)
            assert (one.start.line, one.start.character) <= (one.end.line, one.end.character), (seed, one)


def _answers(opened: OpenDocument, place: types.Position) -> Iterator[object]:
    whole = types.Range(types.Position(0, 0), types.Position(len(opened.document.line_starts), 0))
    yield diagnostics(opened)
    yield answers.quick_fixes(opened, whole)
    yield answers.migrations(opened, whole, None)
    yield answers.code_lenses(opened, icons=False)
    yield get_converter().structure(json.loads(answers.outline(opened).text), list[types.DocumentSymbol])
    yield answers.links(opened)
    yield answers.selections(opened, [place])
    yield answers.hover(opened, place)
    yield answers.completion(opened, place)
    yield answers.definition(opened, place)
    yield answers.highlights(opened, place)
    try:
        yield answers.rename(opened, place, "fresh")
    except JsonRpcException as refused:
        assert refused.message


def _ranges(answer: object, uri: str) -> Iterator[types.Range]:
    """Every range of an answer, without those in other files."""
    if isinstance(answer, types.Range):
        yield answer
    elif isinstance(answer, dict):
        for key, one in answer.items():
            yield from _ranges(one, uri) if "://" not in key or key == uri else ()
    elif isinstance(answer, list | tuple):
        for one in answer:
            yield from _ranges(one, uri)
    elif attrs.has(type(answer)) and getattr(answer, "uri", uri) == uri:
        for field in attrs.fields(type(answer)):
            yield from _ranges(getattr(answer, field.name), uri)


def _is_in(opened: OpenDocument, place: types.Position) -> bool:
    lines = len(opened.document.line_starts)
    length = opened.positions.length(opened.document.line_text(place.line))
    return 0 <= place.line < lines and 0 <= place.character <= length
