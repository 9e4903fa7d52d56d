"""Comments suppress what they name, where they stand; those that suppress nothing are hinted at."""

import pytest

from joblens.checks import check
from joblens.checks.problem import Problem
from joblens.checks.settings import Settings
from joblens.checks.subject import Subject
from joblens.text.document import Document
from tests.marked import spans

HEAD = "environment: azureml:e:1\n"


def found(text: str, **severity: str) -> list[Problem]:
    return check(Subject(Document(text)), Settings(severity))


def codes(text: str, **severity: str) -> list[str]:
    return [one.code for one in found(text, **severity)]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("command: a ${{inputs.x}} # joblens: ignore\n", []),
        ("command: a ${{inputs.x}} # joblens: ignore[JL201]\n", []),
        ("command: a ${{inputs.x}} # joblens: ignore[JL101, JL2]\n", []),
        ("command: a ${{inputs.x}} # why # joblens:ignore[JL201] because\n", []),
        ("command: a ${{inputs.x}} # joblens: ignore[JL101]\n", ["JL201"]),
        ("command: a ${{inputs.x}} # joblens: ignored\n", ["JL201"]),
        ("# joblens: ignore[JL201]\ncommand: a ${{inputs.x}}\n", []),
        ("# joblens: ignore[JL201]\n\n# more\ncommand: a ${{inputs.x}}\n", []),
        ("# joblens: ignore[JL201]\nname: n\ncommand: a ${{inputs.x}}\n", ["JL201"]),
        ("name: n # joblens: ignore[JL201]\ncommand: a ${{inputs.x}}\n", ["JL201"]),
        ("# joblens: ignore-file[JL201]\nname: n\ncommand: a ${{inputs.x}}\n", []),
        ("# joblens: ignore-file\ncod: 1\ncommand: a ${{inputs.x}}\n", []),
        ("name: n\n# joblens: ignore-file\ncommand: a ${{inputs.x}}\n", ["JL201"]),
        ("command: |\n  a ${{inputs.x}} # joblens: ignore\n", ["JL201"]),
        ("command: | # joblens: ignore[JL201]\n  a\n  b ${{inputs.x}}\n", []),
        ("# joblens: ignore[JL201]\ncommand: >-\n  a\n  b ${{inputs.x}}\n", []),
        ("command: 'a\n  ${{inputs.x}}\n  b' # joblens: ignore[JL201]\n", []),
        ("command: 'a # joblens: ignore ${{inputs.x}}'\n", ["JL201"]),
    ],
)
def test_a_comment_suppresses_what_it_names_where_it_stands(text: str, left: list[str]) -> None:
    assert [code for code in codes(text + HEAD) if code != "JL901"] == left


@pytest.mark.parametrize(
    ("text", "message", "mended"),
    [
        (
            "command: a «# joblens: ignore[JL201]»\n",
            "No JL201 here: this comment suppresses nothing.",
            "command: a\n",
        ),
        (
            "command: a # x «# joblens: ignore» why\n",
            "No problem here: this comment suppresses",
            "command: a # x\n",
        ),
        ("command: a «# joblens: ignore» # noqa\n", "No problem here", "command: a # noqa\n"),
        ("«# joblens: ignore[JL201, JL101]»\ncommand: a\n", "No JL201 or JL101 here", "command: a\n"),
        ("«# joblens: ignore-file[JL2]»\r\ncommand: a\r\n", "No JL2 here", "command: a\r\n"),
        ("command: a\n  «# joblens: ignore-file»\n", "'ignore-file' counts only at the head", "command: a\n"),
        ("command: a «# joblens: ignore[]»\n", "No problem here", "command: a\n"),
        (
            "command: a # joblens: ignore[«JL2l1»]\n",
            "There is no check 'JL2l1'. Did you mean 'JL201'?",
            "command: a\n",
        ),
        (
            "tags: {n: 1} # joblens: ignore[JL103, «JL101»]\ncommand: a\n",
            "No JL101 here; remove it.",
            "tags: {n: 1} # joblens: ignore[JL103]\ncommand: a\n",
        ),
        (
            "tags: {n: 1} # joblens: ignore[«JL101», JL103]\ncommand: a\n",
            "No JL101 here; remove it.",
            "tags: {n: 1} # joblens: ignore[JL103]\ncommand: a\n",
        ),
    ],
)
def test_a_comment_that_suppresses_nothing_is_a_hint_whose_fix_removes_it(
    text: str, message: str, mended: str
) -> None:
    plain, (span,) = spans(text + HEAD)
    (one,) = found(plain)
    assert (one.code, one.severity.value, one.span) == ("JL901", "hint", span)
    assert message in one.message
    assert one.fix is not None
    text = plain[: one.fix.span.start] + one.fix.text + plain[one.fix.span.end :]
    assert text == mended + HEAD
    assert found(text) == []


def test_a_hint_that_is_suppressed_counts_while_something_worse_hides_hints() -> None:
    assert codes(f"command: a\ncod: 1\n{HEAD}inputs: {{n: 1}} # joblens: ignore[JL701]\n") == ["JL101"]


def test_nothing_is_said_of_a_comment_for_what_is_turned_off() -> None:
    text = f"command: a # joblens: ignore[JL201]\n{HEAD}"
    assert codes(text) == ["JL901"]
    assert codes(text, JL201="off") == codes(text, JL2="off") == codes(text, JL901="off") == []


def test_nothing_is_said_of_a_comment_for_files_that_another_machine_may_lack() -> None:
    assert codes(f"command: a # joblens: ignore[JL801]\n{HEAD}") == []


def test_nothing_is_said_of_comments_while_the_text_is_broken() -> None:
    assert codes(f"command: a # joblens: ignore[JL201]\n{HEAD}tags: [\n") == ["JL001"]


def test_the_hint_itself_can_be_suppressed() -> None:
    assert codes(f"command: a # joblens: ignore[JL201, JL901]\n{HEAD}") == []
    assert codes(f"# joblens: ignore-file[JL901]\ncommand: a # joblens: ignore\n{HEAD}") == []


def test_a_severity_is_set_for_a_code_or_for_the_beginning_of_codes() -> None:
    text = f"command: a ${{{{inputs.x}}}}\ncod: 1\n{HEAD}"
    severities = {one.code: one.severity.value for one in found(text, JL2="warning", JL101="hint")}
    assert severities == {"JL201": "warning"}
    assert [one.severity.value for one in found(text, JL2="off", JL201="error", JL1="off")] == ["error"]
