"""The order of need: which keys and words people write most, place by place.

Counted in Azure ML's public examples; what none of them has keeps the order of the schema.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from joblens.text.nodes import Path

# Below these stand names of the user's own.
_NAMED = frozenset(("inputs", "outputs", "jobs", "search_space", "services"))
_LAST = 1_000
KEYS = {
    "commandJob": (
        "command environment code experiment_name compute inputs display_name description distribution "
        "resources environment_variables outputs services type"
    ),
    "sweepJob": (
        "type trial inputs sampling_algorithm search_space objective limits display_name experiment_name "
        "description"
    ),
    "pipelineJob": (
        "type jobs display_name settings inputs description experiment_name outputs compute tags "
        "component properties"
    ),
    "commandComponent": (
        "name display_name type environment command code inputs outputs version description tags "
        "resources distribution additional_includes"
    ),
    "pipelineComponent": "type name display_name jobs description inputs outputs version",
    "sparkJob": "type code entry conf inputs outputs args identity compute resources",
    "sparkComponent": (
        "type name display_name description version code entry inputs outputs conf args is_deterministic"
    ),
    "autoMLJob": (
        "type experiment_name description task primary_metric log_verbosity training_data limits "
        "target_column_name compute validation_data test_data training n_cross_validations featurization "
        "forecasting training_parameters sweep search_space"
    ),
    "environment": "image conda_file name build inference_config description version",
    "data": "name type path description",
    "model": "path name type version description properties",
    "schedule": "name display_name description trigger import_data create_job create_monitor",
    "amlCompute": "name type size min_instances max_instances idle_time_before_scale_down identity location",
    "managedOnlineEndpoint": "name auth_mode description identity public_network_access",
    "managedOnlineDeployment": (
        "name instance_type instance_count endpoint_name model environment request_settings "
        "code_configuration liveness_probe environment_variables egress_public_network_access "
        "model_mount_path"
    ),
    "batchEndpoint": "name description auth_mode tags",
    "modelBatchDeployment": (
        "endpoint_name name description type model compute environment code_configuration resources settings"
    ),
    "workspaceConnection": "type name target credentials",
    "azureBlob": "name type description account_name container_name credentials protocol",
    "inputs.*": "type path default description mode optional enum min max",
    "outputs.*": "type path mode name description",
    "jobs.*": (
        "type inputs component outputs limits command environment compute resources code task "
        "primary_metric target_column_name training_data validation_data environment_variables "
        "max_concurrency_per_instance retry_settings log_verbosity sweep search_space training_parameters "
        "featurization training distribution test_data input_data mini_batch_size logging_level "
        "error_threshold mini_batch_error_threshold services conf"
    ),
    "trial": "command code environment",
    "limits": (
        "timeout max_concurrent_trials max_trials timeout_minutes trial_timeout_minutes "
        "enable_early_termination max_total_trials max_cores_per_trial exit_score"
    ),
    "settings": (
        "default_compute force_rerun continue_on_step_failure mini_batch_size default_datastore "
        "max_concurrency_per_instance output_action output_file_name retry_settings error_threshold "
        "logging_level"
    ),
    "resources": "instance_count instance_type runtime_version docker_args shm_size requests",
    "distribution": "type process_count_per_instance worker_count",
    "early_termination": "type evaluation_interval slack_factor delay_evaluation",
    "services.*": "type nodes log_dir properties",
    "build": "path dockerfile_path",
    "code_configuration": "code scoring_script",
    "inference_config": "liveness_route readiness_route scoring_route",
    "retry_settings": "max_retries timeout",
    "liveness_probe": "initial_delay period failure_threshold timeout",
    "training": (
        "enable_stack_ensemble enable_model_explainability enable_vote_ensemble "
        "blocked_training_algorithms allowed_training_algorithms"
    ),
    "featurization": "mode transformer_params column_name_and_types blocked_transformers",
    "forecasting": (
        "time_column_name forecast_horizon frequency time_series_id_column_names target_lags "
        "country_or_region_for_holidays"
    ),
    "sweep": "sampling_algorithm early_termination",
    "task": "type code entry_script environment program_arguments append_row_to",
    "validation_data": "path type",
}
WORDS = {
    "inputs.*.type": "uri_folder string uri_file mltable integer number mlflow_model boolean custom_model",
    "outputs.*.type": "uri_file uri_folder mlflow_model mltable custom_model",
    "inputs.*.mode": "direct ro_mount download",
    "outputs.*.mode": "upload rw_mount direct",
    "jobs.*.type": "command pipeline parallel spark automl",
    "data.type": "uri_folder uri_file mltable",
    "distribution.type": "pytorch mpi tensorflow",
    "model.type": "mlflow_model triton_model",
    "identity.type": "user_assigned user_identity system_assigned",
}


def table_place(kind: str, path: Path) -> str:
    """The mapping at `path` as the tables name it: `inputs.*` for an input, the kind for a whole file."""
    names = [part for part in path if isinstance(part, str)]
    if not names:
        return kind
    if len(names) > 1 and names[-2] in _NAMED and (len(names) == 2 or names[-3] not in _NAMED):
        return f"{names[-2]}.*"
    return names[-1]


def key_rank(place: str, key: str) -> int:
    """How early a key is needed there: 0 for the most frequent one."""
    return _ranks(KEYS.get(place, "")).get(key, _LAST)


def by_use(place: str, words: Iterable[str]) -> list[str]:
    """The words of a value, the most frequent first."""
    ranks = _ranks(WORDS.get(place, ""))
    return sorted(words, key=lambda word: ranks.get(word, _LAST))


@cache
def _ranks(names: str) -> dict[str, int]:
    return {name: at for at, name in enumerate(names.split())}
