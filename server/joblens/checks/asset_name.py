"""JL806: a reference whose name is a slip of the keyboard away from one that other files have: a hint.

The workspace may hold both, so nothing more is said of it. A letter in place of another is no slip: `cpu` and
`gpu` are different clusters.
"""

from __future__ import annotations

from collections.abc import Iterator

from joblens.checks.problem import Problem, Severity, did_you_mean, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.known_names import Asset, KnownName, KnownNames
from joblens.job.names_in_file import Place, references_in_file
from joblens.text.nodes import Scalar

CODE = "JL806"

_SHORTEST = 5


def problems(subject: Subject) -> Iterator[Problem]:
    """Every name that no other file has, but for one slip."""
    if subject.known_names is None or "azureml:" not in subject.document.text:
        return
    known: dict[Asset, dict[str, KnownName]] = {}
    for place in references_in_file(subject.document.text):
        names = known.setdefault(place.asset, _of(subject.known_names, place.asset))
        meant = _meant(place.name, names)
        if meant is not None and _is_text(subject, place):
            message = f"No other file here has the {place.asset} '{shortened(place.name, 40)}'."
            fix = replacement(meant, place.span)
            yield Problem(CODE, did_you_mean(message, meant), place.span, Severity.HINT, fix)


def _of(known: KnownNames, asset: Asset) -> dict[str, KnownName]:
    return {one.name: one for one in known.names(asset)}


def _meant(name: str, known: dict[str, KnownName]) -> str | None:
    """The name that other files have, where this one is just in this file."""
    own = known.get(name)
    if len(name) < _SHORTEST or (own is not None and (own.files > 1 or own.defined or own.in_cloud)):
        return None
    near = [one.name for one in known.values() if (one.files > 1 or one.defined) and _is_slip(name, one.name)]
    return near[0] if len(near) == 1 else None


def _is_slip(typed: str, meant: str) -> bool:
    """Whether one letter is missing, doubled or one too many, or two neighbours are exchanged."""
    longer, shorter = sorted((typed, meant), key=len, reverse=True)
    at = next(
        (i for i, (one, other) in enumerate(zip(longer, shorter, strict=False)) if one != other), len(shorter)
    )
    if len(longer) == len(shorter):
        exchanged = longer[:at] + longer[at + 1 : at + 2] + longer[at : at + 1] + longer[at + 2 :]
        return at < len(longer) - 1 and exchanged == shorter and longer[at : at + 2].isalpha()
    return longer[:at] + longer[at + 1 :] == shorter and longer[at].isalpha()


def _is_text(subject: Subject, place: Place) -> bool:
    """Whether the reference is a value of the document, and no comment or part of a command."""
    node = subject.tree.node_at(subject.tree.path_at(place.span.start))
    return (
        isinstance(node, Scalar) and node.span.start <= place.span.start < node.span.end and node.indent < 0
    )
