"""Which kinds of file there are, and the azure-ai-ml class that loads each."""

import importlib
from pathlib import Path

from marshmallow import Schema

_PACKAGE = "azure.ai.ml._schema."

# Kind -> class, or classes where the file's own `type` or `task` decides.
ROOTS: dict[str, tuple[str, ...]] = {
    "commandJob": ("job:CommandJobSchema",),
    "sweepJob": ("_sweep:SweepJobSchema",),
    "pipelineJob": ("pipeline:PipelineJobSchema",),
    "sparkJob": ("job.spark_job:SparkJobSchema",),
    "parallelJob": ("job:ParallelJobSchema",),
    "importJob": ("job.import_job:ImportJobSchema",),
    "autoMLJob": (
        "automl.table_vertical.classification:AutoMLClassificationSchema",
        "automl.table_vertical.regression:AutoMLRegressionSchema",
        "automl.table_vertical.forecasting:AutoMLForecastingSchema",
        "automl.nlp_vertical.text_classification:TextClassificationSchema",
        "automl.nlp_vertical.text_classification_multilabel:TextClassificationMultilabelSchema",
        "automl.nlp_vertical.text_ner:TextNerSchema",
        "automl.image_vertical.image_classification:ImageClassificationSchema",
        "automl.image_vertical.image_classification:ImageClassificationMultilabelSchema",
        "automl.image_vertical.image_object_detection:ImageObjectDetectionSchema",
        "automl.image_vertical.image_object_detection:ImageInstanceSegmentationSchema",
    ),
    "dataTransferCopyJob": ("job.data_transfer_job:DataTransferCopyJobSchema",),
    "dataTransferImportJob": ("job.data_transfer_job:DataTransferImportJobSchema",),
    "dataTransferExportJob": ("job.data_transfer_job:DataTransferExportJobSchema",),
    "customModelFineTuningJob": ("_finetuning.custom_model_finetuning:CustomModelFineTuningSchema",),
    "azureOpenAIFineTuningJob": ("_finetuning.azure_openai_finetuning:AzureOpenAIFineTuningSchema",),
    "distillationJob": ("_distillation.distillation_job:DistillationJobSchema",),
    "commandComponent": ("component.command_component:CommandComponentSchema",),
    "pipelineComponent": ("pipeline.pipeline_component:PipelineComponentSchema",),
    "parallelComponent": ("component.parallel_component:ParallelComponentSchema",),
    "sparkComponent": ("component.spark_component:SparkComponentSchema",),
    "importComponent": ("component.import_component:ImportComponentSchema",),
    "dataTransferCopyComponent": ("component.data_transfer_component:DataTransferCopyComponentSchema",),
    "flowComponent": ("component.flow:FlowComponentSchema",),
    "environment": ("assets.environment:EnvironmentSchema",),
    "data": ("assets.data:DataSchema",),
    "model": ("assets.model:ModelSchema",),
    "code": ("assets.code_asset:CodeAssetSchema",),
    "dataImport": ("_data_import.data_import:DataImportSchema",),
    "MLTable": ("_data.mltable_metadata_schema:MLTableMetadataSchema",),
    "azureBlob": ("_datastore.azure_storage:AzureBlobSchema",),
    "azureFile": ("_datastore.azure_storage:AzureFileSchema",),
    "azureDataLakeGen1": ("_datastore.adls_gen1:AzureDataLakeGen1Schema",),
    "azureDataLakeGen2": ("_datastore.azure_storage:AzureDataLakeGen2Schema",),
    "oneLake": ("_datastore.one_lake:OneLakeSchema",),
    "amlCompute": ("compute.aml_compute:AmlComputeSchema",),
    "computeInstance": ("compute.compute_instance:ComputeInstanceSchema",),
    "kubernetesCompute": ("compute.kubernetes_compute:KubernetesComputeSchema",),
    "vmCompute": ("compute.virtual_machine_compute:VirtualMachineComputeSchema",),
    "synapseSparkCompute": ("compute.synapsespark_compute:SynapseSparkComputeSchema",),
    "managedOnlineEndpoint": ("_endpoint.online.online_endpoint:ManagedOnlineEndpointSchema",),
    "kubernetesOnlineEndpoint": ("_endpoint.online.online_endpoint:KubernetesOnlineEndpointSchema",),
    "managedOnlineDeployment": ("_deployment.online.online_deployment:ManagedOnlineDeploymentSchema",),
    "kubernetesOnlineDeployment": ("_deployment.online.online_deployment:KubernetesOnlineDeploymentSchema",),
    "batchEndpoint": ("_endpoint.batch.batch_endpoint:BatchEndpointSchema",),
    "modelBatchDeployment": ("_deployment.batch.model_batch_deployment:ModelBatchDeploymentSchema",),
    "pipelineComponentBatchDeployment": (
        "_deployment.batch.pipeline_component_batch_deployment_schema:PipelineComponentBatchDeploymentSchema",
    ),
    "batchDeployment": ("_deployment.batch.batch_deployment:BatchDeploymentSchema",),
    "schedule": (
        "schedule.schedule:JobScheduleSchema",
        "_data_import.schedule:ImportDataScheduleSchema",
        "monitoring.schedule:MonitorScheduleSchema",
    ),
    "workspace": ("workspace.workspace:WorkspaceSchema",),
    "hub": ("workspace.ai_workspaces.hub:HubSchema",),
    "project": ("workspace.ai_workspaces.project:ProjectSchema",),
    "workspaceConnection": ("workspace.connections.workspace_connection:WorkspaceConnectionSchema",),
    "registry": ("registry.registry:RegistrySchema",),
    "featureStore": ("_feature_store.feature_store_schema:FeatureStoreSchema",),
    "featureSet": ("_feature_set.feature_set_schema:FeatureSetSchema",),
    "featureStoreEntity": ("_feature_store_entity.feature_store_entity_schema:FeatureStoreEntitySchema",),
}


def root_schemas(kind: str) -> list[Schema]:
    """The marshmallow schemas that load a file of this kind."""
    return [_schema(path) for path in ROOTS[kind]]


def sdk_version() -> str:
    """The version of the azure-ai-ml that is installed."""
    version: str = importlib.import_module("azure.ai.ml._version").VERSION
    return version


def _schema(path: str) -> Schema:
    module, name = path.split(":")
    schema: Schema = getattr(importlib.import_module(_PACKAGE + module), name)(context={"base_path": Path()})
    return schema
