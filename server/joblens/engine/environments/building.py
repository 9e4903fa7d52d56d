"""Builds the environment that needs ask for: under another name until it is whole, once for all who wait."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO

from joblens.engine import tools
from joblens.engine.environments import interpreters, pip_settings
from joblens.engine.environments.needs import Needs
from joblens.errors import EnvironmentBuildError

_CONSTRAINT = "--constraint-line "
_COMPLETE = ".complete.json"


def built(needs: Needs) -> bool:
    """Whether the environment is there and whole, and its Python still is."""
    return (needs.folder / _COMPLETE).is_file() and python_of(needs).exists()


def python_of(needs: Needs) -> Path:
    """The interpreter that a command with these needs finds as `python`."""
    return Path(sys.executable) if needs.this_python else programs_of(needs) / _executable("python")


def programs_of(needs: Needs) -> Path:
    """The folder that stands first on the command's PATH."""
    if needs.this_python:
        return Path(sys.executable).parent
    return needs.folder / ("Scripts" if sys.platform == "win32" else "bin")


def _executable(name: str) -> str:
    return f"{name}.exe" if sys.platform == "win32" else name


def build(needs: Needs, log: Path, note: Callable[[str], None]) -> None:
    """Make the environment unless it is there; what the tools print goes to a log of theirs beside `log`.

    The run shows `log`: only when the build fails are the tools' words of use there.
    """
    if needs.this_python or built(needs):
        return
    from filelock import FileLock

    needs.folder.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(needs.folder.with_name(f"{needs.key}.lock")):
        if not built(needs):
            _build(needs, log, note)


def _build(needs: Needs, log: Path, note: Callable[[str], None]) -> None:
    interpreter = interpreters.find(needs.python or "")
    note(f"Building the environment {needs.key} with Python {interpreter.text} (kept for later runs).")
    uv = str(tools.uv())
    _remove_leftovers(needs)
    unfinished = needs.folder.with_name(f".{needs.key}-{os.getpid()}")
    own_log = log.with_name("environment.txt")
    began = time.monotonic()
    try:
        with own_log.open("wb", buffering=0) as output:
            _call(
                [uv, "venv", "--quiet", "--relocatable", "--python", str(interpreter.path), str(unfinished)],
                {},
                output,
            )
            if needs.requirements:
                _install(needs, unfinished, uv, output)
        record = {
            "python": interpreter.text,
            "from": str(interpreter.path),
            "requirements": needs.requirements,
        }
        (unfinished / _COMPLETE).write_text(json.dumps(record, indent=2), encoding="utf-8")
        if needs.folder.exists():
            shutil.rmtree(needs.folder)
        unfinished.rename(needs.folder)
    except EnvironmentBuildError:
        shutil.copyfile(own_log, log)
        raise
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    count = sum(1 for _ in needs.folder.rglob("*.dist-info/METADATA"))
    packages = "1 package" if count == 1 else f"{count} packages"
    note(f"Environment built: {packages} in {time.monotonic() - began:.1f} s.")


def _remove_leftovers(needs: Needs) -> None:
    """What a builder left that was ended in the middle; the lock is ours, so none is at work."""
    for leftover in needs.folder.parent.glob(f".{needs.key}-*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _install(needs: Needs, environment: Path, uv: str, output: IO[bytes]) -> None:
    wanted, constraints = environment / "requirements.txt", environment / "constraints.txt"
    lines = [line for line in needs.requirements if not line.startswith(_CONSTRAINT)]
    limits = [line.removeprefix(_CONSTRAINT) for line in needs.requirements if line.startswith(_CONSTRAINT)]
    wanted.write_text("\n".join(lines) + "\n", encoding="utf-8")
    constraints.write_text("\n".join(limits) + "\n", encoding="utf-8")
    settings = pip_settings.for_uv()
    # uv stops at the first index that knows a name; pip, which the cluster uses, takes the best of all.
    command = [uv, "pip", "install", "--index-strategy", "unsafe-best-match", *settings.arguments]
    command += ["--python", str(environment), "-r", str(wanted)]
    if limits:
        command += ["-c", str(constraints)]
    _call(command, settings.variables, output)


def _call(command: list[str], variables: Mapping[str, str], output: IO[bytes]) -> None:
    done = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        env={**os.environ, **variables, "NO_COLOR": "1", "UV_NO_PROGRESS": "1"},
        check=False,
    )
    if done.returncode != 0:
        raise EnvironmentBuildError(
            f"The environment could not be built: uv {command[1]} ended with {done.returncode}.",
            hint="The lines above say which package failed; mend the environment's file, or run with "
            "--environment this-python.",
        )
