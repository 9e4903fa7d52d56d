"""Everything that is answered about a document: asked at one place of it, and held to its text."""

from collections.abc import Iterator

from joblens.checks import check
from joblens.checks.subject import Subject
from joblens.errors import UserError
from joblens.features.completion import completions
from joblens.features.component_moves import extraction, inlining
from joblens.features.definition import Definition, definitions
from joblens.features.folding import folds
from joblens.features.highlight import highlights
from joblens.features.hints import hints
from joblens.features.hover import hover
from joblens.features.lenses import lenses
from joblens.features.links import links
from joblens.features.migration import migration
from joblens.features.occurrences import occurrences
from joblens.features.references import references
from joblens.features.rename import renamable, rename
from joblens.features.selection import selections
from joblens.features.symbols import Symbol, symbols
from joblens.features.tokens import tokens
from joblens.text.document import Document
from joblens.text.nodes import Span

_LONGEST_MESSAGE = 120


def check_everything(subject: Subject, *offsets: int) -> None:
    """Ask all that can be asked; every span that is answered must lie in its text."""
    here = subject.document
    found = [(what, here, span) for what, span in _of_the_whole(subject)]
    for at in offsets:
        found += [(what, here, span) for what, span in _at(subject, at)]
        found += _in_any_file(subject, at)
    for what, document, span in found:
        length = len(document.text)
        assert 0 <= span.start <= span.end <= length, f"{what}: {span} of {length}"


def _of_the_whole(subject: Subject) -> Iterator[tuple[str, Span]]:
    for problem in check(subject):
        assert 0 < len(problem.message) < _LONGEST_MESSAGE, problem
        yield problem.code, problem.span
        for fix in (problem.fix, *problem.others):
            if fix is not None:
                yield f"fix of {problem.code}", fix.span
    yield from (("token", one.span) for one in tokens(subject))
    yield from (("hint", Span(one.offset, one.offset)) for one in hints(subject))
    yield from (("link", one.span) for one in links(subject))
    yield from (("lens", one.span) for one in lenses(subject))
    yield from (("symbol", span) for one in symbols(subject.tree) for span in _spans(one))
    starts = subject.document.line_starts
    yield from (("fold", Span(starts[one.first], starts[one.last])) for one in folds(subject.document))
    migrated = migration(subject)
    yield from (("migration", span) for span, _ in (migrated.edits if migrated else ()))


def _spans(symbol: Symbol) -> Iterator[Span]:
    assert symbol.span.start <= symbol.name_span.start <= symbol.name_span.end <= symbol.span.end, symbol
    yield symbol.span
    for child in symbol.children:
        yield from _spans(child)


def _at(subject: Subject, offset: int) -> Iterator[tuple[str, Span]]:
    yield from (("completion", one.span) for one in completions(subject, offset))
    yield from (("occurrence", one.span) for one in occurrences(subject, offset))
    yield from (("highlight", one.span) for one in highlights(subject, offset))
    yield from (("selection", span) for span in selections(subject.document, offset))
    yield from (("move", one.span) for one in (extraction(subject, offset), inlining(subject, offset)) if one)
    found = hover(subject, offset)
    if found is not None:
        yield "hover", found.span
    try:
        named = renamable(subject, offset)
    except UserError as refused:
        assert str(refused)
    else:
        if named is not None:
            yield "renamable", named.span


def _in_any_file(subject: Subject, offset: int) -> Iterator[tuple[str, Document, Span]]:
    for one in definitions(subject, offset):
        if isinstance(one, Definition):
            yield "definition", one.document, one.whole
    for place in references(subject, offset, declarations=True):
        yield "reference", place.document, place.occurrence.span
    try:
        yield from (("rename", one.document, one.span) for one in rename(subject, offset, "fresh"))
    except UserError as refused:
        assert str(refused)
