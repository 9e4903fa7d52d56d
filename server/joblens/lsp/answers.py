"""What the server answers about an open document: asks a feature, converts what it says.

Imported at the first question, not at the start: the editor need not wait for it to say hello.
"""

from __future__ import annotations

from collections.abc import Sequence

from lsprotocol import types
from pygls.exceptions import JsonRpcException

from joblens.checks import older_format
from joblens.checks.problem import Problem
from joblens.errors import UserError
from joblens.features import completion as completion_feature
from joblens.features import definition as definition_feature
from joblens.features import folding as folding_feature
from joblens.features import highlight as highlight_feature
from joblens.features import hints as hint_feature
from joblens.features import hover as hover_feature
from joblens.features import lenses as lens_feature
from joblens.features import links as link_feature
from joblens.features import migration as migration_feature
from joblens.features import references as reference_feature
from joblens.features import rename as rename_feature
from joblens.features import selection as selection_feature
from joblens.features import symbols as symbol_feature
from joblens.features import tokens as token_feature
from joblens.job.known_names import KnownNames
from joblens.lsp import convert, new_cluster
from joblens.lsp import outline as written_outline
from joblens.lsp.client import Client
from joblens.lsp.workspace import OpenDocument
from joblens.lsp.written import Written


def hover(
    opened: OpenDocument, position: types.Position, known: KnownNames | None = None
) -> types.Hover | None:
    """What there is to say of a place."""
    found = hover_feature.hover(opened.subject, opened.positions.offset_at(position), known)
    return convert.hover(opened.positions, found) if found is not None else None


def completion(
    opened: OpenDocument,
    position: types.Position,
    known: KnownNames | None = None,
    client: Client | None = None,
) -> types.CompletionList:
    """What may be written at a place."""
    found = completion_feature.completions(opened.subject, opened.positions.offset_at(position), known)
    positions, client = opened.positions, client or Client()
    items = [convert.completion_item(positions, one, client) for one in found]
    return types.CompletionList(is_incomplete=len(items) >= completion_feature.MOST, items=items)


def definition(opened: OpenDocument, position: types.Position) -> list[types.Location]:
    """Where the name at a place is declared."""
    found = definition_feature.definitions(opened.subject, opened.positions.offset_at(position))
    return [convert.definition(opened.files, one) for one in found]


def references(opened: OpenDocument, position: types.Position, *, declarations: bool) -> list[types.Location]:
    """Where the name at a place is used."""
    offset = opened.positions.offset_at(position)
    found = reference_feature.references(opened.subject, offset, declarations=declarations)
    return [convert.location(opened.files, one.document, one.occurrence.span) for one in found]


def highlights(opened: OpenDocument, position: types.Position) -> list[types.DocumentHighlight]:
    """The places of the name at a place."""
    found = highlight_feature.highlights(opened.subject, opened.positions.offset_at(position))
    return [convert.highlight(opened.positions, one) for one in found]


def renamable(opened: OpenDocument, position: types.Position) -> types.PrepareRenamePlaceholder | None:
    """The name at a place, if it can be changed."""
    try:
        found = rename_feature.renamable(opened.subject, opened.positions.offset_at(position))
    except UserError as error:
        raise _refusal(error) from error
    return convert.renamable(opened.positions, found) if found is not None else None


def rename(opened: OpenDocument, position: types.Position, new_name: str) -> types.WorkspaceEdit | None:
    """The edits that give the name at a place another one."""
    try:
        found = rename_feature.rename(opened.subject, opened.positions.offset_at(position), new_name)
    except UserError as error:
        raise _refusal(error) from error
    return convert.workspace_edit(opened.files, found) if found else None


def code_lenses(opened: OpenDocument, *, icons: bool) -> list[types.CodeLens]:
    """What can be done with the document's job; with VS Code's icons, or without."""
    found = lens_feature.lenses(opened.subject)
    return [convert.code_lens(opened.positions, opened.uri, lens, icons=icons) for lens in found]


def outline(opened: OpenDocument) -> Written:
    """The document's keys; nothing for a file of another tool."""
    opened.shows_outline = True
    if opened.outline is None:
        ours = opened.subject.kind is not None
        found = symbol_feature.symbols(opened.subject.tree) if ours else []
        opened.outline = written_outline.outline(opened.positions, found)
    return opened.outline


def folds(opened: OpenDocument) -> list[types.FoldingRange] | None:
    """What can be folded; None for a file of another tool, which the editor folds by its own rules."""
    if opened.subject.kind is None:
        return None
    return [convert.fold(one) for one in folding_feature.folds(opened.document)]


def selections(opened: OpenDocument, places: Sequence[types.Position]) -> list[types.SelectionRange] | None:
    """What a selection grows to from each place; None for a file of another tool."""
    if opened.subject.kind is None:
        return None
    offsets = [opened.positions.offset_at(place) for place in places]
    found = [selection_feature.selections(opened.document, offset) for offset in offsets]
    return [convert.selection(opened.positions, one) for one in found]


def links(opened: OpenDocument) -> list[types.DocumentLink]:
    """The files that the document names."""
    return [convert.link(opened.positions, one) for one in link_feature.links(opened.subject)]


def hints(opened: OpenDocument, place: types.Range) -> list[types.InlayHint]:
    """What the document implies, within a range."""
    start, end = opened.positions.offset_at(place.start), opened.positions.offset_at(place.end)
    found = [one for one in hint_feature.hints(opened.subject) if start <= one.offset <= end]
    return [convert.hint(opened.positions, one) for one in found]


def tokens(opened: OpenDocument) -> types.SemanticTokens:
    """The colours of the document's placeholders."""
    return convert.tokens(opened.positions, token_feature.tokens(opened.subject))


def quick_fixes(opened: OpenDocument, place: types.Range) -> list[types.CodeAction]:
    """The fixes of the problems that a range touches."""
    touched = _touched(opened, place)
    edits = [fix for one in touched for fix in convert.quick_fixes(opened.positions, opened.uri, one)]
    return [*edits, *new_cluster.actions(opened, touched)]


def migrations(
    opened: OpenDocument, place: types.Range, only: Sequence[str] | None
) -> list[types.CodeAction]:
    """The migration of a preview file: as the fix of what names its format, and as a refactoring."""
    kinds = types.CodeActionKind
    named = [one for one in _touched(opened, place) if one.code == older_format.CODE]
    fixes = named if _asked(only, kinds.QuickFix) else []
    refactoring = _asked(only, kinds.RefactorRewrite)
    found = migration_feature.migration(opened.subject) if fixes or refactoring else None
    if found is None:
        return []
    wanted = [*fixes, None] if refactoring else fixes
    return [convert.migration(opened.positions, opened.uri, found, one) for one in wanted]


def _touched(opened: OpenDocument, place: types.Range) -> list[Problem]:
    start = opened.positions.offset_at(place.start)
    end = opened.positions.offset_at(place.end)
    return [one for one in opened.problems if one.span.start <= end and start <= one.span.end]


def _asked(only: Sequence[str] | None, kind: types.CodeActionKind) -> bool:
    """Whether actions of a kind are asked for; those of all kinds are, where none is named."""
    return not only or any(f"{kind.value}.".startswith(f"{one}.") for one in only)


def _refusal(error: UserError) -> JsonRpcException:
    # Editors show the message of a refused rename, and nothing else of it.
    return JsonRpcException(f"{error} {error.hint}".strip(), types.LSPErrorCodes.RequestFailed)
