"""Completion in every half-typed state: what is offered, and what the text is after taking it.

An editor shows a proposal only if its edit lies on the cursor's line, holds the cursor, and what the user
typed since the edit's start is a subsequence of the text that the proposal is filtered by.
"""

import re
from pathlib import Path

import pytest

from joblens.checks.subject import Subject
from joblens.features.completion import completions
from joblens.features.proposal import Completion
from joblens.job.known_names import Asset, KnownName, NoNames
from joblens.text.document import Document
from tests.marked import CURSOR

FILES = (
    "src/train.py",
    "src/model.py",
    "src/run.sh",
    "src/deep/eval.py",
    "my data/rows.csv",
    "data/rows.csv",
    "docker/Dockerfile",
    "conda.yml",
    "train.yml",
    ".hidden/x.yml",
    "node_modules/x.yml",
)
TRAIN = """\
$schema: https://azuremlschemas.azureedge.net/latest/commandComponent.schema.json
name: train
type: command
command: a ${{inputs.rows}} ${{inputs.rate}} ${{outputs.model}}
environment: azureml:e:1
inputs:
  rate: {type: number, default: 0.1, description: How fast.}
  rows: {type: uri_file}
outputs:
  model: {type: mlflow_model}
"""


class Names(NoNames):
    """What a workspace might have."""

    def names(self, asset: Asset) -> tuple[KnownName, ...]:
        known: dict[Asset, tuple[KnownName, ...]] = {
            "environment": (KnownName("my-env", ("3", "2"), "envs/my.yml"), KnownName("other")),
            "component": (KnownName("score", ("1",)),),
            "data": (KnownName("rows", ("7",)),),
            "model": (KnownName("net", ("5",)),),
            "compute": (KnownName("cpu-cluster"),),
            "datastore": (KnownName("lake"),),
            "endpoint": (KnownName("front"),),
            "experiment": (KnownName("my trial"),),
        }
        return known[asset]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("states")
    for name in FILES:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(TRAIN if name == "train.yml" else "")
    return root


def offered(text: str, folder: Path) -> list[Completion]:
    offset = text.index(CURSOR)
    document = Document(text.replace(CURSOR, ""), folder / "job.yml")
    found = completions(Subject(document), offset, Names())
    for one in found:
        assert one.span.start <= offset <= one.span.end, one
        assert document.line_of(one.span.start) == document.line_of(one.span.end), one
        if one.kind in ("path", "folder"):
            assert is_within(document.text[one.span.start : offset].strip(), one.typed), one
    return found


def is_within(typed: str, text: str) -> bool:
    letters = iter(text.casefold())
    return all(letter in letters for letter in typed.casefold())


def taken(text: str, label: str, folder: Path) -> str:
    one = next(one for one in offered(text, folder) if one.label == label)
    source = text.replace(CURSOR, "")
    typed = source[one.span.start : text.index(CURSOR)]
    assert is_within(typed.strip(), one.typed or one.label)
    return source[: one.span.start] + one.plain + source[one.span.end :]


JOB = "command: a\nenvironment: azureml:e:1\ncompute: azureml:c\n"
SWEEP = "type: sweep\ntrial: {command: a, environment: azureml:e:1}\nsearch_space: {}\n"
STEPS = (
    "type: pipeline\njobs:\n  one:\n    component: ./train.yml\n  two:\n    type: command\n    command: b\n"
)
PREVIEW = "command: a\nenvironment: azureml:e:1\ncompute: {target: azureml:c}\n"

