"""Why Azure or its client refused, in one sentence, and the next step.

Alone knows how azure-ai-ml and the services word their errors.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is told to the user."""

    message: str
    hint: str = ""
    missing: bool = False
    """The client itself is not installed."""


SIGN_IN = "Sign in with `az login`, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET."
_INSTALL = 'Install it with: pip install "joblens[azure]"'
_LONGEST = 300
_NOT_ALLOWED = "Ask for the role 'AzureML Data Scientist' on the workspace, or choose another workspace."
_FIX_THE_FILE = "Correct the job file; `joblens check` shows where."

_DETAILS = re.compile(r"\(x\)\s*(.+?)(?=\n\s*\n|\s+Resolutions:|\n?\(x\)|\Z)", re.DOTALL)
_SCHEMA_FAILED = re.compile(r"Validation for \w+ failed:?\s*(\{.*\})", re.DOTALL)
_NOISE = re.compile(r"\x1b\[[0-9;]*m")


def refusal(error: BaseException) -> Refusal:
    """The sentence for an error that azure-ai-ml, azure-identity or azure-core raised."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, ModuleNotFoundError):
        return Refusal("Submitting needs azure-ai-ml, which is not installed here.", _INSTALL, missing=True)
    if "ClientAuthenticationError" in names:
        return _sign_in(error)
    if names & {"ServiceRequestError", "ServiceResponseError"}:
        return Refusal(
            f"Azure could not be reached: {_shortened(str(error))}", "Check the network and its proxy."
        )
    if "HttpResponseError" in names:
        return _refused_request(error)
    return Refusal(sentence(str(error)), _FIX_THE_FILE if names & _OF_THE_FILE else "")


_OF_THE_FILE = {"ValidationError", "ValidationException", "MlException", "YAMLError"}


def sentence(text: str) -> str:
    """The sentence that matters in one of azure-ai-ml's long explanations."""
    text = _NOISE.sub("", text).strip()
    found = _from_schema(text)
    if found:
        return found
    details = _DETAILS.search(text)
    return _shortened(details[1] if details else text)


def _sign_in(error: BaseException) -> Refusal:
    status = getattr(error, "status_code", None)
    if status == 401:
        return Refusal("Azure did not accept the sign-in (401).", SIGN_IN)
    return Refusal("No account is signed in to Azure.", SIGN_IN)


def _refused_request(error: BaseException) -> Refusal:
    status = getattr(error, "status_code", None)
    inner = getattr(getattr(error, "error", None), "message", None)
    text = _shortened(str(inner or getattr(error, "message", None) or error))
    if status == 403:
        return Refusal(f"Azure refused (403): {text}", _NOT_ALLOWED)
    return Refusal(f"Azure refused ({status}): {text}" if status else f"Azure refused: {text}")


def _from_schema(text: str) -> str:
    """The first mistake that the client's schema found, with the key it is at."""
    for data in _json_in(text):
        for path, message in _messages(data):
            return _shortened(f"{path}: {message}" if path else message)
    return ""


def _json_in(text: str) -> Iterator[object]:
    """The first JSON object in a text, unwrapped."""
    starts = (match.start() for match in re.finditer(r"\{", text))
    found = next(filter(None, (_json_at(text, start) for start in starts)), None)
    if found is not None:
        yield _unwrapped(found)


def _json_at(text: str, start: int) -> object:
    try:
        return json.JSONDecoder().raw_decode(text, start)[0]
    except ValueError:
        return None


def _unwrapped(data: object) -> object:
    """The innermost report: the client wraps one as text in the `message` of another."""
    errors = data.get("errors") if isinstance(data, dict) else None
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return data
    message = str(first.get("message", ""))
    inner = next(_json_in(message), None)
    if inner is not None:
        return inner
    path = first.get("path")
    return {str(path): message} if path and path != "*" else message


def _messages(data: object, path: str = "") -> Iterator[tuple[str, str]]:
    """Every message of a nested report with its dotted path, the certain ones first."""
    if isinstance(data, str):
        yield path, data.strip().rstrip(".")
    elif isinstance(data, list):
        for item in data:
            yield from _messages(item, path)
    elif isinstance(data, dict):
        for key, value in data.items():
            below = path if key in ("_schema", "value") else f"{path}.{key}" if path else str(key)
            yield from _messages(value, below)


def _shortened(text: str) -> str:
    """The first sentence or line of a text, on one line, ended with a full stop."""
    paragraph = re.split(r"\n\s*\n", text.strip(), maxsplit=1)[0]
    line = re.sub(r"\s+", " ", paragraph).strip()
    first = re.match(r".{20,}?[.!](?=\s+[A-Z])", line)
    line = (first[0] if first else line).rstrip(". ")
    return (line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…") + "."
