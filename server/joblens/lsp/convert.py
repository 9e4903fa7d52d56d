"""What features and checks say, as LSP types."""

from __future__ import annotations

import re

from lsprotocol import types

from joblens.checks.problem import Problem
from joblens.features.definition import Definition, File
from joblens.features.folding import Fold
from joblens.features.highlight import Highlight
from joblens.features.hints import Hint
from joblens.features.hover import Hover
from joblens.features.lenses import Lens
from joblens.features.links import Link
from joblens.features.migration import TITLE, Migration
from joblens.features.proposal import Completion
from joblens.features.rename import Edit, Renamable
from joblens.features.tokens import KINDS, Token
from joblens.lsp.client import Client
from joblens.lsp.diagnostics import diagnostic
from joblens.lsp.files import Files
from joblens.lsp.positions import Positions
from joblens.lsp.protocol import TELL_GUESSES
from joblens.text.document import Document
from joblens.text.nodes import Span

_COMPLETION_KIND = {
    "key": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.EnumMember,
    "schema": types.CompletionItemKind.Reference,
    "placeholder": types.CompletionItemKind.Variable,
    "file": types.CompletionItemKind.Snippet,
    "path": types.CompletionItemKind.File,
    "folder": types.CompletionItemKind.Folder,
    "name": types.CompletionItemKind.Value,
    "variable": types.CompletionItemKind.Constant,
}
_ICON = re.compile(r"(\$\([\w-]+\)) ")
# VS Code's own command: no other editor has it.
_SUGGEST = types.Command("Suggest", "editor.action.triggerSuggest")


def quick_fixes(positions: Positions, uri: str, problem: Problem) -> list[types.CodeAction]:
    """The problem's ways out as the editor offers them, the likeliest marked."""
    fixes = [problem.fix, *problem.others] if problem.fix is not None else list(problem.others)
    return [
        types.CodeAction(
            title=fix.title,
            kind=types.CodeActionKind.QuickFix,
            diagnostics=[diagnostic(positions, problem)],
            is_preferred=fix is problem.fix,
            edit=types.WorkspaceEdit(changes={uri: [types.TextEdit(positions.range_of(fix.span), fix.text)]}),
        )
        for fix in fixes
    ]


def migration(
    positions: Positions, uri: str, found: Migration, problem: Problem | None = None
) -> types.CodeAction:
    """A migration as the editor offers it, as the fix of a problem or without one; it tells its guesses."""
    kinds = types.CodeActionKind
    tell = types.Command("Tell what was guessed", TELL_GUESSES, arguments=[list(found.notes)])
    return types.CodeAction(
        title=TITLE,
        kind=kinds.RefactorRewrite if problem is None else kinds.QuickFix,
        diagnostics=None if problem is None else [diagnostic(positions, problem)],
        is_preferred=None if problem is None else True,
        edit=types.WorkspaceEdit(changes={uri: migration_edits(positions, found)}),
        command=tell if found.notes else None,
    )


def migration_edits(positions: Positions, found: Migration) -> list[types.TextEdit]:
    """The lines that a migration changes."""
    return [types.TextEdit(positions.range_of(span), text) for span, text in found.edits]


def completion_item(positions: Positions, completion: Completion, client: Client) -> types.CompletionItem:
    """A proposal as the editor lists it."""
    documentation = None
    if completion.documentation:
        documentation = types.MarkupContent(types.MarkupKind.Markdown, completion.documentation)
    snippet = completion.is_snippet and client.snippets
    text = completion.text if snippet else completion.plain
    label, detail = completion.label, completion.detail
    if completion.kind == "schema" and client.own_extension:
        # All addresses begin alike, and VS Code's list cuts them off: it shows what each is for.
        label, detail = detail, label
    typed = completion.typed or completion.label
    return types.CompletionItem(
        label=label,
        kind=_COMPLETION_KIND[completion.kind],
        detail=detail or None,
        documentation=documentation,
        sort_text=f"{completion.rank:03d}",
        filter_text=typed if typed != label else None,
        insert_text_format=types.InsertTextFormat.Snippet if snippet else None,
        text_edit=types.TextEdit(positions.range_of(completion.span), text),
        command=_SUGGEST if completion.goes_on and client.own_extension else None,
    )


