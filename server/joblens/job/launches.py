"""The scripts that a document's commands run, found among the files beside it.

Silent where the code is not at hand: registered, remote, not named, or added to by another file.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from posixpath import join, normpath

from joblens.job.command.action import Language
from joblens.job.command.read import Reading, Run, read
from joblens.job.command.words import Word
from joblens.job.disk import Disk, Entry
from joblens.job.fields import Fields
from joblens.job.file_references import local_path
from joblens.job.glance import Glance
from joblens.job.model import Dialect
from joblens.job.names import Scope
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Node, Scalar, Span
from joblens.text.offsets import source_offsets
from joblens.text.tree import Tree
from joblens.text.values import scalar_value


@dataclass(frozen=True)
class Launch:
    """A command whose code lies in a folder at hand, and what it runs there."""

    scope: Scope
    reading: Reading
    code: Path
    """The folder of the code, or the file that is all of it."""
    disk: Disk
    text: str
    """The text of the document."""

    @cached_property
    def offsets(self) -> Sequence[int]:
        """The place in the document of each character of the command."""
        return source_offsets(self.scope.command, self.text)

    def span(self, word: Word) -> Span:
        """The place of a word in the document."""
        return Span(self.offsets[word.start], self.offsets[word.end - 1] + 1)

    def beginning(self, word: Word, length: int) -> Span:
        """The place of the first characters of a word."""
        return Span(self.offsets[word.source.starts[0]], self.offsets[word.source.ends[length - 1] - 1] + 1)

    def is_as_written(self, word: Word) -> bool:
        """Whether the document has the word letter by letter, so that it can be replaced."""
        start, end = self.span(word)
        return self.text[start:end] == word.text

    @property
    def is_file(self) -> bool:
        """Whether the code is a single file: then nothing else lies beside it when the command runs."""
        return self.disk.entry(self.code) is Entry.FILE

    def place(self, run: Run) -> Path | None:
        """Where a script should lie, were its name a path; None outside of the code."""
        path = normpath(join(run.folder, run.script.text))
        return None if path.startswith("..") else (self.code.parent if self.is_file else self.code) / path

    def file(self, run: Run) -> Path | None:
        """The Python file that is run; None where there is none."""
        if run.language is Language.MODULE:
            return self._module(run) if not run.paths and not self.is_file else None
        place = self.place(run) if run.language is Language.PYTHON else None
        if place is None or (self.is_file and place != self.code):
            return None
        return place if self.disk.entry(place) is Entry.FILE else None

    def _module(self, run: Run) -> Path | None:
        """The file of a module, where its package lies in the code and no other can be meant."""
        *packages, name = run.script.text.split(".")
        folder = self.code / run.folder
        for package in packages:
            folder = folder / package
            if self.disk.entry(folder / "__init__.py") is not Entry.FILE:
                return None
        places = (folder / name / "__main__.py", folder / f"{name}.py")
        return next((one for one in places if self.disk.entry(one) is Entry.FILE), None)


def launches(document: Document, scopes: Sequence[Scope], disk: Disk) -> Iterator[Launch]:
    """Each command that runs scripts, and whose code is at hand."""
    disk = Glance(disk)
    if _adds_files(document, disk):
        return
    for scope in scopes:
        reading = read(scope.command.value, scope.dialect, _plain_inputs(scope))
        code = _code(document.tree, scope, disk) if reading.runs else None
        if code is not None:
            yield Launch(scope, reading, code, disk, document.text)


def _code(tree: Tree, scope: Scope, disk: Disk) -> Path | None:
    fields = Fields(scope.body, tree)
    written = fields.text("code")
    if scope.dialect is Dialect.PREVIEW:
        below = fields.below("code")
        written = below.text("local_path") if below is not None else None
    if written is None or not local_path(written.value):
        return None
    if "additional_includes" in fields:
        return None
    path = disk.path(written.value)
    return path if disk.entry(path) in (Entry.FOLDER, Entry.FILE) else None


def _adds_files(document: Document, disk: Disk) -> bool:
    """Whether a file beside a component tells the client to add others to its code."""
    path = document.path
    if path is None or not path.name:
        return False
    return disk.entry(path.with_suffix(".additional_includes")) is Entry.FILE


def _plain_inputs(scope: Scope) -> frozenset[str]:
    """The inputs that become text without blanks, by what is declared of them."""
    return frozenset(name for name, pair in scope.inputs.items() if _is_plain(pair.value))


def _is_plain(value: Node | None) -> bool:
    if isinstance(value, Scalar):
        return not isinstance(scalar_value(value), str)
    if isinstance(value, Mapping):
        kinds = [pair.value for pair in value.pairs if _is_type(pair.key)]
        return bool(kinds) and isinstance(kinds[0], Scalar) and kinds[0].value != "string"
    return False


def _is_type(key: object) -> bool:
    return isinstance(key, Scalar) and key.value == "type"
