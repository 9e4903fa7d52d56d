import csv
import json
from pathlib import Path
from typing import Any

import pytest

from joblens.job.detect import FOREIGN_KEYS, Kind, detect
from joblens.job.kinds import KINDS, kind_of_schema
from joblens.job.model import Dialect
from joblens.job.shapes import SHAPES
from joblens.text.document import Document
from tests.shared_data import CORPUS, EXAMPLES, ROOT

TODAY, PREVIEW = Dialect.TODAY, Dialect.PREVIEW
NO_SCHEMA_OF_OURS = {"DataIndex", "Flow", "ModelVersionPackage"}


def check(text: str) -> Kind | None:
    document = Document(text)
    return detect(document.tree, document.text)


def of_file(path: Path) -> Kind | None:
    return check(path.read_text("utf-8"))


def test_a_schema_names_the_kind_whatever_its_host_version_and_case() -> None:
    for address in (
        "https://azuremlschemas.azureedge.net/latest/commandJob.schema.json",
        "https://azuremlsdk2.blob.core.windows.net/preview/0.0.1/commandJob.schema.json",
        "http://azureml/sdk-2-0/CommandJob.json",
        "./schemas/COMMANDJOB.schema.json?v=2",
        "https://azuremlschemasprod.azureedge.net/1.24.0/commandJob.schema.json",
        "https://raw.githubusercontent.com/Azure/azureml-examples/main/cli/.schemas/jsons/latest/commandJob.schema.json#",
    ):
        assert check(f"$schema: {address}\n") == Kind("commandJob", TODAY), address


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://azuremlschemas.azureedge.net/latest/dataset.schema.json", "data"),
        ("https://azuremlschemas.azureedge.net/latest/asset.schema.json", "data"),
        ("https://azuremlschemas.azureedge.net/latest/monitorSchedule.schema.json", "schedule"),
        (
            "https://azuremlschemasprod.azureedge.net/latest/autoMLImageObjectDetectionJob.schema.json",
            "autoMLJob",
        ),
        ("http://azureml/sdk-2-0/Connection.json", "workspaceConnection"),
        ("http://azureml/sdk-2-0/ParallelComponent.json", "parallelComponent"),
        ("http://azureml/sdk-2-0/FeatureStoreEntity.json", "featureStoreEntity"),
        ("http://azureml/sdk-2-0/ChatConversation.json", None),
        ("https://azuremlschemas.azureedge.net/promptflow/latest/AzureOpenAIConnection.schema.json", None),
        ("https://azuremlschemas.azureedge.net/latest/onlineEndpoint.schema.json", None),
        ("https://example.org/schemas/environment.schema.json", None),
        ("https://json.schemastore.org/project.json", None),
        ("./registry.json", None),
        ("https://componentsdk.azureedge.net/jsonschema/CommandComponent.json", None),
    ],
)
def test_each_address_of_the_public_pages_means_its_kind(address: str, kind: str | None) -> None:
    assert check(f"$schema: {address}\n") == (Kind(kind, TODAY) if kind else None)
    assert check(f"# yaml-language-server: $schema={address}\nname: x\n") == (
        Kind(kind, TODAY) if kind else None
    )


def test_an_address_that_leaves_the_kind_open_has_the_shape_decide() -> None:
    deployment = "endpoint_name: e\nname: blue\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n"
    online = "$schema: http://azureml/sdk-2-0/OnlineDeployment.json\n"
    assert check(online + deployment) == Kind("managedOnlineDeployment", TODAY)
    assert check(online + "type: kubernetes\n" + deployment) == Kind("kubernetesOnlineDeployment", TODAY)
    copied = "$schema: ./schemas/environment.schema.json\n"
    assert check(copied + "name: e\nimage: i\nconda_file: c.yml\n") == Kind("environment", TODAY)
    assert check(copied + deployment) is None


def test_the_first_comment_may_name_the_schema() -> None:
    text = "# yaml-language-server: $schema=https://x/latest/sweepJob.schema.json\nalgorithm: random\n"
    assert check(text) == Kind("sweepJob", PREVIEW)


def test_a_comment_below_the_first_key_names_nothing() -> None:
    assert check("a: 1\n# yaml-language-server: $schema=https://x/latest/sweepJob.schema.json\n") is None


def test_a_schema_of_others_leaves_the_file_alone() -> None:
    assert check("$schema: https://example.com/github-workflow.json\ncommand: x\ncompute: y\n") is None


def test_prompt_flow_is_not_the_flow_component() -> None:
    assert kind_of_schema("https://azuremlschemas.azureedge.net/promptflow/latest/Flow.schema.json") is None


