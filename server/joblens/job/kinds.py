"""The kinds of Azure ML files by the names of their schemas, and which of them a schema's address means."""

from __future__ import annotations

import re

_NAMES = """
commandJob sweepJob pipelineJob sparkJob parallelJob importJob autoMLJob
dataTransferCopyJob dataTransferImportJob dataTransferExportJob
customModelFineTuningJob azureOpenAIFineTuningJob distillationJob
commandComponent pipelineComponent parallelComponent sparkComponent importComponent
dataTransferCopyComponent flowComponent
environment data model code dataImport MLTable
azureBlob azureFile azureDataLakeGen1 azureDataLakeGen2 oneLake
amlCompute computeInstance kubernetesCompute vmCompute synapseSparkCompute
managedOnlineEndpoint kubernetesOnlineEndpoint managedOnlineDeployment kubernetesOnlineDeployment
batchEndpoint modelBatchDeployment pipelineComponentBatchDeployment batchDeployment
schedule workspace hub project workspaceConnection registry
featureStore featureSet featureStoreEntity
"""
KINDS = frozenset(_NAMES.split())

_BY_FOLDED_NAME = {kind.casefold(): kind for kind in KINDS} | {
    # Names that addresses of other times and hosts carry.
    "connection": "workspaceConnection",
    "featurestoreentityschema": "featureStoreEntity",
    "asset": "data",
    "dataset": "data",
}
_FILE_NAME = re.compile(r"([^/\\?#]+?)(?:\.schema)?\.json(?:[?#].*)?$", re.IGNORECASE)
# Prompt flow's own files: `Flow.schema.json` under `promptflow/` is not the flow component of this list.
_OTHERS_FOLDERS = ("/promptflow/",)


def kind_of_schema(address: str) -> str | None:
    """The kind that a `$schema` means, whatever its host, version and case; None if it is none of ours."""
    match = _FILE_NAME.search(address)
    if match is None or any(folder in address.casefold() for folder in _OTHERS_FOLDERS):
        return None
    return _BY_FOLDED_NAME.get(match[1].casefold())
