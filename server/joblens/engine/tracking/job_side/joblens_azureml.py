"""Run of azureml.core in a job on this machine: what is logged with it goes to the job's run in MLflow.

It lies beside azureml.core in an environment that was built here, and comes with each start of its Python:
nothing is loaded and nothing is changed before a job's script imports `azureml.core.run`, whose runs only
print what they are told where there is no workspace. Called as a program, it puts itself there.

What becomes of a value in MLflow is as in
https://learn.microsoft.com/azure/machine-learning/reference-migrate-sdk-v1-mlflow-tracking

It reads in Python 3.6 too, the oldest that azureml.core is still found with.
"""

import json
import os
import sys
from typing import Any

_MODULE = "azureml.core.run"
_ARTIFACTS = "mlflow-artifacts:/"
_PATIENCE = 120
"""Seconds: as long as MLflow's own client waits for an answer."""
_NUMBER = "azureml.batch_child_number"
"""The tag that tells children apart which were made by their count."""
_MOST = 1000
"""Metrics in one request; MLflow takes no more."""


class _Finder:
    """Finds the module as it is found anyway, and joins its runs to MLflow when it has been loaded."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != _MODULE:
            return None
        from importlib.machinery import PathFinder

        spec: Any = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            load = spec.loader.exec_module

            def exec_module(module: Any) -> None:
                load(module)
                if hasattr(module, "_OfflineRun"):
                    _join(module._OfflineRun)

            spec.loader.exec_module = exec_module
        return spec


def _join(offline: Any) -> None:
    """Give the runs without a workspace the ways of those with one."""
    for method in (
        *(log, log_list, log_row, log_table, log_image, log_json, tag, set_tags, get_metrics, get_tags),
        *(upload_file, upload_files, upload_folder, register_model),
        *(child_run, create_children, complete, fail, flush),
    ):
        setattr(offline, method.__name__, method)
    offline.__enter__, offline.__exit__ = enter, leave
    offline.add_properties = set_tags
    offline.log_residuals = offline.log_predictions = log_json
    offline.log_accuracy_table = offline.log_confusion_matrix = log_json


def log(self: Any, name: str, value: Any, description: str = "", step: Any = None) -> None:
    """A number as a metric, its step the count of those before it; a text as a tag."""
    _tracked(self).metrics([(name, value)], step)


def log_list(self: Any, name: str, value: Any, description: str = "") -> None:
    """One metric with several values."""
    _tracked(self).metrics([(name, each) for each in value])


def log_row(self: Any, name: str, description: Any = None, **kwargs: Any) -> None:
    """A metric for each column."""
    _tracked(self).metrics([(f"{name}.{column}", value) for column, value in kwargs.items()])


def log_table(self: Any, name: str, value: Any, description: str = "") -> None:
    """A metric for each column, with a value for each row."""
    columns = {column: each if isinstance(each, (list, tuple)) else [each] for column, each in value.items()}
    _tracked(self).metrics(
        [(f"{name}.{column}", each) for column, values in columns.items() for each in values]
    )


def log_image(self: Any, name: str, path: Any = None, plot: Any = None, description: str = "") -> None:
    """The file, or the figure of matplotlib, as an artifact."""
    if plot is None:
        _tracked(self).file(name if "." in name else name + os.path.splitext(path)[1], path)
    else:
        import io

        picture = io.BytesIO()
        plot.savefig(picture, format="png")
        _tracked(self).artifact(name if "." in name else f"{name}.png", picture.getvalue())


def log_json(self: Any, name: str, value: Any, description: Any = None) -> None:
    """What the studio draws as a chart, as an artifact."""
    text = value if isinstance(value, str) else json.dumps(value, indent=2, default=_plain)
    _tracked(self).artifact(f"{name}.json", text.encode("utf-8"))


def tag(self: Any, name: str, value: Any = None) -> None:
    """A tag."""
    _tracked(self).tags({name: value})


def set_tags(self: Any, tags: Any) -> None:
    """Tags; properties, which MLflow does not know, become such too."""
    _tracked(self).tags(tags)


def get_metrics(
    self: Any, name: Any = None, recursive: bool = False, run_type: Any = None, populate: bool = False
) -> Any:
    """What this process has logged: a value, or the list of values where there are several."""
    found = {key: values if len(values) > 1 else values[0] for key, values in _tracked(self).logged.items()}
    return found if name is None else {key: value for key, value in found.items() if key == name}


def get_tags(self: Any) -> Any:
    """What this process has put."""
    return dict(_tracked(self).tagged)


def upload_file(self: Any, name: str, path_or_stream: Any, datastore_name: Any = None) -> None:
    """A file, or what can be read like one, as an artifact."""
    if hasattr(path_or_stream, "read"):
        content = path_or_stream.read()
        _tracked(self).artifact(name, content.encode("utf-8") if isinstance(content, str) else content)
    else:
        _tracked(self).file(name, path_or_stream)


def upload_files(
    self: Any,
    names: Any,
    paths: Any,
    return_artifacts: bool = False,
    timeout_seconds: Any = None,
    datastore_name: Any = None,
) -> None:
    """Files as artifacts."""
    for name, path in zip(names, paths):
        _tracked(self).file(name, path)


def upload_folder(self: Any, name: str, path: str, datastore_name: Any = None) -> None:
    """The files in a folder, and in those below it, as artifacts."""
    for folder, _, files in os.walk(path):
        for file in files:
            whole = os.path.join(folder, file)
            _tracked(self).file(os.path.join(name or "", os.path.relpath(whole, path)), whole)


def register_model(
    self: Any,
    model_name: str,
    model_path: Any = None,
    tags: Any = None,
    properties: Any = None,
    model_framework: Any = None,
    model_framework_version: Any = None,
    description: Any = None,
    **kwargs: Any,
) -> Any:
    """A version of a model in MLflow's registry: of a file or folder among what the run keeps."""
    told = {"framework": model_framework, "framework_version": model_framework_version}
    all_tags = {key: value for key, value in told.items() if value is not None}
    all_tags.update(properties or {})
    all_tags.update(tags or {})
    version = _tracked(self).model(model_name, model_path or model_name, all_tags, description)
    return _Model(model_name, version, tags or {}, properties or {}, description)


