"""Random edits of public files, the same for the same seed: what fingers, merges and tools do to a text."""

import os
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.shared_data import CORPUS

EDITS = int(os.environ.get("JOBLENS_EDITS", "5000"))
"""How many edits are tried."""

PIECES = (
    *(":", ": ", "-", "- ", "#", " #", "\t", " ", "  ", "\n", "\n\n", "\n  ", "\r", "\r\n", "\u2028", "\x85"),
    *(
        "'",
        '"',
        "''",
        "[",
        "]",
        "{",
        "}",
        ",",
        "|",
        "|-\n",
        ">",
        ">+\n",
        "? ",
        "&a ",
        "*a",
        "<<: *a",
        "!!str ",
    ),
    *(
        "${{",
        "}}",
        "${{inputs.",
        "${{parent.jobs.",
        "${{search_space.x}}",
        "{inputs.x}",
        "$",
        "$[[ ",
        "]]",
        ".",
    ),
    *(
        "---\n",
        "...\n",
        "%YAML 1.1\n",
        "null",
        "true",
        "010",
        "1e3",
        "azureml:",
        "azureml:a:1",
        "@latest",
        "../",
    ),
    *(
        "type: ",
        "type: sweep\n",
        "inputs:\n",
        "jobs:\n  a:\n",
        "search_space: {",
        "command: ",
        "$schema: ",
        "x",
    ),
    *("😀", "é", "\ufeff", "\x00", "\ud800", "\\", "\\x", "\\u12"),
)

Edit = Callable[[random.Random, str], str]


def edited(seed: int) -> tuple[Path, str, int]:
    """A file, its text after some edits, and a place where something was edited."""
    chance = random.Random(seed)
    file = chance.choice(_files())
    text, at = file.read_text("utf-8", errors="surrogateescape"), 0
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        before = text
        text = chance.choice(_EDITS)(chance, text)
        at = next(
            (i for i, pair in enumerate(zip(before, text, strict=False)) if pair[0] != pair[1]), len(text)
        )
    return file, text, min(at + chance.choice((0, 0, 1, 2)), len(text))


@cache
def _files() -> list[Path]:
    folders = ("examples", "preview", "broken")
    found = [file for folder in folders for file in sorted((CORPUS / folder).rglob("*.y*ml"))]
    return [file for file in found if file.stat().st_size < 8000]


def _delete(chance: random.Random, text: str) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + text[at + chance.choice((1, 1, 2, 5, 20, 80)) :]


def _insert(chance: random.Random, text: str) -> str:
    at = chance.randint(0, len(text))
    return text[:at] + chance.choice(PIECES) + text[at:]


def _insert_behind_a_key(chance: random.Random, text: str) -> str:
    at = text.find(":", chance.randint(0, len(text))) + 1
    return text[:at] + chance.choice((" ", "", "\n")) + chance.choice(PIECES) + text[at:]


def _truncate(chance: random.Random, text: str) -> str:
    return text[: chance.randint(0, len(text))]


def _cut_line(chance: random.Random, text: str) -> str:
    at = chance.randint(0, len(text))
    end = text.find("\n", at)
    return text[:at] + (text[end:] if end >= 0 else "")


def _duplicate_lines(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.randint(0, len(lines))
    some = lines[at : at + chance.choice((1, 1, 2, 5))]
    return "".join([*lines[:at], *some, *lines[at:]])


def _move_lines(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.randint(0, len(lines))
    end = at + chance.choice((1, 1, 3))
    some, rest = lines[at:end], lines[:at] + lines[end:]
    to = chance.randint(0, len(rest))
    return "".join([*rest[:to], *some, *rest[to:]])


def _indent_lines(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    at, margin = chance.randint(0, len(lines)), chance.choice((" ", "  ", "\t"))
    end = at + chance.choice((1, 2, 5))
    return "".join([*lines[:at], *(margin + line for line in lines[at:end]), *lines[end:]])


def _outdent_line(chance: random.Random, text: str) -> str:
    lines = text.splitlines(keepends=True)
    at = chance.randint(0, len(lines))
    return "".join([*lines[:at], *(line.lstrip(" ") for line in lines[at : at + 1]), *lines[at + 1 :]])


def _swap_line_ends(chance: random.Random, text: str) -> str:
    return text.replace("\n", chance.choice(("\r\n", "\r", "\n\n")))


def _swap_indentation(chance: random.Random, text: str) -> str:
    return text.replace("  ", chance.choice(("\t", "    ", " ")))


def _join_lines(chance: random.Random, text: str) -> str:
    at = text.find("\n", chance.randint(0, len(text)))
    return text[:at] + text[at + 1 :] if at >= 0 else text


_EDITS: tuple[Edit, ...] = (
    *(_delete, _delete, _insert, _insert, _insert, _insert_behind_a_key, _insert_behind_a_key),
    *(_truncate, _cut_line, _cut_line, _duplicate_lines, _move_lines, _indent_lines, _outdent_line),
    *(_swap_line_ends, _swap_indentation, _join_lines),
)
