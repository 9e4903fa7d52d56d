"""The sentence that matters in what azure-ai-ml says at length; alone knows how it words its explanations."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_LONGEST = 300
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


def sentence(text: str) -> str:
    """The sentence that matters in one of azure-ai-ml's long explanations."""
    text = _NOISE.sub("", text).strip() or "The Azure ML client gave no reason"
    found = _from_schema(text)
    if found:
        return found
    details = _DETAILS.search(text)
    return _in_our_words(shortened(details[1] if details else text))


def _in_our_words(text: str) -> str:
    text = text.rstrip(".")
    for theirs, ours in _OUR_WORDS:
        text = re.sub(f"{theirs}$", ours, text)
    return f"{text}."


def _from_schema(text: str) -> str:
    """The first mistake that the client's schema found, with the key it is at."""
    found = [mistake for data in _json_in(text) for mistake in _messages(data)]
    if not found:
        return ""
    path, message = found[0]
    same = [said for at, said in found if at == path]
    message = _in_our_words(shortened(_one_of_all(same) or message))
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


def shortened(text: str) -> str:
    """The first sentence or line of a text, on one line, ended with a full stop."""
    paragraph = re.split(r"\n\s*\n", text.strip(), maxsplit=1)[0]
    line = re.sub(r"\s+", " ", paragraph).strip()
    first = re.match(r".{20,}?[.!](?=\s+[A-Z])", line)
    line = (first[0] if first else line).rstrip(". ")
    return (line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…") + "."
