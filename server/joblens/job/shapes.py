"""Which kind of Azure ML file a set of top-level keys can only be, one rule for each kind that has one.

A wrong kind is worse than none: where the same keys may be another tool's, or two kinds', no rule speaks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from joblens.job.shapes_of_endpoints import (
    is_batch_deployment,
    is_endpoint,
    is_online_deployment,
    is_online_endpoint,
)
from joblens.job.shapes_of_work import is_command_job, is_pipeline_component, is_pipeline_job, is_sweep_job
from joblens.job.shapes_of_workspaces import (
    is_connection,
    is_feature_set,
    is_feature_store,
    is_feature_store_entity,
    is_workspace,
)
from joblens.job.top_keys import Keys, begins, below, folded, has, has_some, typed, word
from joblens.text.nodes import Mapping, Sequence

Rule: TypeAlias = Callable[[Keys], bool]

_TASKS = """
classification regression forecasting textclassification textclassificationmultilabel textner
imageclassification imageclassificationmultilabel imageobjectdetection imageinstancesegmentation
"""
_AUTOML_TASKS = frozenset(_TASKS.split())
_COMPONENT_MARKS = ("version", "is_deterministic", "additional_includes")
_JOB_MARKS = ("compute", "experiment_name", "services", "settings", "limits", "queue_settings")


def kind_by_shape(keys: Keys) -> str | None:
    """The kind that a file with these top-level keys is; None where they do not tell."""
    return next((kind for kind, fits in SHAPES if fits(keys)), None)


def _typed(kinds: str, *marks: str) -> Rule:
    """Fits a file whose `type` is one of `kinds` and which has one of `marks`."""
    return lambda keys: typed(keys, kinds) and has_some(keys, *marks)


def _named(kinds: str, *marks: str) -> Rule:
    """Fits a named file whose `type` is one of `kinds` and which has one of `marks`."""
    return lambda keys: "name" in keys and typed(keys, kinds) and has_some(keys, *marks)


def _component(kinds: str, *marks: str) -> Rule:
    """Fits a component: it has a name, and says what it is or declares inputs where a job gives them."""
    fits = _named(kinds, *marks)
    return lambda keys: fits(keys) and (word(keys, "type").endswith("_component") or _declares_only(keys))


def _declares_only(keys: Keys) -> bool:
    if has_some(keys, *_JOB_MARKS):
        return False
    return has_some(keys, *_COMPONENT_MARKS) or _declares_inputs(keys.get("inputs"))


def _declares_inputs(inputs: object) -> bool:
    """Inputs with a type but neither path nor value: to be given where the component is used."""
    declared = list(below(inputs).values())
    return bool(declared) and all(
        has(below(one), "type") and not has_some(below(one), "path", "value", "mode") for one in declared
    )


def _asset(kinds: str) -> Rule:
    fits = _named(kinds, "path", "local_path")
    return lambda keys: "source" not in keys and fits(keys)


def _environment(keys: Keys) -> bool:
    """A conda file beside an image, or the build of one: another tool has the image or the build alone."""
    if "name" not in keys or has_some(keys, "command", "type", "endpoint_name", "inputs"):
        return False
    return ("conda_file" in keys and has_some(keys, "image", "build", "docker")) or has(
        below(keys.get("build")), "path", "dockerfile_path"
    )


def _environment_of_preview(keys: Keys) -> bool:
    """No key but its own, and an image or a Dockerfile under `docker`."""
    own = keys.keys() <= _OF_ENVIRONMENT and "name" in keys
    return own and has_some(below(keys.get("docker")), "image", "build")


_OF_ENVIRONMENT = frozenset(
    ("$schema", "name", "version", "docker", "path", "description", "tags", "os_type", "inference_config")
)


def _source(keys: Keys) -> bool:
    source = below(keys.get("source"))
    return folded(source, "type") in ("database", "filesystem") and has_some(source, "connection", "query")


def _data_import(keys: Keys) -> bool:
    return _source(keys) and _named("uri_file uri_folder mltable", "path")(keys)


def _transfer(task: str) -> Rule:
    return lambda keys: typed(keys, "data_transfer") and word(keys, "task") == task


def _fine_tuning(provider: str) -> Rule:
    return lambda keys: typed(keys, "finetuning") and folded(keys, "model_provider") == provider


def _automl_job(keys: Keys) -> bool:
    return typed(keys, "automl") and (folded(keys, "task") in _AUTOML_TASKS or "training_data" in keys)


def _spark_job(keys: Keys) -> bool:
    entry = "entry" in keys and isinstance(keys["entry"], Mapping | None)
    return typed(keys, "spark") and (entry or has(keys, "conf", "code"))


def _mltable(keys: Keys) -> bool:
    paths = keys.get("paths")
    if not isinstance(paths, Sequence) or not ("transformations" in keys or word(keys, "type") == "mltable"):
        return False
    return all(has_some(below(item), "file", "folder", "pattern") for item in paths.items if item is not None)


def _schedule(keys: Keys) -> bool:
    return "trigger" in keys and has_some(keys, "create_job", "import_data", "create_monitor")


SHAPES: tuple[tuple[str, Rule], ...] = (
    ("kubernetesOnlineDeployment", _typed("kubernetes", "endpoint_name")),
    ("modelBatchDeployment", lambda keys: "endpoint_name" in keys and _typed("model", "settings")(keys)),
    (
        "pipelineComponentBatchDeployment",
        lambda keys: "endpoint_name" in keys and _typed("pipeline", "component", "job_definition")(keys),
    ),
    ("batchDeployment", is_batch_deployment),
    ("managedOnlineDeployment", is_online_deployment),
    ("kubernetesOnlineEndpoint", lambda keys: "compute" in keys and is_endpoint(keys)),
    ("batchEndpoint", lambda keys: has(below(keys.get("defaults")), "deployment_name") and is_endpoint(keys)),
    ("managedOnlineEndpoint", is_online_endpoint),
    ("commandComponent", _component("command command_component", "command", "code", "environment")),
    ("pipelineComponent", _component("pipeline pipeline_component", "jobs")),
    ("sparkComponent", _component("spark spark_component", "entry", "conf", "code")),
    ("parallelComponent", _component("parallel parallel_component", "task", "mini_batch_size")),
    ("importComponent", lambda keys: _source(keys) and _component("import", "output")(keys)),
    (
        "dataTransferCopyComponent",
        lambda keys: _transfer("copy_data")(keys) and _component("data_transfer", "task")(keys),
    ),
    ("pipelineComponent", is_pipeline_component),
    ("sweepJob", is_sweep_job),
    ("commandJob", is_command_job),
    ("pipelineJob", is_pipeline_job),
    ("sparkJob", _spark_job),
    ("parallelJob", _typed("parallel", "mini_batch_size", "input_data")),
    ("autoMLJob", _automl_job),
    ("importJob", lambda keys: _source(keys) and _typed("import", "output")(keys)),
    ("dataTransferCopyJob", _transfer("copy_data")),
    ("dataTransferImportJob", _transfer("import_data")),
    ("dataTransferExportJob", _transfer("export_data")),
    ("customModelFineTuningJob", _fine_tuning("custom")),
    ("azureOpenAIFineTuningJob", _fine_tuning("azureopenai")),
    ("distillationJob", _typed("distillation", "teacher_model_endpoint_connection")),
    ("amlCompute", _typed("amlcompute", "name", "size")),
    ("computeInstance", _typed("computeinstance", "name", "size")),
    ("vmCompute", _named("virtualmachine", "resource_id")),
    ("synapseSparkCompute", _named("synapsespark", "resource_id")),
    (
        "kubernetesCompute",
        lambda keys: begins(keys, "resource_id", "/subscriptions/") and typed(keys, "kubernetes"),
    ),
    ("azureBlob", _named("azure_blob", "account_name", "container_name")),
    ("azureFile", _named("azure_file", "account_name", "file_share_name")),
    ("azureDataLakeGen1", _named("azure_data_lake_gen1", "store_name")),
    ("azureDataLakeGen2", _named("azure_data_lake_gen2", "account_name", "filesystem")),
    ("oneLake", _named("one_lake", "one_lake_workspace_name")),
    ("workspaceConnection", is_connection),
    ("dataImport", _data_import),
    ("data", _asset("uri_file uri_folder mltable")),
    ("model", _asset("custom_model mlflow_model triton_model")),
    ("environment", _environment),
    ("environment", _environment_of_preview),
    ("schedule", _schedule),
    ("registry", lambda keys: isinstance(keys.get("replication_locations"), Sequence)),
    ("featureStore", is_feature_store),
    ("featureSet", is_feature_set),
    ("featureStoreEntity", is_feature_store_entity),
    ("workspace", is_workspace),
    ("MLTable", _mltable),
)
