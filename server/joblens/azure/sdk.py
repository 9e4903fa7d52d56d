"""The worker's client of azure-ai-ml: made once for each account, signed in as whoever asks."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from joblens.azure.question import Question
from joblens.azure.refusal import RefusedTokenError
from joblens.azure.versions import check_versions

_SHORT = 300
"""Seconds that a token is taken to be good for that does not say so."""
_clients: dict[object, Any] = {}


def client(asked: Question, *, renew: bool = False) -> Any:
    """The client for the question's workspace; with `renew`, one that remembers no token."""
    check_versions()
    from azure.ai.ml import MLClient

    place = [asked.params[part] for part in ("subscription_id", "resource_group", "workspace_name")]
    if asked.brings_tokens:  # What it is signed in with ends with the question.
        return _made(MLClient, _Brought(asked, renew=renew), place)
    key = tuple(place)
    if renew or key not in _clients:
        _clients[key] = _made(MLClient, _found_here(), place)
    return _clients[key]


def _made(kind: Any, credential: Any, place: list[str]) -> Any:
    # Without its progress bars the library takes no notice of an upload that fails, and waits for ever.
    return kind(credential, *place, show_progress=True, enable_telemetry=False)


def _found_here() -> Any:
    from azure.identity import DefaultAzureCredential

    return DefaultAzureCredential()


class _Brought:
    """A credential of azure-core: tokens of whoever asks the question."""

    def __init__(self, asked: Question, *, renew: bool) -> None:
        self._asked = asked
        self._renew = renew

    def get_token(self, *scopes: str, claims: str | None = None, **_: Any) -> Any:
        """One for the first scope; the client asks for one at a time."""
        from azure.core.credentials import AccessToken

        answer = self._asked.token(scopes[0], renew=self._renew or claims is not None)
        if "value" not in answer:
            raise RefusedTokenError(answer.get("refused"), answer.get("hint", ""))
        return AccessToken(answer["value"], _end_of(answer["value"]))


def _end_of(token: str) -> int:
    """When a token ends, by its own claim."""
    middle = token.split(".")[1] if token.count(".") == 2 else ""
    try:
        claims = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        return int(claims["exp"])
    except (ValueError, KeyError, TypeError):
        return int(time.time()) + _SHORT
