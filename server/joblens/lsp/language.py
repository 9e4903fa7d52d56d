"""The handlers of the language features: each finds the document and hands it to `answers`."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

from lsprotocol import types

from joblens.lsp.names import Asking

if TYPE_CHECKING:
    from joblens.lsp.server import JoblensServer
    from joblens.lsp.written import Written

# As in features/tokens.py, which is not imported at the start.
_TOKENS = ["operator", "keyword", "parameter", "variable", "function", "namespace", "property"]


_ROUNDS = 3
"""An answer may wait for names, then for versions, and is given then, whatever has come."""


def _rounds(server: JoblensServer) -> Iterator[Asking]:
    return (Asking(server.names) for _ in range(_ROUNDS))


def register(server: JoblensServer) -> None:
    """Put the handlers in place."""

    # Generators: they answer at once, or yield what they wait for while the server goes on with all else.
    @server.feature(types.TEXT_DOCUMENT_HOVER)
    def _hover(params: types.HoverParams) -> Generator[Any, None, types.Hover | None]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        found = None
        for asking in _rounds(server):
            if opened is None:
                break
            version, found = opened.version, answers.hover(opened, params.position, asking)
            if not asking.waiting:
                break
            yield asking.wait, (), {}
            if opened.version != version:
                return None
        return found

    @server.feature(
        types.TEXT_DOCUMENT_COMPLETION,
        types.CompletionOptions(trigger_characters=["$", "{", ".", " ", ":", "/", "@"]),
    )
    def _completion(params: types.CompletionParams) -> Generator[Any, None, types.CompletionList | None]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        found = None
        for asking in _rounds(server):
            if opened is None:
                break
            version, found = (
                opened.version,
                answers.completion(opened, params.position, asking, server.client),
            )
            found.is_incomplete |= asking.incomplete
            if not asking.waiting:
                break
            yield asking.wait, (), {}
            if opened.version != version:  # The editor asks again for what it has now.
                return types.CompletionList(is_incomplete=True, items=[])
        return found

    @server.feature(types.TEXT_DOCUMENT_DEFINITION)
    def _definition(params: types.DefinitionParams) -> list[types.Location]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.definition(opened, params.position) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_REFERENCES)
    def _references(params: types.ReferenceParams) -> list[types.Location]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        if opened is None:
            return []
        declarations = params.context.include_declaration
        return answers.references(opened, params.position, declarations=declarations)

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_HIGHLIGHT)
    def _document_highlight(params: types.DocumentHighlightParams) -> list[types.DocumentHighlight]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.highlights(opened, params.position) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_PREPARE_RENAME)
    def _prepare_rename(params: types.PrepareRenameParams) -> types.PrepareRenamePlaceholder | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.renamable(opened, params.position) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_RENAME, types.RenameOptions(prepare_provider=True))
    def _rename(params: types.RenameParams) -> types.WorkspaceEdit | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.rename(opened, params.position, params.new_name) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_CODE_LENS)
    def _code_lens(params: types.CodeLensParams) -> list[types.CodeLens]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.code_lenses(opened, icons=server.client.own_extension) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def _document_symbol(params: types.DocumentSymbolParams) -> Written | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.outline(opened) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_FOLDING_RANGE)
    def _folding_range(params: types.FoldingRangeParams) -> list[types.FoldingRange] | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.folds(opened) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_SELECTION_RANGE)
    def _selection_range(params: types.SelectionRangeParams) -> list[types.SelectionRange] | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.selections(opened, params.positions) if opened is not None else None

    @server.feature(types.TEXT_DOCUMENT_DOCUMENT_LINK)
    def _document_link(params: types.DocumentLinkParams) -> list[types.DocumentLink]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.links(opened) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_INLAY_HINT)
    def _inlay_hint(params: types.InlayHintParams) -> list[types.InlayHint]:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.hints(opened, params.range) if opened is not None else []

    @server.feature(types.TEXT_DOCUMENT_SEMANTIC_TOKENS_FULL, types.SemanticTokensLegend(_TOKENS, []))
    def _semantic_tokens(params: types.SemanticTokensParams) -> types.SemanticTokens | None:
        from joblens.lsp import answers

        opened = server.documents.get(params.text_document.uri)
        return answers.tokens(opened) if opened is not None else None

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION,
        types.CodeActionOptions(
            code_action_kinds=[
                types.CodeActionKind.QuickFix,
                types.CodeActionKind.RefactorRewrite,
                types.CodeActionKind.RefactorExtract,
                types.CodeActionKind.RefactorInline,
            ]
        ),
    )
    def _code_action(params: types.CodeActionParams) -> list[types.CodeAction]:
        from joblens.lsp import answers, refactorings

        opened = server.documents.get(params.text_document.uri)
        if opened is None:
            return []
        only, creates = params.context.only, server.client.creates_files
        return [
            *answers.quick_fixes(opened, params.range),
            *answers.migrations(opened, params.range, only),
            *refactorings.moves(opened, params.range, only, creates_files=creates),
        ]
