"""MLflow's REST interface, as much of it as a run needs."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

if TYPE_CHECKING:
    import http.client

_BATCH = 100
"""Parameters, and tags, that MLflow takes at once."""
_PIECE = 1 << 16
_METRICS = 1000
"""Metrics that MLflow takes at once."""
Metric: TypeAlias = tuple[str, float, int, int]
"""A metric's name, its value, the time in milliseconds since 1970, and its step."""
_HISTORY = 10_000
"""Reports that are asked for at once."""
LONGEST_VALUE = 6000
"""Characters of a parameter that MLflow keeps."""
LONGEST_TAG = 5000
"""Characters of a tag that MLflow keeps."""


class TrackingError(Exception):
    """The server did not do what it was asked; a run goes on without it."""


class UnavailableError(TrackingError):
    """The server cannot do it now; later it may."""


class NoAnswerError(UnavailableError):
    """The server is not there, or too busy to answer."""


class UnknownRunError(TrackingError):
    """The server has no such run."""


class TrackedRun(NamedTuple):
    """A run in MLflow."""

    run_id: str
    experiment_id: str
    artifacts: str
    """The root of its artifacts as an address, `mlflow-artifacts:/...` where the server keeps them."""


class RunState(NamedTuple):
    """How a run stands, as far as its reports of one metric go."""

    status: str
    ended: int
    """When, in milliseconds since 1970; 0 while it has not."""
    newest: tuple[str, int, int] | None
    """The value, time and step of the report that MLflow takes for the newest."""


class Client:
    """One server, one connection; not for use by several threads at once."""

    def __init__(self, uri: str, timeout: float | None = None) -> None:
        self._timeout = patience() if timeout is None else timeout
        self._uri = uri
        self._prefix = urlsplit(uri).path.rstrip("/")
        self._headers = _authorization()
        self._opened: http.client.HTTPConnection | None = None

    def _connection(self) -> http.client.HTTPConnection:
        """The connection, made at the first request: whoever makes none need not import what it takes."""
        if self._opened is None:
            import http.client

            parts = urlsplit(self._uri)
            host, port = parts.hostname or "", parts.port
            if parts.scheme == "https":
                import ssl

                context = ssl.create_default_context()
                self._opened = http.client.HTTPSConnection(host, port, timeout=self._timeout, context=context)
            else:
                self._opened = http.client.HTTPConnection(host, port, timeout=self._timeout)
        return self._opened

    def healthy(self) -> bool:
        """Whether the server answers."""
        try:
            return self._send("GET", "/health") == b"OK"
        except TrackingError:
            return False

    def experiment(self, name: str) -> str:
        """The id of the experiment, made where it is missing."""
        try:
            return self._experiment(name)
        except NoAnswerError:
            raise
        except TrackingError:
            try:
                return str(self._post("experiments/create", {"name": name})["experiment_id"])
            except TrackingError:  # another run made it between the two questions
                return self._experiment(name)

    def _experiment(self, name: str) -> str:
        found = self._get("experiments/get-by-name", {"experiment_name": name})["experiment"]
        if found.get("lifecycle_stage") == "deleted":
            self._post("experiments/restore", {"experiment_id": found["experiment_id"]})
        return str(found["experiment_id"])

    def create_run(
        self,
        experiment: str,
        name: str,
        tags: Mapping[str, str],
        started: float | None = None,
        *,
        waits: bool = False,
    ) -> TrackedRun:
        """Start a run, now or when it was `started`; one that `waits` is told to `start` later."""
        body = {
            "experiment_id": experiment,
            "run_name": name,
            "start_time": milliseconds(started),
            "user_id": tags.get("mlflow.user", ""),
            "tags": [{"key": key, "value": value[:LONGEST_TAG]} for key, value in tags.items()],
        }
        info = self._post("runs/create", body)["run"]["info"]
        if waits:
            self._post("runs/update", {"run_id": info["run_id"], "status": "SCHEDULED"})
        return TrackedRun(info["run_id"], info["experiment_id"], info["artifact_uri"])

    def add_parameters(self, run_id: str, parameters: Mapping[str, str]) -> None:
        """Record the values that the run was started with, but for those of which it has recorded its own."""
        data = self._get("runs/get", {"run_id": run_id})["run"].get("data", {}) if parameters else {}
        known = {each["key"] for each in data.get("params", [])}
        listed = [
            {"key": key, "value": value[:LONGEST_VALUE]}
            for key, value in parameters.items()
            if key not in known
        ]
        for start in range(0, len(listed), _BATCH):
            self._post("runs/log-batch", {"run_id": run_id, "params": listed[start : start + _BATCH]})

    def set_tags(self, run_id: str, tags: Mapping[str, str]) -> None:
        """Add or change tags."""
        listed = [{"key": key, "value": value[:LONGEST_TAG]} for key, value in tags.items()]
        self._post("runs/log-batch", {"run_id": run_id, "tags": listed})

    def log_metrics(self, run_id: str, metrics: Sequence[Metric]) -> None:
        """Record values of metrics."""
        listed = [
            {"key": key, "value": value, "timestamp": time, "step": step}
            for key, value, time, step in metrics
        ]
        for start in range(0, len(listed), _METRICS):
            self._post("runs/log-batch", {"run_id": run_id, "metrics": listed[start : start + _METRICS]})

    def finish(self, run_id: str, status: str, name: str, ended: float | None = None) -> None:
        """Set the final status, and the name back that a script may have changed."""
        body = {"run_id": run_id, "status": status, "end_time": milliseconds(ended), "run_name": name}
        self._post("runs/update", body)

    def start(self, run_id: str) -> None:
        """Let a run begin that waited; a request cannot change when it was created, its time of start."""
        self.go_on(run_id)

    def go_on(self, run_id: str) -> None:
        """Set the status of a run that had ended to running."""
        self._post("runs/update", {"run_id": run_id, "status": "RUNNING"})

    def delete(self, run_id: str) -> None:
        """Move the run to MLflow's bin."""
        self._post("runs/delete", {"run_id": run_id})

    def has(self, run_id: str) -> bool:
        """Whether there is such a run."""
        try:
            self._get("runs/get", {"run_id": run_id})
        except UnknownRunError:
            return False
        return True

    def metrics(self, run_id: str) -> dict[str, float]:
        """The last value of each metric."""
        data = self._get("runs/get", {"run_id": run_id})["run"].get("data", {})
        return {metric["key"]: float(metric["value"]) for metric in data.get("metrics", [])}

    def state(self, run_id: str, metric: str) -> RunState:
        """How a run stands."""
        return _state(self._get("runs/get", {"run_id": run_id})["run"], metric)

    def states(self, experiment: str, run_ids: Sequence[str], metric: str) -> dict[str, RunState]:
        """How several runs of an experiment stand; those that are not known are left out."""
        listed = ", ".join(f"'{run_id}'" for run_id in run_ids)
        body = {
            "experiment_ids": [experiment],
            "filter": f"attributes.run_id IN ({listed})",
            "max_results": len(run_ids),
        }
        found = self._post("runs/search", body).get("runs", [])
        return {run["info"]["run_id"]: _state(run, metric) for run in found}

    def history(self, run_id: str, metric: str) -> list[Metric]:
        """All reports of a metric, the earliest first."""
        query = {"run_id": run_id, "metric_key": metric, "max_results": str(_HISTORY)}
        found: list[Metric] = []
        while True:
            page = self._get("metrics/get-history", query)
            found += [_metric(each) for each in page.get("metrics", [])]
            if not page.get("next_page_token"):
                return sorted(found, key=lambda each: each[2])
            query["page_token"] = page["next_page_token"]

    def upload(self, run: TrackedRun, files: Iterable[tuple[Path, str]]) -> None:
        """Keep files as artifacts, each under its path."""
        from joblens.engine.tracking import artifacts

        place = artifacts.place_of(self._uri, run.artifacts)
        if place is not None:
            artifacts.keep(files, place)
            return
        root = urlsplit(run.artifacts).path.strip("/")
        for file, path in files:
            target = f"/api/2.0/mlflow-artifacts/artifacts/{quote(f'{root}/{path}')}"
            with file.open("rb") as content:
                size = file.stat().st_size
                self._send("PUT", target, _beginning(content, size), {"Content-Length": str(size)})

    def close(self) -> None:
        """End the connection."""
        if self._opened is not None:
            self._opened.close()

    def _get(self, name: str, query: Mapping[str, str]) -> Any:
        return json.loads(self._send("GET", f"/api/2.0/mlflow/{name}?{urlencode(query)}"))

    def _post(self, name: str, body: Mapping[str, object]) -> Any:
        content = json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        return json.loads(self._send("POST", f"/api/2.0/mlflow/{name}", content, headers) or b"{}")

    def _send(
        self, method: str, path: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> bytes:
        from http.client import HTTPException

        connection = self._connection()
        try:
            connection.request(method, self._prefix + path, body, {**self._headers, **(headers or {})})
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, HTTPException) as error:
            connection.close()
            raise NoAnswerError(f"the MLflow server does not answer ({error})") from error
        if answer.status >= 400:
            raise _refusal(answer.status, f"{method} {path.partition('?')[0]}", content)
        return content


