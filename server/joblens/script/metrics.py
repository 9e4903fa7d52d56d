"""The metrics that a script can log, where it logs them by names that are written out.

Certain only for a script that imports nothing that may log by itself, starts nothing else, and turns on no
automatic logging.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from joblens.script.source import Source, has_stars, keyword, source_of, text_of

_SILENT_PACKAGE_NAMES = """
numpy pandas sklearn scipy matplotlib seaborn torch torchvision torchaudio tensorflow keras xgboost lightgbm
catboost joblib yaml tqdm PIL cv2 click typer pyarrow polars statsmodels dotenv skimage imblearn nltk plotly
packaging tabulate rich psutil h5py einops mlflow
"""
_BUSY_MODULE_NAMES = "subprocess runpy importlib imp socket http urllib ctypes code codeop pty asyncio xmlrpc"
_TRACKING = frozenset(("mlflow", "azureml"))
_SILENT_PACKAGES = frozenset(_SILENT_PACKAGE_NAMES.split())
_LIBRARY = sys.stdlib_module_names - frozenset(_BUSY_MODULE_NAMES.split())
_AZUREML = ("azureml.core", "azureml.mlflow", "azureml.fsspec", "azureml.dataprep")
_SILENT_MLFLOW_NAMES = """
start_run end_run active_run last_active_run log_param log_params log_artifact log_artifacts log_figure
log_image log_text log_dict log_table log_input log_model set_tag set_tags set_experiment set_tracking_uri
get_tracking_uri get_artifact_uri get_run get_experiment get_experiment_by_name register_model
models.infer_signature models.signature.infer_signature data.from_pandas data.from_numpy
MlflowClient tracking.MlflowClient
"""
_SILENT_MLFLOW = frozenset(_SILENT_MLFLOW_NAMES.split())
_SILENT_ENDINGS = (".log_model", ".save_model", ".load_model", ".infer_signature")
_STARTS_OTHERS = frozenset(("exec", "eval", "__import__", "compile", "os.system", "os.popen"))
_STARTS_OTHERS_BEGINNINGS = ("os.exec", "os.spawn", "os.posix_spawn", "os.fork")
_READS = frozenset(("items", "keys", "values", "get", "copy"))
_READERS = frozenset(("print", "len", "str", "sorted", "json.dump", "json.dumps", "mlflow.log_dict"))
_RUN_METHODS = frozenset(("log", "log_list", "log_row", "log_table", "log_image", "log_predictions"))
_CLIENT_METHODS = frozenset(("log_metric", "log_metrics", "log_batch"))


@dataclass(frozen=True, slots=True)
class Metrics:
    """What a script logs."""

    names: frozenset[str]
    """All metrics that it may log."""
    others: frozenset[str]
    """Modules that it imports, and that are not known: they may log more."""
    tracks: bool
    """It imports what logs metrics."""


class _UnclearError(Exception):
    """Metrics are logged whose names are not written out."""


@lru_cache(maxsize=128)
def metrics(text: str) -> Metrics | None:
    """The metrics of a script; None where they are not certain."""
    source = source_of(text)
    if source is None:
        return None
    try:
        names = frozenset(_Reading(source).names())
    except _UnclearError:
        return None
    return Metrics(names, _others(source), bool(source.packages & _TRACKING))


def _others(source: Source) -> frozenset[str]:
    found = {one for one in source.modules if one.partition(".")[0] not in _LIBRARY | _SILENT_PACKAGES}
    return frozenset(one for one in found if not one.startswith(_AZUREML) and one != "azureml")


class _Reading:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._azureml = "azureml" in source.packages
        self._logs = bool(source.packages & _TRACKING)

    def names(self) -> Iterator[str]:
        """The names of all metrics."""
        if "*" in self._source.names:
            raise _UnclearError
        if self._logs:
            self._see_that_mlflow_is_only_called()
        for call in self._source.calls:
            name = self._source.dotted(call.func) or ""
            if name in _STARTS_OTHERS or name.startswith(_STARTS_OTHERS_BEGINNINGS):
                raise _UnclearError
            if self._logs:
                yield from self._of_call(call, name)

    def _see_that_mlflow_is_only_called(self) -> None:
        source = self._source
        for node in source.nodes:
            parent = source.parents.get(node)
            if isinstance(parent, ast.Attribute) or not isinstance(node, ast.Name | ast.Attribute):
                continue
            name = source.dotted(node) or ""
            is_called = isinstance(parent, ast.Call) and parent.func is node
            if (name == "mlflow" or name.startswith("mlflow.")) and not is_called:
                raise _UnclearError
            if isinstance(node, ast.Attribute) and node.attr in _CLIENT_METHODS and not is_called:
                raise _UnclearError

    def _of_call(self, call: ast.Call, name: str) -> Iterator[str]:
        if name.startswith("mlflow."):
            yield from self._of_mlflow(call, name.removeprefix("mlflow."))
            return
        method = call.func.attr if isinstance(call.func, ast.Attribute) else ""
        if method == "autolog" or (method in _CLIENT_METHODS and method != "log_metric"):
            raise _UnclearError
        if method == "log_metric":
            # Of a client: the run, the name, the value.
            yield self._literal(keyword(call, "key") or (call.args[1] if len(call.args) > 1 else None))
        elif self._azureml and method in _RUN_METHODS and not self._is_of_a_package(call):
            yield self._literal(keyword(call, "name") or (call.args[0] if call.args else None))

    def _of_mlflow(self, call: ast.Call, function: str) -> Iterator[str]:
        if function == "log_metric":
            yield self._literal(keyword(call, "key") or (call.args[0] if call.args else None))
        elif function == "log_metrics":
            yield from self._keys(keyword(call, "metrics") or (call.args[0] if call.args else None))
        elif function not in _SILENT_MLFLOW and not f".{function}".endswith(_SILENT_ENDINGS):
            raise _UnclearError

    def _keys(self, node: ast.expr | None) -> Iterator[str]:
        if isinstance(node, ast.Name):
            node = self._only_value(node.id)
        if isinstance(node, ast.Dict):
            yield from (self._literal(key) for key in node.keys)
        elif isinstance(node, ast.Call) and self._source.dotted(node.func) == "dict" and not node.args:
            if has_stars(node):
                raise _UnclearError
            yield from (one.arg for one in node.keywords if one.arg is not None)
        else:
            raise _UnclearError

    def _only_value(self, name: str) -> ast.expr | None:
        """The value of a variable that is set once and only read; None for any other."""
        value = None
        for node in self._source.nodes:
            if isinstance(node, ast.arg) and node.arg == name:
                return None
            if not isinstance(node, ast.Name) or node.id != name:
                continue
            parent = self._source.parents.get(node)
            if isinstance(parent, ast.Assign) and parent.targets == [node] and value is None:
                value = parent.value
            elif not self._only_reads(node, parent):
                return None
        return value

    def _only_reads(self, node: ast.Name, parent: ast.AST | None) -> bool:
        if not isinstance(node.ctx, ast.Load):
            return False
        if isinstance(parent, ast.Attribute):
            return parent.attr in _READS
        if isinstance(parent, ast.Subscript):
            return isinstance(parent.ctx, ast.Load)
        if isinstance(parent, ast.Call):
            called = self._source.dotted(parent.func) or ""
            return called in _READERS or called in ("mlflow.log_metrics", "mlflow.log_params")
        return isinstance(parent, ast.FormattedValue | ast.For | ast.Return)

    def _literal(self, node: ast.AST | None) -> str:
        found = text_of(node)
        if found is None:
            raise _UnclearError
        return found

    def _is_of_a_package(self, call: ast.Call) -> bool:
        """Whether it is a function of an imported package, such as `math.log`."""
        root: ast.expr = call.func
        while isinstance(root, ast.Attribute):
            root = root.value
        package = self._source.names.get(root.id, "") if isinstance(root, ast.Name) else ""
        return bool(package) and not package.startswith("azureml")
