"""Lets containers reach a server that listens on this machine's loopback only.

A container sees the machine at an address of its network; there a port passes everything on, both ways.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import sys
import threading
from collections.abc import Collection

_FREEBIND = 15
"""Linux: an address may be listened at before its network is up."""
_PIECE = 1 << 16


class Relay:
    """A port at `address` that leads to `target`, until it is closed; for `peers` alone, if given."""

    def __init__(
        self, address: str, target: tuple[str, int], *, peers: Collection[str] | None = None
    ) -> None:
        self._target = target
        self._peers = peers
        self._listener = socket.socket()
        if sys.platform == "linux":
            self._listener.setsockopt(socket.IPPROTO_IP, _FREEBIND, 1)
        self._listener.bind((address, 0))
        self._listener.listen(128)
        self.address: str = "{}:{}".format(*self._listener.getsockname())
        """Where containers find the target."""
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, peer = self._listener.accept()
            except OSError:  # closed
                return
            if self._peers is not None and peer[0] not in self._peers:
                connection.close()
                continue
            threading.Thread(target=self._join, args=(connection,), daemon=True).start()

    def _join(self, connection: socket.socket) -> None:
        try:
            beyond = socket.create_connection(self._target)
        except OSError:
            connection.close()
            return
        with connection, beyond:
            back = threading.Thread(target=_pass, args=(beyond, connection), daemon=True)
            back.start()
            _pass(connection, beyond)
            back.join()


def is_loopback(host: str) -> bool:
    """Whether the address leads to the machine itself, wherever it is used."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _pass(source: socket.socket, target: socket.socket) -> None:
    """All that one side sends, to the other; its end too."""
    with contextlib.suppress(OSError):
        while piece := source.recv(_PIECE):
            target.sendall(piece)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)
