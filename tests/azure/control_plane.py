"""A stand-in for Azure's control plane: resource manager, workspace, run history, managed identity.

It keeps what it is told in memory, records every call, and moves a job one state on with every look at
its run: Queued, Running, Running, Completed. Files go to a real blob storage.
"""

import base64
import datetime as dt
import json
import re
import ssl
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.azure.azurite import Storage
from tests.azure.certificate import Certificate
from tests.azure.routes import ROOT, ROUTES, STORES, Answer, State, refusal

IDENTITY_SECRET = "tests-only"


@dataclass(frozen=True)
class Call:
    """One request, with the answer's status."""

    method: str
    path: str
    body: Any
    status: int


@dataclass
class ControlPlane(State):
    """The state behind the routes; tests read `calls` and `jobs`, and set `refuse` to be refused."""

    identity_url: str = ""
    calls: list[Call] = field(default_factory=list)
    refuse: tuple[int, str] | None = None
    lock: threading.RLock = field(default_factory=threading.RLock)

    def environment(self) -> dict[str, str]:
        """The variables that lead a client here and sign it in, all of them documented ones."""
        return {
            "ARM_CLOUD_METADATA_URL": f"{self.url}/metadata/endpoints",
            "REQUESTS_CA_BUNDLE": str(self.storage.certificate.path),
            "IDENTITY_ENDPOINT": self.identity_url,
            "IDENTITY_HEADER": IDENTITY_SECRET,
        }

    def sent(self, what: str) -> list[Any]:
        """The bodies that were put to paths with this in them, in order."""
        return [call.body for call in self.calls if call.method == "PUT" and what in call.path]

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, authorized: bool) -> Answer:
        """The answer to one request."""
        if self.refuse is not None and path.startswith(ROOT):
            return refusal(*self.refuse)
        if path.startswith(ROOT) and not authorized:
            return refusal(401, "The access token is missing.")
        for verb, pattern, route in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and verb in (method, "*"):
                with self.lock:
                    return route(self, *match.groups(), query=query, body=body)
        return refusal(404, f"There is nothing at {path}.")


@contextmanager
def running(storage: Storage) -> Iterator[ControlPlane]:
    """The control plane over TLS, and the managed identity endpoint beside it."""
    for container in STORES.values():
        storage.client().create_container(container)
    plane = ControlPlane(storage)
    with (
        _serving(_handler(plane), storage.certificate) as port,
        _serving(_IdentityHandler, None) as identity_port,
    ):
        plane.url = f"https://localhost:{port}"
        plane.identity_url = f"http://127.0.0.1:{identity_port}/msi/token"
        yield plane


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler], certificate: Certificate | None = None) -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.path, certificate.key)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(plane: ControlPlane) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        def answer(self) -> None:
            address = urlsplit(self.path)
            path = unquote(address.path)
            query = {key: values[0] for key, values in parse_qs(address.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = json.loads(raw) if raw else None
            authorized = (self.headers.get("Authorization") or "").startswith("Bearer ")
            answer = plane.answer(self.command, path, query, body, authorized)
            plane.calls.append(Call(self.command, path, body, answer.status))
            self.send(answer)

    return Handler


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        raise NotImplementedError

    def send(self, answer: Answer) -> None:
        content = b"" if answer.body is None else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.answer()

    do_PUT = do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


class _IdentityHandler(_Handler):
    """Gives tokens as the managed identity of an Azure host does: any process there may ask, by a header."""

    def answer(self) -> None:
        if self.headers.get("X-IDENTITY-HEADER") != IDENTITY_SECRET:
            self.send(Answer({"error": "wrong header"}, 401))
            return
        resource = parse_qs(urlsplit(self.path).query).get("resource", [""])[0]
        end = int((dt.datetime.now() + dt.timedelta(hours=8)).timestamp())
        token = {"access_token": _token(resource, end), "expires_on": str(end), "resource": resource}
        self.send(Answer({**token, "token_type": "Bearer"}))


def _token(audience: str, end: int) -> str:
    """A token in the shape of Azure's (header, claims, signature); nobody checks its signature here."""
    parts: tuple[dict[str, Any], ...] = (
        {"alg": "none", "typ": "JWT"},
        {"aud": audience, "exp": end, "oid": str(uuid.UUID(int=2))},
        {},
    )
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )
