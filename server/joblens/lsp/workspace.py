"""The open documents: the editor's text, parsed and understood once per version.

pygls keeps documents of its own, but splits lines as Python does (at U+2028, at form feeds), which shifts
every position after such a character; LSP splits at line feeds and carriage returns only.
"""

from __future__ import annotations

from lsprotocol import types

from joblens.checks import check
from joblens.checks.problem import Problem
from joblens.checks.subject import Subject
from joblens.lsp.convert import offset_at
from joblens.lsp.uris import path_of
from joblens.text.document import Document


class OpenDocument:
    """One document as the editor has it."""

    def __init__(self, uri: str, version: int | None, text: str) -> None:
        self.uri = uri
        self.version = version
        self.path = path_of(uri)
        self.subject = Subject(Document(text, self.path))
        self._problems: list[Problem] | None = None

    @property
    def document(self) -> Document:
        """The text of this version."""
        return self.subject.document

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with this version."""
        if self._problems is None:
            self._problems = check(self.subject)
        return self._problems

    def change(self, version: int, changes: list[types.TextDocumentContentChangeEvent]) -> None:
        """Take over the editor's changes, in their order."""
        document = self.document
        for one in changes:
            document = Document(_changed(document, one), self.path)
        self.version = version
        self.subject = Subject(document)
        self._problems = None


def _changed(document: Document, change: types.TextDocumentContentChangeEvent) -> str:
    if not isinstance(change, types.TextDocumentContentChangePartial):
        return change.text
    start, end = offset_at(document, change.range.start), offset_at(document, change.range.end)
    return document.text[:start] + change.text + document.text[end:]
