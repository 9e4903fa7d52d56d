"""Addresses that the client does not take, and those that it knows for the same."""

import pytest

from joblens.checks import problems
from joblens.text.document import Document

JOB = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
command: ls ${{{{inputs.model}}}}
environment: azureml:any:1
compute: azureml:cpu-cluster
inputs:
  model:
    type: mlflow_model
    path: {}
"""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("runs:/1f2e/model", "azureml://jobs/1f2e/outputs/artifacts/paths/model"),
        ("runs:/1f2e/a/b.txt", "azureml://jobs/1f2e/outputs/artifacts/paths/a/b.txt"),
        ("runs:/1f2e", None),
        ("runs:", None),
    ],
)
def test_what_a_run_has_logged_has_an_address_that_the_client_knows(written: str, meant: str | None) -> None:
    (found,) = problems(Document(JOB.format(f"'{written}'")))
    assert (found.code, found.fix and found.fix.text) == ("JL104", meant)
    if meant is not None:
        assert not problems(Document(JOB.format(meant)))
