"""Keys and words in the order of need, which is that of the public examples."""

from collections import Counter, defaultdict

import pytest

from joblens.checks.subject import Subject
from joblens.features.completion import completions
from joblens.features.key_order import KEYS, WORDS, table_place
from joblens.job.model import Dialect
from joblens.text.document import Document
from joblens.text.nodes import Mapping, Node, Path, Scalar, Sequence
from tests.marked import marked
from tests.shared_data import EXAMPLES


def labels(text: str) -> list[str]:
    at = marked(text)
    return [one.label for one in completions(Subject(at.document), at.offset)]


def test_required_keys_come_first_and_experimental_ones_last() -> None:
    found = labels("type: sweep\nsearch_space: {}\n<|>\n")
    assert set(found[:3]) == {"objective", "limits", "trial"}
    assert found[-1] == "queue_settings"


def test_keys_that_people_write_come_before_rare_ones() -> None:
    found = labels("command: a\nenvironment: azureml:e:1\n<|>\n")
    assert found[:4] == ["code", "experiment_name", "compute", "inputs"]
    assert found.index("outputs") < found.index("parent_job_name")
    assert labels("command: a\nenvironment: azureml:e:1\ninputs:\n  a:\n    <|>\n")[:2] == ["type", "path"]


def test_keys_that_stand_already_are_not_offered() -> None:
    found = labels("command: a\nenvironment: azureml:e:1\n<|>\ncode: src\n")
    assert not {"command", "environment", "code"} & set(found)


def test_only_what_every_kind_of_step_needs_is_required() -> None:
    at = marked("type: pipeline\njobs:\n  a:\n    <|>\n")
    found = completions(Subject(at.document), at.offset)
    assert [one.label for one in found[:3]] == ["type", "inputs", "component"]
    assert not [one.label for one in found if "required" in one.detail]


def test_a_key_says_its_type_and_whether_it_is_needed() -> None:
    at = marked("type: sweep\nsearch_space: {}\n<|>\n")
    details = {one.label: one.detail for one in completions(Subject(at.document), at.offset)}
    assert details["objective"] == "a mapping, required"
    assert details["queue_settings"] == "a mapping, experimental"


def test_types_come_in_the_order_of_use_and_a_default_says_so() -> None:
    start = "command: a\nenvironment: azureml:e:1\n"
    assert labels(start + "inputs:\n  a:\n    type: <|>\n")[:3] == ["uri_folder", "uri_file", "mltable"]
    assert labels("$schema: https://x/pipelineJob.schema.json\nsettings:\n  force_rerun: <|>\n") == [
        "true",
        "false",
    ]
    at = marked("$schema: https://x/autoMLJob.schema.json\ntask: classification\nlog_verbosity: <|>\n")
    found = {one.label: one.detail for one in completions(Subject(at.document), at.offset)}
    assert [label for label, detail in found.items() if detail == "default"] == ["info"]
    assert "Info" not in found


@pytest.mark.usefixtures("corpus")
def test_the_tables_are_counted_in_the_public_examples() -> None:
    keys, words = counted()
    for place, names in KEYS.items():
        counts = [keys[place][name] for name in names.split()]
        assert counts == sorted(counts, reverse=True), place
        assert 0 not in counts, place
    for place, names in WORDS.items():
        counts = [words[place][name] for name in names.split()]
        assert counts == sorted(counts, reverse=True), place
        assert 0 not in counts, place


def counted() -> tuple[dict[str, Counter[str]], dict[str, Counter[str]]]:
    """How often each key, and each word behind `type` and `mode`, stands in each place."""
    keys: dict[str, Counter[str]] = defaultdict(Counter)
    words: dict[str, Counter[str]] = defaultdict(Counter)
    for file in sorted(EXAMPLES.rglob("*.y*ml")):
        subject = Subject(Document(file.read_text()))
        kind = subject.kind
        if kind is None or kind.dialect is not Dialect.TODAY:
            continue
        waiting: list[tuple[Node | None, Path]] = [(subject.tree.root, ())]
        while waiting:
            node, path = waiting.pop()
            node = subject.tree.resolved(node)
            if isinstance(node, Sequence):
                waiting += [(item, (*path, at)) for at, item in enumerate(node.items)]
            elif isinstance(node, Mapping):
                for name, pair in subject.tree.entries(node).items():
                    place = table_place(kind.name, path)
                    keys[place][name] += 1
                    if isinstance(pair.value, Scalar):
                        words[f"{place}.{name}"][pair.value.value] += 1
                    waiting.append((pair.value, (*path, name)))
    return keys, words