# The text around the cursor, what is taken, and what stands in its place then.
STATES = [
    # keys
    (JOB + "<|>", "code", "\ncode: "),
    (JOB + "<|>\n", "code", "\ncode: \n"),
    (JOB + "co<|>", "code", "\ncode: "),
    (JOB + "co<|>\nx: 1\n", "code", "\ncode: \nx: 1\n"),
    (JOB + "c<|>ode: src\n", "code", "\ncode: src\n"),
    (JOB.replace("\n", "\r\n") + "co<|>\r\nname: a\r\n", "code", "\r\ncode: \r\nname: a\r\n"),
    (JOB + "resources:\n  <|>", "instance_count", "\n  instance_count: "),
    (JOB + "resources:\n  inst<|>", "instance_count", "\n  instance_count: "),
    (JOB + "resources: {<|>", "instance_count", "{instance_count: "),
    (JOB + "resources: {<|>}", "instance_count", "{instance_count: }"),
    (JOB + "resources: {instance_count: 1, <|>}", "instance_type", "{instance_count: 1, instance_type: }"),
    (
        JOB + "resources: {instance_count: 1, inst<|>}",
        "instance_type",
        "{instance_count: 1, instance_type: }",
    ),
    (
        JOB + "resources:\n  instance_count: 1\n  <|>\ntags: {}\n",
        "instance_type",
        "1\n  instance_type: \ntags",
    ),
    (JOB + "inputs:\n  a:\n    <|>\n  b: 1\n", "type", "  a:\n    type: \n  b: 1\n"),
    (JOB + "inputs: {a: {<|>}}\n", "type", "{a: {type: }}"),
    (JOB + "environment_variables:\n  <|>\n", "OMP_NUM_THREADS", '\n  OMP_NUM_THREADS: "1"\n'),
    (JOB + "environment_variables: {OMP<|>}\n", "OMP_NUM_THREADS", '{OMP_NUM_THREADS: "1"}'),
    # keys of a step's component
    (STEPS.replace("./train.yml\n", "./train.yml\n    inputs:\n      <|>\n"), "rows", "\n      rows: \n"),
    (STEPS.replace("./train.yml\n", "./train.yml\n    inputs: {<|>}\n"), "rows", "{rows: }"),
    (
        STEPS.replace("./train.yml\n", "./train.yml\n    inputs:\n      ra<|>\n      rows: 1\n"),
        "rate",
        "rate: \n",
    ),
    (STEPS.replace("./train.yml\n", "./train.yml\n    outputs:\n      m<|>\n"), "model", "\n      model: \n"),
    # words
    (SWEEP + "sampling_algorithm: <|>", "random", "m: random"),
    (SWEEP + "sampling_algorithm:<|>", "random", "m: random"),
    (SWEEP + "sampling_algorithm:ra<|>\n", "random", "m: random\n"),
    (SWEEP + "sampling_algorithm:\t<|>\n", "random", "m:\trandom\n"),
    (SWEEP + "sampling_algorithm: ra<|>ndom # x\n", "random", "m: random # x\n"),
    (SWEEP + "sampling_algorithm: <|> # x\n", "random", "m: random # x\n"),
    (SWEEP + "sampling_algorithm: 'ra<|>'\n", "random", "m: 'random'\n"),
    (SWEEP + 'sampling_algorithm: "ra<|>\n', "random", 'm: "random\n'),
    (SWEEP + "objective: {goal: <|>}\n", "minimize", "{goal: minimize}"),
    (SWEEP + "objective: {goal: min<|>\n", "minimize", "{goal: minimize\n"),
    (SWEEP + "objective: {goal:<|>}\n", "minimize", "{goal: minimize}"),
    (JOB + "inputs:\n  a:\n    type: <|>\n", "uri_folder", "type: uri_folder\n"),
    (JOB + "inputs: {a: {type: uri<|>}}\n", "uri_file", "{a: {type: uri_file}}"),
    (JOB + "compute:\n  lo<|>\n", "local", "compute:\n  local\n"),
    # assets
    (JOB + "compute: <|>\n", "cpu-cluster", "compute: azureml:cpu-cluster\n"),
    (JOB + "compute:<|>\n", "cpu-cluster", "compute: azureml:cpu-cluster\n"),
    (JOB + "compute: cpu<|>\n", "cpu-cluster", "compute: azureml:cpu-cluster\n"),
    (JOB + "compute: azureml:<|>\n", "cpu-cluster", "compute: azureml:cpu-cluster\n"),
    (JOB + "compute: azureml:cp<|>\n", "cpu-cluster", "compute: azureml:cpu-cluster\n"),
    (JOB + 'compute: "azureml:cp<|>"\n', "cpu-cluster", 'compute: "azureml:cpu-cluster"\n'),
    (JOB + "environment: <|>\n", "my-env", "environment: azureml:my-env:3\n"),
    (JOB + "environment: <|>\n", "other", "environment: azureml:other@latest\n"),
    (JOB + "environment: azureml:my-env:<|>\n", "my-env:2", "environment: azureml:my-env:2\n"),
    (JOB + "environment: azureml:my-env:<|>3\n", "my-env:2", "environment: azureml:my-env:2\n"),
    (JOB + "environment: azureml:my-env@<|>\n", "my-env@latest", "environment: azureml:my-env@latest\n"),
    (
        JOB + "environment: azureml:my-env@la<|>test\n",
        "my-env@latest",
        "environment: azureml:my-env@latest\n",
    ),
    (JOB + "environment:azureml:my<|>\n", "my-env", "environment: azureml:my-env:3\n"),
    (JOB + "inputs:\n  a:\n    path: azureml:<|>\n", "rows", "path: azureml:rows:7\n"),
    (JOB + "inputs: {a: {path: azureml:<|>}}\n", "rows", "{path: azureml:rows:7}}"),
    (JOB + "inputs: {a: {path: azureml:rows:<|>}}\n", "rows:7", "{path: azureml:rows:7}}"),
    (JOB + "inputs: {a: {type: mlflow_model, path: azureml:n<|>}}\n", "net", "path: azureml:net:5}}"),
    (JOB + "experiment_name: <|>\n", "my trial", "experiment_name: my trial\n"),
    (STEPS + "    environment: azureml:<|>\n", "my-env", "environment: azureml:my-env:3\n"),
    (STEPS.replace("./train.yml", "azureml:sc<|>"), "score", "component: azureml:score:1\n"),
    (PREVIEW.replace("azureml:c", "<|>"), "cpu-cluster", "{target: azureml:cpu-cluster}"),
    # paths
    (JOB + "code: <|>", "src/", "code: src/"),
    (JOB + "code:<|>\n", "src/", "code: src/\n"),
    (JOB + "code: s<|>\n", "src/", "code: src/\n"),
    (JOB + "code: ./<|>\n", "src/", "code: ./src/\n"),
    (JOB + "code: src/<|>\n", "deep/", "code: src/deep/\n"),
    (JOB + "code: src/d<|>\n", "deep/", "code: src/deep/\n"),
    (JOB + "code: 's<|>'\n", "src/", "code: 'src/'\n"),
    (JOB + 'code: "s<|>\n', "src/", 'code: "src/\n'),
    (JOB + "code: s<|>rc # here\n", "src/", "code: src/ # here\n"),
    (JOB + "code:\n  s<|>\n", "src/", "code:\n  src/\n"),
    (JOB + "code: <|>\n", "../", "code: ../\n"),
    (JOB + "inputs:\n  a:\n    path: m<|>\n", "my data/", "path: my data/\n"),
    (JOB + "inputs:\n  a:\n    path: my data/<|>\n", "rows.csv", "path: my data/rows.csv\n"),
    (JOB + "inputs:\n  a:\n    path: my d<|>\n", "my data/", "path: my data/\n"),
    (JOB + "inputs:\n  a:\n    path: 'my data/r<|>'\n", "rows.csv", "path: 'my data/rows.csv'\n"),
    (JOB + "inputs: {a: {type: uri_file, path: data/<|>}}\n", "rows.csv", "path: data/rows.csv}}"),
    (JOB + "inputs: {a: {type: uri_file, path: data/<|>\n", "rows.csv", "path: data/rows.csv\n"),
    (JOB + "environment:\n  image: a\n  conda_file: <|>\n", "conda.yml", "conda_file: conda.yml\n"),
    (JOB + "environment: {image: a, conda_file: co<|>}\n", "conda.yml", "conda_file: conda.yml}"),
    (JOB + "environment:\n  build:\n    path: <|>\n", "docker/", "path: docker/\n"),
    (
        JOB + "environment:\n  build:\n    path: docker\n    dockerfile_path: <|>\n",
        "Dockerfile",
        "dockerfile_path: Dockerfile\n",
    ),
    (STEPS.replace("./train.yml", "<|>"), "train.yml", "component: ./train.yml\n"),
    (STEPS.replace("./train.yml", "./<|>"), "train.yml", "component: ./train.yml\n"),
    (STEPS.replace("./train.yml", "file:tr<|>"), "train.yml", "component: file:train.yml\n"),
    (PREVIEW + "code: {local_path: <|>}\n", "src/", "{local_path: src/}"),
    (
        PREVIEW.replace("azureml:e:1", "{docker: {image: a}, conda_file: file:<|>}"),
        "conda.yml",
        "conda_file: file:conda.yml}",
    ),
    (
        PREVIEW.replace("azureml:e:1", "{docker: {image: a}, conda_file: <|>}"),
        "conda.yml",
        "conda_file: file:conda.yml}",
    ),
    # commands
    ("code: src\n" + JOB.replace("a\n", "python <|>\n", 1), "train.py", "command: python train.py\n"),
    ("code: src\n" + JOB.replace("a\n", "python <|>", 1), "train.py", "command: python train.py"),
    ("code: src\n" + JOB.replace("a\n", "python tr<|> --x 1\n", 1), "train.py", "python train.py --x 1\n"),
    ("code: src\n" + JOB.replace("a\n", "'python deep/<|>'\n", 1), "eval.py", "'python deep/eval.py'\n"),
    ("code: src\n" + JOB.replace("a\n", "|\n  ls\n  python -u <|>\n", 1), "model.py", "python -u model.py\n"),
    ("code: src\n" + JOB.replace("a\n", ">-\n  bash ru<|>\n", 1), "run.sh", "bash run.sh\n"),
    (
        "code: src\n" + JOB.replace("a\n", "echo $AZUREML_R<|>\n", 1),
        "$AZUREML_RUN_ID",
        "echo $AZUREML_RUN_ID\n",
    ),
    (
        "code: src\n" + JOB.replace("a\n", "echo ${AZ<|>}\n", 1),
        "${AZUREML_RUN_ID}",
        "echo ${AZUREML_RUN_ID}\n",
    ),
    # sizes of machines
    (JOB + "resources:\n  instance_type: <|>\n", "Standard_DS3_v2", "instance_type: Standard_DS3_v2\n"),
    (JOB + "resources: {instance_type: std<|>}\n", "Standard_NC24ads_A100_v4", "Standard_NC24ads_A100_v4}"),
    # placeholders
    (
        STEPS + "    inputs: {a: '${{<|>'}\n",
        "parent.jobs.one.outputs.model",
        "'${{parent.jobs.one.outputs.model}}'",
    ),
    (
        STEPS + "    inputs:\n      a: ${{parent.jobs.<|>\n",
        "parent.jobs.one.outputs.model",
        "outputs.model}}\n",
    ),
]


