"""`python -m bench.loading`: reads job files in one process, by Joblens' checks or by azure-ai-ml's loaders.

A measure runs it as a process of its own, for what it costs from its start to its end and for what it says:
the seconds of each pass over the files, and the files that were read.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

LOADERS = {
    "load_job": "commandJob sweepJob pipelineJob sparkJob autoMLJob importJob parallelJob",
    "load_component": "commandComponent pipelineComponent sparkComponent parallelComponent",
    "load_environment": "environment",
    "load_data": "data",
    "load_model": "model",
    "load_datastore": "azureBlob azureFile azureDataLakeGen1 azureDataLakeGen2",
    "load_compute": "amlCompute computeInstance vmCompute synapseSparkCompute kubernetesCompute",
    "load_online_endpoint": "managedOnlineEndpoint kubernetesOnlineEndpoint",
    "load_online_deployment": "managedOnlineDeployment kubernetesOnlineDeployment",
    "load_batch_endpoint": "batchEndpoint",
    "load_batch_deployment": "batchDeployment modelBatchDeployment",
    "load_workspace": "workspace",
    "load_registry": "registry",
    "load_feature_set": "featureSet",
    "load_feature_store": "featureStore",
    "load_feature_store_entity": "featureStoreEntity",
}
"""The kinds that each loader reads."""

Read = Callable[[Path], bool]
"""Reads a file; whether that went well."""


def main() -> None:
    """Arguments: who reads, how many passes, a file that lists the files, a file for what there is to say."""
    who, passes, listed, said = sys.argv[1:]
    files = [Path(line) for line in Path(listed).read_text(encoding="utf-8").splitlines()]
    read = _checked if who == "joblens" else _loaded
    seconds, done = [], files
    for _ in range(int(passes)):
        started = perf_counter()
        done = [file for file in files if read(file)]
        seconds.append(perf_counter() - started)
    answer = {"seconds": seconds, "read": [str(file) for file in done]}
    Path(said).write_text(json.dumps(answer), encoding="utf-8")


def kind_of(file: Path) -> str | None:
    """What a file describes."""
    from joblens.checks.subject import Subject
    from joblens.text.document import Document

    kind = Subject(Document(file.read_text(encoding="utf-8"), file)).kind
    return kind.name if kind is not None else None


def loader_of(kind: str | None) -> str | None:
    """The function of azure-ai-ml that reads a kind."""
    return next((name for name, kinds in LOADERS.items() if kind in kinds.split()), None)


def _checked(file: Path) -> bool:
    """All that `joblens check` does with a file."""
    from joblens.checks import problems
    from joblens.checks.problem import Severity
    from joblens.text.document import Document

    found = problems(Document(file.read_text(encoding="utf-8"), file))
    return not any(one.severity is Severity.ERROR for one in found)


def _loaded(file: Path) -> bool:
    """All that the SDK checks before a file is sent; told by the file's kind, as a user would call it."""
    from azure.ai import ml

    name = _LOADER_OF.get(file)
    if name is None:
        name = _LOADER_OF[file] = loader_of(kind_of(file)) or ""
    try:
        getattr(ml, name)(source=file)
    except Exception:  # noqa: BLE001 (whatever the SDK raises, it refused the file)
        return False
    return True


_LOADER_OF: dict[Path, str] = {}

if __name__ == "__main__":
    main()
