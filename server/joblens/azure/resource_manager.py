"""Speaks to Azure's resource manager and registries: pages joined, throttling kept to, refusals told.

Plain HTTPS, so that the editor's server needs no client library of Azure.
"""

from __future__ import annotations

import email.utils
import json
import logging
import os
import ssl
import threading
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import urllib3

from joblens import __version__
from joblens.azure.cloud import Cloud, find_cloud
from joblens.azure.refusal import SIGN_IN
from joblens.azure.sign_in import Account, SignedOutError
from joblens.azure.workspace import command_line_folder
from joblens.errors import CloudError

# Without a network there is nothing to warn of: whoever asks is told once.
logging.getLogger("urllib3.connectionpool").setLevel(logging.ERROR)

_CONNECT, _READ = 10.0, 30.0
_CONNECTIONS = 10
_MOST_PAGES = 100
_USUAL_PAUSE = 5.0
"""Seconds to wait where an overloaded service does not say how long."""


class RefusedError(CloudError):
    """The service has answered, and refused."""

    def __init__(self, status: int, message: str, *, hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.status = status


class UnreachableError(CloudError):
    """Nothing answered."""


class ThrottledError(CloudError):
    """Nothing may be asked for some seconds."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            "Azure asks to wait before it is asked again.", hint="Names come again by themselves."
        )
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer of the service."""

    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def content(self) -> dict[str, Any]:
        """The object that was answered; nothing, where it was none."""
        return self.body if isinstance(self.body, dict) else {}


class ResourceManager:
    """Reads and writes as one account; any thread may ask."""

    def __init__(self, account: Account, environment: Mapping[str, str] = os.environ) -> None:
        self._account = account
        self._environment = environment
        settings = _settings(environment)
        self._direct = urllib3.PoolManager(**settings)
        proxies = urllib.request.getproxies()
        proxy = proxies.get("https") or proxies.get("all")
        self._proxied = urllib3.ProxyManager(proxy, **settings) if proxy else self._direct
        self._lock = threading.Lock()
        self._cloud: Cloud | None = None
        self._free_at: dict[str, float] = {}
        """By host, when it may be asked again."""

    @property
    def cloud(self) -> Cloud:
        """Where the services are; may be asked for."""
        with self._lock:
            if self._cloud is None:
                folder = command_line_folder(self._environment)
                self._cloud = find_cloud(self._environment, folder, lambda url: self._read(url, {}))
            return self._cloud

    def entries(self, path: str, version: str, **query: str) -> Iterator[dict[str, Any]]:
        """All entries of a list of the resource manager's, over its pages."""
        return self.entries_at(f"{self.cloud.resource_manager}{path}", version, **query)

    def entries_at(self, address: str, version: str, **query: str) -> Iterator[dict[str, Any]]:
        """All entries of a list at an address, over its pages; raises where there is no end of them."""
        url: str | None = f"{address}?{urlencode({'api-version': version} | query)}"
        host = urlsplit(address).netloc
        for _ in range(_MOST_PAGES):
            page = self.get(url) if url else {}
            yield from (one for one in page.get("value") or () if isinstance(one, dict))
            url = page.get("nextLink")
            if not url or urlsplit(url).netloc != host:  # The token goes nowhere else.
                return
        raise CloudError(f"The list at {host} has more than {_MOST_PAGES} pages.")

    def get(self, url: str) -> dict[str, Any]:
        """What is at an address, read with the account's token."""
        return self._asked("GET", url)

    def post(self, url: str) -> dict[str, Any]:
        """What is told only to those who ask for it with this method, such as secrets."""
        return self._asked("POST", url)

    def send(self, method: str, url: str, body: object = None) -> Reply:
        """Change something; what comes of it may take longer than the answer (long_running.py)."""
        return self._as_account(method, url, body)

    def told(self, url: str) -> dict[str, Any]:
        """What an address tells everybody."""
        found = self._read(url, {})
        return found if isinstance(found, dict) else {}

    def fetch(self, url: str, headers: Mapping[str, str]) -> urllib3.BaseHTTPResponse:
        """An open answer of the storage, without the account's token; whoever reads it closes it.

        Raises UnreachableError and ThrottledError; all other answers are for the caller to judge.
        """
        host = urlsplit(url).netloc
        try:
            asked = {**_AGENT, **headers}
            answer = self._pools(host).request("GET", url, headers=asked, preload_content=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _unreachable(host, error) from error
        if answer.status in (429, 503):
            answer.close()
            raise ThrottledError(_pause(answer.headers.get("Retry-After")))
        return answer

    def token(self, scope: str) -> str:
        """A token of the account for another service."""
        return self._account.token(scope)

    def _asked(self, method: str, url: str) -> dict[str, Any]:
        reply = self._as_account(method, url)
        if reply.body is None and reply.status == 200:
            raise _not_azure(urlsplit(url).netloc)
        return reply.content

    def _as_account(self, method: str, url: str, body: object = None) -> Reply:
        scope = self.cloud.scope
        try:
            return self._answered(url, _bearer(self._account.token(scope)), method, body)
        except SignedOutError:
            return self._answered(url, _bearer(self._account.token(scope, renew=True)), method, body)

    def _read(self, url: str, headers: dict[str, str]) -> Any:
        return self._answered(url, headers).body

    def _answered(self, url: str, headers: dict[str, str], method: str = "GET", body: object = None) -> Reply:
        host = urlsplit(url).netloc
        pause = self._free_at.get(host, 0.0) - time.monotonic()
        if pause > 0:
            raise ThrottledError(pause)
        try:
            answer = self._pools(host).request(method, url, headers={**headers, **_HEADERS}, **_sent(body))
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise _unreachable(host, error) from error
        if answer.status in (429, 503):
            pause = _pause(answer.headers.get("Retry-After"))
            self._free_at[host] = time.monotonic() + pause
            raise ThrottledError(pause)
        if answer.status not in _DONE:
            raise _refused(answer.status, answer.data)
        return Reply(answer.status, answer.headers, _content(answer.data, host))

    def _pools(self, host: str) -> urllib3.PoolManager:
        return self._direct if urllib.request.proxy_bypass(host) else self._proxied


def _unreachable(host: str, error: Exception) -> UnreachableError:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):
        return UnreachableError(
            f"The certificate of {host} is not trusted here.",
            hint="Behind a proxy that opens what is sent, set REQUESTS_CA_BUNDLE to its certificates.",
        )
    return UnreachableError(f"Azure could not be reached ({host}).", hint="Check the network and its proxy.")


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _sent(body: object) -> dict[str, Any]:
    return {} if body is None else {"json": body}


def _content(data: bytes, host: str) -> Any:
    if not data:
        return None
    try:
        return json.loads(data)
    except ValueError as error:
        raise _not_azure(host) from error


def _not_azure(host: str) -> UnreachableError:
    """Such as the page on which a hotel's network asks for a room number."""
    return UnreachableError(f"What answered for {host} was not Azure.")


_DONE = (200, 201, 202, 204)
_AGENT = {"User-Agent": f"joblens/{__version__}"}
_HEADERS = {"Accept": "application/json", **_AGENT}


def _refused(status: int, data: bytes) -> CloudError:
    try:
        error = json.loads(data)["error"]
        reason = " ".join(str(error["message"]).split())
    except (ValueError, KeyError, TypeError):
        reason = "no reason was given"
    if status == 401:
        return SignedOutError("Azure did not accept the sign-in (401).", hint=SIGN_IN)
    hints = {
        403: "Ask for the role 'AzureML Data Scientist' on the workspace, or choose another workspace.",
        404: "Check the subscription, the resource group and the name.",
    }
    return RefusedError(status, f"Azure refused ({status}): {reason}", hint=hints.get(status, ""))


def _pause(said: str | None) -> float:
    """Seconds, or a date, as the header has it."""
    if said is None:
        return _USUAL_PAUSE
    if said.strip().isdecimal():
        return float(said)
    try:
        return max(0.0, email.utils.parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return _USUAL_PAUSE


def _settings(environment: Mapping[str, str]) -> dict[str, Any]:
    return {
        "maxsize": _CONNECTIONS,
        "retries": urllib3.Retry(total=1, redirect=0, status=0, respect_retry_after_header=False),
        "timeout": urllib3.Timeout(connect=_CONNECT, read=_READ),
        "ssl_context": _trusted(environment),
    }


def _trusted(environment: Mapping[str, str]) -> ssl.SSLContext:
    """Whom we trust: what the SDK's variable says, else the system, else what comes with the libraries."""
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE"):
        named = environment.get(name)
        if named and Path(named).is_file():
            return ssl.create_default_context(cafile=named)
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not context.cert_store_stats()["x509_ca"] and not paths.capath:
        import certifi

        context.load_verify_locations(certifi.where())
    return context