@pytest.mark.parametrize(("text", "label", "after"), STATES)
def test_a_proposal_is_offered_and_fits_in(text: str, label: str, after: str, folder: Path) -> None:
    done = taken(text, label, folder)
    assert after in done[text.index(CURSOR) - 60 if text.index(CURSOR) > 60 else 0 :]
    before, _, behind = text.partition(CURSOR)
    assert done.startswith(before.rpartition("\n")[0])
    assert done.endswith(behind.partition("\n")[2])


# Where something must not be offered.
SILENT = [
    (JOB + "code: <|>\n", "train.yml"),
    (JOB + "code: <|>\n", ".hidden/"),
    (JOB + "code: <|>\n", "node_modules/"),
    (JOB + "code: /<|>\n", "src/"),
    (JOB + "code: https://<|>\n", "src/"),
    (JOB + "code: azureml:<|>\n", "src/"),
    (JOB + "description: <|>\n", "src/"),
    (JOB + "environment:\n  image: a\n  conda_file: <|>\n", "job.yml"),
    (JOB + "inputs:\n  a:\n    type: uri_folder\n    path: data/<|>\n", "rows.csv"),
    (JOB + "outputs:\n  a:\n    path: <|>\n", "data/"),
    (JOB + "environment: <|>\n", "conda.yml"),
    (JOB + "compute: azureml:x y <|>\n", "src/"),
    (STEPS.replace("./train.yml", "<|>"), "conda.py"),
    (STEPS.replace("./train.yml\n", "./train.yml\n    inputs:\n      rows: 1\n      <|>\n"), "rows"),
    (JOB + "inputs:\n  <|>\n", "type"),
    ("code: src\n" + JOB.replace("a\n", "cd deep && python <|>\n", 1), "train.py"),
    ("code: src\n" + JOB.replace("a\n", "ls <|>\n", 1), "train.py"),
    ("code: src\n" + JOB.replace("a\n", "python train.py <|>\n", 1), "model.py"),
    ("code: azureml:x:1\n" + JOB.replace("a\n", "python <|>\n", 1), "train.py"),
    (JOB.replace("a\n", "echo $$AZ<|>\n", 1), "$AZUREML_RUN_ID"),
    (JOB + "description: $AZ<|>\n", "$AZUREML_RUN_ID"),
    (JOB + "resources:\n  instance_count: <|>\n", "Standard_DS3_v2"),
    ("name: <|>\non: [push]\njobs: {}\n", "my-env"),
    ("services:\n  a:\n    environment: <|>\n", "my-env"),
    ("services:\n  a:\n    build:\n      path: <|>\n", "src/"),
    (JOB + "# code: <|>\n", "src/"),
]


@pytest.mark.parametrize(("text", "label"), SILENT)
def test_a_proposal_is_not_offered(text: str, label: str, folder: Path) -> None:
    assert label not in [one.label for one in offered(text, folder)]


@pytest.mark.parametrize("text", [text for text, _, _ in STATES])
def test_a_cut_file_gets_answers_that_an_editor_can_use(text: str, folder: Path) -> None:
    whole = text.replace(CURSOR, "")
    for end in range(max(0, text.index(CURSOR) - 20), min(text.index(CURSOR) + 5, len(whole)) + 1):
        offered(whole[:end] + CURSOR, folder)
        if whole[end - 1 : end + 1] != "\r\n":
            offered(whole[:end] + CURSOR + whole[end:], folder)


def test_no_text_is_left_of_a_stop_for_an_editor_without_snippets() -> None:
    at = len("type: sweep\nsearch_space: {}\nobj")
    found = completions(Subject(Document("type: sweep\nsearch_space: {}\nobj")), at)
    objective = next(one for one in found if one.label == "objective")
    assert objective.plain == "objective:\n  goal:\n  primary_metric:"
    assert not any(re.search(r"\$\d|\$\{\d", one.plain) for one in found)
