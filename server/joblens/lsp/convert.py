"""Offsets and results to LSP types and back; the only place that knows of UTF-16."""

from __future__ import annotations

from lsprotocol import types

from joblens.checks.problem import Problem, Severity
from joblens.features.completion import Completion
from joblens.features.hover import Hover
from joblens.features.lenses import Lens
from joblens.features.symbols import Symbol
from joblens.text.document import Document
from joblens.text.nodes import Span

SOURCE = "joblens"

_SEVERITY = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.HINT: types.DiagnosticSeverity.Hint,
}
_COMPLETION_KIND = {
    "key": types.CompletionItemKind.Property,
    "value": types.CompletionItemKind.EnumMember,
    "schema": types.CompletionItemKind.Reference,
    "placeholder": types.CompletionItemKind.Variable,
}
_SYMBOL_KIND = {
    "object": types.SymbolKind.Module,
    "array": types.SymbolKind.Array,
    "value": types.SymbolKind.Field,
}


def utf16_length(text: str) -> int:
    """UTF-16 code units of a text: two for each character beyond the basic plane."""
    return len(text) if text.isascii() else len(text) + sum(char > "\uffff" for char in text)


def offset_at(document: Document, position: types.Position) -> int:
    """The offset of a position; one beyond the line's or the text's end counts as that end."""
    if position.line >= len(document.line_starts):
        return len(document.text)
    line = document.line_text(position.line)
    start = document.line_starts[position.line]
    if line.isascii():
        return start + min(position.character, len(line))
    units = 0
    for index, char in enumerate(line):
        if units >= position.character:
            return start + index
        units += 2 if char > "\uffff" else 1
    return start + len(line)


def position_at(document: Document, offset: int) -> types.Position:
    """The position of an offset."""
    line = document.line_of(offset)
    return types.Position(line, utf16_length(document.text[document.line_starts[line] : offset]))


def range_of(document: Document, span: Span) -> types.Range:
    """The range of a span."""
    return types.Range(position_at(document, span.start), position_at(document, span.end))


def diagnostic(document: Document, problem: Problem) -> types.Diagnostic:
    """A problem as the editor shows it."""
    return types.Diagnostic(
        range=range_of(document, problem.span),
        message=problem.message,
        severity=_SEVERITY[problem.severity],
        code=problem.code,
        source=SOURCE,
    )


def quick_fix(document: Document, uri: str, problem: Problem) -> types.CodeAction | None:
    """The problem's fix as the editor offers it; None where it has none."""
    fix = problem.fix
    if fix is None:
        return None
    edit = types.TextEdit(range_of(document, fix.span), fix.text)
    return types.CodeAction(
        title=fix.title,
        kind=types.CodeActionKind.QuickFix,
        diagnostics=[diagnostic(document, problem)],
        is_preferred=True,
        edit=types.WorkspaceEdit(changes={uri: [edit]}),
    )


def completion_item(document: Document, completion: Completion) -> types.CompletionItem:
    """A proposal as the editor lists it."""
    documentation = None
    if completion.documentation:
        documentation = types.MarkupContent(types.MarkupKind.Markdown, completion.documentation)
    return types.CompletionItem(
        label=completion.label,
        kind=_COMPLETION_KIND[completion.kind],
        detail=completion.detail or None,
        documentation=documentation,
        sort_text=f"{completion.rank:03d}{completion.label}",
        filter_text=completion.label,
        insert_text_format=types.InsertTextFormat.Snippet
        if "$0" in completion.text
        else types.InsertTextFormat.PlainText,
        text_edit=types.TextEdit(range_of(document, completion.span), completion.text),
    )


def hover(document: Document, found: Hover) -> types.Hover:
    """A hover as the editor shows it."""
    content = types.MarkupContent(types.MarkupKind.Markdown, found.markdown)
    return types.Hover(content, range_of(document, found.span))


def code_lens(document: Document, uri: str, lens: Lens) -> types.CodeLens:
    """A lens as the editor shows it; its command is given the file's URI."""
    command = types.Command(title=lens.title, command=lens.command, arguments=[uri])
    return types.CodeLens(range=range_of(document, lens.span), command=command)


def symbol(document: Document, found: Symbol) -> types.DocumentSymbol:
    """An entry of the outline."""
    return types.DocumentSymbol(
        name=found.name,
        detail=found.detail or None,
        kind=_SYMBOL_KIND[found.kind],
        range=range_of(document, found.span),
        selection_range=range_of(document, found.name_span),
        children=[symbol(document, child) for child in found.children],
    )
