"""What a Dockerfile says: the images it begins from, and what only BuildKit understands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_DIRECTIVE = re.compile(r"#\s*(?P<name>\w+)\s*=\s*(?P<value>\S.*?)\s*")
_HEREDOC = re.compile(r"(?<!<)<<-?(?P<quote>[\"']?)(?P<name>[A-Za-z_]\w*)(?P=quote)(?!\w)")
_FROM = re.compile(r"(?:--platform=\S+\s+)?(?P<image>\S+)(?:\s+AS\s+(?P<stage>\S+))?\s*", re.IGNORECASE)
_VARIABLE = re.compile(r"\$(?:(?P<plain>\w+)|\{(?P<name>\w+)(?::-(?P<default>[^}]*))?\})")
_OPTIONS = {
    "RUN": ("--mount", "--network", "--security"),
    "COPY": ("--link", "--chmod", "--parents", "--exclude"),
    "ADD": ("--link", "--chmod", "--checksum", "--exclude", "--keep-git-dir", "--unpack"),
}
_PLATFORM = re.compile(r"(?:BUILD|TARGET)(?:PLATFORM|OS|ARCH|VARIANT)")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction, its continued lines in one piece."""

    line: int
    word: str
    rest: str


@dataclass(frozen=True, slots=True)
class Feature:
    """Something that only BuildKit understands."""

    line: int
    what: str


def bases(text: str) -> tuple[str, ...]:
    """The images that it begins from or copies from; those whose name is not known before are left out."""
    arguments: dict[str, str] = {}
    stages: set[str] = set()
    found: dict[str, None] = {}
    for each in instructions(text):
        if each.word == "ARG" and not stages and not found:
            argument, _, value = each.rest.partition("=")
            arguments[argument.strip()] = value.strip().strip("\"'")
        match = _FROM.fullmatch(each.rest) if each.word == "FROM" else None
        image: str | None = match["image"] if match else _copied_from(each)
        name = _substituted(image, arguments) if image else None
        if name and name.lower() not in {*stages, "scratch"} and not name.isdigit():
            found[name] = None
        if match and match["stage"]:
            stages.add(match["stage"].lower())
    return tuple(found)


def needs_buildkit(text: str) -> Feature | None:
    """The first thing that only BuildKit understands."""
    frontend = _directives(text).get("syntax", "")
    if frontend and not re.match(r"(docker\.io/)?docker/dockerfile(:|@|$)", frontend):
        return Feature(1, f"# syntax={frontend}")
    for each in instructions(text):
        if what := _feature(each):
            return Feature(each.line, what)
    return None


def instructions(text: str) -> Iterator[Instruction]:
    """The instructions in order; what stands in a heredoc is none."""
    escape = _directives(text).get("escape", "\\")
    lines = iter(enumerate(text.splitlines(), 1))
    for number, line in lines:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        whole = line.strip()
        while whole.endswith(escape):
            _, following = next(lines, (0, ""))
            more = following.strip()
            if more.startswith("#"):
                continue
            whole = f"{whole.removesuffix(escape).rstrip()} {more}"
        word, _, rest = whole.partition(" ")
        yield Instruction(number, word.upper(), rest.strip())
        if word.upper() in _OPTIONS:
            for heredoc in _HEREDOC.finditer(rest):
                _skip(lines, heredoc["name"])


def _skip(lines: Iterator[tuple[int, str]], name: str) -> None:
    for _, line in lines:
        if line.strip() == name:
            return


def _directives(text: str) -> dict[str, str]:
    """The comments at the top that say how to read the rest."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _DIRECTIVE.fullmatch(line.strip())
        if match is None:
            break
        found[match["name"].lower()] = match["value"]
    return found


def _copied_from(each: Instruction) -> str | None:
    if each.word not in {"COPY", "ADD"}:
        return None
    match = re.search(r"(?:^|\s)--from=(\S+)", each.rest)
    return match[1] if match else None


def _substituted(text: str, arguments: dict[str, str]) -> str | None:
    """The text with the values that arguments have by default; None where one has none."""
    known = True

    def value(match: re.Match[str]) -> str:
        nonlocal known
        found = arguments.get(match["plain"] or match["name"]) or match["default"]
        known = known and bool(found)
        return found or ""

    result = _VARIABLE.sub(value, text)
    return result if known else None


def _feature(each: Instruction) -> str | None:
    if each.word == "FROM" and (match := re.search(r"--platform=\$\{?" + _PLATFORM.pattern, each.rest)):
        return f"FROM {match[0]}"
    if each.word == "ARG" and _PLATFORM.fullmatch(each.rest):
        return f"ARG {each.rest}"
    for option in _OPTIONS.get(each.word, ()):
        if re.match(rf"(?:--\S+\s+)*{option}(?:=|\s)", each.rest):
            return f"{each.word} {option}"
    if each.word in _OPTIONS and (heredoc := _HEREDOC.search(each.rest)):
        return f"{each.word} {heredoc[0]}"
    return None
