"""JL412: a step that nothing says where to run; a job alone may leave its compute out, a step may not."""

from __future__ import annotations

from joblens.checks.problem import Problem, shortened
from joblens.checks.subject import Subject
from joblens.job.pipeline import Step
from joblens.text.nodes import Mapping, Node, Pair
from joblens.text.tree import Tree

CODE = "JL412"

# What the client asks a compute of; a Spark step has resources, a nested pipeline steps of its own.
_KINDS = (None, "command", "sweep", "parallel")


def problems(subject: Subject) -> list[Problem]:
    """The first step without a compute, where the pipeline has none for all."""
    pipeline, kind, tree = subject.pipeline, subject.kind, subject.tree
    if pipeline is None or kind is None or kind.name != "pipelineJob" or subject.syntax:
        return []
    root = _entries(tree, tree.root)
    if "compute" in root or "default_compute" in _below(tree, root, "settings"):
        return []
    if any(one.meant in ("settings", "default_compute") for one in subject.mismatches):
        return []  # It is there, but misspelt.
    without = [step for step in pipeline.steps.values() if _lacks_compute(tree, step)]
    if not without:
        return []
    more = f" (and {len(without) - 1} more)" if len(without) > 1 else ""
    message = f"Step '{shortened(without[0].name, 30)}'{more} has no compute. Give it one, or set"
    return [Problem(CODE, f"{message} 'settings.default_compute'.", without[0].pair.key.span)]


def _lacks_compute(tree: Tree, step: Step) -> bool:
    # A registered component may be a pipeline or run on Spark.
    if step.kind not in _KINDS or step.known_outputs is None:
        return False
    if step.component is not None and step.component.kind not in _KINDS:
        return False
    return "compute" not in _entries(tree, step.pair.value)


def _below(tree: Tree, entries: dict[str, Pair], key: str) -> dict[str, Pair]:
    return _entries(tree, entries[key].value) if key in entries else {}


def _entries(tree: Tree, node: Node | None) -> dict[str, Pair]:
    node = tree.resolved(node)
    return tree.entries(node) if isinstance(node, Mapping) else {}
