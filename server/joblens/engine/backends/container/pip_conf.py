"""This machine's settings of pip, for a build inside an image: indexes, trusted hosts, a certificate.

They count after those that the image has itself.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from joblens.engine.environments import pip_settings

_LISTS = ("extra-index-url", "trusted-host", "find-links")
_PLAIN = ("index-url", "timeout", "default-timeout", "retries", "pre")


@dataclass(frozen=True, slots=True)
class PipConf:
    """What is put beside the packages while they are installed."""

    values: Mapping[str, str] = field(default_factory=dict)
    certificate: Path | None = None

    @property
    def secret(self) -> bool:
        """An address has a password in it: no layer and no history of an image may keep it."""
        return any("@" in urlsplit(word).netloc for value in self.values.values() for word in value.split())

    def write(self, folder: Path, seen_as: str) -> None:
        """Write them into a folder that a build sees at `seen_as`; pip is told of it by XDG_CONFIG_DIRS."""
        values = dict(self.values)
        if self.certificate is not None:
            (folder / "ca.pem").write_bytes(self.certificate.read_bytes())
            values["cert"] = f"{seen_as}/ca.pem"
        lines = ["[global]"]
        for key, value in values.items():
            words = value.split()
            lines += (
                [f"{key} = {words[0]}"] if len(words) == 1 else [f"{key} =", *(f"    {w}" for w in words)]
            )
        (folder / "pip").mkdir()
        (folder / "pip" / "pip.conf").write_text("\n".join(lines) + "\n", encoding="utf-8")


def here(listing: Mapping[str, str] | None = None) -> PipConf:
    """The settings that hold on this machine, as far as a container can follow them."""
    found = pip_settings.in_pips_words() if listing is None else listing
    values = {key: found[key] for key in _PLAIN if key in found}
    for key in _LISTS:
        words = [word for word in found.get(key, "").split() if key == "trusted-host" or _reachable(word)]
        if words:
            values[key] = " ".join(words)
    if not _reachable(values.get("index-url", "https://elsewhere")):
        del values["index-url"]
    certificate = found.get("cert") or os.environ.get("SSL_CERT_FILE")
    return PipConf(values, Path(certificate) if certificate and Path(certificate).is_file() else None)


def _reachable(address: str) -> bool:
    """Whether a container may see it: no folder of this machine, and nothing on its loopback."""
    url = urlsplit(address)
    return url.scheme in {"http", "https"} and url.hostname not in {"localhost", "127.0.0.1", "::1"}
