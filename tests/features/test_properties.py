"""What holds for every answer, whatever was typed: it lies inside the text."""

from collections.abc import Iterator

from hypothesis import given, settings
from hypothesis import strategies as st

from joblens.checks.subject import Subject
from joblens.errors import UserError
from joblens.features.completion import completions
from joblens.features.definition import definitions
from joblens.features.folding import folds
from joblens.features.hints import hints
from joblens.features.hover import hover
from joblens.features.occurrences import occurrences
from joblens.features.rename import rename
from joblens.features.selection import selections
from joblens.features.tokens import tokens
from joblens.text.document import Document
from joblens.text.nodes import Span
from tests.features import names
from tests.marked import spans
from tests.text.typing_states import texts

JOBS = tuple(spans(job)[0] for job in names.ALL)
PIECES = (
    "${{",
    "}}",
    "{",
    "}",
    "parent.jobs.",
    "inputs",
    "search_space:",
    "*run",
    "&run ",
    "<<: *run",
    "$",
    ": ",
)


@given(
    st.sampled_from(JOBS),
    st.floats(0, 1),
    st.integers(0, 20),
    st.one_of(texts(4), st.sampled_from(PIECES), st.text(max_size=4)),
)
@settings(max_examples=600, deadline=None)
def test_every_answer_about_an_edited_job_lies_inside_it(
    job: str, at: float, removed: int, typed: str
) -> None:
    start = int(at * len(job))
    text = job[:start] + typed + job[start + removed :]
    subject = Subject(Document(text))
    for span in answers(subject, start + len(typed)):
        assert 0 <= span.start <= span.end <= len(text)


def answers(subject: Subject, offset: int) -> Iterator[Span]:
    yield from (one.span for one in completions(subject, offset))
    yield from (one.whole for one in definitions(subject, offset))
    yield from (one.span for one in occurrences(subject, offset))
    yield from (one.span for one in tokens(subject))
    yield from (Span(one.offset, one.offset) for one in hints(subject))
    yield from selections(subject.document, offset)
    found = hover(subject, offset)
    if found is not None:
        yield found.span
    lines = subject.document.line_starts
    yield from (Span(lines[one.first], lines[one.last]) for one in folds(subject.document))
    try:
        yield from (one.span for one in rename(subject, offset, "fresh"))
    except UserError as refused:
        assert str(refused)
