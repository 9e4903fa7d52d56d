"""The values that may stand at the cursor: words of the schema, paths, assets, sizes of machines."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.features.asset_names import asset_names
from joblens.features.half_typed import Written, written_at
from joblens.features.hyperparameters import with_needed_keys
from joblens.features.key_order import by_use, table_place
from joblens.features.machine_sizes import machine_sizes
from joblens.features.path_names import path_names
from joblens.features.proposal import Completion
from joblens.job.known_names import KnownNames
from joblens.schema.find import Known, find
from joblens.schema.values import folded
from joblens.text.locate import Place


def value_names(subject: Subject, place: Place, offset: int, known: KnownNames) -> list[Completion]:
    """What the schema lists, the files that fit, and the names that are known."""
    written = written_at(subject.document, place, offset)
    if subject.schema is None or written is None or not place.path:
        return []
    meant = find(subject.schema, subject.tree, place.path)
    if meant is None:
        return []
    return [
        *_words(subject, place, written, meant),
        *asset_names(subject, place.path, written, known),
        *path_names(subject, place.path, written),
        *_sizes(subject, place, written),
    ]


def _words(subject: Subject, place: Place, written: Written, known: Known) -> list[Completion]:
    assert subject.kind is not None
    words = known.words
    default = folded(str(known.default), "snake") if known.default is not None else None
    if isinstance(known.default, str) and default not in [folded(word, "snake") for word in words]:
        words = [known.default, *words]
    holder = table_place(subject.kind.name, place.path[:-1])
    return [
        Completion(
            word,
            with_needed_keys(subject, place, word),
            "value",
            written.span,
            documentation=known.meaning(word) or "",
            detail="default" if folded(word, "snake") == default else "",
        )
        for word in by_use(f"{holder}.{place.path[-1]}", words)
    ]


def _sizes(subject: Subject, place: Place, written: Written) -> list[Completion]:
    sizes = machine_sizes(subject, place.path)
    return [Completion(name, name, "name", written.span, detail=about) for name, about in sizes.items()]
