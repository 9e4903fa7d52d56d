"""One process of a job on the cluster: its end is what its node left in the run's folder, or told."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from joblens.engine.backends.ray.cluster import ClusterError
from joblens.engine.backends.ray.following import Following

_STOPPED = 128 + 15


class RayTask:
    """A process; `stop` ends all of the run's, as the cluster ends a job whole."""

    def __init__(
        self,
        number: int,
        exit_code: Path,
        following: Callable[[], Following | None],
        stop: Callable[[], None],
    ) -> None:
        self._number = number
        self._file = exit_code
        self._following = following
        self._stop = stop

    def wait(self, timeout: float | None = None) -> int | None:
        """The exit code; None when `timeout` seconds went by before there is one."""
        end = None if timeout is None else time.monotonic() + timeout
        pause = 0.01
        while (code := self._code()) is None:
            left = pause if end is None else min(pause, end - time.monotonic())
            if left <= 0:
                return None
            time.sleep(left)
            pause = min(pause * 1.5, 0.1)
        return code

    def cancel(self) -> None:
        """Ask the cluster to stop the job."""
        self._stop()

    def why(self) -> str:
        """What is known of a node that was lost: this one, or another whose loss ended this one."""
        following = self._following()
        if following is None:
            return ""
        return following.lost.get(self._number) or next(iter(following.lost.values()), "")

    def _code(self) -> int | None:
        following = self._following()
        lost = following is not None and self._number in following.lost
        over = following is None or following.over.is_set()  # before the file is looked at
        try:
            return int(self._file.read_text(encoding="ascii"))
        except (FileNotFoundError, ValueError):
            pass
        if lost or following is None or (over and following.stopped):
            return _STOPPED
        if not over:
            return None
        raise ClusterError(
            following.failure or "The run was lost: its job on the Ray cluster ended without a word.",
            hint=following.hint or "See system_logs/ray.txt in the run's folder.",
        )
