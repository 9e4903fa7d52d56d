"""What the checks look at: one document, and all that is known of it, each part worked out at first need."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.job.bodies import Body, bodies
from joblens.job.detect import Kind, detect
from joblens.job.disk import Disk
from joblens.job.era import Mark, mark
from joblens.job.file_references import FileReference, file_references
from joblens.job.known_names import KnownNames
from joblens.job.launches import Launch, launches
from joblens.job.model import Dialect
from joblens.job.names import Scope, scopes
from joblens.job.occurrences import Filled, Occurrence, filled_texts, occurrences
from joblens.job.owners import FILLED, Owners
from joblens.job.pipeline import Pipeline, pipeline
from joblens.job.sweeps import Sweep, sweeps
from joblens.schema.match import Fault, Mismatch, mismatches
from joblens.schema.store import Schema, load
from joblens.text.document import Document
from joblens.text.tree import SyntaxProblem, Tree

if TYPE_CHECKING:
    from joblens.checks.command_lines import CommandLine


class Subject:
    """A document under check."""

    def __init__(
        self,
        document: Document,
        opened: Callable[[Path], Document | None] | None = None,
        known_names: KnownNames | None = None,
    ) -> None:
        self.document = document
        self._opened = opened
        self.known_names = known_names
        """Who knows the names of assets; None where nobody has looked for them."""

    @cached_property
    def disk(self) -> Disk | None:
        """The files beside the document; None while it is not saved."""
        path = self.document.path
        return Disk(path.parent, self._opened) if path is not None else None

    def neighbour(self, document: Document) -> Subject:
        """Another document, which sees what this one sees."""
        return Subject(document, self._opened, self.known_names)

    @cached_property
    def tree(self) -> Tree:
        """The document's tree."""
        return self.document.tree

    @cached_property
    def syntax(self) -> list[SyntaxProblem]:
        """What keeps the text from being YAML."""
        return list(self.document.problems)

    @cached_property
    def kind(self) -> Kind | None:
        """What the file describes; None for a file that is not Azure ML's."""
        return detect(self.tree, self.document.text)

    @cached_property
    def older(self) -> Mark | None:
        """What tells that the file is of a format between the known ones."""
        return mark(self.tree, self.kind) if self.kind is not None else None

    @cached_property
    def schema(self) -> Schema | None:
        """The schema of the kind, in the dialect of the file."""
        return schema_of(self.kind) if self.kind is not None else None

    @cached_property
    def mismatches(self) -> list[Mismatch]:
        """Departures from the schema."""
        return mismatches(self.schema, self.tree) if self.schema is not None else []

    @cached_property
    def unclear_sections(self) -> frozenset[str]:
        """`inputs`, `outputs` or `search_space` that are misspelt, or hold no names."""
        named = {one.meant for one in self.mismatches if one.fault is Fault.UNKNOWN_KEY}
        named |= {str(one.path[-1]) for one in self.mismatches if one.fault is Fault.WRONG_TYPE and one.path}
        return frozenset(FILLED) & named

    @cached_property
    def scopes(self) -> list[Scope]:
        """The commands of the document and the names they may use."""
        return scopes(self.tree, self.kind) if self.kind is not None else []

    @cached_property
    def owners(self) -> Owners:
        """The jobs and steps of the document, and the names that each has."""
        return Owners(self.tree)

    @cached_property
    def filled(self) -> list[Filled]:
        """The texts of the document that have placeholders."""
        if self.kind is None:
            return []
        return list(filled_texts(self.document.text, self.kind, self.owners, self.scopes))

    @cached_property
    def occurrences(self) -> list[Occurrence]:
        """Every place of every name of the document."""
        if self.kind is None:
            return []
        return list(occurrences(self.document.text, self.kind, self.owners, self.filled))

    @cached_property
    def file_references(self) -> list[FileReference]:
        """The files and folders beside the document that it names."""
        return list(file_references(self.tree, self.kind)) if self.kind is not None else []

    @cached_property
    def launches(self) -> list[Launch]:
        """The commands whose code is at hand, and the scripts that they run."""
        return list(launches(self.document, self.scopes, self.disk)) if self.disk is not None else []

    @cached_property
    def command_lines(self) -> list[CommandLine]:
        """What the commands give to scripts whose arguments are known."""
        if not self.launches:
            return []
        # Imported once a command has a script, and not when the server starts.
        from joblens.checks.command_lines import command_lines

        return list(command_lines(self.launches))

    @cached_property
    def bodies(self) -> list[Body]:
        """The job, its trial, its steps and their components, each with its place."""
        return list(bodies(self.tree))

    @cached_property
    def sweeps(self) -> list[Sweep]:
        """The searches of the document."""
        return list(sweeps(self.tree, self.kind)) if self.kind is not None else []

    @cached_property
    def pipeline(self) -> Pipeline | None:
        """The steps of a pipeline and what joins them; None where there are none."""
        if self.kind is None:
            return None
        return pipeline(self.tree, self.kind, self.document.text, self.disk)


def schema_of(kind: Kind) -> Schema | None:
    """The schema that a document of this kind follows."""
    return load(f"preview/{kind.name}" if kind.dialect is Dialect.PREVIEW else kind.name)
