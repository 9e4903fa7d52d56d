"""How a command in a container reaches a server that listens on this machine's loopback only."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

from joblens.engine.backends.container import machine as machines
from joblens.engine.backends.container.machine import Machine
from joblens.engine.backends.container.relay import Relay, is_loopback


class Reach:
    """The way from one run's containers to this machine; open until `close`."""

    def __init__(self, machine: Machine, gateway: Callable[[], str | None]) -> None:
        self._machine = machine
        self._gateway = gateway
        self._relays: dict[str, Relay] = {}

    def seen(self, address: str) -> str:
        """A server's address as a container sees it; one that is not on the loopback is the same there."""
        url = urlsplit(address)
        if url.scheme not in {"http", "https"} or not is_loopback(url.hostname or ""):
            return address
        port = url.port or (443 if url.scheme == "https" else 80)
        if self._machine.virtual:  # what listens on the loopback is found by this name
            place = f"{machines.name_of_host(self._machine)}:{port}"
        else:
            try:
                place = self._relay(url.hostname or "", port)
            except OSError:  # this machine has no address but its loopback's
                return address
        return url._replace(netloc=place).geturl()

    def close(self) -> None:
        """Close what was opened."""
        for relay in self._relays.values():
            relay.close()

    def _relay(self, host: str, port: int) -> str:
        target = f"{host}:{port}"
        if target not in self._relays:
            gateway = self._gateway() if self._machine.gateway_is_here else None
            own = gateway or machines.own_address()
            self._relays[target] = Relay(own, (host, port), peers=None if gateway else (own,))
        return self._relays[target].address
