"""Datastores: where their files are on the web, and what it takes to read them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from joblens.azure.listings import Listings
from joblens.azure.resource_manager import RefusedError, ResourceManager
from joblens.azure.sign_in import SignedOutError
from joblens.errors import CloudError
from joblens.job.known_assets import Permit

_LASTS = 24 * 3600
"""Seconds that a signature is good for: a run may wait for its turn."""
_VERSION = "2021-08-06"
_CONTAINERS = {"AzureBlob": "containerName", "AzureDataLakeGen2": "filesystem"}
_STORAGE = "https://storage.azure.com/.default"


@dataclass(frozen=True, slots=True)
class Store:
    """A datastore whose files can be read over the web."""

    address: str
    """Of its container."""
    permit: Permit

    @staticmethod
    def of(manager: ResourceManager, listings: Listings, name: str) -> Store:
        """The datastore of that name; raises where its files cannot be read here."""
        told = listings.store(name)
        kind = str(told.get("datastoreType") or "")
        container = told.get(_CONTAINERS.get(kind, ""))
        if not container:
            raise CloudError(f"The datastore '{name}' is of the type {kind}, which cannot be read here.")
        account = str(told.get("accountName"))
        # Whatever protocol it was made with: no signature and no token goes over an open wire.
        address = f"https://{account}.blob.{told.get('endpoint') or 'core.windows.net'}/{container}"
        return Store(address, _permit(manager, listings, name, told, account, str(container), address))


def _permit(
    manager: ResourceManager,
    listings: Listings,
    name: str,
    told: Mapping[str, Any],
    account: str,
    container: str,
    address: str,
) -> Permit:
    """What the datastore's own credentials give; else the user's token, as on the cluster."""
    kind = (told.get("credentials") or {}).get("credentialsType")
    secrets: Mapping[str, Any] = {}
    if kind in ("AccountKey", "Sas"):
        try:
            secrets = listings.secrets(name)
        except RefusedError:  # a reader may not see them, and may still read the files
            secrets = {}
    if secrets.get("sasToken"):
        return Permit(address, query=str(secrets["sasToken"]).lstrip("?"))
    if secrets.get("key"):
        return Permit(address, query=signature(account, container, str(secrets["key"]), time.time() + _LASTS))
    try:
        return Permit(address, token=manager.token(_STORAGE))
    except SignedOutError as error:
        reason = f"The account gives no token for the storage of the datastore '{name}': {error}"
        raise CloudError(reason, hint=error.hint) from error


def signature(account: str, container: str, key: str, end: float) -> str:
    """The query that lets its bearer read and list a container until then, by the service's rules.

    They are told at https://learn.microsoft.com/rest/api/storageservices/create-service-sas.
    """
    until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(end))
    # In its order: rights, start, end, what, policy, addresses, protocol, version, kind, snapshot,
    # encryption, and the five headers that an answer could be given.
    signed = (
        "rl",
        "",
        until,
        f"/blob/{account}/{container}",
        "",
        "",
        "https",
        _VERSION,
        "c",
        "",
        "",
        *[""] * 5,
    )
    try:
        secret = base64.b64decode(key)
    except binascii.Error as error:
        raise CloudError("The key of the storage account is no key.") from error
    digest = hmac.new(secret, "\n".join(signed).encode(), hashlib.sha256).digest()
    told = {"sp": "rl", "se": until, "spr": "https", "sv": _VERSION, "sr": "c"}
    return urlencode({**told, "sig": base64.b64encode(digest).decode()})
