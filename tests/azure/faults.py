"""What goes wrong between a client and the stand-in, as a test decides: late, refused, cut, unanswered."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Fault:
    """One thing that goes wrong with the requests whose `METHOD path` has a pattern in it."""

    where: str = ""
    times: int | None = None
    """How often; always, if None."""
    status: int | None = None
    message: str = "You may not do this."
    retry_after: str = ""
    latency: float = 0.0
    """Seconds before the answer."""
    speed: float = 0.0
    """Bytes of the answer in a second; as fast as it goes, if 0."""
    cut_after: int | None = None
    """Bytes of the answer after which the connection ends."""
    hangs: bool = False
    """No answer until the test lets go."""


@dataclass
class Faults:
    """The faults of the moment."""

    active: list[Fault] = field(default_factory=list)
    met: list[tuple[str, Fault]] = field(default_factory=list)
    """Each request that had a fault."""
    _released: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, **what: object) -> Fault:
        """From now on this goes wrong; see Fault."""
        fault = Fault(**what)  # type: ignore[arg-type]
        self.active.append(fault)
        return fault

    def clear(self) -> None:
        """Nothing goes wrong any more, and what hangs is answered."""
        self.active.clear()
        self.met.clear()
        self._released.set()
        self._released = threading.Event()

    @contextmanager
    def during(self, **what: object) -> Iterator[Fault]:
        """This goes wrong while a block runs."""
        fault = self.add(**what)
        try:
            yield fault
        finally:
            self.active.remove(fault)
            if fault.hangs:
                self._released.set()
                self._released = threading.Event()

    def of(self, method: str, path: str) -> list[Fault]:
        """What goes wrong with this request."""
        request = f"{method} {path}"
        with self._lock:
            found = [one for one in self.active if re.search(one.where, request) and one.times != 0]
            for one in found:
                one.times = one.times - 1 if one.times is not None else None
                self.met.append((request, one))
        return found

    def delay(self, found: list[Fault]) -> None:
        """Wait as long as the faults of a request say."""
        if any(one.hangs for one in found):
            self._released.wait(120)
        late = sum(one.latency for one in found)
        if late:
            self._released.wait(late)
