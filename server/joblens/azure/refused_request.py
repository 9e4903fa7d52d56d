"""What it means that Azure answered with an error: by its status, its code, and what was asked for."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from joblens.azure.explained import shortened

Told = tuple[str, str]
"""What happened, and the next step."""

_OVER = {"AuthenticationFailed", "ExpiredToken", "InvalidAuthenticationInfo", "ExpiredAuthenticationToken"}
_NOT_ALLOWED = "Ask for the role 'AzureML Data Scientist' on the workspace, or choose another workspace."
_CHECK_THE_NAME = "Check the name, and which workspace it is looked for in."
SIGN_IN = "Sign in with `az login`, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET."
_TENANT = "Sign in where the subscription is: `az login --tenant TENANT`."
_AGAIN = "Try again in some minutes; https://status.azure.com tells of disturbances."

_STORAGE: dict[str, Told] = {
    "AuthenticationFailed": (
        "The storage of the workspace no longer accepts what was given to upload with (403).",
        "Submit again; check this machine's clock if it stays so.",
    ),
    "AuthorizationPermissionMismatch": (
        "Your account may not write to the storage of the workspace (403).",
        "Ask for the role 'Storage Blob Data Contributor' on the storage account.",
    ),
    "AuthorizationFailure": (
        "The storage of the workspace does not let this machine in (403).",
        "Submit from a network that its firewall allows, or have this one added.",
    ),
    "KeyBasedAuthenticationNotPermitted": (
        "The storage of the workspace takes no keys, but the datastore is set up with one (403).",
        "Have the datastore use your identity, or keys allowed on the storage account.",
    ),
}
_ACTION = re.compile(r"perform action '(?:Microsoft\.MachineLearningServices/)?([^']+)'")
_NO_COMPUTE = re.compile(
    r"Unknown compute target '([^']+)'|Not found compute with name ([\w-]+)"
    r"|\(\w*NotFound\) The [^\n]*?[Cc]omputes?[/ ]'?([\w-]+)'? (?:was )?not found"
)
"""What the service says of a single job, and the client of a pipeline."""
_COMPUTE_STEP = "Make it with `joblens compute create --name {}`, or see `joblens compute list`."
_KINDS = {
    "computes": "compute",
    "environments": "environment",
    "data": "data asset",
    "datastores": "datastore",
    "models": "model",
    "components": "component",
    "jobs": "job",
}
_ASSET = re.compile(r"/(workspaces|registries)/([^/]+)/(\w+)/([^/]+)(?:/(?:versions|labels)/([^/]+))?$")
_NOT_THERE = {
    "SubscriptionNotFound": "There is no such subscription, or your account does not see it (404)",
    "ResourceGroupNotFound": "There is no such resource group (404)",
}


def is_sign_in_over(error: BaseException) -> bool:
    """Whether a new sign-in is all that is missing."""
    status = getattr(error, "status_code", None)
    return status == 401 or (status == 403 and _code(error) in _OVER)


def told(error: BaseException) -> Told:
    """What is said of an azure-core HttpResponseError."""
    status = getattr(error, "status_code", None)
    text = _text(error)
    by_status = {401: _unknown, 403: _forbidden, 404: _missing, 409: _conflict, 429: _throttled}
    if status in by_status:
        return by_status[status](error, text)
    if isinstance(status, int) and status >= 500:
        return f"Azure has a fault of its own at the moment ({status}): {text}", _AGAIN
    return f"Azure refused ({status}): {text}" if status else f"Azure refused: {text}", ""


def missing_compute(text: str) -> Told | None:
    """What is said of a compute that a job names, and the workspace does not have."""
    found = _NO_COMPUTE.search(text)
    if found is None:
        return None
    name = next(filter(None, found.groups()))
    return f"The workspace has no compute '{name}'.", _COMPUTE_STEP.format(name)


def _unknown(error: BaseException, _text: str) -> Told:
    if _code(error) == "InvalidAuthenticationTokenTenant":
        return "The sign-in is for another tenant than the subscription's (401).", _TENANT
    return "Azure did not accept the sign-in (401).", SIGN_IN


def _forbidden(error: BaseException, text: str) -> Told:
    known = _STORAGE.get(_code(error))
    if known is not None and _is_of_storage(error):
        return known
    action = _ACTION.search(_whole(error))
    if action:
        return f"Your account may not do this here (403): {action[1]} is not allowed to it.", _NOT_ALLOWED
    return f"Azure refused (403): {text}", _NOT_ALLOWED


def _missing(error: BaseException, text: str) -> Told:
    if _code(error) in _NOT_THERE:
        return f"{_NOT_THERE[_code(error)]}.", "Check the workspace's address; `joblens` takes it as az does."
    asset = _ASSET.search(unquote(urlsplit(_address(error)).path))
    kind = _KINDS.get(asset[3]) if asset else None
    if asset is None or kind is None or kind == "job":
        return f"Azure refused (404): {text}", _CHECK_THE_NAME
    holder = "workspace" if asset[1] == "workspaces" else "registry"
    name = f"{asset[4]}:{asset[5]}" if asset[5] else asset[4]
    said = f"The {holder} '{asset[2]}' has no {kind} '{name}' (404)."
    if kind == "compute":
        return said, _COMPUTE_STEP.format(name)
    listing = {"environment": "joblens environment list", "data asset": "joblens data list"}.get(kind)
    return said, f"`{listing}` shows what there is." if listing else _CHECK_THE_NAME


def _conflict(_error: BaseException, text: str) -> Told:
    return f"Azure refused (409): {text}", "If the name is taken, give another one with `--name`."


def _throttled(error: BaseException, _text: str) -> Told:
    after = str(getattr(getattr(error, "response", None), "headers", {}).get("Retry-After", ""))
    when = f"in {after} seconds" if after.isdecimal() else "in a minute"
    return "Azure takes no more requests from you at the moment (429).", f"Try again {when}."


def _text(error: BaseException) -> str:
    inner = getattr(getattr(error, "error", None), "message", None)
    return shortened(str(inner or getattr(error, "message", None) or error))


def _whole(error: BaseException) -> str:
    return f"{getattr(getattr(error, 'error', None), 'message', '')} {error}"


def _code(error: BaseException) -> str:
    """Azure's own word for what is wrong."""
    code = getattr(error, "error_code", None)  # of the storage: an enumeration
    code = getattr(code, "value", code) or getattr(getattr(error, "error", None), "code", None)
    return str(code or "")


def _address(error: BaseException) -> str:
    request = getattr(getattr(error, "response", None), "request", None)
    return str(getattr(request, "url", ""))


def _is_of_storage(error: BaseException) -> bool:
    headers = getattr(getattr(error, "response", None), "headers", None) or {}
    return "x-ms-error-code" in headers or getattr(error, "error_code", None) is not None
