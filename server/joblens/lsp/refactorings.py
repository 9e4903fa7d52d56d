"""Refactorings of a step's component as code actions: a file made and the document changed in one edit."""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types

from joblens.features.component_moves import Move, extraction, inlining
from joblens.lsp.workspace import OpenDocument

_EXTRACT = types.CodeActionKind.RefactorExtract
_INLINE = types.CodeActionKind.RefactorInline


def moves(
    opened: OpenDocument, place: types.Range, only: Sequence[str] | None, *, creates_files: bool
) -> list[types.CodeAction]:
    """What can be done with the component of the step at a place."""
    offset = opened.positions.offset_at(place.start)
    found = []
    if creates_files and _asked(_EXTRACT, only) and (move := extraction(opened.subject, offset)) is not None:
        found.append(_action(opened, move, _EXTRACT))
    if _asked(_INLINE, only) and (move := inlining(opened.subject, offset)) is not None:
        found.append(_action(opened, move, _INLINE))
    return found


def _asked(kind: types.CodeActionKind, only: Sequence[str] | None) -> bool:
    return not only or any(kind.value.startswith(one) for one in only)


def _action(opened: OpenDocument, move: Move, kind: types.CodeActionKind) -> types.CodeAction:
    change = types.TextEdit(opened.positions.range_of(move.span), move.text)
    if move.path is None:
        return types.CodeAction(move.title, kind, edit=types.WorkspaceEdit(changes={opened.uri: [change]}))
    uri = opened.files.uri_at(move.path)
    start = types.Position(0, 0)
    content = types.TextEdit(types.Range(start, start), move.content)
    edit = types.WorkspaceEdit(
        document_changes=[
            types.CreateFile(uri, options=types.CreateFileOptions(overwrite=False, ignore_if_exists=False)),
            types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri), [content]),
            types.TextDocumentEdit(
                types.OptionalVersionedTextDocumentIdentifier(opened.uri, opened.version), [change]
            ),
        ]
    )
    return types.CodeAction(move.title, kind, edit=edit)
