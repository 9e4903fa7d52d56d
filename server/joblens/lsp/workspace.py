"""The open documents: the editor's text, parsed and understood once per version.

pygls keeps documents of its own, but splits lines as Python does (at U+2028, at form feeds), which shifts
every position after such a character; LSP splits at line feeds and carriage returns only.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from lsprotocol import types

from joblens.checks import check
from joblens.checks.problem import Problem
from joblens.checks.settings import DEFAULT, Settings
from joblens.checks.subject import Subject
from joblens.job.known_names import KnownNames
from joblens.lsp.files import Files
from joblens.lsp.positions import Encoding, Positions
from joblens.lsp.uris import path_of
from joblens.lsp.written import Written
from joblens.text.document import Document


class OpenDocument:
    """One document as the editor has it."""

    def __init__(
        self,
        uri: str,
        version: int | None,
        text: str,
        encoding: Encoding = types.PositionEncodingKind.Utf16,
        opened: Callable[[Path], Document | None] | None = None,
        settings: Callable[[Path | None], Settings] = lambda _: DEFAULT,
        names: KnownNames | None = None,
    ) -> None:
        self.uri = uri
        self.version = version
        self.path = path_of(uri)
        self.encoding = encoding
        self._opened = opened
        self.looked_at: set[Path] = set()
        """The files beside the document that something was asked of."""
        self._names = names
        self.subject = Subject(Document(text, self.path), self._look, names)
        self._settings = settings
        self._problems: tuple[Settings, list[Problem]] | None = None
        self._foreseen: tuple[Problem, ...] = ()
        self.outline: Written | None = None
        """Of this version, once it is made."""
        self.shows_outline = False
        """Whether the editor has asked for an outline: then it will for each version."""

    @property
    def document(self) -> Document:
        """The text of this version."""
        return self.subject.document

    @property
    def positions(self) -> Positions:
        """Places of this version as the editor counts them."""
        return Positions(self.document, self.encoding)

    @property
    def files(self) -> Files:
        """This document and others, as the editor names them."""
        return Files(self.document, self.uri, self.encoding)

    @property
    def problems(self) -> list[Problem]:
        """What is wrong with this version, by the settings of now."""
        settings = self._settings(self.path)
        if self._problems is None or self._problems[0] != settings:
            left_out = self.path is not None and settings.excludes(self.path)
            self._problems = (settings, [] if left_out else check(self.subject, settings))
        known = {(one.span, one.code) for one in self._problems[1]}
        foreseen = [one for one in self._foreseen if (one.span, one.code) not in known]
        return [*self._problems[1], *foreseen] if foreseen else self._problems[1]

    @property
    def foreseen(self) -> tuple[Problem, ...]:
        """What a pre-flight of this version has found."""
        return self._foreseen

    def foresee(self, problems: tuple[Problem, ...]) -> None:
        """Count these as problems until the text changes."""
        self._foreseen = problems

    def change(self, version: int, changes: list[types.TextDocumentContentChangeEvent]) -> None:
        """Take over the editor's changes, in their order."""
        document = self.document
        for one in changes:
            document = Document(_changed(Positions(document, self.encoding), one), self.path)
        self.version = version
        self._understand(document)

    def renew(self) -> None:
        """Understand the text anew, for the files beside it have changed."""
        self._understand(self.document)

    def forget_problems(self) -> None:
        """Look for them anew when they are asked for: others know more by now."""
        self._problems = None

    def _understand(self, document: Document) -> None:
        self.looked_at.clear()
        self.subject = Subject(document, self._look, self._names)
        self._problems = None
        self._foreseen = ()
        self.outline = None

    def _look(self, path: Path) -> Document | None:
        self.looked_at.add(path)
        return self._opened(path) if self._opened is not None else None


def _changed(positions: Positions, change: types.TextDocumentContentChangeEvent) -> str:
    if not isinstance(change, types.TextDocumentContentChangePartial):
        return change.text
    text = positions.document.text
    start, end = sorted(map(positions.offset_at, (change.range.start, change.range.end)))
    return text[:start] + change.text + text[end:]
