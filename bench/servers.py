"""The language servers side by side: how each is started and told the same schema."""

from __future__ import annotations

import json
import platform
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.processes import environment

HERE = Path(__file__).resolve().parent
SCHEMA = HERE.parent / "schemas" / "pipelineJob.schema.json"


class SetupError(Exception):
    """A server that is to be measured cannot be started here."""


@dataclass(frozen=True, slots=True)
class Contestant:
    """A server by name, and how to start it."""

    name: str
    version: str
    command: list[str]
    settings: Mapping[str, Any] = field(default_factory=dict)


def joblens() -> Contestant:
    """Joblens as the extension starts it; it brings its schemas along."""
    from joblens import __version__

    return Contestant("Joblens", __version__, [sys.executable, "-m", "joblens", "lsp"])


def yaml_language_server() -> Contestant:
    """The server behind the common YAML extension, with the schema of a pipeline for every file."""
    version = _installed()
    settings = {
        "yaml": {
            "schemas": {SCHEMA.as_uri(): "*.yml"},
            "schemaStore": {"enable": False},
            "validate": True,
            "completion": True,
            "hover": True,
        },
        "http": {"proxyStrictSSL": True},
    }
    entry = HERE / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
    return Contestant("yaml-language-server", version, [node(), str(entry), "--stdio"], settings)


def node() -> str:
    """The Node that the server asks for, installed beside it; elsewhere the one on PATH."""
    machine = {"x86_64": "x64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    beside = HERE / "node_modules" / f"node-linux-{machine}" / "bin" / "node"
    found = str(beside) if sys.platform == "linux" and beside.exists() else shutil.which("node")
    if found is None:
        raise SetupError("yaml-language-server needs Node: install Node 22 or newer.")
    return found


def node_version() -> str:
    """The version of that Node."""
    return subprocess.run([node(), "--version"], capture_output=True, text=True, check=True).stdout.strip()


def _installed() -> str:
    """The version that package.json pins, installed from the lock when it is not there yet."""
    pins = json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]
    pinned: str = pins["yaml-language-server"]
    manifest = HERE / "node_modules" / "yaml-language-server" / "package.json"
    if not manifest.exists() or json.loads(manifest.read_text(encoding="utf-8"))["version"] != pinned:
        _install(pinned)
    return pinned


def _install(pinned: str) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise SetupError("yaml-language-server comes from npm: install Node 22 or newer with its npm.")
    print(f"Installing yaml-language-server {pinned} into {HERE / 'node_modules'} ...", file=sys.stderr)
    done = subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=HERE,
        env=environment(),
        check=False,
    )
    if done.returncode != 0:
        raise SetupError(f"`npm ci` in {HERE} ended with {done.returncode}: see its messages above.")
