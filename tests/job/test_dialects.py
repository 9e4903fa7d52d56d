"""The four dialects are told apart by their shape, half-typed files included."""

import pytest

from joblens.checks import problems
from joblens.job.detect import detect
from joblens.job.era import Era, mark
from joblens.job.model import Dialect
from joblens.text.document import Document
from tests.shared_data import CORPUS

D0, D1, D2, TODAY = "private preview", "preview", "second preview", "today"


def of(kind: str) -> str:
    """The line that names a kind; it says nothing of the dialect."""
    return f"$schema: https://azuremlschemas.azureedge.net/latest/{kind}.schema.json\n"


JOB = "command: python train.py\nenvironment: azureml:e:1\n"
SWEEP = "search_space: {lr: {type: uniform, min_value: 0, max_value: 1}}\nobjective: {goal: minimize}\n"
COMPONENT = of("commandComponent") + "name: c\nversion: 1\ncommand: run\n"
PIPELINE = "type: pipeline\njobs:\n  a:\n    component: file:a.yml\n"
DEPLOYMENT = of("managedOnlineDeployment") + "name: blue\nendpoint_name: e\n"
ENVIRONMENT = of("environment") + "name: e\n"
MODEL = of("model") + "name: m\n"
DATA = of("data") + "name: d\n"

