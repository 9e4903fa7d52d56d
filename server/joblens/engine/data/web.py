"""Questions to web servers: asked through the user's proxies and certificates, refusals told in words."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from joblens.engine.data import permits

_TIMEOUT = 60
_AGAIN = frozenset({408, 416, 425, 429, 500, 502, 503, 504})
_PRIVATE = (
    "It is not open to everyone: put a signature (SAS) into the address, or give a local copy. "
    "Joblens sends no password."
)
_BROKEN = (OSError, http.client.HTTPException)


class RefusedError(Exception):
    """An answer that will not change by asking again; `hint` is the next step."""

    def __init__(self, reason: str, hint: str = "Check the address, or give a local path.") -> None:
        super().__init__(reason)
        self.hint = hint


class BrokenError(Exception):
    """A failure that may pass: a broken connection, a busy server."""

    def __init__(self, reason: str, code: int | None = None, wait: float = 0.0) -> None:
        super().__init__(reason)
        self.code = code
        self.wait = wait
        """Seconds that the server asks for."""


class UnchangedError(Exception):
    """The server has nothing newer."""


def ask(url: str, headers: Mapping[str, str]) -> Any:
    """The server's answer, open for reading; raises what it says instead."""
    url, secret = permits.applied(url)
    request = urllib.request.Request(quote(url, safe="%/:=&?~#+!$,;'@()*[]"), headers={**headers})
    request.add_header("User-Agent", "joblens")
    for name, value in secret.items():  # which go nowhere else, wherever the answer leads
        request.add_unredirected_header(name, value)
    try:
        return urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.client.NOT_MODIFIED:
            raise UnchangedError from error
        raise _refusal(error) from error
    except urllib.error.URLError as error:
        raise _unreached(error.reason) from error
    except _BROKEN as error:
        raise _unreached(error) from error


def read(answer: Any, size: int) -> bytes:
    """Some bytes of an answer; none at its end."""
    try:
        found: bytes = answer.read(size)
    except _BROKEN as error:
        raise BrokenError(f"the connection broke ({_words(error)})") from error
    return found


def _refusal(error: urllib.error.HTTPError) -> Exception:
    code, reason = error.code, f"the server answers {error.code} ({error.reason})"
    if code in _AGAIN:
        wait = error.headers.get("Retry-After") or ""
        return BrokenError(reason, code, float(wait) if wait.isdecimal() else 0.0)
    if code in {401, 403} or (code == 409 and error.headers.get("x-ms-error-code")):
        return RefusedError(reason, _PRIVATE)
    if code == 404:
        return RefusedError(reason, "Nothing is there: check the address, or give a local path.")
    if code == 407:
        return RefusedError(
            reason, "The proxy wants a password: set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT."
        )
    return RefusedError(reason)


def _unreached(reason: object) -> Exception:
    if isinstance(reason, ssl.SSLCertVerificationError):
        return RefusedError(
            f"its certificate is not trusted here ({reason.verify_message})",
            "Set SSL_CERT_FILE to a file with the certificates of your network, or give a local path.",
        )
    return BrokenError(f"the server cannot be reached ({_words(reason)})")


def _words(reason: object) -> str:
    if isinstance(reason, socket.gaierror):
        return "its name is not known"
    if isinstance(reason, TimeoutError):
        return "it does not answer"
    if isinstance(reason, OSError) and reason.errno:
        return os.strerror(reason.errno).lower()
    return str(reason) or type(reason).__name__
