"""The files that an answer speaks of: the one asked about as the editor names it, others by their paths."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from joblens.lsp.positions import Encoding, Positions
from joblens.text.document import Document


@dataclass(frozen=True, slots=True)
class Files:
    """The URIs and the positions of documents, seen from an open one."""

    document: Document
    uri: str
    encoding: Encoding

    def uri_of(self, document: Document) -> str:
        """What the editor calls a document."""
        if document is self.document or document.path is None:
            return self.uri
        return self.uri_at(document.path)

    def uri_at(self, path: Path) -> str:
        """What the editor calls a file."""
        return path.as_uri()

    def positions_of(self, document: Document) -> Positions:
        """The places of a document as the editor counts them."""
        return Positions(document, self.encoding)
