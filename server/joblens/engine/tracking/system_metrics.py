"""How busy the machine and the run's processes are, sampled beside the command, in MLflow's own names.

The sampling is not left to the job's MLflow: without psutil in the job's environment that would end the job.
"""

from __future__ import annotations

import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.engine.tracking.client import Client, Metric, TrackingError
from joblens.engine.tracking.recorder import Recorder

if TYPE_CHECKING:
    import psutil

_MEGABYTE = 1e6  # as MLflow's own monitors count
_AT_ONCE = 200
"""Values that are sent together; what is left is sent at the end."""


class SystemMetrics:
    """A thread that samples each `interval` seconds until the end."""

    def __init__(self, recorder: Recorder, folder: Path, interval: float) -> None:
        self._recorder, self._folder, self._interval = recorder, folder, interval
        self._ended = threading.Event()
        self._waiting: list[Metric] = []
        self._thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end(self) -> None:
        """Stop, and wait until all is sent."""
        self._ended.set()
        if self._thread.is_alive():
            self._thread.join()

    def _work(self) -> None:
        import psutil

        if sys.platform != "win32":  # the main thread is the one that a signal must wake
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
        network = psutil.net_io_counters()
        tree: dict[int, psutil.Process] = {}
        psutil.cpu_percent()  # each answer is about the time since the one before
        step = 0
        while not self._ended.wait(self._interval):
            now = int(time.time() * 1000)
            values = {**_machine(self._folder, network), **_job(tree)}
            self._waiting += [(f"system/{key}", value, now, step) for key, value in values.items()]
            step += 1
            if len(self._waiting) >= _AT_ONCE:
                self._send()
        self._send()

    def _send(self) -> None:
        sent, self._waiting = self._waiting, []
        if not sent:
            return
        client = Client(self._recorder.uri)
        try:
            client.log_metrics(self._recorder.run.run_id, sent)
        except TrackingError:  # they are no part of what the job itself recorded
            return
        finally:
            client.close()


def _machine(folder: Path, before: Any) -> dict[str, float]:
    import psutil

    memory, disk, network = psutil.virtual_memory(), psutil.disk_usage(str(folder)), psutil.net_io_counters()
    return {
        "cpu_utilization_percentage": psutil.cpu_percent(),
        "system_memory_usage_megabytes": memory.used / _MEGABYTE,
        "system_memory_usage_percentage": memory.percent,
        "disk_usage_percentage": disk.percent,
        "disk_usage_megabytes": disk.used / _MEGABYTE,
        "disk_available_megabytes": disk.free / _MEGABYTE,
        "network_receive_megabytes": (network.bytes_recv - before.bytes_recv) / _MEGABYTE,
        "network_transmit_megabytes": (network.bytes_sent - before.bytes_sent) / _MEGABYTE,
    }


def _job(known: dict[int, psutil.Process]) -> dict[str, float]:
    """The run's own processes here; those in containers are in the machine's numbers only."""
    import psutil

    living = {process.pid: process for process in psutil.Process().children(recursive=True)}
    for pid in set(known) - set(living):
        del known[pid]
    for pid, process in living.items():
        known.setdefault(pid, process)  # the same object, which knows its time of the last look
    if not known:
        return {}
    usage = [_usage(process) for process in known.values()]
    return {
        "job_cpu_utilization_percentage": sum(cpu for cpu, _ in usage),
        "job_memory_usage_megabytes": sum(memory for _, memory in usage) / _MEGABYTE,
    }


def _usage(process: psutil.Process) -> tuple[float, int]:
    """Percent of a processor, and bytes; nothing of one that has just ended."""
    import psutil

    try:
        return process.cpu_percent(), process.memory_info().rss
    except psutil.Error:
        return 0.0, 0
