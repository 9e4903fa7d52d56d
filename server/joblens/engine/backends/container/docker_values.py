"""The values of docker's options: a size, a limit, GPUs ... as its command line reads them."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Callable
from typing import TypeAlias

Read: TypeAlias = Callable[[str], object]
"""Reads a value; a list or a map is joined with those of the same option. Raises Wrong."""

NANO = 10**9
_SIZE = re.compile(r"(?P<number>\d+(?:\.\d+)?) ?(?P<unit>[kmgtp]?)i?b?", re.IGNORECASE)
_UNITS = {unit: 1024**power for power, unit in enumerate(("", "k", "m", "g", "t", "p"))}
_PROCESSORS = re.compile(r"(\d+)(?:-(\d+))?")
_ULIMIT_NAMES = """
core cpu data fsize locks memlock msgqueue nice nofile nproc rss rtprio rttime sigpending stack
"""
_ULIMITS = frozenset(_ULIMIT_NAMES.split())
# What a container has by itself, and what debuggers, profilers and RDMA need of its own processes.
_CAPABILITY_NAMES = """
AUDIT_WRITE CHOWN DAC_OVERRIDE FOWNER FSETID IPC_LOCK KILL MKNOD NET_BIND_SERVICE NET_RAW PERFMON
SETFCAP SETGID SETPCAP SETUID SYS_CHROOT SYS_NICE SYS_PTRACE SYS_RESOURCE
"""
_CAPABILITIES = frozenset(_CAPABILITY_NAMES.split())
_SECURITY = frozenset({"no-new-privileges", "no-new-privileges=true", "seccomp=unconfined"})


class Wrong(ValueError):  # noqa: N818 - read as a sentence where it is raised
    """A value that the option does not take; says what it takes."""


def text(value: str) -> str:
    """A text as it is."""
    return value


def texts(value: str) -> list[str]:
    """One of several texts."""
    return [value]


def number(value: str) -> int:
    """A whole number."""
    try:
        return int(value)
    except ValueError:
        raise Wrong("It takes a whole number") from None


def size(value: str) -> int:
    """A size in bytes; `-1` is no limit, where docker takes that."""
    match = _SIZE.fullmatch(value.strip())
    if match is None:
        if value.strip() == "-1":
            return -1
        raise Wrong("It takes a size, such as 512m or 8g")
    return int(float(match["number"]) * _UNITS[match["unit"].lower()])


def cpus(value: str) -> int:
    """A number of processors, in billionths."""
    if not re.fullmatch(r"\d+(\.\d*)?|\.\d+", value):
        raise Wrong("It takes a number of processors, such as 2 or 0.5")
    return round(float(value) * NANO)


def processors(value: str) -> list[int]:
    """The numbers in a set of processors, such as `0-3,7`; only the ends of ranges."""
    return [int(end) for match in _PROCESSORS.finditer(value) for end in match.groups() if end]


def flag(value: str) -> bool:
    """True or false, as Go reads it."""
    known = {"1": True, "t": True, "true": True, "0": False, "f": False, "false": False}
    if value.lower() not in known:
        raise Wrong("It takes true or false")
    return known[value.lower()]


def one_of(*words: str) -> Read:
    """One of these words."""

    def read(value: str) -> str:
        if value not in words:
            raise Wrong(f"It takes one of {', '.join(words)} here")
        return value

    return read


def pair(value: str) -> dict[str, str]:
    """NAME=VALUE."""
    name, equals, rest = value.partition("=")
    if not equals or not name:
        raise Wrong("It takes NAME=VALUE")
    return {name: rest}


def variable(value: str) -> dict[str, str]:
    """NAME=VALUE, or NAME alone for the value it has here, if it has one."""
    if "=" in value:
        return pair(value)
    return {value: os.environ[value]} if value in os.environ else {}


def host(value: str) -> dict[str, str]:
    """NAME:ADDRESS; the address may have colons itself."""
    name, colon, address = value.partition(":")
    if not colon or not name or not address:
        raise Wrong("It takes NAME:ADDRESS")
    return {name: address}


def tmpfs(value: str) -> dict[str, str]:
    """A folder in memory: PATH, or PATH:OPTIONS."""
    path, _, settings = value.partition(":")
    if not path.startswith("/"):
        raise Wrong("It takes an absolute path inside the container")
    return {path: settings}


def ulimit(value: str) -> list[dict[str, object]]:
    """NAME=SOFT, or NAME=SOFT:HARD."""
    match = re.fullmatch(r"(\w+)=(-?\d+)(?::(-?\d+))?", value)
    if match is None or match[1] not in _ULIMITS:
        raise Wrong("It takes NAME=SOFT:HARD, such as memlock=-1 or nofile=1024:4096")
    soft = int(match[2])
    return [{"Name": match[1], "Soft": soft, "Hard": int(match[3]) if match[3] else soft}]


def capability(value: str) -> list[str]:
    """A capability that ends at the container's walls."""
    name = value.upper().removeprefix("CAP_")
    if name not in _CAPABILITIES:
        raise Wrong(f"Of capabilities, these are taken on this machine: {', '.join(sorted(_CAPABILITIES))}")
    return [name]


def security(value: str) -> list[str]:
    """A security option that names no file and no profile of this machine."""
    if value.replace(":", "=") not in _SECURITY:
        raise Wrong(f"Of these, {', '.join(sorted(_SECURITY))} are taken on this machine")
    return [value.replace(":", "=")]


def gpus(value: str) -> list[dict[str, object]]:
    """`all`, a count, or fields such as `"device=0,1",capabilities=utility`."""
    request: dict[str, object] = {"Driver": "", "Count": 0, "DeviceIDs": [], "Options": {}}
    kinds = ["gpu"]
    for each in next(csv.reader([value]), []):
        key, equals, rest = each.partition("=")
        if not equals or key == "count":
            request["Count"] = _count(rest if equals else each)
        elif key == "device":
            request["DeviceIDs"] = rest.split(",")
        elif key == "driver":
            request["Driver"] = rest
        elif key == "capabilities":
            kinds = ["gpu", *(kind for kind in rest.split(",") if kind != "gpu")]
        else:
            raise Wrong("It takes all, a number, or device=...")
    if request["DeviceIDs"] and request["Count"]:
        raise Wrong("""Several devices stand in quotes of their own: --gpus '"device=0,1"'""")
    if not request["DeviceIDs"] and not request["Count"]:
        request["Count"] = -1
    return [{**request, "Capabilities": [kinds]}]


def _count(value: str) -> int:
    return -1 if value == "all" else number(value)
