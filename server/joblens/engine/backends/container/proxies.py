"""The proxies that docker's own settings give to every container."""

from __future__ import annotations

import os
from pathlib import Path

from joblens.engine.backends.container import engines

_NAMES = {
    "httpProxy": "http_proxy",
    "httpsProxy": "https_proxy",
    "ftpProxy": "ftp_proxy",
    "noProxy": "no_proxy",
}


def variables(url: str) -> dict[str, str]:
    """Those for the engine at `url`, spelt both ways, as docker's command does it."""
    folder = Path(os.environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    found = engines.setting(folder / "config.json", "proxies")
    if not isinstance(found, dict):
        return {}
    settings = found.get(url) or found.get("default")
    if not isinstance(settings, dict):
        return {}
    spelt = {name: str(settings[key]) for key, name in _NAMES.items() if settings.get(key)}
    return {**spelt, **{name.upper(): value for name, value in spelt.items()}}
