"""On the import path of a worker under test: every name below `localhost` is this machine.

Storage accounts are host names (`account.blob.core.localhost`); not every system's resolver knows RFC 6761.
"""

import socket
from typing import Any

_resolve = socket.getaddrinfo


def _loopback(host: Any, *rest: Any, **named: Any) -> Any:
    if isinstance(host, str) and host.endswith(".localhost"):
        host = "127.0.0.1"
    return _resolve(host, *rest, **named)


socket.getaddrinfo = _loopback
