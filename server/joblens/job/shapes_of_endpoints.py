"""Whether top-level keys are those of an endpoint or of a deployment behind one."""

from __future__ import annotations

from joblens.job.top_keys import Keys, begins, folded, has, has_some

_KEYS = """
$schema name auth_mode description tags properties location identity id kind scoring_uri openapi_uri
provisioning_state defaults compute traffic mirror_traffic public_network_access
"""
_ENDPOINT = frozenset(_KEYS.split())
_AUTH_MODES = ("key", "amltoken", "aadtoken")
_ONLINE_DEPLOYMENT = (
    *("request_settings", "liveness_probe", "readiness_probe", "code_configuration", "scale_settings"),
    *("model_mount_path", "egress_public_network_access", "app_insights_enabled"),
)
_BATCH_OUTPUT = frozenset(("output_file_name", "output_action"))
_BATCH = _BATCH_OUTPUT | {
    *("mini_batch_size", "max_concurrency_per_instance", "retry_settings", "error_threshold")
}


def is_endpoint(keys: Keys) -> bool:
    """A named way to sign in, and no key that no endpoint has."""
    return (
        has(keys, "name", "auth_mode")
        and keys.keys() <= _ENDPOINT
        and folded(keys, "auth_mode") in _AUTH_MODES
    )


def is_online_endpoint(keys: Keys) -> bool:
    """An endpoint with what no batch endpoint has; a token of the directory alone opens both."""
    online = has_some(keys, "traffic", "mirror_traffic", "public_network_access")
    return is_endpoint(keys) and (online or folded(keys, "auth_mode") != "aadtoken")


def is_online_deployment(keys: Keys) -> bool:
    """Instances behind an endpoint, or of Azure and with what only a deployment has."""
    if not has(keys, "name", "instance_type", "instance_count") or begins(keys, "instance_type", "ml."):
        return False  # other clouds have endpoints with instances, too
    if "endpoint_name" in keys:
        return True
    return begins(keys, "instance_type", "standard_") and has_some(keys, *_ONLINE_DEPLOYMENT)


def is_batch_deployment(keys: Keys) -> bool:
    """Batches that go to an endpoint or into a file."""
    somewhere = has_some(keys, "endpoint_name", *_BATCH_OUTPUT)
    return "type" not in keys and somewhere and len(_BATCH & keys.keys()) > 1
