"""Changes that go on after their answer: followed to their end, as the answer says how and how often."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

from joblens.azure.resource_manager import (
    RefusedError,
    Reply,
    ResourceManager,
    ThrottledError,
    UnreachableError,
)
from joblens.errors import CloudError

_USUAL_PAUSE = 5.0
_LONGEST_PAUSE = 60.0
_MOST_FAILURES = 5
"""Looks in a row that may fail on the way: the change goes on without us."""
_OVER = {"succeeded", "failed", "canceled", "cancelled"}


def change(
    manager: ResourceManager, method: str, url: str, body: object = None, *, wait: bool = True
) -> dict[str, Any]:
    """Change what is at an address, and wait for its end; what is there then. Raises CloudError."""
    reply = manager.send(method, url, body)
    if not wait:
        return reply.content
    pause = _pause(reply)
    status_at = _ours(reply.headers.get("Azure-AsyncOperation"), url)
    result_at = _ours(reply.headers.get("Location"), url) if reply.status == 202 else None
    if status_at:
        _follow_status(manager, status_at, pause)
    elif result_at:
        _follow_result(manager, result_at, pause)
    if method == "DELETE":
        return {}
    return _made(manager, url, reply, pause, is_followed=bool(status_at or result_at))


def _follow_status(manager: ResourceManager, address: str, pause: float) -> None:
    """Ask the operation itself how it stands."""
    while True:
        time.sleep(pause)
        reply = _look(manager, address)
        status = str(reply.content.get("status") or "").lower()
        if status in _OVER or not status:
            _refuse_failure(status, reply.content.get("error"))
            return
        pause = _pause(reply)


def _follow_result(manager: ResourceManager, address: str, pause: float) -> None:
    """Ask for the result: 202, while there is none."""
    while True:
        time.sleep(pause)
        reply = _look(manager, address)
        if reply.status != 202:
            return
        pause = _pause(reply)


def _made(
    manager: ResourceManager, url: str, reply: Reply, pause: float, *, is_followed: bool
) -> dict[str, Any]:
    """What was made, once it says of itself that it is."""
    if is_followed:
        reply = _look(manager, url)
    while True:
        properties = reply.content.get("properties") or {}
        state = str(properties.get("provisioningState") or "succeeded").lower()
        if state in _OVER:
            errors = properties.get("provisioningErrors") or [{}]
            _refuse_failure(state, errors[0].get("error"))
            return reply.content
        time.sleep(pause)
        reply = _look(manager, url)
        pause = _pause(reply)


def _look(manager: ResourceManager, address: str) -> Reply:
    """One look, however often that takes."""
    for _ in range(_MOST_FAILURES):
        seen = _seen(manager, address)
        if seen is not None:
            return seen
    raise CloudError("Azure does not say how the change stands.", hint="It goes on; look again in a while.")


def _seen(manager: ResourceManager, address: str) -> Reply | None:
    """What one look sees; None where it failed on the way, after a pause."""
    try:
        return manager.send("GET", address)
    except ThrottledError as error:
        time.sleep(error.seconds)
    except UnreachableError:
        time.sleep(1)
    return None


def _refuse_failure(status: str, error: Any) -> None:
    if status not in ("failed", "canceled", "cancelled"):
        return
    told = error if isinstance(error, dict) else {}
    reason = " ".join(str(told.get("message") or told.get("code") or "no reason was given").split())
    raise RefusedError(409, f"Azure could not do it: {reason}")


def _pause(reply: Reply) -> float:
    said = (reply.headers.get("Retry-After") or "").strip()
    return min(float(said), _LONGEST_PAUSE) if said.isdecimal() else _USUAL_PAUSE


def _ours(address: str | None, url: str) -> str | None:
    """The token goes nowhere but to the host that was asked."""
    return address if address and urlsplit(address).netloc == urlsplit(url).netloc else None
