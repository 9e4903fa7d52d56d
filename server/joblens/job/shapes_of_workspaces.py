"""Whether top-level keys are those of a workspace, of what it connects to, or of a feature store."""

from __future__ import annotations

from joblens.job.top_keys import Keys, begins, below, folded, has, has_some, typed
from joblens.text.nodes import Sequence

_RESOURCES = ("storage_account", "key_vault", "application_insights", "container_registry")
_SECRETS = "usernamepassword accesskey accountkey apikey pat sas managedidentity serviceprincipal aad none"
_CREDENTIALS = frozenset(_SECRETS.split())
_CONNECTIONS = (
    "git container_registry python_feed s3 snowflake azure_sql_db azure_synapse_analytics azure_my_sql_db"
    " azure_postgres_db custom azure_data_lake_gen2"
)


def is_workspace(keys: Keys) -> bool:
    """Azure resources that belong together, by their full names, or the mark of a sensitive workspace."""
    resources = [key for key in _RESOURCES if begins(keys, key, "/subscriptions/")]
    return "name" in keys and ("hbi_workspace" in keys or len(resources) > 1)


def is_feature_store(keys: Keys) -> bool:
    """What materializes features: another tool's feature store has neither."""
    runtime = has(below(keys.get("compute_runtime")), "spark_runtime_version")
    return "name" in keys and (runtime or "materialization_identity" in keys)


def is_feature_set(keys: Keys) -> bool:
    """A specification in a folder, for entities."""
    specified = has(below(keys.get("specification")), "path")
    return "name" in keys and specified and isinstance(keys.get("entities"), Sequence)


def is_feature_store_entity(keys: Keys) -> bool:
    """The columns that name an entity."""
    columns = keys.get("index_columns")
    plain = not has_some(keys, "features", "source")  # a feature set's specification has these beside it
    return has(keys, "name", "version") and plain and isinstance(columns, Sequence)


def is_connection(keys: Keys) -> bool:
    """A target with credentials of a known type."""
    secret = folded(below(keys.get("credentials")), "type")
    return has(keys, "name", "target") and typed(keys, _CONNECTIONS) and secret in _CREDENTIALS
