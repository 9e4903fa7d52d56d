"""Leave to download what a workspace keeps: held in memory, put to requests for its addresses alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from urllib.parse import urlsplit

from joblens.engine.secrets import PERMITS
from joblens.job.known_assets import Permit

_held: dict[str, Permit] = {}
_VERSION = {"x-ms-version": "2021-08-06"}
"""The storage takes tokens only with a version of its interface."""


def handed_over(permits: Iterable[Permit]) -> dict[str, str]:
    """The variable that gives them to a supervisor."""
    told = [[one.address, one.query, one.token] for one in permits]
    return {PERMITS: json.dumps(told)} if told else {}


def take_over() -> None:
    """Hold what was handed over to this process; nobody after it sees that."""
    for address, query, token in json.loads(os.environ.pop(PERMITS, "[]")):
        _held[address] = Permit(address, query, token)


def applied(url: str) -> tuple[str, dict[str, str]]:
    """The address to ask for, and what goes with the question; as it is where nothing is held for it."""
    for address, permit in _held.items():
        if url == address or url.startswith((f"{address}/", f"{address}?")):
            return _with(permit, url)
    return url, {}


def _with(permit: Permit, url: str) -> tuple[str, dict[str, str]]:
    parts = urlsplit(url)
    if permit.query:
        query = f"{parts.query}&{permit.query}" if parts.query else permit.query
        return parts._replace(query=query).geturl(), {}
    if parts.scheme != "https":  # a token goes over no open wire
        return url, {}
    return url, {"Authorization": f"Bearer {permit.token}", **_VERSION}
