"""Which of some words was meant by a mistyped one."""

from collections.abc import Iterable
from difflib import SequenceMatcher


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word most like `word`, whatever the case of its letters; None when none is like it."""
    words = list(words)
    lowered = word.lower()
    begun = [one for one in words if len(word) > 2 and one.lower().startswith(lowered)]
    if len(begun) == 1:
        return begun[0]
    best, best_ratio = None, 0.65
    for candidate in words:
        if candidate.lower() == lowered:
            return candidate
        matcher = SequenceMatcher(None, lowered, candidate.lower())
        if matcher.real_quick_ratio() > best_ratio and (ratio := matcher.ratio()) > best_ratio:
            best, best_ratio = candidate, ratio
    return best


def likeness(word: str, other: str) -> float:
    """How alike two words are, from 0 to 1, whatever the case of their letters."""
    return SequenceMatcher(None, word.lower(), other.lower()).ratio()
