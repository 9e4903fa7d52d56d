"""What an engine is like: whose files a container writes, what it may have, how it reaches this machine."""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joblens.engine.backends.container.engines import Engine

_DESKTOP = "host.docker.internal"


@dataclass(frozen=True, slots=True)
class Machine:
    """The facts that decide how a container is made."""

    rootless: bool
    virtual: bool
    """The engine is in a virtual machine of its own."""
    selinux: bool
    remapped: bool
    """Users of a container are others outside, unless the container asks for the same."""
    gpus: bool
    cpus: int
    memory: int
    podman: bool = False

    @property
    def user(self) -> str | None:
        """Who a command must be for its files to belong to the caller."""
        if sys.platform == "win32":
            return None
        # Root of a rootless engine is the caller outside; a virtual machine makes the caller of everybody.
        return "0:0" if self.rootless or self.virtual else f"{os.getuid()}:{os.getgid()}"

    @property
    def gateway_is_here(self) -> bool:
        """Whether the gateway of the engine's networks is an address of this machine."""
        return sys.platform == "linux" and not self.rootless and not self.virtual


def machine(engine: Engine, info: Mapping[str, Any]) -> Machine:
    """What the engine's own account of itself comes to."""
    options = [str(option) for option in info.get("SecurityOptions") or ()]

    def has(name: str) -> bool:
        return any(option.split(",")[0] == f"name={name}" for option in options)

    return Machine(
        rootless=has("rootless") or bool(info.get("Rootless")),
        virtual=sys.platform != "linux" or info.get("OperatingSystem") == "Docker Desktop",
        selinux=has("selinux"),
        remapped=has("userns"),
        gpus="nvidia" in (info.get("Runtimes") or {}),
        cpus=int(info.get("NCPU") or 0),
        memory=int(info.get("MemTotal") or 0),
        podman=engine.podman,
    )


def gateway(network: Mapping[str, Any]) -> str | None:
    """The address of this machine in a network of the engine; None when it has none."""
    for each in network["IPAM"]["Config"] or ():
        if "." in each.get("Gateway", ""):
            return str(each["Gateway"])
    # The engine does not tell it of a bridge that was there before the engine.
    return _address((network.get("Options") or {}).get("com.docker.network.bridge.name", ""))


def _address(interface: str) -> str | None:
    if sys.platform != "linux" or not interface:
        return None
    import fcntl

    get_address = 0x8915
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            found = fcntl.ioctl(asked.fileno(), get_address, struct.pack("256s", interface.encode()[:15]))
        except OSError:
            return None
    return socket.inet_ntoa(found[20:24])


def name_of_host(found: Machine) -> str:
    """The name under which a container in a virtual machine finds this machine."""
    return "host.containers.internal" if found.podman else _DESKTOP


def own_address() -> str:
    """The address that this machine has in its network; asked of the routing table, nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.connect(("192.0.2.1", 9))
        return str(asked.getsockname()[0])
