"""References: the places that use the name under the cursor, in this file and in those that share it."""

from __future__ import annotations

from joblens.checks.subject import Subject
from joblens.features.places import Place, places


def references(subject: Subject, offset: int, *, declarations: bool) -> list[Place]:
    """Where the name at `offset` is used, and where it is declared if that is asked for."""
    found = places(subject, offset)
    return [one for one in found if declarations or not one.declares]
