"""The searches of a document, in either dialect: what each asks for, with the place of every value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from joblens.job.detect import Kind
from joblens.job.fields import Fields, literal
from joblens.job.model import At, Dialect, Literal
from joblens.job.read_today import word
from joblens.text.nodes import Mapping, Node, Sequence, Span
from joblens.text.tree import Tree


@dataclass(frozen=True, slots=True)
class Distribution:
    """One hyperparameter that says its type; also one of those that an option of a choice has of its own."""

    name: At[str]
    type: At[str]
    """`choice`, `uniform`, ...; in lower case, as Azure ML folds it."""
    settings: Fields


@dataclass(frozen=True, slots=True)
class Policy:
    """An early termination policy that says its type."""

    key: At[str]
    type: At[str]
    """`bandit`, `median_stopping` or `truncation_selection`."""
    settings: Fields


@dataclass(frozen=True, slots=True)
class Sweep:
    """One search; what is missing, or not of its type, is None."""

    space: tuple[Distribution, ...]
    sampling: At[str] | None
    policy: Policy | None
    limits: Fields | None
    objective: Fields | None
    trial: Node | None = None
    """What each trial runs."""
    logbase: At[Literal] | None = None
    """What logarithmic distributions raise: a number, or `e`."""


def sweeps(tree: Tree, kind: Kind) -> Iterator[Sweep]:
    """The sweep of a sweep or AutoML job, or those among the steps of a pipeline."""
    root = tree.resolved(tree.root)
    if not isinstance(root, Mapping):
        return
    fields = Fields(root, tree)
    if kind.name == "sweepJob":
        yield _preview(fields) if kind.dialect is Dialect.PREVIEW else _today(fields)
    elif kind.name == "autoMLJob":
        yield _automl(fields)
    elif kind.name in ("pipelineJob", "pipelineComponent"):
        for entry in fields.below("jobs") or ():
            step = fields.of(entry.value)
            if step is not None and "search_space" in step:
                yield _automl(step) if "task" in step else _today(step)


def _today(root: Fields) -> Sweep:
    algorithm = root.below("sampling_algorithm")
    return Sweep(
        space=tuple(_space(root, root.value("search_space"))),
        sampling=word(algorithm, "type") if algorithm else word(root, "sampling_algorithm"),
        policy=_policy(root, "type"),
        limits=root.below("limits"),
        objective=root.below("objective"),
        trial=root.value("trial"),
        logbase=literal(algorithm.value("logbase")) if algorithm else None,
    )


def _preview(root: Fields) -> Sweep:
    return Sweep(
        space=tuple(_space(root, root.value("search_space"))),
        sampling=word(root, "algorithm"),
        policy=_policy(root, "policy_type"),
        limits=root,
        objective=root.below("objective"),
        trial=root.value("trial"),
    )


def _automl(root: Fields) -> Sweep:
    """AutoML chooses among several spaces, and has limits and metrics of its own."""
    listed = root.value("search_space")
    spaces = listed.items if isinstance(listed, Sequence) else []
    settings = root.below("sweep")
    return Sweep(
        space=tuple(one for space in spaces for one in _space(root, space)),
        sampling=word(settings, "sampling_algorithm"),
        policy=_policy(settings, "type") if settings else None,
        limits=None,
        objective=None,
    )


def _space(root: Fields, node: Node | None, seen: set[Span] | None = None) -> Iterator[Distribution]:
    seen = set() if seen is None else seen
    for entry in root.of(node) or ():
        settings = root.of(entry.value)
        kind = word(settings, "type")
        # Two names may share one anchored mapping: its mistakes are mistakes once.
        if settings is not None and kind is not None and settings.span not in seen:
            seen.add(settings.span)
            yield Distribution(entry.key, kind, settings)
            options = settings.value("values") if kind.value == "choice" else None
            for option in options.items if isinstance(options, Sequence) else ():
                yield from _space(root, option, seen)


def _policy(root: Fields, type_key: str) -> Policy | None:
    key, settings = root.key("early_termination"), root.below("early_termination")
    kind = word(settings, type_key)
    if key is None or settings is None or kind is None:
        return None
    return Policy(key, At(_snake(kind.value), kind.span), settings)


def _snake(kind: str) -> str:
    """Azure ML takes `MedianStopping` for `median_stopping`."""
    return {"medianstopping": "median_stopping", "truncationselection": "truncation_selection"}.get(
        kind, kind
    )