SHAPES = [
    # Command jobs
    (JOB + "compute: {target: local}\ncode:\n  directory: src\n", D0),
    (JOB + "compute: {target: azureml:c, node_count: 2}\n", D0),
    (JOB + "compute: {target: azureml:c}\ndistributed: {type: mpi}\n", D0),
    (JOB + "compute: {target: azureml:c}\njob_type: Command\n", D0),
    (JOB + "compute: {target: azureml:c}\ninputs: {a: {data: azureml:d:1, mode: Mount}}\n", D0),
    (JOB + "compute: {target: azureml:c}\nlimits: {max_duration_minutes: 5}\n", D0),
    (JOB + "compute: {target: azureml:c}\ninputs: {a: {data: azureml:d:1, mode: mount}}\n", D1),
    (JOB + "compute:\n  target: azureml:c\n", D1),
    (JOB + "code:\n  local_path: src\ncompute: {target: local}\n", D1),
    (JOB + "code: {local_path: src}\n", D1),
    ("command: run {inputs.a}\nenvironment: {docker: {image: i}}\ncompute: {target: local}\n", D1),
    ("type: command_job\n" + JOB, D1),
    (JOB + "compute: azureml:c\ncode:\n  local_path: src\n", D2),
    (JOB + "compute: azureml:c\ninputs: {a: {file: x}}\n", D2),
    (JOB + "compute: azureml:c\ninputs: {a: {folder: x}}\n", D2),
    (JOB + "compute: azureml:c\ninputs: {a: {dataset: azureml:d:1}}\n", D2),
    ("command: run\ncompute: azureml:c\nenvironment: {build: {local_path: docker}}\n", D2),
    (JOB + "compute: azureml:c\ncode: src\n", TODAY),
    (JOB + "compute: azureml:c\ninputs: {a: {type: uri_file, path: x}}\n", TODAY),
    ("command: run\ncompute: azureml:c\nenvironment: {build: {path: docker}}\n", TODAY),
    # Inputs may be named like the keys that were theirs.
    (JOB + "compute: azureml:c\ninputs: {file: {type: uri_file, path: x}, folder: y, dataset: 3}\n", TODAY),
    # Sweeps
    ("trial: {command: run, code: {directory: src}}\nalgorithm: random\n" + SWEEP, D0),
    ("trial: {command: run}\nalgorithm: random\nmax_total_runs: 3\n" + SWEEP, D0),
    ("trial: {command: run}\nalgorithm: random\nlimits: {max_concurrent_runs: 3}\n" + SWEEP, D0),
    ("trial: {command: run}\nearly_termination: {spec: bandit}\n" + SWEEP, D0),
    ("trial: {command: run}\nsearch_space: {lr: {spec: uniform, min_value: 0, max_value: 1}}\n", D0),
    ("type: sweep_job\ntrial: {command: run}\nalgorithm: random\n" + SWEEP, D1),
    ("trial: {command: run}\nearly_termination: {policy_type: median_stopping}\n" + SWEEP, D1),
    ("type: sweep\ntrial:\n  command: run\n  code:\n    local_path: src\ncompute: c\n" + SWEEP, D2),
    ("type: sweep\ntrial: {command: run, code: src}\ncompute: c\n" + SWEEP, TODAY),
    # Pipelines
    ("type: pipeline_job\ncompute: {target: azureml:c}\njobs: {a: {component: 'file:a.yml'}}\n", D1),
    (PIPELINE + "    inputs:\n      x: jobs.b.outputs.o\n", D1),
    (PIPELINE + "    type: component_job\n", D2),
    (PIPELINE + "    type: component\n", D2),
    (PIPELINE + "    inputs:\n      x: ${{jobs.b.outputs.o}}\n", D2),
    (PIPELINE + "    inputs:\n      x: {file: a.csv}\n", D2),
    (PIPELINE + "    code:\n      local_path: src\n", D2),
    (PIPELINE + "defaults: {component_job: {datastore: azureml:b}}\n", D2),
    (PIPELINE + "settings:\n  environment: azureml:e:1\n", D2),
    (PIPELINE + "settings:\n  datastore: azureml:b\n", D2),
    ("type: pipeline_job\ncompute: c\njobs:\n  a:\n    component: azureml:a:1\n", D2),
    (PIPELINE + "    inputs:\n      x: ${{parent.jobs.b.outputs.o}}\n", TODAY),
    (PIPELINE + "settings:\n  default_compute: c\n", TODAY),
    # Where the rest is of today, a lacking `parent.` is a slip: JL407 says it.
    (PIPELINE + "    inputs:\n      x: ${{inputs.x}}\n", TODAY),
    (PIPELINE + "    inputs:\n      x: ${{jobs.b.outputs.o}}\nsettings: {default_compute: c}\n", TODAY),
    # Components
    ("type: command_component\nname: c\ncommand: run\nenvironment: azureml:e:1\n", D1),
    (COMPONENT + "environment: {docker: {image: i}}\n", D1),
    (COMPONENT.replace("run", "run {inputs.a} {outputs.b}") + "code: {local_path: src}\n", D1),
    (COMPONENT + "code:\n  local_path: src\n", D2),
    (COMPONENT.replace("name: c", "name: C-1") + "compute: azureml:c\n", D2),
    (COMPONENT + "code: src\n", TODAY),
    (COMPONENT.replace("run", "run ${{inputs.a}} ${{outputs.b}}"), TODAY),
    (COMPONENT + "compute: azureml:c\n", TODAY),
    # Environments
    ("name: e\nversion: 1\ndocker: {image: i}\nconda_file: file:conda.yml\n", D1),
    (ENVIRONMENT + "docker:\n  build:\n    dockerfile: file:Dockerfile\n", D1),
    (ENVIRONMENT + "build:\n  local_path: docker\n", D2),
    (ENVIRONMENT + "build:\n  path: docker\n", TODAY),
    (ENVIRONMENT + "image: i\n", TODAY),
    # Data and models: a local path was written alike in both previews
    (DATA + "local_path: data\n", D1),
    (DATA + "paths:\n  - file: https://x/a.csv\n", D2),
    (DATA + "type: uri_file\npath: https://x/a.csv\n", TODAY),
    (MODEL + "local_path: model\n", D1),
    (MODEL + "local_path: model\nmodel_format: mlflow\n", D2),
    (MODEL + "path: model\n", TODAY),
    # Deployments and endpoints
    (
        of("managedOnlineEndpoint") + "name: e\ndeployments: [{name: b}]\n",
        D1,
    ),
    (DEPLOYMENT + "scale_settings: {scale_type: manual}\nenvironment: {docker: {image: i}}\n", D1),
    (DEPLOYMENT + "model:\n  local_path: model\n", D2),
    (DEPLOYMENT + "code_configuration:\n  code:\n    local_path: src\n", D2),
    (DEPLOYMENT + "model:\n  path: model\n", TODAY),
    # Workspaces
    (
        of("workspace") + "name: w\napp_insights: x\n",
        D1,
    ),
    (
        of("workspace") + "name: w\napplication_insights: x\n",
        TODAY,
    ),
]

