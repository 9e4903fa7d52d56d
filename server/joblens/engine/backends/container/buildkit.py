"""BuildKit, for Dockerfiles that use its syntax: Podman knows it, Docker's own program brings it."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from joblens.engine.backends.container import engines, references
from joblens.engine.backends.container.dockerfile import Feature
from joblens.engine.backends.container.engines import Engine
from joblens.engine.backends.container.steps import Steps
from joblens.errors import MissingToolError

_LAST_WITH_ITS_OWN = 22
"""From 23 on, docker's program needs a plugin for it."""


@dataclass(frozen=True, slots=True)
class Builder:
    """A program that builds with BuildKit."""

    command: tuple[str, ...]
    engine: Engine

    def build(self, packed: IO[bytes], dockerfile: str, labels: Mapping[str, str], steps: Steps) -> str:
        """The id of the image made from the packed context."""
        with tempfile.TemporaryDirectory() as folder:
            answer = Path(folder) / "image"
            self._run([*self._words(dockerfile, labels), "--iidfile", str(answer), "-"], packed, steps)
            return answer.read_text(encoding="utf-8").strip()

    def _words(self, dockerfile: str, labels: Mapping[str, str]) -> list[str]:
        words = [*self.command, "--progress", "plain", "--file", dockerfile]
        if "buildx" in self.command:
            words.append("--load")
        if platform := references.platform():
            words += ["--platform", platform]
        for name, value in labels.items():
            words += ["--label", f"{name}={value}"]
        return words

    def _run(self, words: list[str], packed: IO[bytes], steps: Steps) -> None:
        child = subprocess.Popen(
            words,
            stdin=packed,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, "DOCKER_HOST": self.engine.url, "DOCKER_BUILDKIT": "1"},
            text=True,
            errors="replace",
        )
        try:
            assert child.stdout is not None
            for line in child.stdout:
                steps.see(line)
            if child.wait() != 0:
                raise steps.failure(f"{' '.join(self.command[:2])} ended with {child.returncode}")
        finally:  # a canceled run must not leave it at work
            child.kill()
            child.wait()


def builder(feature: Feature, dockerfile: str) -> Builder | None:
    """Who builds a Dockerfile that has this; None where the engine's own builder knows it."""
    engine = engines.required()
    if engine.podman:
        return None
    for program in _programs():
        if _answers(program, "buildx", "version"):
            return Builder((program, "buildx", "build"), engine)
        version = _answers(program, "version", "--format", "{{.Client.Version}}")
        if (number := re.match(r"\d+", version)) and int(number[0]) <= _LAST_WITH_ITS_OWN:
            return Builder((program, "build"), engine)
    raise MissingToolError(
        f"{dockerfile}, line {feature.line}: '{feature.what}' needs BuildKit, which is not installed.",
        hint="Install docker's buildx plugin, or write that line without it.",
    )


def _programs() -> Iterator[str]:
    """Docker's programs on the PATH, each once."""
    seen = set()
    for folder in os.get_exec_path():
        program = Path(folder, "docker.exe" if os.name == "nt" else "docker")
        if os.access(program, os.X_OK) and program.is_file() and program.resolve() not in seen:
            seen.add(program.resolve())
            yield str(program)


def _answers(*command: str) -> str:
    """What the program prints; nothing where it fails. `version` fails without an engine, and prints."""
    try:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=30
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return "" if done.returncode and command[1] == "buildx" else done.stdout.strip()
