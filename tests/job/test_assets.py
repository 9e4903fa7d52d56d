"""Environments, data, models, components and deployments of the previews become today's, their text kept."""

from pathlib import Path

import pytest
import yaml

from joblens.checks import problems
from joblens.checks.problem import Severity
from joblens.job.convert import to_today
from joblens.job.migrate import migrate
from joblens.text.document import Document

ADDRESS = "$schema: https://azuremlschemas.azureedge.net/latest/{}.schema.json\n"
OLD = "$schema: https://azuremlsdk2.blob.core.windows.net/latest/{}.schema.json\n"


def check(kind: str, before: str, after: str, *notes: str, path: Path | None = None, named: str = "") -> None:
    document = Document(OLD.format(named or kind) + before, path)
    found = migrate(document)
    assert found is not None
    assert found.text == ADDRESS.format(kind) + after
    assert found.notes == notes
    assert yaml.safe_load(found.text) == to_today(document).data
    assert [one for one in problems(Document(found.text)) if one.severity is Severity.ERROR] == []
    assert migrate(Document(found.text, path)) is None


def test_an_environment_has_its_image_at_the_top() -> None:
    check(
        "environment",
        "name: e # n\nversion: 1\npath: .\n# d\ndocker:\n  image: i # i\nconda_file: file:conda.yml # c\n",
        "name: e # n\nversion: 1\n# d\nimage: i # i\nconda_file: conda.yml # c\n",
        "path: today's dialect has no place for it; left out.",
    )


def test_an_environment_is_built_in_a_folder() -> None:
    check(
        "environment",
        "name: e\ndocker:\n  build:\n    dockerfile: file:docker/Dockerfile # f\n",
        "name: e\nbuild:\n  path: docker # f\n  dockerfile_path: Dockerfile\n",
    )
    check(
        "environment",
        "name: e\nbuild: # b\n  # l\n  local_path: 'docker' # f\n  dockerfile_path: D\n",
        "name: e\nbuild: # b\n  # l\n  path: 'docker' # f\n  dockerfile_path: D\n",
    )


@pytest.mark.parametrize("named", ["data", "asset", "dataset"])
def test_data_has_a_type(named: str) -> None:
    check(
        "data",
        "name: d\ndatastore: azureml:b\n# local\nlocal_path: data # l\npath: /x # x\n",
        "name: d\ndatastore: azureml:b\ntype: uri_folder\n# local\npath: data # l\n# x\n",
        "type: 'data' is taken for a folder; change the type if it is not.",
        "path: '/x' is left out; today an upload finds its own place.",
        named=named,
    )


def test_data_of_one_place_says_so() -> None:
    check(
        "data",
        "name: d\n# where\npaths:\n  - file: https://x/a.csv\n",
        "name: d\ntype: uri_file\n# where\npath: https://x/a.csv\n",
        named="dataset",
    )


def test_data_is_a_file_if_it_is_one_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("")
    check(
        "data",
        "name: d\nlocal_path: README\n",
        "name: d\ntype: uri_file\npath: README\n",
        path=tmp_path / "d.yml",
    )


def test_data_in_several_places_is_left_alone() -> None:
    text = ADDRESS.format("data") + "name: d\npaths:\n  - file: a\n  - file: b\n"
    assert migrate(Document(text)) is None


def test_a_models_format_is_its_type(tmp_path: Path) -> None:
    before = "name: m\nlocal_path: model # l\n"
    check(
        "model",
        before + "model_format: MLflow # f\n",
        "name: m\npath: model # l\ntype: mlflow_model # f\n",
    )
    check(
        "model",
        before,
        "name: m\npath: model # l\ntype: custom_model\n",
        "type: the model is taken for a 'custom_model'; change it if it is not.",
    )
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "MLmodel").write_text("flavors: {}\n")
    check("model", before, "name: m\npath: model # l\ntype: mlflow_model\n", path=tmp_path / "m.yml")


def test_a_deployment_names_its_paths() -> None:
    check(
        "managedOnlineDeployment",
        "name: blue\nendpoint_name: e\nmodel:\n  local_path: m # m\n  model_format: Triton\n"
        "code_configuration:\n  code: # c\n    local_path: src # s\n  scoring_script: score.py\n"
        "instance_type: s\ninstance_count: 1\n",
        "name: blue\nendpoint_name: e\nmodel:\n  path: m # m\n  type: triton_model\n"
        "code_configuration:\n  # c\n  code: src # s\n  scoring_script: score.py\n"
        "instance_type: s\ninstance_count: 1\n",
    )


