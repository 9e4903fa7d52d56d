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
    "monitorschedule": "schedule",
}
_WORDS = "environment data model code schedule workspace hub project registry connection asset dataset"
_EVERYDAY = frozenset(_WORDS.split())
"""Names that other tools give their schemas, too: they count at Azure ML's addresses alone."""

_SPLIT_LATER = frozenset(("onlineendpoint", "onlinedeployment"))
"""Names of addresses for what are two kinds each: which of them, only the file's shape tells."""

_FILE_NAME = re.compile(r"([^/\\?#]+?)(?:\.schema)?\.json(?:[?#].*)?$", re.IGNORECASE)
# Prompt flow's own files: `Flow.schema.json` under `promptflow/` is not the flow component of this list.
# The components of an older package carry the same names at an address of their own.
_OTHERS_FOLDERS = ("/promptflow/", "//componentsdk.")
_OF_ONE_TASK = re.compile(r"automl\w+job")
_OUR_HOST = re.compile(r"azuremlschemas|azuremlsdk2", re.IGNORECASE)
_OUR_PLACE = re.compile(r"azure-?ml", re.IGNORECASE)
_NAME_WITHIN = re.compile(r"([^/\\?#\s]+?)\.schema\.json", re.IGNORECASE)


def kind_of_schema(address: str) -> str | None:
    """The kind that a `$schema` means, whatever its host, version and case; None if it is none of ours."""
    match = _FILE_NAME.search(address)
    if match is None or any(folder in address.casefold() for folder in _OTHERS_FOLDERS):
        return None
    name = match[1].casefold()
    if name in _EVERYDAY and not _OUR_PLACE.search(address):
        return None
    if _OF_ONE_TASK.fullmatch(name):
        return "autoMLJob"
    return _BY_FOLDED_NAME.get(name)


def kind_confirmed(address: str, shape: str | None) -> str | None:
    """The kind that a file's shape tells, if an address that leaves it open does not contradict."""
    match = _FILE_NAME.search(address)
    if match is None or shape is None:
        return None
    name = match[1].casefold()
    if name in _EVERYDAY:
        return shape if _BY_FOLDED_NAME[name] == shape else None
    return shape if name in _SPLIT_LATER and shape.casefold().endswith(name) else None


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
