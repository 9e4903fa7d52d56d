"""A command under mpirun, as lines for a shell; what they need is looked for where they run.

mpirun starts a daemon on each other node. No image is expected to have an ssh server: there a loop of ours
waits for what is to be started, in a folder that all nodes see.
"""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Folders:
    """The folders that all processes see, as they see them."""

    logs: str
    """For the log of each process."""
    ends: str
    """For the exit code of each process."""


def command(command: str, hosts: Sequence[str], per_node: int, folders: Folders) -> str:
    """What starts `command` as processes of all nodes, `per_node` on each."""
    several = len(set(hosts)) > 1
    words = [
        str(len(hosts)),
        str(per_node),
        ",".join(f"{host}:{per_node}" for host in hosts) if several else "",
        _script("mpi_rank.sh"),
        command,
        folders.logs,
        folders.ends,
        _script("mpi_agent.sh") if several else "",
    ]
    return shlex.join(["exec", "sh", "-c", _script("mpirun.sh"), "joblens", *words])


def node(host: str, folders: Folders) -> str:
    """What lets mpirun start its daemon on a node that is not its own."""
    return shlex.join(["exec", "sh", "-c", _script("mpi_node.sh"), "joblens", f"{folders.ends}/{host}"])


@cache
def _script(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
