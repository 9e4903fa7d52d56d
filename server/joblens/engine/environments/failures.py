"""Why an environment could not be built: what the tools print at length, in a line, with the next step."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from joblens.errors import EnvironmentBuildError

_LOOK = "Mend the environment's file, or run with --environment this-python."
_MARKS = re.compile(r"^\s*(?:[×├╰─▶│⚠]+|error:|cause:|Caused by:|hint:)\s*", re.MULTILINE)
_PACKAGE = r"(?P<package>[A-Za-z0-9][\w.\-\[\]]*(?:[<>=!~]=?[^\s,`]+)?(?:,[<>=!~]=?[^\s,`]+)*)"


class UnsolvableError(EnvironmentBuildError):
    """The requirements cannot all be had for that Python; others might."""


class UnbuiltError(UnsolvableError):
    """A package has no ready-made file, and its source cannot be built here."""

    package = ""
    """Its name."""


class UnreachableError(EnvironmentBuildError):
    """Whoever has the packages does not answer."""


@dataclass(frozen=True, slots=True)
class _Cause:
    pattern: str
    """Compiled when a build has failed: most runs never need it."""
    told: Callable[[re.Match[str]], str]
    hint: str
    kind: type[EnvironmentBuildError] = EnvironmentBuildError


def explained(said: str, tool: str, code: int) -> EnvironmentBuildError:
    """The error in what a tool said before it ended with `code`."""
    text = " ".join(_MARKS.sub(" ", said).split())
    for cause in _CAUSES:
        match = re.search(cause.pattern, text, re.IGNORECASE)
        if match is not None:
            error = cause.kind(f"The environment could not be built: {cause.told(match)}.", hint=cause.hint)
            if isinstance(error, UnbuiltError):
                error.package = re.split(r"[^\w.\-]", match["package"])[0]
            return error
    last = next((line.strip() for line in reversed(said.splitlines()) if line.strip()), "")
    words = f": {_MARKS.sub('', last)[:200]}" if last else ""
    return EnvironmentBuildError(
        f"The environment could not be built: {tool} ended with {code}{words}.".replace("..", "."), hint=_LOOK
    )


def _cause(
    pattern: str,
    told: str | Callable[[re.Match[str]], str],
    hint: str = _LOOK,
    kind: type[EnvironmentBuildError] = EnvironmentBuildError,
) -> _Cause:
    def fill(match: re.Match[str]) -> str:
        return told.format(**match.groupdict()) if isinstance(told, str) else told(match)

    return _Cause(pattern, fill, hint, kind)


def _conflict(match: re.Match[str]) -> str:
    """uv's own reasoning, without its last sentence, which says what is known already."""
    words = re.sub(
        r",? (?:we can conclude|it follows) that your requirements are unsatisfiable\.?", "", match["why"]
    )
    words = re.split(r"\s(?:And because|\[std)", words)[0] if len(words) > 300 else words
    return "the requirements contradict each other: " + words.strip(" .")[:300]


def _no_build(match: re.Match[str]) -> str:
    missing = re.search(r"command '(?:[^']*/)?([^'/]+)' failed: No such file", match.string)
    header = re.search(r"fatal error: (\S+): No such file", match.string)
    module = re.search(r"No module named '([^']+)'", match.string)
    why = (
        f"it needs the compiler '{missing[1]}'"
        if missing
        else f"it needs the file {header[1]}"
        if header
        else f"its build needs the module '{module[1]}'"
        if module
        else "there is no ready-made file for this Python, and its own build failed"
    )
    return f"'{match['package']}' could not be built from its source: {why}"


_CAUSES = (
    _cause(
        r"No space left on device|os error 28\b|Disk quota exceeded|os error 122\b",
        "the disk is full",
        "Make room on that disk, then try again; 'joblens env prune' removes what no run uses.",
    ),
    _cause(
        r"Couldn't parse requirement in `[^`]*`(?: at position \d+)?:?\s*(?P<why>.*)$",
        lambda match: "a requirement cannot be read: " + match["why"].strip(" .^")[:200],
    ),
    _cause(r"Error parsing included file.*?`(?P<file>[^`]+)`: No such", "there is no file {file}"),
    _cause(
        rf"Failed to build `?{_PACKAGE}",
        _no_build,
        "Ask for a version that has a wheel for this Python, install what is missing, or use a container.",
        UnbuiltError,
    ),
    _cause(
        rf"Failed to download and build `?{_PACKAGE}(?=.*build-system\.requires.*No solution)",
        "'{package}' could not be built from its source: what its build needs is not there for this Python",
        "Ask for a version that has a wheel for this Python, or use a container.",
        UnbuiltError,
    ),
    _cause(
        r"(?:Failed to fetch|error sending request for url \(|Could not connect).*?(?P<url>https?://[^\s/`)]+)"
        r"(?!.*(?:404|No solution))",
        "{url} does not answer",
        "Check the network, or pip's settings of indexes and proxies, which hold here too.",
        UnreachableError,
    ),
    _cause(
        rf"Hash mismatch for `?{_PACKAGE}",
        "what the index has for '{package}' is not what its hash in the requirements says",
    ),
    _cause(
        rf"Python version \((?P<python>[^)]*)\) does not satisfy Python(?P<range>[<>=!~.,*\d]+) and "
        rf"{_PACKAGE} depends on",
        "'{package}' needs Python {range}, and the environment has {python}",
        "Change the version of Python or of the package in the environment's file.",
        UnsolvableError,
    ),
    _cause(
        rf"Because {_PACKAGE} was not found in the (?:package registry|provided package locations)",
        "no index has '{package}'",
        "Check its name; a package of your own needs its index in pip's settings or as --extra-index-url.",
        UnsolvableError,
    ),
    _cause(
        rf"Because (?:there is no version of|only .*? (?:is|are) available.*?you require) {_PACKAGE}",
        "there is no '{package}' for this Python",
        "Ask for a version that there is.",
        UnsolvableError,
    ),
    _cause(
        rf"{_PACKAGE} has no (?:usable )?wheels",
        "'{package}' has no ready-made file for this Python and machine",
        "Ask for a version that has one, or run it in a container.",
        UnsolvableError,
    ),
    _cause(r"No solution found.*?(?P<why>Because .*)$", _conflict, _LOOK, UnsolvableError),
)