def test_each_kind_has_its_schema_file() -> None:
    shipped = {path.name.removesuffix(".schema.json") for path in (ROOT / "schemas").glob("*.schema.json")}
    assert shipped == KINDS


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("command: echo\nenvironment: azureml:e:1\n", Kind("commandJob", TODAY)),
        ("command: echo\ncompute:\n  target: local\n", Kind("commandJob", PREVIEW)),
        ("type: command\ncommand: echo\n", Kind("commandJob", TODAY)),
        ("type: command\nname: c\nversion: 1\ncommand: echo\n", Kind("commandComponent", TODAY)),
        ("type: sweep\ntrial:\n  command: x\n", Kind("sweepJob", TODAY)),
        ("type: sweep_job\nalgorithm: random\ntrial:\n  command: x\n", Kind("sweepJob", PREVIEW)),
        ("type: pipeline\njobs:\n  a:\n", Kind("pipelineJob", TODAY)),
        ("name: x\ntrigger:\n  type: cron\ncreate_job: job.yml\n", Kind("schedule", TODAY)),
        ("name: d\ntype: uri_file\npath: x.csv\n", Kind("data", TODAY)),
    ],
)
def test_without_a_schema_the_shape_tells(text: str, kind: Kind) -> None:
    assert check(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n- b\n",
        "just text",
        "name: env\nchannels: [conda-forge]\ndependencies: [python=3.10]\n",
        "on: push\njobs:\n  build:\n    runs-on: ubuntu-latest\n",
        "services:\n  web:\n    image: nginx\n    command: run\n",
        "image: nginx\ncommand: run\nenvironment: {A: b}\n",
        "apiVersion: batch/v1\nkind: Job\nmetadata: {name: x}\nspec: {}\n",
        "command: make\n",
        "type: pipeline\nname: x\n",
    ],
)
def test_the_files_of_other_tools_are_left_alone(text: str) -> None:
    assert check(text) is None


def test_a_half_typed_job_keeps_its_kind_and_dialect() -> None:
    command = "command: >\n  python main.py --csv {inputs.iris\n"
    text = command + "environment:\n  docker:\n    ima\ncompute:\n  target: loc\nco"
    assert check(text) == Kind("commandJob", PREVIEW)


def test_one_key_of_the_other_dialect_does_not_turn_a_file() -> None:
    preview = (
        "code: {local_path: src}\ncommand: x {inputs.a}\ncompute: {target: local}\nenvironment: azureml:e:1\n"
    )
    assert check(preview + "limits: {timeout: 5}\n") == Kind("commandJob", PREVIEW)
    today = "code: src\ncommand: x ${{inputs.a}}\ncompute: azureml:c\nenvironment: {image: i}\n"
    assert check(today + "timeout: 5\n") == Kind("commandJob", TODAY)


@pytest.mark.usefixtures("corpus")
def test_each_public_example_is_what_it_is_known_to_be() -> None:
    wrong: list[str] = []
    with (CORPUS / "examples.tsv").open(encoding="utf-8") as rows:
        for row in csv.DictReader(rows, delimiter="\t"):
            known = row["schema_kind"]
            found = of_file(EXAMPLES / row["path"])
            if not _fits(_UNNAMED.get(row["path"].rpartition("/")[2], known), found):
                wrong.append(f"{row['path']}: {known}, but found {found}")
    assert wrong == []


_UNNAMED = {
    "chat-completion-finetuning-amlcompute.yaml": "customModelFineTuningJob",
    "chat-completion-finetuning-instance-types.yaml": "customModelFineTuningJob",
    "chat-completion-finetuning.yaml": "customModelFineTuningJob",
    "text-generation-finetuning-amlcompute.yaml": "customModelFineTuningJob",
    "text-generation-finetuning.yaml": "customModelFineTuningJob",
    "attached-spark-system-identity.yml": "synapseSparkCompute",
    "attached-spark-user-identity.yml": "synapseSparkCompute",
    "attached-spark.yml": "synapseSparkCompute",
    "registry-demo.yml": "registry",
    "registry.yml": "registry",
    "env.yaml": "environment",
}
"""Files without a schema that are Azure ML's all the same."""


def _fits(known: str, found: Kind | None) -> bool:
    if known in ("none:conda", "none:other", "none:") or known in NO_SCHEMA_OF_OURS:
        return found is None
    expected = known.removeprefix("none:").removesuffix("?")
    # The published file of a connection has another name than its schema class.
    expected = "workspaceConnection" if expected == "Connection" else expected
    return found is not None and found.name.casefold() == expected.casefold() and found.dialect is TODAY


