"""Which kinds are told by their shape alone, over all public files with their `$schema` taken out."""

import csv
import re
from collections import Counter

import pytest

from joblens.job.detect import detect
from joblens.job.kinds import KINDS
from joblens.job.shapes import SHAPES
from joblens.text.document import Document
from tests.shared_data import CORPUS, EXAMPLES

ALWAYS_TOLD = """
amlCompute autoMLJob azureBlob azureDataLakeGen2 azureFile commandComponent commandJob computeInstance
data dataImport featureSet featureStore kubernetesOnlineDeployment kubernetesOnlineEndpoint
managedOnlineEndpoint modelBatchDeployment pipelineComponent pipelineComponentBatchDeployment pipelineJob
schedule sparkComponent sparkJob sweepJob workspace workspaceConnection
"""
SOMETIMES_TOLD = {
    "batchDeployment": (5, 12, "a name and instances with neither endpoint nor output may be anyone's"),
    "batchEndpoint": (0, 5, "a name, a description and `aad_token` are an online endpoint's, too"),
    "environment": (5, 8, "a name and `build.path` may be anyone's"),
    "managedOnlineDeployment": (38, 40, "a name, a VM size and a number of instances may be anyone's"),
    "model": (1, 5, "a name and a path may be anyone's, and data has them, too"),
}
NEVER_TOLD = {
    "code": "a name and a path may be anyone's",
    "flowComponent": "prompt flow has such files of its own",
    "hub": "`kind` is Kubernetes' word",
    "project": "`kind` is Kubernetes' word",
}


@pytest.mark.usefixtures("corpus")
def test_without_its_schema_a_file_is_told_rightly_or_not_at_all() -> None:
    right, of = Counter[str](), Counter[str]()
    for kind, text in _files_of_known_kind():
        document = Document(re.sub(r".*\$schema.*", "", text))
        found = detect(document.tree, document.text)
        of[kind] += 1
        if found is not None:
            assert found.name == kind, text
            right[kind] += 1
    sometimes = {kind: (told, number) for kind, (told, number, _) in SOMETIMES_TOLD.items()}
    assert {kind: (right[kind], of[kind]) for kind in of if right[kind] < of[kind]} == sometimes
    assert {kind for kind in of if right[kind] == of[kind]} == set(ALWAYS_TOLD.split())


def test_every_kind_has_a_rule_or_a_reason() -> None:
    assert {kind for kind, _ in SHAPES} | NEVER_TOLD.keys() == KINDS
    assert {kind for kind, _ in SHAPES}.isdisjoint(NEVER_TOLD)


def _files_of_known_kind() -> list[tuple[str, str]]:
    """The files that carry one of our schemas, with the kind that it names."""
    kinds = {kind.casefold(): kind for kind in KINDS} | {"connection": "workspaceConnection"}
    with (CORPUS / "examples.tsv").open(encoding="utf-8") as rows:
        return [
            (kinds[kind], (EXAMPLES / row["path"]).read_text("utf-8"))
            for row in csv.DictReader(rows, delimiter="\t")
            if (kind := row["schema_kind"].casefold()) in kinds
        ]
