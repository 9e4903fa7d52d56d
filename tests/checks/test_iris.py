"""One mistake planted into the iris example gives one problem, on exactly the text that was planted."""

import pytest

from joblens.checks import problems
from joblens.text.document import Document
from tests.marked import spans
from tests.shared_data import ROOT

TODAY = (ROOT / "examples" / "iris" / "job.yml").read_text(encoding="utf-8")
PREVIEW = (ROOT / "examples" / "iris" / "job-2021.yml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("job", "old", "new"),
    [
        (TODAY, "compute:", "«computer_name»: x\ncompute:"),
        (TODAY, "compute:", "distribution:\n  type: «pytorhc»\ncompute:"),
        (TODAY, "${{inputs.iris}}", "«${{inputs.iriss}}»"),
        (TODAY, "${{inputs.iris}}", "${{inputs.iris}} «${{ search_space.x }}»"),
        (TODAY, "${{inputs.iris}}", "«${{inputs.iris»"),
        (TODAY, "    type: uri_file", "«\t»type: uri_file"),
        (TODAY, "compute:", "«code»: src\ncompute:"),
        (PREVIEW, "compute:", "«computer_name»: x\ncompute:"),
        (PREVIEW, "compute:", "distribution:\n  type: «pytorhc»\ncompute:"),
        (PREVIEW, "{inputs.iris}", "«{inputs.iriss}»"),
        (PREVIEW, "{inputs.iris}", "{inputs.iris} «{search_space.x}»"),
        (PREVIEW, "{inputs.iris}", "«{inputs.iris»"),
        (PREVIEW, "compute:", "«command»: echo\ncompute:"),
    ],
)
def test_one_problem_for_one_mistake(job: str, old: str, new: str) -> None:
    assert old in job
    planted, expected = spans(job.replace(old, new, 1))
    found = problems(Document(planted))
    assert [planted[one.span.start : one.span.end] for one in found] == [
        planted[span.start : span.end] for span in expected
    ]
    assert [one.span for one in found] == expected
