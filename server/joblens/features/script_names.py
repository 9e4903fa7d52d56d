"""Completion inside a command: the scripts of the code folder, and environment variables."""

from __future__ import annotations

import re

from joblens.checks.subject import Subject
from joblens.features.path_keys import Wanted, code_folder
from joblens.features.path_names import names_in
from joblens.features.proposal import Completion
from joblens.features.variable_names import variables_in
from joblens.text.locate import Place
from joblens.text.nodes import Path, Span

_WORD = r"(?P<folder>(?:[\w.\-]+/)*)(?P<name>[\w.\-]*)$"
_STARTS = r"(?:^|[\s;&|('\"])"
# Flags whose value could be taken for the script are left alone: `--flag=value` is clear.
_FLAGS = r"(?:--?[\w-]+=\S+\s+|-[uOBEsSI]+\s+)*"
_PYTHON = re.compile(rf"{_STARTS}(?:python[\d.]*|torchrun|deepspeed|accelerate\s+launch)\s+{_FLAGS}{_WORD}")
_SHELL = re.compile(rf"{_STARTS}(?:bash|sh|source)\s+{_WORD}")
_MOVES = re.compile(rf"{_STARTS}(?:cd|pushd)\s")
_REST = re.compile(r"[\w.\-/]*")
_LONGEST_REACH = 2_000


def script_names(subject: Subject, place: Place, offset: int) -> list[Completion]:
    """The scripts and variables that a command may go on with at `offset`; nothing outside of commands."""
    path = place.path
    if path[-1:] != ("command",) or place.kind not in ("value", "text") or place.node is None:
        return []
    start = max(place.node.span.start, offset - _LONGEST_REACH)
    before = subject.document.text[start:offset]
    found = variables_in(subject, before, path[:-1], offset)
    return found or _scripts(subject, before, path[:-1], offset)


def _scripts(subject: Subject, before: str, job: Path, offset: int) -> list[Completion]:
    for pattern, suffix in ((_PYTHON, ".py"), (_SHELL, ".sh")):
        typed = pattern.search(before)
        base = code_folder(subject, job) if typed is not None and subject.disk is not None else None
        if typed is None or base is None or _MOVES.search(before):
            continue
        rest = _REST.match(subject.document.text, offset)
        span = Span(offset - len(typed["folder"] + typed["name"]), rest.end() if rest is not None else offset)
        names = names_in(subject, Wanted((suffix,), base), typed["folder"], typed["name"])
        return [_proposal(typed["folder"], name, span) for name in names if " " not in name]
    return []


def _proposal(folder: str, name: str, span: Span) -> Completion:
    is_folder = name.endswith("/")
    text = folder + name
    return Completion(name, text, "folder" if is_folder else "path", span, goes_on=is_folder, typed=text)
