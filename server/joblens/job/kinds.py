"""The kinds of Azure ML files by the names of their schemas, and which of them a schema's address means."""

from __future__ import annotations

import re
from difflib import get_close_matches

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


_OUR_HOST = re.compile(r"azuremlschemas|azuremlsdk2", re.IGNORECASE)
_NAME_WITHIN = re.compile(r"([^/\\?#\s]+?)\.schema\.json", re.IGNORECASE)


def kind_of_schema(address: str) -> str | None:
    """The kind that a `$schema` means, whatever its host, version and case; None if it is none of ours."""
    match = _FILE_NAME.search(address)
    if match is None or any(folder in address.casefold() for folder in _OTHERS_FOLDERS):
        return None
    return _BY_FOLDED_NAME.get(match[1].casefold())


def kind_meant_by_schema(address: str) -> str | None:
    """The kind that a not quite right address on Azure ML's own hosts means; None for any other."""
    match = _NAME_WITHIN.search(address)
    if match is None or not _OUR_HOST.search(address) or kind_of_schema(address) is not None:
        return None
    near = get_close_matches(match[1].casefold(), _BY_FOLDED_NAME, 1, 0.85)
    return _BY_FOLDED_NAME[near[0]] if near else None


def schema_address(kind: str) -> str:
    """The address that a `$schema` of this kind has today."""
    return f"https://azuremlschemas.azureedge.net/latest/{kind}.schema.json"
