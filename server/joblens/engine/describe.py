"""A plan as text: what a dry run prints."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable

from joblens.engine import secrets
from joblens.engine.backends import choose
from joblens.engine.data import addresses, download
from joblens.engine.data.bound import BoundInput, BoundOutput
from joblens.engine.environments import interpreters, store
from joblens.engine.environments.images import ImageSpec
from joblens.engine.environments.needs import Needs, place
from joblens.engine.plan import Plan
from joblens.errors import UserError


def describe(plan: Plan) -> str:
    """The command, where and with what it would run; nothing is started for it."""
    parts = [
        f"run: {plan.name}",
        *_section("command", plan.command.rstrip("\n").split("\n")),
        f"folder: {plan.folder}",
        f"code: {plan.code or '(none)'}",
        f"working directory: {choose.places(plan.backend, plan.run_folder).code()}",
        f"backend: {plan.backend}",
        f"environment: {_image(plan.image) if plan.image else _environment(plan.needs)}",
        *_section("inputs", map(_input, plan.inputs)),
        *_section("outputs", map(_output, plan.outputs)),
        *_section(
            "variables",
            (f"{name}={shlex.quote(value)}" for name, value in secrets.masked(plan.variables).items()),
        ),
        *_processes(plan),
        *_sweep(plan),
        *_section("notes", (*plan.notes, *plan.needs.replaced)),
    ]
    return "\n".join(parts) + "\n"


def _section(title: str, lines: Iterable[str]) -> list[str]:
    found = [f"  {line}" for line in lines]
    return [f"{title}:", *found] if found else []


def _input(bound: BoundInput) -> str:
    if not bound.source:
        return f"{bound.name} = {bound.value}"
    told = [f"{bound.source} on this machine"] if bound.source != bound.value else []
    if bound.url:
        again = (
            "downloaded before; asked for changes at" if download.present(bound.url) else "downloaded from"
        )
        told.append(f"{again} {addresses.shown(bound.url)}")
    told.append("read-only")
    return f"{bound.name} = {bound.value}  ({', '.join(told)})"


def _output(bound: BoundOutput) -> str:
    return f"{bound.name} = {bound.path}{_place(bound.path, bound.target)}"


def _place(seen: str, place: str) -> str:
    return f"  ({place} on this machine)" if place and place != seen else ""


def _image(spec: ImageSpec) -> str:
    base = f"an image built from {spec.dockerfile}" if spec.dockerfile else f"the image {spec.image}"
    return f"{base} with the packages of the conda file" if spec.conda else base


def _environment(needs: Needs) -> str:
    if needs.this_python:
        return f"this Python, {sys.executable}"
    found = store.find(needs)
    if found is not None:
        return f"{found.folder} (already built)"
    listed = ", ".join(needs.requirements) or "nothing else"
    try:
        python = interpreters.find(needs.python or "").text
    except UserError as error:
        return f"cannot be built: {error}"
    return f"to be built in {place()}: Python {python}, {listed}"


def _processes(plan: Plan) -> list[str]:
    layout = plan.layout
    if layout.framework is None and layout.nodes == 1:
        return []
    shape = f"{layout.nodes} x {layout.per_node}"
    if layout.framework == "tensorflow":
        shape = f"{layout.workers} workers on {layout.nodes} nodes"
    servers = f" and {layout.parameter_servers} parameter servers" if layout.parameter_servers else ""
    return [f"processes: {shape} ({layout.framework or 'no distribution'}){servers}, all on this machine"]


def _sweep(plan: Plan) -> list[str]:
    if plan.search is None:
        return []
    from joblens.engine.sweep import description

    return description.lines(plan.name, plan.search)
