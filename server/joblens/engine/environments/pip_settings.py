"""Where this machine's pip gets its packages, in uv's words, so that company set-ups work unchanged."""

from __future__ import annotations

import ast
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

_MINE = (
    "UV_DEFAULT_INDEX",
    "UV_INDEX_URL",
    "UV_INDEX",
    "UV_EXTRA_INDEX_URL",
    "UV_FIND_LINKS",
    "UV_CONFIG_FILE",
)


@dataclass(frozen=True, slots=True)
class Settings:
    """Arguments of `uv pip install`, and environment variables of it."""

    arguments: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


_SOURCES = (
    *_MINE,
    "PIP_INDEX_URL",
    "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS",
    "PIP_NO_INDEX",
    "PIP_CONFIG_FILE",
)


def identity() -> str:
    """A hash of all that says where packages come from, without a call of pip."""
    said = [f"{name}={os.environ[name]}" for name in _SOURCES if os.environ.get(name)]
    said += [text for file in _files() if (text := _text(file))]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:12] if said else ""


def _files() -> list[Path]:
    home = Path.home()
    if sys.platform == "win32":
        places = [Path(os.environ[name]) / "pip" for name in ("APPDATA", "PROGRAMDATA") if name in os.environ]
        found = [place / "pip.ini" for place in (*places, home / "pip")]
        return [*found, Path(sys.prefix) / "pip.ini"]
    general = Path(os.environ.get("XDG_CONFIG_HOME") or home / ".config")
    places = [Path("/etc"), Path("/etc/xdg/pip"), general / "pip", home / ".pip", Path(sys.prefix)]
    places += [home / "Library/Application Support/pip", Path("/Library/Application Support/pip")]
    named = os.environ.get("PIP_CONFIG_FILE")
    found = [place / "pip.conf" for place in places] + ([Path(named)] if named else [])
    return [*found, general / "uv/uv.toml", Path("/etc/uv/uv.toml")]


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def for_uv() -> Settings:
    """pip's settings in uv's words; nothing where the user has already told uv its own."""
    if any(os.environ.get(name) for name in _MINE):
        return Settings()
    return translate(_pip_config())


def in_pips_words() -> dict[str, str]:
    """pip's settings as pip names them."""
    return _values(_pip_config())


def translate(listing: str) -> Settings:
    """The settings in the output of `pip config list`, as arguments and variables of uv."""
    values = _values(listing)
    arguments: list[str] = []
    if index := values.get("index-url"):
        arguments += ["--default-index", index]
    for key, flag in (("extra-index-url", "--index"), ("find-links", "--find-links")):
        for value in values.get(key, "").split():
            arguments += [flag, value]
    for host in values.get("trusted-host", "").split():
        arguments += ["--allow-insecure-host", host]
    if values.get("no-index", "").lower() in {"1", "true", "yes", "on"}:
        arguments.append("--no-index")
    cert = values.get("cert")
    variables = {"SSL_CERT_FILE": cert} if cert and not os.environ.get("SSL_CERT_FILE") else {}
    return Settings(tuple(arguments), variables)


def _values(listing: str) -> dict[str, str]:
    """Each key with the value that counts: the environment's, else `install`'s, else the general one."""
    found: dict[str, tuple[int, str]] = {}
    ranks = {"global": 0, "install": 1, ":env:": 2}
    for line in listing.splitlines():
        name, equals, value = line.partition("=")
        section, _, key = name.rpartition(".")
        if equals and section in ranks and ranks[section] >= found.get(key, (-1, ""))[0]:
            found[key] = (ranks[section], str(ast.literal_eval(value)))
    return {key: value for key, (_, value) in found.items()}


def _pip_config() -> str:
    on_path = shutil.which("pip") or shutil.which("pip3")
    commands = [[sys.executable, "-m", "pip"], *([[on_path]] if on_path else [])]
    for command in commands:
        try:
            done = subprocess.run(
                [*command, "config", "list"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                check=False,
            )
        except OSError:
            continue
        if done.returncode == 0:
            return done.stdout
    return ""
