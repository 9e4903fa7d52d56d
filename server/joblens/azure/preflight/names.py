"""JL905: what a job refers to and the workspace does not have; asked at once, silent where unsure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from joblens.azure.errands import Errands
from joblens.azure.listings import Listings
from joblens.azure.resource_manager import RefusedError
from joblens.checks.problem import MOST, Problem, did_you_mean, replacement, shortened
from joblens.checks.subject import Subject
from joblens.errors import CloudError
from joblens.job.asset_places import asset_values
from joblens.job.asset_reference import PREFIX, Reference, reference
from joblens.job.known_names import VERSIONED, Asset
from joblens.schema.near import nearest
from joblens.text.nodes import Scalar, Span

T = TypeVar("T")
MISSING = "JL905"
_EVERYWHERE = frozenset(("local", "serverless"))
_CURATED = "AzureML-"
_AT_ONCE = 9


@dataclass(frozen=True)
class Wanted:
    """One asset that a job refers to."""

    asset: Asset
    reference: Reference
    span: Span
    """Of its name."""


@dataclass(frozen=True)
class Answers:
    """What the workspace said."""

    computes: dict[str, dict[str, Any]] | None
    """By name; None where that is not known."""
    problems: list[Problem]
    silent: str = ""
    """Why not all could be asked, where that is so."""


def answers(subject: Subject, listings: Listings) -> Answers:
    """Ask for all that a job refers to, in one round."""
    wanted = list(_wanted(subject))
    # Not a pool, whose end waits for what hangs: Ctrl-C would wait, too.
    with closing(Errands(_AT_ONCE)) as errands:
        listed = errands.run(lambda: _quietly(lambda: listings.computes()))
        questions = [_question(listings, one) for one in wanted]
        asked = [errands.run(partial(_quietly, question)) for question in questions]
        computes, silent = listed.result()
        found = [one.result() for one in asked]
    problems = [
        _missing(listings, one, computes)
        for one, (there, _) in zip(wanted, found, strict=True)
        if _is_missing(one, there, computes)
    ]
    return Answers(computes, problems, next((why for _, why in found if why), silent))


def _wanted(subject: Subject) -> Iterator[Wanted]:
    seen: set[tuple[Asset, str]] = set()
    for asset, scalar in asset_values(subject.tree, subject.kind):
        written = scalar.value
        if asset == "compute" and not written.startswith(PREFIX):
            written = f"{PREFIX}{written}"
        named = reference(written)
        if named is None or named.workspace or "$" in written or (asset, written) in seen:
            continue
        if named.name.startswith(_CURATED) or (asset == "compute" and named.name in _EVERYWHERE):
            continue
        seen.add((asset, written))
        yield Wanted(named.asset or asset, named, _span(subject, scalar, named.name))


def _span(subject: Subject, scalar: Scalar, name: str) -> Span:
    start = subject.document.text.find(name, scalar.span.start, scalar.span.end)
    return scalar.span if start < 0 else Span(start, start + len(name))


def _question(listings: Listings, one: Wanted) -> Callable[[], bool | None]:
    """Whether it is there; None where that is not asked so."""
    named = one.reference

    def ask() -> bool | None:
        if one.asset == "compute":
            return None  # all of them are asked for at once
        if one.asset == "datastore":
            return listings.store(named.name) is not None
        if one.asset not in VERSIONED:
            return None
        if named.version:
            return listings.entry(one.asset, named.name, named.version, named.registry) is not None
        return any(True for _ in listings.entries(one.asset, named.name, named.registry, "All"))

    def whether() -> bool | None:
        try:
            return ask()
        except RefusedError as error:
            if error.status == 404:
                return False
            raise

    return whether


def _quietly(ask: Callable[[], T]) -> tuple[T | None, str]:
    try:
        return ask(), ""
    except CloudError as error:
        return None, str(error)


def _is_missing(one: Wanted, there: bool | None, computes: dict[str, Any] | None) -> bool:
    if one.asset == "compute":
        return computes is not None and one.reference.name.lower() not in map(str.lower, computes)
    return there is False


def _missing(listings: Listings, one: Wanted, computes: dict[str, Any] | None) -> Problem:
    named, asset = one.reference, one.asset
    where = f"The registry '{named.registry}'" if named.registry else "The workspace"
    if named.version:
        newest = _newest(listings, one)
        if newest:
            said = f"{where} has no version {shortened(named.version, 20)} of the {asset}"
            return Problem(
                MISSING, f"{said} '{shortened(named.name, 30)}'; the newest is {newest}.", one.span
            )
    said = f"{where} has no {asset} '{shortened(named.name)}'."
    names, _ = (
        ([*computes], "") if asset == "compute" and computes else _quietly(lambda: _names(listings, one))
    )
    meant = nearest(named.name, names or [])
    if meant is not None:
        return Problem(MISSING, did_you_mean(said, meant), one.span, fix=replacement(meant, one.span))
    hint = f"{said[:-1]}; 'joblens compute create' makes one." if asset == "compute" else said
    return Problem(MISSING, hint if len(hint) <= MOST else said, one.span)


def _newest(listings: Listings, one: Wanted) -> str:
    named = one.reference
    found, _ = _quietly(lambda: listings.versions(one.asset, named.name, named.registry))
    return found.found[0].name if found is not None and found.found else ""


def _names(listings: Listings, one: Wanted) -> list[str]:
    return [found.name for found in listings.names(one.asset, one.reference.registry).found]
