"""Where each input, output and hyperparameter of a command is declared, wherever a command may stand."""

from __future__ import annotations

from collections.abc import Iterator
from collections.abc import Mapping as Dict
from dataclasses import dataclass

from joblens.job.detect import Kind
from joblens.job.model import Dialect
from joblens.text.nodes import Mapping, Pair, Scalar
from joblens.text.tree import Tree


@dataclass(frozen=True, slots=True)
class Scope:
    """One command and the names it may use; each name leads to the entry that declares it."""

    command: Scalar
    dialect: Dialect
    inputs: Dict[str, Pair]
    outputs: Dict[str, Pair]
    search_space: Dict[str, Pair] | None
    """None where there is no sweep around the command."""
    body: Mapping
    """The job, step, trial or component that the command is a key of."""

    def declared(self, context: str) -> Dict[str, Pair] | None:
        """The names of `inputs`, `outputs` or `search_space`; None for what this command cannot use."""
        match context:
            case "inputs":
                return self.inputs
            case "outputs":
                return self.outputs
            case "search_space":
                return self.search_space
            case _:
                return None


def scopes(tree: Tree, kind: Kind) -> list[Scope]:
    """The scope of each command of the document that is written out in it."""
    root = tree.resolved(tree.root)
    if not isinstance(root, Mapping):
        return []
    match kind.name:
        case "commandJob" | "commandComponent":
            found = _command(tree, root, kind.dialect, None)
        case "sweepJob":
            found = _sweep(tree, root, kind.dialect)
        case "pipelineJob" | "pipelineComponent":
            return list(_steps(tree, root, kind.dialect))
        case _:
            return []
    return [found] if found is not None else []


def _steps(tree: Tree, root: Mapping, dialect: Dialect) -> Iterator[Scope]:
    for pair in _entries_of(tree, root, "jobs").values():
        step = tree.resolved(pair.value)
        if not isinstance(step, Mapping):
            continue
        entries = tree.entries(step)
        component = tree.resolved(entries["component"].value) if "component" in entries else None
        # The command of a component written in the step may use what the component declares, and no more.
        holder = component if isinstance(component, Mapping) else step
        swept = "search_space" in entries
        found = _sweep(tree, step, dialect) if swept else _command(tree, holder, dialect, None)
        if found is not None:
            yield found


def _command(
    tree: Tree, holder: Mapping, dialect: Dialect, search_space: Dict[str, Pair] | None
) -> Scope | None:
    pair = tree.entries(holder).get("command")
    command = tree.resolved(pair.value) if pair is not None else None
    if not isinstance(command, Scalar):
        return None
    inputs, outputs = _entries_of(tree, holder, "inputs"), _entries_of(tree, holder, "outputs")
    return Scope(command, dialect, inputs, outputs, search_space, holder)


def _sweep(tree: Tree, holder: Mapping, dialect: Dialect) -> Scope | None:
    trial = tree.entries(holder).get("trial")
    body = tree.resolved(trial.value) if trial is not None else None
    if not isinstance(body, Mapping):
        return None
    scope = _command(tree, body, dialect, _entries_of(tree, holder, "search_space"))
    if scope is None:
        return None
    inputs = {**_entries_of(tree, holder, "inputs"), **scope.inputs}
    outputs = {**_entries_of(tree, holder, "outputs"), **scope.outputs}
    return Scope(scope.command, dialect, inputs, outputs, scope.search_space, scope.body)


def _entries_of(tree: Tree, holder: Mapping, key: str) -> dict[str, Pair]:
    """The entries under a key; where it stands twice (a mistake of its own), those of both."""
    pairs = [tree.entries(holder).get(key)]
    pairs += [pair for pair in holder.pairs if isinstance(pair.key, Scalar) and pair.key.value == key]
    found: dict[str, Pair] = {}
    for pair in pairs:
        value = tree.resolved(pair.value) if pair is not None else None
        if isinstance(value, Mapping):
            found |= tree.entries(value)
    return found
