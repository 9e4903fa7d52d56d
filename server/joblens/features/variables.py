"""The environment variables of a job: those that people set, and those that Azure ML sets for its program."""

from __future__ import annotations

from typing import NamedTuple


class Variable(NamedTuple):
    """One variable."""

    name: str
    about: str
    value: str = ""
    """What it is usually set to."""


SET_BY_USERS = (
    Variable("MLFLOW_EXPERIMENT_NAME", "The experiment that MLflow logs to, in place of the job's."),
    Variable("MLFLOW_TRACKING_URI", "Where MLflow logs to, in place of the workspace."),
    Variable("MLFLOW_HTTP_REQUEST_TIMEOUT", "Seconds until MLflow gives up a request.", "120"),
    Variable("MLFLOW_ENABLE_SYSTEM_METRICS_LOGGING", "MLflow logs CPU, memory and GPU use, too.", "true"),
    Variable("CUDA_VISIBLE_DEVICES", "The GPUs that the program may see, by number.", "0"),
    Variable("CUDA_LAUNCH_BLOCKING", "CUDA errors are reported where they happen; slow.", "1"),
    Variable("NCCL_DEBUG", "How much NCCL tells: WARN, INFO or TRACE.", "INFO"),
    Variable("NCCL_IB_DISABLE", "1: NCCL leaves InfiniBand alone and uses sockets.", "1"),
    Variable("NCCL_SOCKET_IFNAME", "The network interfaces that NCCL uses.", "eth0"),
    Variable("NCCL_P2P_DISABLE", "1: GPUs do not copy to each other directly.", "1"),
    Variable("NCCL_ASYNC_ERROR_HANDLING", "1: a process whose NCCL call fails ends.", "1"),
    Variable("OMP_NUM_THREADS", "Threads of OpenMP in each process.", "1"),
    Variable("MKL_NUM_THREADS", "Threads of Intel's math library in each process.", "1"),
    Variable("PYTHONUNBUFFERED", "1: what Python prints is in the log at once.", "1"),
    Variable("PYTHONPATH", "Folders that Python imports from, too.", "."),
    Variable("PYTHONHASHSEED", "The seed of Python's hashes; a number makes runs repeatable.", "0"),
    Variable("PYTORCH_CUDA_ALLOC_CONF", "How PyTorch shares out GPU memory.", "expandable_segments:True"),
    Variable("TORCH_DISTRIBUTED_DEBUG", "How much PyTorch's process groups check: INFO or DETAIL.", "DETAIL"),
    Variable("TF_CPP_MIN_LOG_LEVEL", "How little TensorFlow logs, from 0 (all) to 3 (errors alone).", "2"),
    Variable("TOKENIZERS_PARALLELISM", "Whether Hugging Face's tokenizers use several threads.", "false"),
    Variable("HF_HOME", "The folder where Hugging Face keeps models and data sets."),
    Variable("HF_TOKEN", "Hugging Face's access token. A job file is no place for a secret."),
    Variable("WANDB_PROJECT", "The project of Weights & Biases that is logged to."),
    Variable("WANDB_MODE", "online, offline or disabled.", "offline"),
    Variable("AZUREML_COMPUTE_USE_COMMON_RUNTIME", "Whether the newer runtime starts the job.", "true"),
    Variable(
        "AZUREML_COMMON_RUNTIME_USE_INTERACTIVE_CAPABILITY",
        "Whether one can log in while the job runs.",
        "true",
    ),
)
_PYTORCH = (
    Variable("RANK", "The number of this process among all, from 0."),
    Variable("WORLD_SIZE", "How many processes there are in all."),
    Variable("LOCAL_RANK", "The number of this process on its node, from 0."),
    Variable("NODE_RANK", "The number of this node, from 0."),
    Variable("MASTER_ADDR", "The address of the process with rank 0."),
    Variable("MASTER_PORT", "The port of the process with rank 0."),
)
_MPI = (
    Variable("OMPI_COMM_WORLD_RANK", "The number of this process among all, from 0."),
    Variable("OMPI_COMM_WORLD_SIZE", "How many processes there are in all."),
    Variable("OMPI_COMM_WORLD_LOCAL_RANK", "The number of this process on its node."),
    Variable("OMPI_COMM_WORLD_LOCAL_SIZE", "How many processes this node has."),
)
_OF_EVERY_JOB = (
    Variable("AZUREML_RUN_ID", "The name of this job."),
    Variable("AZUREML_ROOT_RUN_ID", "The name of the job at the top: the pipeline's, in a step."),
    Variable("AZUREML_EXPERIMENT_ID", "The id of the experiment."),
    Variable("AZUREML_ARM_PROJECT_NAME", "The name of the experiment."),
    Variable("AZUREML_ARM_SUBSCRIPTION", "The id of the subscription."),
    Variable("AZUREML_ARM_RESOURCEGROUP", "The name of the resource group."),
    Variable("AZUREML_ARM_WORKSPACE_NAME", "The name of the workspace."),
    Variable("AZUREML_WORKSPACE_ID", "The id of the workspace."),
    Variable("AZUREML_SERVICE_ENDPOINT", "The address of the workspace's service."),
    Variable("AZUREML_CR_NODE_RANK", "The number of this node, from 0."),
    Variable("MLFLOW_TRACKING_URI", "Where MLflow logs to: the workspace."),
    Variable("MLFLOW_RUN_ID", "The run that MLflow logs to: this job."),
    Variable("MLFLOW_EXPERIMENT_ID", "The id of the experiment, as MLflow knows it."),
    Variable("MLFLOW_EXPERIMENT_NAME", "The name of the experiment, as MLflow knows it."),
    Variable("AZ_BATCH_NODE_LIST", "The addresses of the job's nodes, with semicolons between them."),
    Variable("AZ_BATCH_HOST_LIST", "The addresses of the job's nodes, with commas between them."),
    Variable("AZ_BATCH_MASTER_NODE", "Address and port of the first node, if there are several."),
    Variable("AZ_BATCHAI_JOB_MASTER_NODE_IP", "The address of the first node."),
)
_BY_DISTRIBUTION = {"pytorch": _PYTORCH, "mpi": _MPI}


def set_by_azure(distribution: str) -> tuple[Variable, ...]:
    """What a job with this distribution (or an empty text for none) finds set."""
    return (*_BY_DISTRIBUTION.get(distribution, ()), *_OF_EVERY_JOB)
