"""The outline as JSON text, written at once: its thousands of ranges take far longer as LSP's objects."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Sequence

from lsprotocol.types import SymbolKind

from joblens.features.symbols import Symbol
from joblens.lsp.positions import Positions
from joblens.lsp.written import Written

_KIND = {
    "object": SymbolKind.Module.value,
    "array": SymbolKind.Array.value,
    "value": SymbolKind.Field.value,
    "step": SymbolKind.Function.value,
    "input": SymbolKind.Variable.value,
    "output": SymbolKind.Property.value,
    "hyperparameter": SymbolKind.TypeParameter.value,
}
_quoted = json.JSONEncoder().encode


def outline(positions: Positions, found: Sequence[Symbol]) -> Written:
    """`DocumentSymbol[]`."""
    return Written(_list(_point(positions), found))


def _point(positions: Positions) -> Callable[[int], str]:
    """Writes the position of an offset."""
    starts = positions.document.line_starts

    def of_ascii(offset: int) -> str:
        line = bisect_right(starts, offset) - 1
        return f'{{"line":{line},"character":{offset - starts[line]}}}'

    def of_any(offset: int) -> str:
        line, character = positions.place(offset)
        return f'{{"line":{line},"character":{character}}}'

    return of_ascii if positions.document.text.isascii() else of_any


def _list(point: Callable[[int], str], found: Sequence[Symbol]) -> str:
    return f"[{','.join([_symbol(point, one) for one in found])}]"


def _symbol(point: Callable[[int], str], found: Symbol) -> str:
    (start, end), (name_start, name_end) = found.span, found.name_span
    first = point(start)
    name_first = first if name_start == start else point(name_start)
    detail = f'"detail":{_quoted(found.detail)},' if found.detail else ""
    children = f'"children":{_list(point, found.children)},' if found.children else ""
    return (
        f'{{"name":{_quoted(found.name)},{detail}{children}"kind":{_KIND[found.kind]},'
        f'"range":{{"start":{first},"end":{point(end)}}},'
        f'"selectionRange":{{"start":{name_first},"end":{point(name_end)}}}}}'
    )
