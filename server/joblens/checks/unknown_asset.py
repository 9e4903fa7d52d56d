"""JL807: a reference to what the workspace does not have: a warning, as somebody may be about to make it.

Said only of a workspace that has just told all its names of that kind.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from joblens.checks.problem import MOST, Problem, Severity, did_you_mean, replacement, shortened
from joblens.checks.subject import Subject
from joblens.job.asset_places import asset_at
from joblens.job.asset_reference import reference
from joblens.job.known_names import Asset, KnownNames
from joblens.schema.near import nearest
from joblens.text.nodes import Scalar, Span

CODE = "JL807"

_MAY_REFER = re.compile(r"azureml:|\b(?:\w*compute|target)[\"']?[ \t]*:[ \t]")
_COMPUTE = re.compile(r"[A-Za-z][A-Za-z0-9\-]*")
_OF_ALL_WORKSPACES = frozenset(("local", "serverless"))
_CURATED = "AzureML-"
"""Environments that the service completes by itself."""


def problems(subject: Subject) -> Iterator[Problem]:
    """Every reference whose name, or version, is not in the workspace."""
    if subject.known_names is None:
        return
    seen: set[Span] = set()
    for match in _MAY_REFER.finditer(subject.document.text):
        path = subject.tree.path_at(match.end())
        node = subject.tree.node_at(path)
        if not path or not isinstance(node, Scalar) or node.span in seen or node.indent >= 0:
            continue
        seen.add(node.span)
        asset = asset_at(subject.tree, subject.kind, path)
        if asset is not None:
            yield from _of(subject, node, asset, subject.known_names)


def _of(subject: Subject, node: Scalar, asset: Asset, known: KnownNames) -> Iterator[Problem]:
    bare = asset == "compute" and _COMPUTE.fullmatch(node.value)
    named = reference(f"azureml:{node.value}" if bare else node.value)
    if named is None or named.registry or named.workspace or "$" in named.name:
        return
    asset = named.asset or asset
    if (asset == "compute" and named.name in _OF_ALL_WORKSPACES) or named.name.startswith(_CURATED):
        return
    start = subject.document.text.find(named.name, node.span.start, node.span.end)
    if start < 0:
        return
    span = Span(start, start + len(named.name))
    if known.lacks(asset, named.name):
        yield _unknown_name(named.name, span, asset, known)
    elif named.version and known.lacks(asset, named.name, named.version):
        at = subject.document.text.find(named.version, span.end, node.span.end)
        yield _unknown_version(named.name, named.version, Span(at, at + len(named.version)), asset, known)


def _unknown_name(name: str, span: Span, asset: Asset, known: KnownNames) -> Problem:
    names = [one.name for one in known.names(asset) if one.in_cloud and not one.registry]
    said = f"The workspace has no {asset} '{shortened(name)}'."
    meant = nearest(name, names)
    if meant is None:
        return Problem(CODE, said, span, Severity.WARNING)
    return Problem(CODE, did_you_mean(said, meant), span, Severity.WARNING, replacement(meant, span))


def _unknown_version(name: str, version: str, span: Span, asset: Asset, known: KnownNames) -> Problem:
    said = f"The workspace has no version {shortened(version, 20)} of the {asset} '{shortened(name)}'"
    one = known.name(asset, name)
    if one is None or not one.versions:
        return Problem(CODE, f"{said}.", span, Severity.WARNING)
    newest = one.versions[0]
    message = f"{said}; the newest is {newest}."
    return Problem(
        CODE,
        message if len(message) <= MOST else f"{said}.",
        span,
        Severity.WARNING,
        replacement(newest, span),
    )
