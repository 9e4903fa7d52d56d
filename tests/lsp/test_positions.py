"""Positions in each unit that an editor may count in."""

import pytest
from lsprotocol import types

from joblens.lsp.positions import Positions
from joblens.text.document import Document

KINDS = types.PositionEncodingKind
TEXT = "a: é🚀x\r\nb: 你🚀\n"


@pytest.mark.parametrize(
    ("encoding", "x", "end"), [(KINDS.Utf8, 9, 10), (KINDS.Utf16, 6, 6), (KINDS.Utf32, 5, 5)]
)
def test_each_encoding_counts_its_own_units(encoding: KINDS, x: int, end: int) -> None:
    positions = Positions(Document(TEXT), encoding)
    assert positions.at(TEXT.index("x")) == types.Position(0, x)
    assert positions.at(TEXT.rindex("\n")) == types.Position(1, end)


@pytest.mark.parametrize("encoding", list(KINDS))
def test_every_offset_comes_back_from_its_position(encoding: KINDS) -> None:
    positions = Positions(Document(TEXT), encoding)
    for offset in range(len(TEXT) + 1):
        if TEXT[offset - 1 : offset + 1] != "\r\n":
            assert positions.offset_at(positions.at(offset)) == offset


@pytest.mark.parametrize("encoding", list(KINDS))
def test_a_position_beyond_the_end_of_its_line_counts_as_that_end(encoding: KINDS) -> None:
    positions = Positions(Document(TEXT), encoding)
    assert positions.offset_at(types.Position(0, 99)) == TEXT.index("\r")
    assert positions.offset_at(types.Position(9, 0)) == len(TEXT)
