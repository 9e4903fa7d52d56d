"""Why Azure or its client refused, in one sentence, and the next step.

Alone knows how azure-ai-ml and the services word their errors.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is told to the user."""

    message: str
    hint: str = ""
    cause: Literal["cloud", "job", "client", "canceled"] = "cloud"
    """Azure itself, the job file, that the client library cannot be used here, or the user."""
    details: str = ""
    """What was said, as it was said."""


SIGN_IN = "Sign in with `az login`, or set AZURE_CLIENT_ID, AZURE_TENANT_ID and AZURE_CLIENT_SECRET."
_INSTALL = f"Install it with: {sys.executable} -m pip install azure-ai-ml azure-identity"
_LONGEST = 300
_NOT_ALLOWED = "Ask for the role 'AzureML Data Scientist' on the workspace, or choose another workspace."
_FIX_THE_FILE = "Correct the job file; `joblens check` shows where."

_CHECK_THE_NAME = "Check the name, and which workspace it is looked for in."
_OF_THE_FILE = {"ValidationError", "ValidationException", "MlException", "YAMLError"}

_DETAILS = re.compile(r"\(x\)\s*(.+?)(?=\n\s*\n|\s+Resolutions:|\n?\(x\)|\Z)", re.DOTALL)
_NOT_IN_SET = re.compile(r"Value '?(?P<value>.*?)'? passed is not in set \[(?P<known>.*)\]")
_OUR_WORDS = (
    (r"Can't find directory or file in resolved absolute path: (.+)", r"There is no file or folder \1"),
    (r"No such file or directory: (.+)", r"There is no file or folder \1"),
    (r"Unknown field", "Azure ML does not know this key"),
    (r"Missing data for required field", "This key is required"),
    (
        r"Failed to extract version when parsing asset (?:azureml:)?(\S+) of type .*",
        r"'azureml:\1' lacks its version: write azureml:\1:VERSION or azureml:\1@latest",
    ),
)
"""What the client says in its own terms, and how to say it in the user's."""
_NOISE = re.compile(r"\x1b\[[0-9;]*m")


def refusal(error: BaseException) -> Refusal:
    """The sentence for an error that azure-ai-ml, azure-identity or azure-core raised."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] == "azure":
        return Refusal("Submitting needs azure-ai-ml, which is not installed here.", _INSTALL, "client")
    if "ClientAuthenticationError" in names:
        return _sign_in(error)
    if names & {"ServiceRequestError", "ServiceResponseError"}:
        return Refusal(
            f"Azure could not be reached: {_shortened(str(error))}", "Check the network and its proxy."
        )
    if "HttpResponseError" in names:
        return _refused_request(error)
    if names & _OF_THE_FILE:
        return Refusal(sentence(str(error)), _FIX_THE_FILE, "job")
    return Refusal(sentence(str(error)))


def sentence(text: str) -> str:
    """The sentence that matters in one of azure-ai-ml's long explanations."""
    text = _NOISE.sub("", text).strip() or "The Azure ML client gave no reason"
    found = _from_schema(text)
    if found:
        return found
    details = _DETAILS.search(text)
    return _in_our_words(_shortened(details[1] if details else text))


def _in_our_words(text: str) -> str:
    text = text.rstrip(".")
    for theirs, ours in _OUR_WORDS:
        text = re.sub(f"{theirs}$", ours, text)
    return f"{text}."


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
    if status == 404:
        return Refusal(f"Azure refused (404): {text}", _CHECK_THE_NAME)
    return Refusal(f"Azure refused ({status}): {text}" if status else f"Azure refused: {text}")


def _from_schema(text: str) -> str:
    """The first mistake that the client's schema found, with the key it is at."""
    found = [mistake for data in _json_in(text) for mistake in _messages(data)]
    if not found:
        return ""
    path, message = found[0]
    same = [said for at, said in found if at == path]
    message = _in_our_words(_shortened(_one_of_all(same) or message))
    return f"{path}: {message}" if path else message


def _one_of_all(messages: list[str]) -> str:
    """One message for a value that none of several shapes allows; each shape told only its own words."""
    told = [match for match in map(_NOT_IN_SET.match, messages) if match]
    known = dict.fromkeys(word for match in told for word in match["known"].split(", "))
    return f"'{told[0]['value']}' is none of {', '.join(known)}" if told else ""


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