def test_a_component_of_july_2021_has_todays_placeholders_and_name() -> None:
    check(
        "commandComponent",
        "type: command_component # t\nname: Train-It # n\nversion: 1\n"
        "inputs:\n  d: {type: path}\noutputs:\n  o:\n    type: path # o\n"
        "code: {local_path: src}\nenvironment:\n  docker:\n    image: i\n"
        "command: >-\n  run {inputs.d}\n  {outputs.o} {outputs.q} '{print}'\n",
        "type: command # t\nname: train_it # n\nversion: 1\n"
        "inputs:\n  d: {type: uri_folder}\noutputs:\n  o:\n    type: uri_folder # o\n"
        "code: src\nenvironment:\n  image: i\n"
        "command: >-\n  run ${{inputs.d}}\n  ${{outputs.o}} {outputs.q} '{print}'\n",
        "inputs.d: its type 'path' became 'uri_folder'; change it if it is one file.",
        "outputs.o: its type 'path' became 'uri_folder'; change it if it is one file.",
        "name: today's names are lower-case words, so 'Train-It' became 'train_it'.",
    )


def test_a_component_leaves_its_compute_to_the_step() -> None:
    check(
        "commandComponent",
        "type: command\nname: A-b\n# c\ncompute: azureml:c\nenvironment: azureml:e:1\ncommand: run\n",
        "type: command\nname: a_b\n# c\nenvironment: azureml:e:1\ncommand: run\n",
        "name: today's names are lower-case words, so 'A-b' became 'a_b'.",
        "compute: left out; today the pipeline's step names it, not the component.",
    )


def test_a_pipeline_of_july_2021_binds_as_today() -> None:
    check(
        "pipelineJob",
        "type: pipeline_job\ncompute: # c\n  target: azureml:c # t\ninputs:\n  raw:\n    data:\n"
        "      local_path: data\n  word: jobs\n"
        "jobs:\n  A-job:\n    type: component_job # j\n    component: file:./a.yml\n"
        "    inputs:\n      raw: inputs.raw # r\n      word: inputs.none\n"
        "  b:\n    component: file:./b.yml\n    compute:\n      target: azureml:gpu\n"
        "    inputs:\n      x: jobs.A-job.outputs.o\n",
        "type: pipeline\nsettings:\n  # c\n  default_compute: azureml:c # t\n"
        "inputs:\n  raw:\n    type: uri_folder\n    path: data\n  word: jobs\n"
        "jobs:\n  a_job:\n    # j\n    component: file:./a.yml\n"
        "    inputs:\n      raw: ${{parent.inputs.raw}} # r\n      word: inputs.none\n"
        "  b:\n    component: file:./b.yml\n    compute: azureml:gpu\n"
        "    inputs:\n      x: ${{parent.jobs.a_job.outputs.o}}\n",
        "jobs.A-job: today's names are lower-case words, so it became 'a_job'.",
        "inputs.raw: 'data' is taken for a folder; change the type if it is not.",
    )


def test_what_holds_for_all_steps_is_a_setting() -> None:
    check(
        "pipelineJob",
        "type: pipeline\n# all\ndefaults:\n  component_job:\n"
        "    datastore: azureml:b # d\n    compute: azureml:c\n"
        "jobs:\n  a:\n    type: component_job\n    component: file:./a.yml\n",
        "type: pipeline\n# all\nsettings:\n  default_datastore: azureml:b # d\n  default_compute: azureml:c\n"
        "jobs:\n  a:\n    component: file:./a.yml\n",
    )


def test_a_workspace_names_its_insights_in_full() -> None:
    check("workspace", "name: w\napp_insights: x # i\n", "name: w\napplication_insights: x # i\n")


@pytest.mark.parametrize(
    "text",
    [
        ADDRESS.format("workspace") + "name: w\nprivate_endpoints: {approval_type: AutoApproval}\n",
        ADDRESS.format("managedOnlineEndpoint") + "name: e\ndeployments: [{name: b}]\n",
        ADDRESS.format("environment") + "name: e\nimage: i\n",
        ADDRESS.format("data") + "name: d\ntype: uri_file\npath: x\n",
    ],
)
def test_what_is_of_today_or_takes_more_than_one_file_is_left_alone(text: str) -> None:
    assert migrate(Document(text)) is None
