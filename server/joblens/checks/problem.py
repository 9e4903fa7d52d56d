"""What a check reports: a code, a message, the text to blame, how bad it is, a fix where one is certain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from joblens.text.nodes import Span

MOST = 119
"""So long may a message be."""


class Severity(Enum):
    """How bad a problem is; an error is certain from the files at hand."""

    ERROR = "error"
    WARNING = "warning"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Fix:
    """An edit that mends the problem: `text` takes the place of `span`."""

    title: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a job."""

    code: str
    message: str
    """Under 120 characters: the key, the value and the way out."""
    span: Span
    severity: Severity = Severity.ERROR
    fix: Fix | None = None
    """The way out that is most likely meant."""
    others: tuple[Fix, ...] = ()
    """Other ways out, to choose from."""


def replacement(word: str, span: Span) -> Fix:
    """The fix that writes `word` in place of what is at `span`."""
    return Fix(f"Change to '{word}'", span, word)


def shortened(text: str, length: int = 40) -> str:
    """A value as a message shows it: on one line, cut where it is long."""
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 3] + "..."


def did_you_mean(said: str, meant: str) -> str:
    """A message that asks for the word that was meant; a long word is cut where it would not fit."""
    question = f"{said} Did you mean ''?"
    return f"{question[:-2]}{shortened(meant, max(MOST - len(question), 12))}'?"


def one_of(said: str, words: list[str], most: int = 60) -> str:
    """A message that ends with the words to choose from, as many as there is room for."""
    whole = ", ".join(words)
    if len(whole) <= min(MOST - len(said) - len(" ."), most):
        return f"{said} {whole}."
    return f"{said} {listed(words, min(MOST - len(said) - len(' , and 99 more.'), most))}."


def listed(words: list[str], most: int = 60) -> str:
    """Words as a message lists them: as many as fit in `most` characters, and how many there are besides."""
    shown: list[str] = []
    for word in words:
        if shown and len(", ".join([*shown, word])) > most:
            return f"{', '.join(shown)}, and {len(words) - len(shown)} more"
        shown.append(shortened(word, max(most, 12)))
    return ", ".join(shown)
