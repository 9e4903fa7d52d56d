"""From a place in a scalar's value back to the place in the text that it came from."""

from __future__ import annotations

from collections.abc import Sequence

from joblens.text.nodes import Scalar, Style
from joblens.text.scalars import pieces


def source_offsets(scalar: Scalar, text: str) -> Sequence[int]:
    """For each index of `scalar.value`, and for its end, the offset in the text; never decreasing.

    All characters of something that was decoded (an escape, folded line breaks) map to its first offset.
    """
    if scalar.style is Style.PLAIN and len(scalar.value) == scalar.span.end - scalar.span.start:
        return range(scalar.span.start, scalar.span.end + 1)
    offsets: list[int] = []
    end = _first_offset(scalar)
    for piece in pieces(scalar, text):
        if len(piece.value) == piece.length:
            offsets.extend(range(piece.start, piece.start + piece.length))
        else:
            offsets.extend([piece.start] * len(piece.value))
        end = piece.start + piece.length
    offsets.append(end)
    return offsets


def _first_offset(scalar: Scalar) -> int:
    """Where the value of an empty scalar would start."""
    start, end = scalar.span
    in_quotes = scalar.style in (Style.SINGLE, Style.DOUBLE)
    return min(end, start + in_quotes) if scalar.indent < 0 else end
