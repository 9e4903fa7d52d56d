"""The examples of docs/checks.md do what the page says, and every code has its example."""

import re

import pytest

from joblens import checks
from joblens.checks import problems
from joblens.text.document import Document
from tests.marked import spans
from tests.shared_data import ROOT

_PAGE = (ROOT / "docs" / "checks.md").read_text(encoding="utf-8")
_EXAMPLES = re.findall(r"^## (JL\d+):.*?```yaml\n(.*?)```", _PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("code", "example"), _EXAMPLES, ids=[code for code, _ in _EXAMPLES])
def test_the_example_has_this_problem_alone(code: str, example: str) -> None:
    plain, expected = spans(example)
    assert [(one.code, one.span) for one in problems(Document(plain))] == [(code, span) for span in expected]


def test_every_code_is_on_the_page() -> None:
    modules = {one.__module__: __import__(one.__module__, fromlist=["CODE"]) for one in checks.CHECKS}
    codes = {
        value for module in modules.values() for name, value in vars(module).items() if _is_code(name, value)
    }
    assert codes == {code for code, _ in _EXAMPLES}


def _is_code(name: str, value: object) -> bool:
    return name.isupper() and isinstance(value, str) and re.fullmatch(r"JL\d+", value) is not None