def child_run(self: Any, name: Any = None, run_id: Any = None, outputs: Any = None) -> Any:
    """A run of its own below this one."""
    child = type(self)(parent_logger=self._logger, run_id=run_id)
    child._joblens_run = _tracked(self).child(name or child.id)
    return child


def create_children(self: Any, count: Any = None, tag_key: Any = None, tag_values: Any = None) -> Any:
    """Runs below this one, as many as wanted or one for each value of a tag."""
    key = _NUMBER if tag_key is None else tag_key
    children = []
    for value in range(count) if count is not None else tag_values:
        child = self.child_run()
        child.tag(key, value)
        children.append(child)
    return children


def enter(self: Any) -> Any:
    """Only the end of a block says something of its run."""
    return self


def leave(self: Any, kind: Any, error: Any, traceback: Any) -> None:
    """The end of a block is that of its run, which has failed where an exception leaves it."""
    _tracked(self).end("FINISHED" if kind is None else "FAILED")


def complete(self: Any, _set_status: bool = True) -> None:
    """The end of a child."""
    _tracked(self).end("FINISHED")


def fail(self: Any, error_details: Any = None, error_code: Any = None, _set_status: bool = True) -> None:
    """The end of a child that has failed."""
    _tracked(self).end("FAILED")


def flush(self: Any, timeout_seconds: int = 300) -> None:
    """Nothing waits: what is logged has been sent."""


class _Model:
    """What is told of a model that was registered; no version where MLflow did not take it."""

    def __init__(self, name: str, version: Any, tags: Any, properties: Any, description: Any) -> None:
        self.name, self.version, self.id = name, version, f"{name}:{version}"
        self.tags, self.properties, self.description = tags, properties, description


