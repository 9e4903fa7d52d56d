"""Which of some words was meant by a mistyped one."""

from collections.abc import Iterable
from difflib import SequenceMatcher


def nearest(word: str, words: Iterable[str]) -> str | None:
    """The word most like `word`, whatever the case of its letters; None when none is like it."""
    best, best_ratio = None, 0.65
    lowered = word.lower()
    for candidate in words:
        if candidate.lower() == lowered:
            return candidate
        matcher = SequenceMatcher(None, lowered, candidate.lower())
        if matcher.real_quick_ratio() > best_ratio and (ratio := matcher.ratio()) > best_ratio:
            best, best_ratio = candidate, ratio
    return best
