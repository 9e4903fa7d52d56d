"""The way to the storage through the stand-in, where requests are recorded and faults are injected."""

from collections.abc import Mapping

import urllib3

from tests.azure.azurite import Storage
from tests.azure.state import Answer

_OURS = {"connection", "content-length", "transfer-encoding", "keep-alive", "date", "server"}
"""Headers that each connection has its own of."""


def leads_to_storage(host: str, path: str, storage: Storage | None) -> bool:
    """Whether a request is for the storage, by the account's own name or by its path."""
    if storage is None:
        return False
    return host.startswith(f"{storage.account}.blob.") or path.startswith(f"/{storage.account}/")


def passed_on(storage: Storage, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Answer:
    """What the storage itself answers."""
    # The name of the account stays in the headers: the storage goes by it, and so do signatures.
    url = f"https://127.0.0.1:{storage.port}{target}"
    kept = {name: value for name, value in headers.items() if name.lower() != "connection"}
    with urllib3.PoolManager(ca_certs=str(storage.certificate.path), assert_hostname=False) as pool:
        answer = pool.request(
            method, url, headers=kept, body=body or None, retries=False, decode_content=False
        )
        found = {name: value for name, value in answer.headers.items() if name.lower() not in _OURS}
        return Answer(answer.data, answer.status, found)