def hover(positions: Positions, found: Hover) -> types.Hover:
    """A hover as the editor shows it."""
    content = types.MarkupContent(types.MarkupKind.Markdown, found.markdown)
    return types.Hover(content, positions.range_of(found.span))


def location(files: Files, document: Document, span: Span) -> types.Location:
    """A place in a file."""
    return types.Location(files.uri_of(document), files.positions_of(document).range_of(span))


def definition(files: Files, found: Definition | File) -> types.Location:
    """What declares a name; the beginning of a file that is named."""
    if isinstance(found, Definition):
        return location(files, found.document, found.span)
    start = types.Position(0, 0)
    return types.Location(files.uri_at(found.path), types.Range(start, start))


def highlight(positions: Positions, found: Highlight) -> types.DocumentHighlight:
    """A place to mark: what declares a name is shown as writing it."""
    kind = types.DocumentHighlightKind.Write if found.declares else types.DocumentHighlightKind.Read
    return types.DocumentHighlight(positions.range_of(found.span), kind)


def renamable(positions: Positions, found: Renamable) -> types.PrepareRenamePlaceholder:
    """The name that a rename starts from."""
    return types.PrepareRenamePlaceholder(positions.range_of(found.span), found.text)


def workspace_edit(files: Files, edits: list[Edit]) -> types.WorkspaceEdit:
    """Edits of one file or of several."""
    changes: dict[str, list[types.TextEdit]] = {}
    for one in edits:
        place = files.positions_of(one.document).range_of(one.span)
        changes.setdefault(files.uri_of(one.document), []).append(types.TextEdit(place, one.text))
    return types.WorkspaceEdit(changes=changes)


def code_lens(positions: Positions, uri: str, lens: Lens, *, icons: bool) -> types.CodeLens:
    """A lens as the editor shows it; its command is given the file's URI."""
    # VS Code lays a lens out as a row, which drops a plain blank behind an icon.
    title = _ICON.sub("\\1\u00a0" if icons else "", lens.title)
    command = types.Command(title=title, command=lens.command, arguments=[uri])
    return types.CodeLens(range=positions.range_of(lens.span), command=command)


def fold(found: Fold) -> types.FoldingRange:
    """Lines that fold together."""
    kind = types.FoldingRangeKind.Comment if found.comment else None
    return types.FoldingRange(start_line=found.first, end_line=found.last, kind=kind)


def selection(positions: Positions, spans: list[Span]) -> types.SelectionRange:
    """The steps by which a selection grows, the innermost first."""
    grown: types.SelectionRange | None = None
    for span in reversed(spans):
        grown = types.SelectionRange(positions.range_of(span), grown)
    assert grown is not None
    return grown


def link(positions: Positions, found: Link) -> types.DocumentLink:
    """A path to follow."""
    return types.DocumentLink(positions.range_of(found.span), target=found.target.as_uri())


def hint(positions: Positions, found: Hint) -> types.InlayHint:
    """A text within the line."""
    return types.InlayHint(positions.at(found.offset), found.text, padding_left=True)


def tokens(positions: Positions, found: list[Token]) -> types.SemanticTokens:
    """Colours in LSP's code: five numbers a token, its place counted from the token before it."""
    data: list[int] = []
    line = character = 0
    for one in found:
        start = positions.at(one.span.start)
        text = positions.document.text[one.span.start : one.span.end]
        from_character = character if start.line == line else 0
        place = (start.line - line, start.character - from_character)
        data += (*place, positions.length(text), KINDS.index(one.kind), 0)
        line, character = start.line, start.character
    return types.SemanticTokens(data)
