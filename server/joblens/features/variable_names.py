"""Environment variables: those that a job sets for its program, and those that a running job has."""

from __future__ import annotations

import re

from joblens.checks.subject import Subject
from joblens.features.key_names import present_keys
from joblens.features.proposal import Completion
from joblens.features.variables import SET_BY_USERS, set_by_azure
from joblens.job.fields import Fields
from joblens.text.locate import Place
from joblens.text.nodes import Mapping, Path, Span

_STARTED = re.compile(r"(?<!\$)\$(\{?)(\w*)$")
_REST = re.compile(r"\w*")
_LOOKS_LIKE_NO_TEXT = re.compile(r"[\d.]+|true|false", re.IGNORECASE)


def variables_to_set(subject: Subject, place: Place) -> list[Completion]:
    """The variables that are often set under `environment_variables`, where the cursor is at a key there."""
    if place.kind != "key" or place.path[-1:] != ("environment_variables",):
        return []
    present = present_keys(subject, place)
    return [
        Completion(
            one.name,
            one.name if place.has_colon else f"{one.name}: {_value(one.value)}",
            "variable",
            place.span,
            documentation=one.about,
        )
        for one in SET_BY_USERS
        if one.name not in present
    ]


def _value(usual: str) -> str:
    # Azure ML takes texts alone: a number or a Boolean stands in quotes.
    quoted = f'"{usual}"' if _LOOKS_LIKE_NO_TEXT.fullmatch(usual) else usual
    return f"${{1:{quoted}}}$0" if usual else "$0"


def variables_in(subject: Subject, text: str, job: Path, offset: int) -> list[Completion]:
    """The variables for the command of the job at `job`; `text` is what it says before `offset`."""
    started = _STARTED.search(text)
    if started is None:
        return []
    document = subject.document
    rest = _REST.match(document.text, offset)
    end = rest.end() if rest is not None else offset
    brace = started[1]
    closed = brace and document.text[end : end + 1] == "}"
    span = Span(offset - len(started[0]), end + 1 if closed else end)
    found: list[Completion] = []
    for name, about in _told(subject, job).items():
        label = f"${{{name}}}" if brace else f"${name}"
        found.append(Completion(label, label, "variable", span, documentation=about))
    return found


def _told(subject: Subject, job: Path) -> dict[str, str]:
    """Each name with a line on it; what the job itself says counts first."""
    tree = subject.tree
    body = tree.resolved(tree.node_at(job))
    fields = Fields(body, tree) if isinstance(body, Mapping) else None
    own = [entry.key.value for entry in (fields.below("environment_variables") or ())] if fields else []
    found = dict.fromkeys(own, "Set by this job, under `environment_variables`.")
    distribution = fields.below("distribution") if fields else None
    kind = distribution.text("type") if distribution is not None else None
    for one in set_by_azure(kind.value.lower() if kind is not None else ""):
        found.setdefault(one.name, one.about)
    return found