@pytest.mark.usefixtures("corpus")
def test_each_job_of_the_preview_is_told() -> None:
    preview = CORPUS / "preview"
    jobs = [
        *(preview / "seed-2021-05-25" / "cli" / "jobs").rglob("job*.yml"),
        *(preview / "seed-2021-05-25" / "cli" / "jobs").glob("*.yml"),
        *(preview / "late-d1-2021-08-16" / "cli" / "jobs").rglob("job*.yml"),
        *(preview / "d0-private-preview-2021-04-22" / "examples" / "train").rglob("*job.yml"),
    ]
    assert len(jobs) > 20
    for job in jobs:
        name = "sweepJob" if "sweep" in job.name else "commandJob"
        assert of_file(job) == Kind(name, PREVIEW), job


@pytest.mark.usefixtures("corpus")
def test_jobs_of_the_refresh_count_as_todays() -> None:
    for job in (CORPUS / "preview" / "transition-d2-2021-11-22" / "cli" / "jobs" / "basics").glob("*.yml"):
        found = of_file(job)
        assert found is not None, job
        assert found.dialect is TODAY, job


@pytest.mark.usefixtures("corpus")
def test_a_job_with_a_mistake_is_still_a_job() -> None:
    kinds = {"sweep": "sweepJob", "pipe": "pipelineJob"}
    for path in sorted((CORPUS / "broken").glob("*.yml")):
        part = path.stem.split("_")[1]
        dialect = PREVIEW if "d1" in path.stem else TODAY
        assert of_file(path) == Kind(kinds.get(part, "commandJob"), dialect), path.name


@pytest.mark.usefixtures("corpus")
def test_typing_a_preview_job_settles_its_dialect_once() -> None:
    for job in sorted((CORPUS / "preview" / "seed-2021-05-25" / "cli" / "jobs").rglob("job*.yml")):
        text = job.read_text("utf-8")
        seen = [found.dialect for end in range(len(text)) if (found := check(text[:end]))]
        assert seen == sorted(seen, key=[TODAY, PREVIEW].index), job


_SHARED_KEYS = {
    # Read-only where it is ours: nobody writes it.
    **{kind: {"kind"} for kind in ("kubernetesOnlineEndpoint", "managedOnlineEndpoint", "registry")},
    "workspaceConnection": {"metadata"},
    # Taken for ours beside a conda file.
    "environment": {"image"},
}


def test_no_key_of_a_kind_that_is_told_by_shape_speaks_against_it() -> None:
    for kind in {kind for kind, _ in SHAPES}:
        schema = json.loads((ROOT / "schemas" / f"{kind}.schema.json").read_text("utf-8"))
        shared = FOREIGN_KEYS & top_keys(schema, schema["definitions"])
        assert shared == _SHARED_KEYS.get(kind, set()), kind


def top_keys(schema: dict[str, Any], definitions: dict[str, Any]) -> set[str]:
    keys = set(schema.get("properties", ()))
    parts = [part for word in ("anyOf", "oneOf", "allOf") for part in schema.get(word, ())]
    parts += [schema[word] for word in ("then", "else") if word in schema]
    if "$ref" in schema:
        parts.append(definitions[schema["$ref"].removeprefix("#/definitions/")])
    return keys.union(*(top_keys(part, definitions) for part in parts))


@pytest.mark.usefixtures("corpus")
def test_other_files_of_the_previews_are_told_from_todays() -> None:
    preview = CORPUS / "preview"
    files = [
        *(preview / "seed-2021-05-25" / "cli" / "assets" / "workspace").glob("*[eg]*-*.yml"),
        *(preview / "late-d1-2021-08-16" / "cli" / "endpoints").rglob("*create*.yml"),
        *(preview / "transition-d2-2021-11-22" / "cli" / "assets" / "dataset").glob("cloud-file.yml"),
        *(preview / "transition-d2-2021-11-22" / "cli" / "endpoints" / "online").rglob(
            "*blue-deployment.yml"
        ),
    ]
    told = [file for file in files if (found := of_file(file)) is not None and found.dialect is PREVIEW]
    assert len(told) > 8


@pytest.mark.parametrize(
    "text",
    [
        "$schema: https://azuremlschemas.azureedge.net/latest/workspace.schema.json\nname: w\nkey_vault: k\n",
        "name: e\nauth_mode: key\ntraffic: {blue: 100}\n",
        "name: b\nendpoint_name: e\nmodel: {path: m}\ninstance_type: Standard_DS3_v2\ninstance_count: 1\n",
        "name: d\ntype: uri_file\npath: x.csv\n",
    ],
)
def test_todays_files_of_these_kinds_stay_todays(text: str) -> None:
    found = check(text)
    assert found is not None
    assert found.dialect is TODAY
