"""Defaults that have a say in a run are shown behind the key that leaves them out."""

from pathlib import Path

import pytest

from joblens.checks.subject import Subject
from joblens.features.implied import implied
from joblens.text.document import Document

_SHOWN = [
    ("command: a\nenvironment: azureml:e:1\ninputs:\n  x:<type: uri_folder>\n    path: azureml:d:1\n"),
    ("command: a\nenvironment: azureml:e:1\noutputs:\n  x:<type: uri_folder, mode: rw_mount>\n"),
    ("command: a\nenvironment: azureml:e:1\ndistribution:<process_count_per_instance: 1>\n  type: pytorch\n"),
    (
        "type: sweep\ntrial: {command: a, environment: azureml:e:1}\nsearch_space: {}\n"
        "limits:<max_concurrent_trials: 8>\n  max_total_trials: 8\n"
    ),
    "type: pipeline\njobs:\n  a:\n    component: ./train.yml<train 2>\n    inputs:<epochs: 3>\n      data: x",
    "type: pipeline\njobs:\n  a:<epochs: 3>\n    component: ./train.yml<train 2>\n",
    "type: pipeline\njobs:\n  a:\n    component: ./train.yml<train 2>\n    inputs:\n      epochs: 4\n",
    "command: a\nenvironment: azureml:e:1\ninputs: {x: {path: azureml:d:1}}\n",
    "command: a\ncode: {local_path: src}\ncompute: {target: local}\ninputs:\n  x:\n    path: a\n",
    "services:\n  web:\n    image: a\n",
]


@pytest.mark.parametrize("marked", _SHOWN)
def test_a_default_is_shown_where_it_is_left_out(tmp_path: Path, marked: str) -> None:
    (tmp_path / "train.yml").write_text(
        "$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json\n"
        "name: train\nversion: 2\ntype: command\ncommand: a\nenvironment: azureml:e:1\n"
        "inputs:\n  data: {type: string}\n  epochs: {type: integer, default: 3}\n"
    )
    text, expected = "", []
    for part in marked.split("<"):
        shown, behind, rest = part.partition(">")
        if behind:
            expected.append((shown, len(text)))
        text += rest if behind else shown
    subject = Subject(Document(text, tmp_path / "job.yml"))
    assert sorted(implied(subject), key=lambda one: one.offset) == expected
