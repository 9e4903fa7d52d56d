"""The shell scripts that stand around a command in a container; they need a POSIX shell and nothing else.

What the command prints and its exit code go straight to files of the run: they survive engine and supervisor.
"""

from __future__ import annotations

from joblens.engine.backends.base import Task

_HOME = '[ -w "${HOME:-/}" ] || { HOME=/tmp/home; mkdir -p "$HOME"; export HOME; }'
# A signal to everybody must not end the shell that has yet to write the exit code.
# Names that no job gives its own variables: else the command would find other values.
_COMMAND = f"""
exec >>"$1" 2>&1
joblens_file=$2 joblens_command=$3 joblens_program=$4; shift 4
{_HOME}
printf %s $$ >"$joblens_file.pid"
trap : TERM
[ $# = 0 ] || set -- env "$@"
if command -v bash >/dev/null 2>&1; then set -- "$@" bash; else set -- "$@" sh; fi
if [ -n "$joblens_program" ] && ! command -v "$joblens_program" >/dev/null 2>&1; then
  echo "The job's distribution needs '$joblens_program', and the image has none."; c=127
else "$@" -c "$joblens_command"; c=$?
fi
"""
_LEFT = """
set -- /proc/[0-9]*; printf %s $(($# - 2)) >"$joblens_file.left"
"""
_END = """
printf %s $c >"$joblens_file.tmp" && mv "$joblens_file.tmp" "$joblens_file"; exit $c
"""

IDLE = ["/bin/sh", "-c", "trap '' TERM; while :; do sleep 86400; done"]
"""Keeps a node's container alive for the processes that are started in it."""


def alone(log: str, exit_code: str, task: Task) -> list[str]:
    """The command as all that a container is there for; what it leaves running is counted."""
    return _task(_COMMAND + _LEFT + _END, log, exit_code, task)


def among_others(log: str, exit_code: str, task: Task) -> list[str]:
    """The command as one of several processes of a container."""
    return _task(_COMMAND + _END, log, exit_code, task)


def _task(script: str, log: str, exit_code: str, task: Task) -> list[str]:
    return _shell(script, log, exit_code, task.command, task.program, *task.lost_by_shells)


def signal(name: str, group: str = "") -> list[str]:
    """A signal to the processes of a group, or to all that are not the container's first."""
    return ["/bin/sh", "-c", f"kill -s {name} -- -{group or 1}"]


def _shell(script: str, *arguments: str) -> list[str]:
    return ["/bin/sh", "-c", script.strip(), "joblens", *arguments]
