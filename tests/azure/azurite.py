"""Real blob storage for tests: Azurite, from this folder's node_modules (`npm ci` here installs it)."""

import base64
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.azure.certificate import Certificate

_PROGRAM = Path(__file__).parent / "node_modules" / "azurite" / "dist" / "src" / "blob" / "main.js"
_ACCOUNT = "joblenstests"
_STARTS_WITHIN = 180.0
_TRIES = 3
"""Another program may take the port that was free."""


def why_not() -> str:
    """What is missing to start Azurite; empty when nothing is."""
    if shutil.which("node") is None:
        return "there is no Node.js to run Azurite"
    if not _PROGRAM.exists():
        return "Azurite is not installed (run `npm ci` in tests/azure)"
    return ""


@dataclass(frozen=True)
class Storage:
    """A running storage account."""

    account: str
    key: str
    port: int
    certificate: Certificate

    @property
    def endpoint(self) -> str:
        """What follows `ACCOUNT.blob.` in its address."""
        return f"core.localhost:{self.port}"

    @property
    def url(self) -> str:
        """The account's address by path, which needs no resolver."""
        return f"https://127.0.0.1:{self.port}/{self.account}"

    def client(self) -> Any:
        """A client with all rights."""
        from azure.storage.blob import BlobServiceClient

        credential = {"account_name": self.account, "account_key": self.key}
        return BlobServiceClient(
            self.url, credential=credential, connection_verify=str(self.certificate.path)
        )

    def files(self, container: str) -> dict[str, bytes]:
        """All that a container holds."""
        box = self.client().get_container_client(container)
        return {name: box.download_blob(name).readall() for name in box.list_blob_names()}


@contextmanager
def running(folder: Path, certificate: Certificate) -> Iterator[Storage]:
    """Azurite on a free port, its data in `folder`."""
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    command = ["node", str(_PROGRAM), "--location", str(folder), "--silent", "--skipApiVersionCheck"]
    command += ["--disableTelemetry", "--blobHost", "127.0.0.1"]
    command += ["--cert", str(certificate.path), "--key", str(certificate.key)]
    environment = os.environ | {"AZURITE_ACCOUNTS": f"{_ACCOUNT}:{key}"}
    for left in reversed(range(_TRIES)):
        storage = Storage(_ACCOUNT, key, _free_port(), certificate)
        # What is said on stdout is for whoever started us: Azurite greets on stderr.
        port = ["--blobPort", str(storage.port)]
        with subprocess.Popen([*command, *port], env=environment, stdout=2) as process:
            try:
                if _answers_in_time(storage, process):
                    yield storage
                    return
            finally:
                process.terminate()
        if not left:
            raise RuntimeError(f"Azurite did not start (exit code {process.returncode}).")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _answers_in_time(storage: Storage, process: subprocess.Popen[bytes]) -> bool:
    end = time.monotonic() + _STARTS_WITHIN
    while not _answers(storage.port):
        if process.poll() is not None or time.monotonic() > end:
            return False
        time.sleep(0.1)
    return process.poll() is None


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1):
            return True
    except OSError:
        return False
