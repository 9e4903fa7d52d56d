"""Who asks: the editor's account, or the one that this machine is signed in with. Tokens stay in memory."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Protocol

from joblens.azure.client import ask
from joblens.azure.refusal import SIGN_IN
from joblens.errors import CloudError

_EARLY = 300.0
"""Seconds before its end at which a token is asked for anew."""
_MOMENT = 60.0


class SignedOutError(CloudError):
    """Nobody is signed in, or the sign-in is no longer good."""


class Account(Protocol):
    """Gives tokens for a scope; any thread may ask, and whoever asks waits."""

    def token(self, scope: str, *, renew: bool = False) -> str:
        """A token; with `renew`, another one than before. Raises CloudError."""
        ...


class EditorAccount:
    """The account of the editor, which keeps and renews its tokens itself."""

    def __init__(self, ask_editor: Callable[[str], str | None]) -> None:
        self._ask = ask_editor
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[str, float]] = {}

    def token(self, scope: str, *, renew: bool = False) -> str:
        """What the editor gives at this moment, or gave a moment ago."""
        asked = time.monotonic()
        with self._lock:
            token, came = self._tokens.get(scope, ("", -_MOMENT))
            if came > (asked if renew else asked - _MOMENT):
                return token
            found = self._ask(scope)
            if found:
                self._tokens[scope] = (found, time.monotonic())
                return found
            self._tokens.pop(scope, None)
            raise SignedOutError(
                "The editor is not signed in to Azure.", hint="Choose the workspace again to sign in."
            )
        return found


class MachineAccount:
    """The account that azure-identity finds here: variables, a managed identity, `az login`, and so on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tokens: dict[str, tuple[str, float, float]] = {}
        """By scope: the token, when it ends, when it came."""

    def token(self, scope: str, *, renew: bool = False) -> str:
        """From azure-identity, in a process that ends at once: the library is large."""
        asked = time.time()
        with self._lock:
            token, end, came = self._tokens.get(scope, ("", 0.0, 0.0))
            is_good = end - _EARLY > time.time()
            if is_good and (not renew or came > asked):  # Another thread has renewed it meanwhile.
                return token
            token, end = _from_identity(scope)
            self._tokens[scope] = (token, end, time.time())
            return token


def _from_identity(scope: str) -> tuple[str, float]:
    try:
        answer = ask("token", {"scope": scope})
    except CloudError as error:
        raise SignedOutError(str(error), hint=error.hint or SIGN_IN) from error
    return str(answer["token"]), float(answer["expires"])
