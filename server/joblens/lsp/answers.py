"""What the server answers about an open document: asks a feature, converts what it says.

Imported at the first question, not at the start: the editor need not wait for it to say hello.
"""

from __future__ import annotations

from lsprotocol import types

from joblens.features import completion as completion_feature
from joblens.features import hover as hover_feature
from joblens.features import lenses as lens_feature
from joblens.features import symbols as symbol_feature
from joblens.lsp import convert
from joblens.lsp.workspace import OpenDocument


def diagnostics(opened: OpenDocument) -> types.PublishDiagnosticsParams:
    """What is wrong with the document's version."""
    found = [convert.diagnostic(opened.positions, problem) for problem in opened.problems]
    return types.PublishDiagnosticsParams(opened.uri, found, opened.version)


def hover(opened: OpenDocument, position: types.Position) -> types.Hover | None:
    """What there is to say of a place."""
    found = hover_feature.hover(opened.subject, opened.positions.offset_at(position))
    return convert.hover(opened.positions, found) if found is not None else None


def completion(opened: OpenDocument, position: types.Position) -> types.CompletionList:
    """What may be written at a place."""
    found = completion_feature.completions(opened.subject, opened.positions.offset_at(position))
    items = [convert.completion_item(opened.positions, one) for one in found]
    return types.CompletionList(is_incomplete=False, items=items)


def code_lenses(opened: OpenDocument) -> list[types.CodeLens]:
    """What can be done with the document's job."""
    found = lens_feature.lenses(opened.subject)
    return [convert.code_lens(opened.positions, opened.uri, lens) for lens in found]


def outline(opened: OpenDocument) -> list[types.DocumentSymbol]:
    """The document's keys; nothing for a file of another tool."""
    if opened.subject.kind is None:
        return []
    return [convert.symbol(opened.positions, one) for one in symbol_feature.symbols(opened.subject.tree)]


def quick_fixes(opened: OpenDocument, place: types.Range) -> list[types.CodeAction]:
    """The fixes of the problems that a range touches."""
    start = opened.positions.offset_at(place.start)
    end = opened.positions.offset_at(place.end)
    touched = [one for one in opened.problems if one.span.start <= end and start <= one.span.end]
    fixes = [convert.quick_fix(opened.positions, opened.uri, one) for one in touched]
    return [fix for fix in fixes if fix is not None]
