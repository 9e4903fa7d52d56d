"""The keys that may stand at the cursor, in the order of need."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.features.after_key import after_key
from joblens.features.hover import described
from joblens.features.key_order import key_rank, table_place
from joblens.features.path_keys import wanted
from joblens.features.proposal import Completion
from joblens.schema.find import Known, keys
from joblens.text.locate import Place
from joblens.text.nodes import Mapping, Path

_SCHEMA = "$schema"


def key_names(subject: Subject, place: Place) -> list[Completion]:
    """Required keys first, then those that people write most, experimental ones last."""
    if subject.schema is None or subject.kind is None:
        return []
    present = present_keys(subject, place)
    table = table_place(subject.kind.name, place.path)
    known = {
        name: one
        for name, one in keys(subject.schema, subject.tree, place.path).items()
        if name not in present and not one.read_only
    }
    ordered = sorted(known, key=lambda name: _rank(table, name, known[name]))
    return [_proposal(subject, place, name, known[name]) for name in ordered]


def present_keys(subject: Subject, place: Place) -> set[str]:
    """The keys that the mapping has already, but for the one under the cursor."""
    if not isinstance(place.collection, Mapping):
        return set()
    current = subject.document.text[place.span.start : place.span.end]
    return set(subject.tree.entries(place.collection)) - {current}


def _rank(table: str, name: str, known: Known) -> tuple[bool, bool, bool, int]:
    # A file that has come this far is known without its `$schema`.
    return _experimental(known), not known.required, name == _SCHEMA, key_rank(table, name)


def _experimental(known: Known) -> bool:
    return all(rule.get("x-experimental") for rule in known.rules)


def _proposal(subject: Subject, place: Place, name: str, known: Known) -> Completion:
    text = name if place.has_colon else name.replace("$", "\\$") + _after(subject, place, known)
    goes_on = text.endswith(": $0") and (bool(known.words) or _takes_path(subject, (*place.path, name)))
    return Completion(
        name,
        text,
        "key",
        place.span,
        documentation=described(name, known),
        detail=_detail(known),
        goes_on=goes_on,
    )


def _takes_path(subject: Subject, path: Path) -> bool:
    """Whether a path can be chosen there from its first character on; one level up is always among them."""
    want = wanted(subject, path) if subject.disk is not None else None
    return want is not None and not want.must_be_prefixed and not want.base


def _after(subject: Subject, place: Place, known: Known) -> str:
    half_key_with_children = place.pair is not None and place.pair.value is not None
    return ":$0" if half_key_with_children else after_key(subject, place, known)


def _detail(known: Known) -> str:
    types = dict.fromkeys(word for one in known.types for word in one.split(" or "))
    facts = [" or ".join(types)]
    facts += ["required"] if known.required else []
    facts += ["experimental"] if _experimental(known) else []
    return ", ".join(fact for fact in facts if fact)