def _beginning(content: IO[bytes], size: int) -> Iterator[bytes]:
    """As much of a file as was announced, though it grows meanwhile."""
    while size and (piece := content.read(min(size, _PIECE))):
        yield piece
        size -= len(piece)


def _state(run: Mapping[str, Any], metric: str) -> RunState:
    known = [_metric(each) for each in run.get("data", {}).get("metrics", []) if each["key"] == metric]
    newest = (repr(known[0][1]), known[0][2], known[0][3]) if known else None
    return RunState(str(run["info"].get("status", "")), int(run["info"].get("end_time") or 0), newest)


def _metric(found: Mapping[str, Any]) -> Metric:
    value, at, step = (found.get(key) or 0 for key in ("value", "timestamp", "step"))
    return str(found["key"]), float(value), int(at), int(step)


def patience() -> float:
    """Seconds that an answer may take; MLflow's own variable overrides."""
    try:
        return float(os.environ["MLFLOW_HTTP_REQUEST_TIMEOUT"])
    except (KeyError, ValueError):
        return 30.0


def _refusal(status: int, what: str, content: bytes) -> TrackingError:
    words = content[:300].decode(errors="replace")
    if status >= 500 or status == 429:
        return UnavailableError(f"the MLflow server could not do {what}: {words}")
    kind = UnknownRunError if b"RESOURCE_DOES_NOT_EXIST" in content else TrackingError
    return kind(f"the MLflow server refused {what}: {words}")


def _authorization() -> dict[str, str]:
    token = os.environ.get("MLFLOW_TRACKING_TOKEN")
    user = os.environ.get("MLFLOW_TRACKING_USERNAME")
    if token:
        return {"Authorization": f"Bearer {token}"}
    if user:
        import base64

        both = f"{user}:{os.environ.get('MLFLOW_TRACKING_PASSWORD', '')}"
        return {"Authorization": "Basic " + base64.b64encode(both.encode()).decode()}
    return {}


def milliseconds(seconds: float | None) -> int:
    """A time, or now, as MLflow counts."""
    return int((time.time() if seconds is None else seconds) * 1000)
