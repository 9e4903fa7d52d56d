"""A stand-in for Azure's control plane: resource manager, workspace, registries, run history, identity.

It keeps what it is told in memory, records every call, and lets go wrong what a test wants to go wrong
(faults.py). Files go to a real blob storage.
"""

import json
import re
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.azure.azurite import Storage
from tests.azure.certificate import Certificate
from tests.azure.faults import Fault, Faults
from tests.azure.gate import leads_to_storage, passed_on
from tests.azure.routes import ROUTES
from tests.azure.state import STORES, Answer, State, refusal
from tests.azure.tokens import IDENTITY_SECRET, Tokens

_OPEN = ("/metadata/", "/discovery", "/registrymanagement/")
"""What is told to everyone."""


@dataclass(frozen=True)
class Call:
    """One request, with the answer's status."""

    method: str
    path: str
    body: Any
    status: int
    query: dict[str, str] = field(default_factory=dict)
    started: float = 0.0
    ended: float = 0.0
    """On the clock of time.monotonic()."""
    agent: str = ""
    range: str = ""
    """Which bytes were asked for."""


@dataclass
class ControlPlane(State):
    """The state behind the routes; tests read `calls` and `jobs`, and say in `faults` what goes wrong."""

    certificate: Path = Path()
    identity_url: str = ""
    calls: list[Call] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    tokens: Tokens = field(default_factory=Tokens)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def environment(self) -> dict[str, str]:
        """The variables that lead a client here and sign it in, all of them documented ones."""
        return {
            "ARM_CLOUD_METADATA_URL": f"{self.url}/metadata/endpoints",
            "REGISTRY_DISCOVERY_ENDPOINT_URL": f"{self.url}/",
            "REQUESTS_CA_BUNDLE": str(self.certificate),
            "IDENTITY_ENDPOINT": self.identity_url,
            "IDENTITY_HEADER": IDENTITY_SECRET,
        }

    def sent(self, what: str) -> list[Any]:
        """The bodies that were put to paths with this in them, in order."""
        return [call.body for call in self.calls if call.method == "PUT" and what in call.path]

    def asked(self, what: str) -> list[str]:
        """The paths that were asked for and match a pattern, in order."""
        return [call.path for call in self.calls if call.method == "GET" and re.search(what, call.path)]

    def answer(self, method: str, path: str, query: dict[str, str], body: Any, authorization: str) -> Answer:
        """The answer to one request."""
        if not path.startswith(_OPEN) and not self.tokens.accepts(authorization):
            return refusal(401, "The access token is missing or has expired.", WWW_Authenticate="Bearer")
        for verb, pattern, route in ROUTES:
            match = re.fullmatch(pattern, path)
            if match and verb == method:
                with self.lock:
                    return route(self, *match.groups(), path=path, query=query, body=body)
        return refusal(404, f"There is nothing at {path}.")


@contextmanager
def running(certificate: Certificate, storage: Storage | None = None) -> Iterator[ControlPlane]:
    """The control plane over TLS, and the managed identity endpoint beside it."""
    if storage is not None:
        for container in STORES.values():
            storage.client().create_container(container)
    plane = ControlPlane(storage, certificate=certificate.path)
    with (
        serving(_handler(plane), certificate) as port,
        serving(_identity_handler(plane), None) as identity_port,
    ):
        plane.url = f"https://localhost:{port}"
        plane.identity_url = f"http://127.0.0.1:{identity_port}/msi/token"
        try:
            yield plane
        finally:
            plane.faults.clear()


@contextmanager
def serving(handler: type[BaseHTTPRequestHandler], certificate: Certificate | None = None) -> Iterator[int]:
    """Answer requests on a port of this machine, until the block ends."""
    server = _Server(("127.0.0.1", 0), handler)
    if certificate is not None:
        server.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.tls.load_cert_chain(certificate.path, certificate.key)
    thread = threading.Thread(target=lambda: server.serve_forever(0.02), daemon=True)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    tls: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the connection's own thread: a slow handshake holds up nobody else."""
        try:
            if self.tls is not None:
                request = self.tls.wrap_socket(request, server_side=True)
            super().finish_request(request, client_address)
        except OSError:  # The client went away, as clients do.
            pass
        finally:
            if self.tls is not None and isinstance(request, ssl.SSLSocket):
                request.close()


def _handler(plane: ControlPlane) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        def answer(self) -> None:
            started = time.monotonic()
            address = urlsplit(self.path)
            path = unquote(address.path)
            query = {key: values[0] for key, values in parse_qs(address.query).items()}
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            to_storage = leads_to_storage(self.headers.get("Host") or "", path, plane.storage)
            body = json.loads(raw) if raw and not to_storage else None
            found = plane.faults.of(self.command, path)
            plane.faults.delay(found)
            authorization = self.headers.get("Authorization") or ""
            if to_storage:
                headers = dict(self.headers.items())
                answer = _refused(found) or passed_on(plane.files, self.command, self.path, headers, raw)
            else:
                answer = _refused(found) or plane.answer(self.command, path, query, body, authorization)
            agent, asked = self.headers.get("User-Agent") or "", self.headers.get("Range") or ""
            times = (started, time.monotonic())
            plane.calls.append(Call(self.command, path, body, answer.status, query, *times, agent, asked))
            self.send(answer, found)

    return Handler


def _refused(found: list[Fault]) -> Answer | None:
    for fault in found:
        if fault.status is not None:
            after = {"Retry_After": fault.retry_after} if fault.retry_after else {}
            return refusal(fault.status, fault.message, **after)
    return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self) -> None:
        raise NotImplementedError

    def send(self, answer: Answer, faults: list[Fault] | None = None) -> None:
        is_raw = isinstance(answer.body, bytes)
        content = b"" if answer.body is None else answer.body if is_raw else json.dumps(answer.body).encode()
        self.send_response(answer.status)
        if not is_raw:
            self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._write(content, faults or [])

    def _write(self, content: bytes, faults: list[Fault]) -> None:
        cut = next((one.cut_after for one in faults if one.cut_after is not None), None)
        speed = next((one.speed for one in faults if one.speed), 0.0)
        piece = max(1, int(speed / 20)) if speed else len(content) or 1
        for start in range(0, len(content) if cut is None else cut, piece):
            self.wfile.write(content[start : min(start + piece, cut or len(content))])
            if speed:
                self.wfile.flush()
                time.sleep(0.05)
        if cut is not None:
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)
            self.close_connection = True

    def do_GET(self) -> None:
        self.answer()

    do_PUT = do_POST = do_PATCH = do_DELETE = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None:
        pass


def _identity_handler(plane: ControlPlane) -> type[BaseHTTPRequestHandler]:
    class Handler(_Handler):
        """Gives tokens as the managed identity of an Azure host does, to any process there that asks."""

        def answer(self) -> None:
            if self.headers.get("X-IDENTITY-HEADER") != IDENTITY_SECRET:
                self.send(Answer({"error": "wrong header"}, 401))
                return
            resource = parse_qs(urlsplit(self.path).query).get("resource", [""])[0]
            token, end = plane.tokens.give(resource)
            answer = {"access_token": token, "expires_on": str(end), "resource": resource}
            self.send(Answer({**answer, "token_type": "Bearer"}))

    return Handler
