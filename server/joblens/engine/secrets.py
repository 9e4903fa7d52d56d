"""Values that must not be written down: which ones those are, and how a supervisor gets them all the same."""

from __future__ import annotations

import functools
import json
import os
import re
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from joblens.errors import JobFileError

if TYPE_CHECKING:
    from joblens.job.model import At

HIDDEN = "***"
"""What stands in every record in place of a secret."""
CHANNEL = "JOBLENS_SECRETS"
"""The variable of a supervisor that has them: seen by nobody but its user, and gone with it."""
PERMITS = "JOBLENS_PERMITS"
"""The same for what downloads take (data/permits.py)."""

_NAME = (
    r"(^|_)(TOKEN|SECRETS?|PASSWORD|PASSWD|PASSPHRASE|PWD|CREDENTIALS?|PAT|SAS|CONNECTION_?STRING|CONN_?STR"
    r"|(API|ACCESS|ACCOUNT|PRIVATE|SECRET|STORAGE|SUBSCRIPTION|SIGNING|ENCRYPTION|SHARED|MASTER|AUTH)_?KEY"
    r"|KEY|APIKEY)(_|\d|$)"
)
_NO_SECRET = r"^(OLD)?PWD$|_(FILE|PATH|DIR|NAME|ID|URL|URI|TYPE|LENGTH|LIMIT)$|^MAX_|^NUM_"
_VALUE = (
    r"(AccountKey|SharedAccessKey|SharedAccessSignature|Password|Pwd)=[^;\s]{4}"
    r"|[?&](sig|token|api_key)=[^&\s]{8}"
    r"|^(ghp|gho|ghs|github_pat|hf|glpat|xox[abp]|sk(?=-))[-_][A-Za-z0-9_-]{16}"
    r"|^eyJ[A-Za-z0-9_-]{8,}\.eyJ|^AKIA[A-Z0-9]{12}|-----BEGIN [A-Z ]*PRIVATE KEY|://[^/\s:@]+:[^/\s@]+@"
)
_OURS = ("MLFLOW_*", "JOBLENS_*", "AZUREML_*", "*_PROXY", "*_proxy")
"""What the record of the run or the way out needs, secret or not."""


@functools.lru_cache(maxsize=256)
def is_secret(name: str, value: str) -> bool:
    """Whether a variable looks like one whose value nobody else may read."""
    named = _found(_NAME, name.upper()) and not _found(_NO_SECRET, name.upper())
    return bool(value) and (named or _found(_VALUE, value))


def _found(pattern: str, text: str) -> bool:
    """Whether the text has it; the patterns are dear to compile, and are at first need."""
    return re.search(pattern, text) is not None


def masked(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables as they may be shown and kept."""
    return {name: HIDDEN if is_secret(name, value) else value for name, value in variables.items()}


def masked_text(text: str, variables: Mapping[str, At[str]]) -> str:
    """A job file's text as it may be kept: `variables` are its own, with their places."""
    found = [one for name, one in variables.items() if is_secret(name, one.value)]
    for one in sorted(found, key=lambda one: one.span.start, reverse=True):
        start, end = one.span.start, one.span.end
        end -= len(text[start:end]) - len(text[start:end].rstrip())
        text = f'{text[:start]}"{HIDDEN}"{text[end:]}'
    return text


def given(variables: Mapping[str, str]) -> dict[str, str]:
    """The variables; one that a kept job file hides is taken from the caller's own environment."""
    for name, value in variables.items():
        if value == HIDDEN and name not in os.environ:
            raise JobFileError(
                f"The value of '{name}' is a secret, and was not kept with the run.",
                hint=f"Give it again: export {name}, or --set environment_variables.{name}=...",
            )
    return {name: os.environ[name] if value == HIDDEN else value for name, value in variables.items()}


def passed(variables: Mapping[str, str], allowed: Iterable[str]) -> dict[str, str]:
    """What a command gets of the caller's environment: no secrets, but those that `allowed` patterns name."""
    patterns = (*_OURS, *allowed)
    return {
        name: value
        for name, value in variables.items()
        if not is_secret(name, value) or any(fnmatchcase(name, pattern) for pattern in patterns)
    }


def handed_over(variables: Mapping[str, str]) -> dict[str, str]:
    """The variable that gives a supervisor what its plan only has hidden; none where nothing is."""
    hidden = {name: value for name, value in variables.items() if is_secret(name, value)}
    return {CHANNEL: json.dumps(hidden)} if hidden else {}


def taken_over(variables: Mapping[str, str]) -> dict[str, str]:
    """A kept plan's variables with what was handed over to this process, which nobody after it sees."""
    return {**variables, **json.loads(os.environ.pop(CHANNEL, "{}"))}
