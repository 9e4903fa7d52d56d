"""A cluster as somebody asks for it: a preset, a file, single values; and the request that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from joblens.azure.workspace import Workspace
from joblens.checks import check
from joblens.checks.configuration import settings_of
from joblens.checks.problem import Severity
from joblens.checks.subject import Subject
from joblens.errors import JobFileError
from joblens.text.document import Document

PRESETS: Mapping[str, Mapping[str, Any]] = {
    "cpu-cluster": {"min_instances": 0, "max_instances": 40},
    "gpu-cluster": {"min_instances": 0, "max_instances": 8, "size": "Standard_NC12"},
}
"""The clusters that Azure's examples of 2021 are written for, as their scripts made them."""

_DEFAULTS: Mapping[str, Any] = {
    "size": "STANDARD_DS3_V2",
    "min_instances": 0,
    "max_instances": 4,
    "idle_time_before_scale_down": 120,
    "enable_node_public_ip": True,
}
"""What the client takes for what nobody said."""
_KIND = "amlCompute"
_TIERS = {"dedicated": "Dedicated", "lowpriority": "LowPriority"}
_IDENTITIES = {
    "systemassigned": "SystemAssigned",
    "userassigned": "UserAssigned",
    "systemassigned,userassigned": "SystemAssigned,UserAssigned",
    "none": "None",
}
_PLACE = "/subscriptions/{}/resourceGroups/{}/providers/Microsoft.Network/virtualNetworks/{}/subnets/{}"


def from_file(file: Path) -> dict[str, Any]:
    """What a cluster's YAML file says; raises what is wrong with it."""
    try:
        text = file.read_text("utf-8-sig")
    except FileNotFoundError as error:
        raise JobFileError(f"There is no file {file}.", hint="Check the path.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise JobFileError(f"{file} cannot be read: {error}.", hint="Save it as UTF-8 text.") from error
    subject = Subject(Document(text, file.absolute()))
    for problem in check(subject, settings_of(file)):
        if problem.severity is Severity.ERROR:
            line, _ = subject.document.position(problem.span.start)
            raise JobFileError(
                f"{file}, line {line + 1}: {problem.message}", hint=f"'joblens check {file}' shows all."
            )
    if subject.kind is None or subject.kind.name != _KIND:
        raise JobFileError(f"{file} does not describe a cluster.", hint="Begin it with 'type: amlcompute'.")
    return {key: value for key, value in yaml.safe_load(text).items() if key != "$schema"}


def described(asked: Mapping[str, Any]) -> str:
    """What machines the cluster will have, and how many."""
    known = {**_DEFAULTS, **asked}
    return f"{known['min_instances']} to {known['max_instances']} instances of {known['size']}"


def request(asked: Mapping[str, Any], location: str, workspace: Workspace) -> dict[str, Any]:
    """The body that makes a cluster; raises JobFileError for what cannot be."""
    known = {**_DEFAULTS, **{key: value for key, value in asked.items() if value is not None}}
    _refuse(known)
    scale = {"maxNodeCount": known["max_instances"], "minNodeCount": known["min_instances"]}
    if known["idle_time_before_scale_down"]:
        scale["nodeIdleTimeBeforeScaleDown"] = _duration(int(known["idle_time_before_scale_down"]))
    login = known.get("ssh_public_access_enabled")
    inner = {
        "vmSize": known["size"],
        "vmPriority": _word(known.get("tier"), _TIERS, "tier"),
        "userAccountCredentials": _credentials(known.get("ssh_settings")),
        "scaleSettings": scale,
        "subnet": _subnet(known.get("network_settings") or {}, workspace),
        "remoteLoginPortPublicAccess": "NotSpecified"
        if login is None
        else "Enabled"
        if login
        else "Disabled",
        "enableNodePublicIp": known["enable_node_public_ip"],
        "osType": "Linux",
    }
    outer = {
        "description": known.get("description"),
        "computeType": "AmlCompute",
        "properties": _said(inner),
        "disableLocalAuth": not known.get("ssh_settings"),
    }
    identity = _identity(known.get("identity"))
    return _said(
        {"location": location, "properties": _said(outer), "identity": identity, "tags": known.get("tags")}
    )


def _refuse(known: Mapping[str, Any]) -> None:
    counts = {key: known[key] for key in ("min_instances", "max_instances", "idle_time_before_scale_down")}
    for key, value in counts.items():
        if isinstance(value, bool) or not isinstance(value, int) or value < 0:
            raise JobFileError(
                f"'{key}' is {value!r}, which is no number of that kind.", hint="Give 0 or more."
            )
    if known["min_instances"] > known["max_instances"]:
        raise JobFileError(
            f"The cluster would have at least {known['min_instances']} instances and at most"
            f" {known['max_instances']}.",
            hint="Make --max-instances the larger of the two.",
        )


def _duration(seconds: int) -> str:
    """A time as Azure writes it: PT2M, PT1H30M."""
    minutes, rest = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    told = "".join(f"{count}{unit}" for count, unit in ((hours, "H"), (minutes, "M"), (rest, "S")) if count)
    return f"P{f'{days}D' if days else ''}{f'T{told}' if told else ''}"


def _word(said: Any, words: Mapping[str, str], what: str) -> str | None:
    if said is None:
        return None
    found = words.get(str(said).replace("_", "").replace("-", "").replace(" ", "").lower())
    if found is None:
        raise JobFileError(f"'{said}' is no {what}.", hint=f"It may be {', '.join(words.values())}.")
    return found


def _credentials(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not said:
        return None
    names = {
        "adminUserName": "admin_username",
        "adminUserSshPublicKey": "ssh_key_value",
        "adminUserPassword": "admin_password",
    }
    return _said({theirs: said.get(ours) for theirs, ours in names.items()})


def _subnet(said: Mapping[str, Any], workspace: Workspace) -> dict[str, str] | None:
    subnet, network = said.get("subnet"), said.get("vnet_name")
    if not (subnet or network):
        return None
    if not subnet or not (network or subnet.startswith("/subscriptions/")):
        missing = "subnet" if network else "virtual network"
        raise JobFileError(
            f"The {missing} is missing.", hint="Give --vnet-name and --subnet, or a subnet's whole address."
        )
    if not subnet.startswith("/subscriptions/"):
        subnet = _PLACE.format(workspace.subscription_id, workspace.resource_group, network, subnet)
    return {"id": subnet}


def _identity(said: Mapping[str, Any] | None) -> dict[str, Any] | None:
    if not said:
        return None
    users: dict[str, Any] = {one["resource_id"]: {} for one in said.get("user_assigned_identities") or ()}
    return _said(
        {"type": _word(said.get("type"), _IDENTITIES, "identity"), "userAssignedIdentities": users or None}
    )


def _said(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if value is not None}
