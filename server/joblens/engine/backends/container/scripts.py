"""The shell scripts that stand around a command in a container; they need a POSIX shell and nothing else.

What the command prints and its exit code go straight to files of the run: they survive engine and supervisor.
"""

from __future__ import annotations

_HOME = '[ -w "${HOME:-/}" ] || { HOME=/tmp/home; mkdir -p "$HOME"; export HOME; }'
# A signal to everybody must not end the shell that has yet to write the exit code.
_COMMAND = f"""
exec >>"$1" 2>&1
f=$2; shift 2
{_HOME}
printf %s $$ >"$f.pid"
trap : TERM
if command -v bash >/dev/null 2>&1; then s=bash; else s=sh; fi
if [ -n "$2" ] && ! command -v "$2" >/dev/null 2>&1; then
  echo "The job's distribution needs '$2', and the image has none."; c=127
else "$s" -c "$1"; c=$?
fi
"""
_LEFT = """
set -- /proc/[0-9]*; printf %s $(($# - 2)) >"$f.left"
"""
_END = """
printf %s $c >"$f.tmp" && mv "$f.tmp" "$f"; exit $c
"""

IDLE = ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 86400; done"]
"""Keeps a node's container alive for the processes that are started in it."""


def alone(log: str, exit_code: str, command: str, program: str = "") -> list[str]:
    """The command as all that a container is there for; what it leaves running is counted."""
    return _shell(_COMMAND + _LEFT + _END, log, exit_code, command, program)


def among_others(log: str, exit_code: str, command: str, program: str = "") -> list[str]:
    """The command as one of several processes of a container."""
    return _shell(_COMMAND + _END, log, exit_code, command, program)


def signal(name: str, group: str = "") -> list[str]:
    """A signal to the processes of a group, or to all that are not the container's first."""
    return ["/bin/sh", "-c", f"kill -s {name} -- -{group or 1}"]


def _shell(script: str, *arguments: str) -> list[str]:
    return ["/bin/sh", "-c", script.strip(), "joblens", *arguments]
