"""`joblens compute create|list|show|delete`: the workspace's clusters, in the shape of `az ml compute`."""

from __future__ import annotations

import argparse
import sys
from itertools import islice
from typing import Any

from joblens.azure import clusters
from joblens.azure.computes import Computes
from joblens.cli.given import one
from joblens.cli.output import Columns, is_chosen, printed
from joblens.cli.workspace import manager, workspace_of
from joblens.errors import JobFileError, UserError

COLUMNS: Columns = {
    "Name": "name",
    "Type": "type",
    "Size": "size",
    "Tier": "tier",
    "Min": "min_instances",
    "Max": "max_instances",
    "Now": "current_instances",
    "State": lambda one: one.get("state") or one.get("provisioning_state"),
}
_OPTIONS = (
    "size",
    "min_instances",
    "max_instances",
    "idle_time_before_scale_down",
    "tier",
    "description",
    "location",
)


def create(parsed: argparse.Namespace) -> int:
    """Make a cluster."""
    if parsed.type is not None and parsed.type.lower() != "amlcompute":
        raise JobFileError(
            f"A compute of the type '{parsed.type}' cannot be made here.",
            hint="'az ml compute create' makes it; this command makes clusters (AmlCompute).",
        )
    said = _said(parsed)
    computes = _computes(parsed)
    preset = _preset(said)
    if preset and computes.has(said["name"]):
        print(f"joblens: There is a '{said['name']}' already; nothing was changed.", file=sys.stderr)
        printed(computes.one(said["name"]), parsed, COLUMNS)
        return 0
    if said.get("name") and computes.has(said["name"]):
        raise UserError(
            f"There is a '{said['name']}' already; nothing was changed.",
            hint="'az ml compute update' changes it; 'joblens compute delete' removes it.",
        )
    if preset:
        told = ", ".join(f"{key} {value}" for key, value in clusters.PRESETS[said["name"]].items())
        print(f"joblens: Making '{said['name']}' as Azure's examples have it: {told}.", file=sys.stderr)
    made = computes.create(said | preset, wait=not parsed.no_wait)
    printed(made, parsed, COLUMNS)
    return 0


def _said(parsed: argparse.Namespace) -> dict[str, Any]:
    """What the file says, over which the options come, over which what is set."""
    said: dict[str, Any] = clusters.from_file(parsed.file) if parsed.file else {}
    said.pop("type", None)
    given = {key: getattr(parsed, key) for key in ("name", *_OPTIONS) if getattr(parsed, key) is not None}
    if parsed.named_plainly and "name" not in given:
        given["name"] = parsed.named_plainly
    if parsed.tags:
        given["tags"] = _tags(parsed.tags)
    if parsed.subnet or parsed.vnet_name:
        given["network_settings"] = {"subnet": parsed.subnet, "vnet_name": parsed.vnet_name}
    if parsed.identity_type:
        users = [{"resource_id": one} for one in (parsed.user_assigned_identities or "").split(",") if one]
        given["identity"] = {"type": parsed.identity_type, "user_assigned_identities": users}
    said |= given
    if parsed.settings:
        from joblens.engine.overrides import parsed as read
        from joblens.job.plain import with_value

        for path, value in read(parsed.settings).items():
            said = with_value(said, path.split("."), value)
    return said


def _tags(words: list[str]) -> dict[str, str]:
    wrong = next((word for word in words if "=" not in word), None)
    if wrong is not None:
        raise JobFileError(f"'{wrong}' is no tag.", hint="Tags are written KEY=VALUE.")
    parts = [word.partition("=") for word in words]
    return {key: value for key, _, value in parts}


def _preset(said: dict[str, Any]) -> dict[str, Any]:
    """What a name stands for by itself."""
    preset = dict(clusters.PRESETS.get(str(said.get("name")), {}))
    return preset if set(said) == {"name"} else {}


def list_computes(parsed: argparse.Namespace) -> int:
    """A line for each compute of the workspace."""
    wanted = parsed.type.lower() if parsed.type else None
    every = (each for each in _computes(parsed).all() if wanted in (None, each["type"]))
    found = list(islice(every, parsed.max_results))
    printed(found, parsed, COLUMNS)
    if not found and not is_chosen(parsed):
        print("The workspace has no computes; 'joblens compute create' makes one.", file=sys.stderr)
    return 0


def show(parsed: argparse.Namespace) -> int:
    """One compute as it stands."""
    printed(_computes(parsed).one(_name(parsed)), parsed, COLUMNS)
    return 0


def delete(parsed: argparse.Namespace) -> int:
    """Delete a compute, once that was confirmed."""
    name = _name(parsed)
    if not (parsed.yes or _confirmed(name)):
        print("joblens: Nothing was deleted.", file=sys.stderr)
        return 1
    _computes(parsed).delete(name, wait=not parsed.no_wait)
    print(f"joblens: {name}: {'is being' if parsed.no_wait else 'was'} deleted.", file=sys.stderr)
    return 0


def _confirmed(name: str) -> bool:
    if not sys.stdin.isatty():
        raise UserError(
            "Nobody can be asked here whether to delete.", hint="Add --yes to delete without asking."
        )
    print(f"Delete the compute {name} and end what runs on it? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def _name(parsed: argparse.Namespace) -> str:
    given: tuple[str | None, str | None] = parsed.name, parsed.named_plainly
    return one(*given, "No compute is named.", "'joblens compute list' shows what there is.")


def _computes(parsed: argparse.Namespace) -> Computes:
    return Computes(manager(), workspace_of(parsed))
