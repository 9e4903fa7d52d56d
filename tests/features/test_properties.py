"""What holds for every answer, whatever was typed: it lies inside the text."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from joblens.checks.subject import Subject
from joblens.text.document import Document
from tests.features import names
from tests.features.everything import check_everything
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
@example(JOBS[3], 0.8671875, 1, "parent.jobs.")
@settings(max_examples=600, deadline=None)
def test_every_answer_about_an_edited_job_lies_inside_it(
    job: str, at: float, removed: int, typed: str
) -> None:
    start = int(at * len(job))
    text = job[:start] + typed + job[start + removed :]
    subject = Subject(Document(text))
    check_everything(subject, start + len(typed))