class _Tracked:
    """A run in MLflow. What cannot be sent is told once, and never a reason for the script to fail."""

    def __init__(self, uri: str, run_id: str, main: bool = False) -> None:
        self._uri, self._id, self._main = uri.rstrip("/"), run_id, main
        self.logged: Any = {}
        self.tagged: Any = {}
        self._place: Any = None

    def metrics(self, values: Any, step: Any = None) -> None:
        points = []
        for name, value in values:
            number = _number(value)
            if number is None:
                self.tags({name: value})
                continue
            before = self.logged.setdefault(name, [])
            at = len(before) if step is None else int(step)
            before.append(value)
            points.append({"key": name, "value": number, "timestamp": _now(), "step": at})
        for first in range(0, len(points), _MOST):
            self._send("runs/log-batch", {"run_id": self._id, "metrics": points[first : first + _MOST]})

    def tags(self, tags: Any) -> None:
        texts = {str(key): "" if value is None else str(value) for key, value in tags.items()}
        self.tagged.update(texts)
        listed = [{"key": key, "value": value} for key, value in texts.items()]
        self._send("runs/log-batch", {"run_id": self._id, "tags": listed})

    def file(self, name: str, path: str) -> None:
        with open(path, "rb") as content:
            self.artifact(name, content.read())

    def artifact(self, name: str, content: bytes) -> None:
        from urllib.parse import quote

        place = self._artifacts()
        if not place.startswith(_ARTIFACTS):
            _tell(f"'{name}' is not kept: the artifacts of the run are at '{place}'.")
            return
        inside = "/".join((place[len(_ARTIFACTS) :].strip("/"), _path(name)))
        self._ask("mlflow-artifacts/artifacts/" + quote(inside), content, "PUT")

    def model(self, name: str, path: str, tags: Any, description: Any) -> Any:
        self._send("registered-models/create", {"name": name}, known="RESOURCE_ALREADY_EXISTS")
        order = {
            "name": name,
            "source": f"{self._artifacts()}/{_path(path)}",
            "run_id": self._id,
            "description": description or "",
            "tags": [{"key": str(key), "value": str(value)} for key, value in tags.items()],
        }
        made = self._send("model-versions/create", order)
        return int(made["model_version"]["version"]) if made else None

    def child(self, name: str) -> Any:
        tags = [{"key": "mlflow.parentRunId", "value": self._id}, {"key": "mlflow.runName", "value": name}]
        order = {"run_name": name, "start_time": _now(), "tags": tags}
        order["experiment_id"] = (self._facts() or {}).get("experiment_id", "0")
        made = self._send("runs/create", order)
        return _Tracked(self._uri, made["run"]["info"]["run_id"]) if made else self

    def end(self, status: str) -> None:
        """The job's own run ends with the job, whatever the script says."""
        if not self._main:
            self._send("runs/update", {"run_id": self._id, "status": status, "end_time": _now()})

    def _artifacts(self) -> Any:
        """The root of its artifacts as an address."""
        if self._place is None:
            self._place = (self._facts() or {}).get("artifact_uri", "")
        return self._place

    def _facts(self) -> Any:
        found = self._send("runs/get?run_id=" + self._id)
        return found and found["run"]["info"]

    def _send(self, what: str, body: Any = None, known: str = "") -> Any:
        content = None if body is None else json.dumps(body).encode("utf-8")
        answer = self._ask("mlflow/" + what, content, known=known)
        return json.loads(answer) if answer else None

    def _ask(self, what: str, content: Any = None, method: Any = None, known: str = "") -> Any:
        """The answer; None where there is none, which is told unless it is for a reason that is `known`."""
        from urllib.request import Request, urlopen

        headers = {"Content-Type": "application/json" if method is None else "application/octet-stream"}
        headers.update(_credentials())
        try:
            request = Request(f"{self._uri}/api/2.0/{what}", content, headers, method=method)
            with urlopen(request, timeout=_PATIENCE) as answer:
                return answer.read().decode("utf-8")
        except (OSError, ValueError) as error:
            refusal = error.read().decode("utf-8", "replace") if hasattr(error, "read") else ""
            if not known or known not in refusal:
                _tell(f"MLflow did not take what the script logs: {_reason(refusal) or error}")
            return None


_MAIN: Any = []
_TOLD: Any = set()


def _tracked(run: Any) -> _Tracked:
    """The job's own run, unless it is a child that the script has made."""
    if not _MAIN:
        _MAIN.append(_Tracked(os.environ["MLFLOW_TRACKING_URI"], os.environ["MLFLOW_RUN_ID"], main=True))
    return getattr(run, "_joblens_run", _MAIN[0])  # type: ignore[no-any-return]


def _path(name: str) -> str:
    """A path among artifacts, from one on the disk."""
    path = name.replace(os.sep, "/")
    return path[2:] if path.startswith("./") else path.lstrip("/")


def _now() -> int:
    """In milliseconds, as MLflow counts."""
    import time

    return int(time.time() * 1000)


def _credentials() -> Any:
    """For a server of the user's own, as MLflow's client takes them."""
    from base64 import b64encode

    user, token = os.environ.get("MLFLOW_TRACKING_USERNAME"), os.environ.get("MLFLOW_TRACKING_TOKEN")
    if user is not None:
        both = f"{user}:{os.environ.get('MLFLOW_TRACKING_PASSWORD', '')}"
        return {"Authorization": f"Basic {b64encode(both.encode('utf-8')).decode('ascii')}"}
    return {"Authorization": f"Bearer {token}"} if token else {}


def _number(value: Any) -> Any:
    """As MLflow takes it in JSON; None for what is no number."""
    if isinstance(value, (str, bytes)):
        return None
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    if number != number:
        return "NaN"
    return number if abs(number) != float("inf") else "Infinity" if number > 0 else "-Infinity"


def _plain(value: Any) -> Any:
    """What numpy has, as JSON has it."""
    return value.tolist() if hasattr(value, "tolist") else str(value)


def _reason(answer: str) -> str:
    """What MLflow says in an answer that refuses."""
    try:
        return str(json.loads(answer)["message"])
    except (ValueError, TypeError, KeyError):
        return answer.strip()


def _tell(line: str) -> None:
    if line not in _TOLD:
        _TOLD.add(line)
        sys.stderr.write(f"Run of azureml.core: {line}\n")


def _settle() -> None:
    """Put this module beside azureml.core, if that is in this Python."""
    import shutil
    import sysconfig

    packages = sysconfig.get_paths()["purelib"]
    if os.path.isfile(os.path.join(packages, "azureml", "core", "run.py")):
        name = os.path.splitext(os.path.basename(__file__))[0]
        shutil.copyfile(__file__, os.path.join(packages, f"{name}.py"))
        with open(os.path.join(packages, f"{name}.pth"), "w") as start:
            start.write(f"import {name}\n")


if __name__ == "__main__":
    _settle()
elif os.environ.get("MLFLOW_RUN_ID") and os.environ.get("MLFLOW_TRACKING_URI", "").startswith("http"):
    sys.meta_path.insert(0, _Finder())
