"""A file of the private preview (before April 2021) becomes today's, its text kept and every guess told."""

from pathlib import Path

import pytest
import yaml

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.job.convert import to_today
from joblens.job.migrate import migrate
from joblens.text.document import Document
from tests.shared_data import CORPUS

D0 = CORPUS / "preview" / "d0-private-preview-2021-04-22"
ADDRESS = "https://azuremlschemas.azureedge.net/latest"


def check(before: str, after: str, *notes: str) -> None:
    document = Document(before)
    assert [one.code for one in problems(document)] == ["JL601"]
    found = migrate(document)
    assert found is not None
    assert found.text == after
    assert found.notes == notes
    assert yaml.safe_load(found.text) == to_today(document).data
    assert [one for one in problems(Document(found.text)) if one.severity is Severity.ERROR] == []
    assert migrate(Document(found.text)) is None


def test_a_command_job_goes_through_what_the_preview_had() -> None:
    check(
        """\
# yaml-language-server: $schema=https://azuremlsdk2.blob.core.windows.net/latest/commandJob.schema.json
# what it does
command: >-
  python train.py  # no comment
  --data {inputs.raw}

job_type: 'Command' # j
code:
  # the folder
  directory: "src"  # s
environment: azureml:AzureML-Minimal/versions/3 # e
compute:
  target: azureml:cpu # t
  # how many
  node_count: 2
inputs:
  raw:
    data: azureml:d/versions/2 # d
    mode: Mount # m
# several
distributed:
  type: PyTorch
  process_count: 5 # n
limits:
  max_duration_minutes: 2 # two
""",
        f"""\
# yaml-language-server: $schema=https://azuremlsdk2.blob.core.windows.net/latest/commandJob.schema.json
$schema: {ADDRESS}/commandJob.schema.json
# what it does
command: >-
  python train.py  # no comment
  --data ${{{{inputs.raw}}}}

type: 'command' # j
# the folder
code: "src"  # s
environment: azureml:AzureML-Minimal:3 # e
compute: azureml:cpu # t
resources:
  # how many
  instance_count: 2
inputs:
  raw:
    type: uri_folder
    path: azureml:d:2 # d
    mode: ro_mount # m
# several
distribution:
  type: PyTorch
  process_count_per_instance: 3 # n
limits:
  timeout: 120 # two
""",
        "distribution.process_count: 5 processes do not divide among 2 instances; 3 start on each.",
        "inputs.raw: 'azureml:d/versions/2' is taken for a folder; change the type if it is not.",
        "The first comment names a schema of 2021, for other editors; today's is "
        f"{ADDRESS}/commandJob.schema.json.",
    )


@pytest.mark.parametrize("indent", ["", "  "], ids=["at the top", "under limits"])
def test_a_sweeps_runs_are_its_trials(indent: str) -> None:
    limits = "limits: # l\n" if indent else ""
    before = f"""\
$schema: https://azuremlsdk2.blob.core.windows.net/latest/sweepJob.schema.json
job_type: Sweep
algorithm: random
trial:
  command: python train.py {{search_space.lr}}
  environment: azureml:e:1
  compute: {{target: azureml:c, node_count: 1}}
search_space:
  # the rate
  lr:
    # which
    spec: uniform # u
    min_value: 0.1
    max_value: 0.9
objective: {{primary_metric: loss, goal: minimize}}
{limits}{indent}# all
{indent}max_total_runs: 4 # four
{indent}max_concurrent_runs: 2
{indent}max_duration_minutes: 3
early_termination:
  spec: truncation # p
  truncation_percentage: 40
"""
    header = "limits: # l\n" if indent else "limits:\n"
    after = f"""\
$schema: {ADDRESS}/sweepJob.schema.json
type: sweep
sampling_algorithm: random
trial:
  command: python train.py ${{{{search_space.lr}}}}
  environment: azureml:e:1
  resources:
    instance_count: 1
compute: azureml:c
search_space:
  # the rate
  lr:
    # which
    type: uniform # u
    min_value: 0.1
    max_value: 0.9
objective: {{primary_metric: loss, goal: minimize}}
{header}  # all
  max_total_trials: 4 # four
  max_concurrent_trials: 2
  timeout: 180
early_termination:
  type: truncation_selection # p
  truncation_percentage: 40
"""
    check(before, after)


@pytest.mark.usefixtures("corpus")
def test_public_files_of_the_private_preview_are_todays_after_it() -> None:
    migrated = [(file, found) for file in sorted(D0.rglob("*.y*ml")) if (found := migrate(_document(file)))]
    assert len(migrated) >= 20
    for file, found in migrated:
        after = Document(found.text)  # Most of the files that it names are not among the public ones.
        assert yaml.safe_load(found.text) == to_today(_document(file)).data
        assert migrate(after) is None, file
        assert [one for one in problems(after) if one.severity is Severity.ERROR] == [], file
        assert "azuremlsdk2" not in found.text, file


def _document(file: Path) -> Document:
    return Document(file.read_text("utf-8"), file)
