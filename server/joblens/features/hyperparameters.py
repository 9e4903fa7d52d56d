"""Completion of a hyperparameter's type: the word, and the keys that this distribution needs."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.text.locate import Place
from joblens.text.nodes import Mapping

_BOUNDS = ("min_value", "max_value")
_NEEDED = {
    "choice": ("values",),
    "randint": ("upper",),
    **dict.fromkeys(("uniform", "loguniform"), _BOUNDS),
    **dict.fromkeys(("quniform", "qloguniform"), (*_BOUNDS, "q")),
    **dict.fromkeys(("normal", "lognormal"), ("mu", "sigma")),
    **dict.fromkeys(("qnormal", "qlognormal"), ("mu", "sigma", "q")),
}


def with_needed_keys(subject: Subject, place: Place, word: str) -> str:
    """The word as it is written at `place`, with those of the needed keys that are not there yet."""
    missing = [key for key in _NEEDED.get(word, ()) if key not in _present(subject, place)]
    if not _is_type(place) or not missing:
        return word
    # The cursor visits $1, $2, ... and ends at $0.
    stops = [*range(1, len(missing)), 0]
    entries = [f"{key}: {_value(key, stop)}" for key, stop in zip(missing, stops, strict=True)]
    if isinstance(place.collection, Mapping) and place.collection.indent < 0:
        return ", ".join([word, *entries])
    # The editor indents the lines of a snippet as it does the line that the cursor is in.
    return "\n".join([word, *entries]) if _starts_its_line(subject, place) else word


def _is_type(place: Place) -> bool:
    return place.path[-1:] == ("type",) and place.path[-3:-2] == ("search_space",)


def _present(subject: Subject, place: Place) -> set[str]:
    return set(subject.tree.entries(place.collection)) if isinstance(place.collection, Mapping) else set()


def _starts_its_line(subject: Subject, place: Place) -> bool:
    if place.pair is None:
        return False
    line, column = subject.document.position(place.pair.key.span.start)
    return not subject.document.line_text(line)[:column].strip(" ")


def _value(key: str, stop: int) -> str:
    return f"[${stop}]" if key == "values" else f"${stop}"