HALF_TYPED = [
    (JOB + "compute: azureml:c\ncode:\n  local_path\n", TODAY),
    (JOB + "compute: azureml:c\ncode:\n  local_path:\n", TODAY),
    (JOB + "compute: azureml:c\ninputs:\n  a:\n    file:\n", TODAY),
    (JOB + "compute: azureml:c\ncode:\n  local_path: s", D2),
    (JOB + "compute:\n  target: azureml:c\n  node_count:\n", D1),
    (JOB + "compute:\n  target: azureml:c\n  node_cou\n", D1),
    (JOB + "compute:\n  target: azureml:c\n  node_count: 2\n  inst", D0),
    (JOB + "compute:\n  target: azureml:c\ncode:\n  directory:\n", D1),
    (JOB + "compute:\n  tar\ncode:\n  local_path: src\n", D1),
    (PIPELINE + "    type:\n", TODAY),
    (PIPELINE + "    type: comp\n", TODAY),
    (PIPELINE + "    inputs:\n      x: ${{jobs\n", TODAY),
    ("trial: {command: run}\nalgorithm: random\nmax_total_runs:\n" + SWEEP, D1),
]


def dialect(text: str) -> str | None:
    document = Document(text)
    kind = detect(document.tree, text)
    if kind is None:
        return None
    found = mark(document.tree, kind)
    if found is not None:
        return {Era.BEFORE_PREVIEW: D0, Era.AFTER_PREVIEW: D2}[found.era]
    return D1 if kind.dialect is Dialect.PREVIEW else TODAY


@pytest.mark.parametrize(("text", "expected"), SHAPES)
def test_the_shape_tells_the_dialect(text: str, expected: str) -> None:
    assert dialect(text) == expected


@pytest.mark.parametrize(("text", "expected"), HALF_TYPED)
def test_a_key_without_a_value_is_no_mark(text: str, expected: str) -> None:
    assert dialect(text) == expected


@pytest.mark.parametrize("address", ["https://azuremlsdk2.blob.core.windows.net/latest", "https://x/latest"])
def test_the_schema_does_not_tell_the_dialect(address: str) -> None:
    for text, expected in SHAPES[:21]:
        for head in ("$schema: {}\n", "# yaml-language-server: $schema={}\n"):
            assert dialect(head.format(f"{address}/commandJob.schema.json") + text) == expected


@pytest.mark.parametrize(("text", "expected"), SHAPES)
def test_an_older_file_has_one_problem_and_one_of_the_preview_none(text: str, expected: str) -> None:
    found = problems(Document(text))
    if expected in (D0, D2):
        (only,) = found
        assert only.code == "JL601"
        assert expected in only.message
        assert len(only.message) <= 120
    elif expected == D1:
        # What a job lacks here is left out of the example; no key of it is refused.
        assert {one.code for one in found} <= {"JL102", "JL201", "JL701", "JL703"}
    else:
        assert "JL601" not in {one.code for one in found}


@pytest.mark.usefixtures("corpus")
def test_public_files_are_of_the_dialect_of_their_time() -> None:
    seen: dict[str, set[str | None]] = {}
    for file in (CORPUS / "preview").rglob("*.y*ml"):
        time = file.relative_to(CORPUS / "preview").parts[0]
        seen.setdefault(time, set()).add(dialect(file.read_text(encoding="utf-8")))
    assert seen == {
        # A workspace or a data file may say the same in both.
        "d0-private-preview-2021-04-22": {D0, D1, TODAY, None},
        "seed-2021-05-25": {D1, TODAY, None},
        "late-d1-2021-08-16": {D1, TODAY, None},
        "transition-d2-2021-11-22": {D1, D2, TODAY, None},
        "converted-ga": {TODAY, None},
    }


@pytest.mark.usefixtures("corpus")
def test_public_preview_files_have_at_most_the_word_on_their_format() -> None:
    templates = {"torchserve-deployment.yml"}  # `{{...}}` is to be filled in: that is no YAML yet.
    files = [one for one in (CORPUS / "preview").rglob("*.y*ml") if one.name not in templates]
    assert len(files) > 150
    said = {
        str(file): found
        for file in files
        if (found := [one.code for one in problems(Document(file.read_text(encoding="utf-8")))])
    }
    assert [codes for codes in said.values() if codes != ["JL601"]] == []
    assert len(said) > 40
