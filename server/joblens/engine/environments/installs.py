"""What a command installs before it works, and what becomes of that on this machine, in a line each."""

from __future__ import annotations

import re

_PIP = re.compile(r"\bpip[0-9.]*\s+(?:-\S+\s+)*install\b")
_SYSTEM = re.compile(
    r"(?:^|[\s;&|(])(?P<tool>apt|apt-get|yum|dnf|apk|brew|conda|mamba|npm)\s+(?:-\S+\s+)*"
    r"(?P<action>install|add|(?:env\s+)?(?:create|update))\b"
)


def told(command: str) -> list[str]:
    """The lines for a command that runs in a process."""
    lines = []
    if _PIP.search(command):
        lines.append("What the command installs with pip is this run's own, and gone when it has ended.")
    system = _SYSTEM.search(command)
    if system is not None:
        what = f"{system['tool']} {system['action']}"
        lines.append(f"'{what}' in the command changes this machine: only a container keeps that apart.")
    return lines
