"""A name is called a slip only where other files have its like, and have not this one."""

import pytest

from joblens.checks import check
from joblens.checks.subject import Subject
from joblens.job.known_names import Asset, KnownName, NoNames
from joblens.text.document import Document


class _Names(NoNames):
    def __init__(self, *known: KnownName) -> None:
        self._known = known

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        return self._known if asset in ("environment", "compute") else ()


def _said(text: str, *known: KnownName) -> list[tuple[str, str]]:
    found = check(Subject(Document(text), None, _Names(*known)))
    assert {one.code for one in found} <= {"JL806"}
    return [(text[slice(*one.span)], one.fix.text if one.fix else "") for one in found]


_JOB = "command: ls\nenvironment: azureml:{}:1\n"
_DESCRIBED = KnownName("train-env", ("1",), "env.yml", files=1, defined=True)


@pytest.mark.parametrize("slip", ["trian-env", "trainn-env", "train-en", "rain-env", "train-evn"])
def test_a_slip_is_told_with_what_was_meant(slip: str) -> None:
    assert _said(_JOB.format(slip), _DESCRIBED) == [(slip, "train-env")]


@pytest.mark.parametrize("name", ["train-env", "brain-env", "train-env2", "train_env", "other", "test-env"])
def test_another_name_is_just_another_name(name: str) -> None:
    assert _said(_JOB.format(name), _DESCRIBED) == []


def test_a_name_that_several_files_have_is_no_slip() -> None:
    own = KnownName("trian-env", files=2)
    assert _said(_JOB.format("trian-env"), _DESCRIBED, own) == []


def test_a_name_that_only_one_other_file_has_is_no_measure() -> None:
    assert _said(_JOB.format("trian-env"), KnownName("train-env", files=1)) == []
    assert _said(_JOB.format("trian-env"), KnownName("train-env", files=2)) == [("trian-env", "train-env")]


def test_the_one_likely_name_is_meant_and_of_two_none() -> None:
    known = (KnownName("train-env", files=2), KnownName("trains-env", files=2))
    assert _said(_JOB.format("train-envs"), *known) == [("train-envs", "train-env")]
    assert _said(_JOB.format("trians-env"), *known) == [("trians-env", "trains-env")]
    assert _said(_JOB.format("traisn-env"), *known) == []


def test_nothing_is_said_of_text_that_only_looks_like_a_reference() -> None:
    text = "command: |\n  echo environment: azureml:trian-env:1\nenvironment: azureml:train-env:1\n"
    assert _said(text, _DESCRIBED) == []
