"""The MLflow experiment that a script puts its run into."""

from __future__ import annotations

import ast
from functools import lru_cache

from joblens.script.source import Source, source_of, text_of

_SETS = "mlflow.set_experiment"
_STARTS = ("mlflow.start_run", "mlflow.log_", "mlflow.autolog", "mlflow.set_tag")
_ELSEWHERE = "mlflow.set_tracking_uri"
_RUN_ID = "MLFLOW_RUN_ID"


@lru_cache(maxsize=128)
def experiment(text: str) -> str | None:
    """The experiment that a script sets before it logs; None where it may set none, another, or too late."""
    if "set_experiment" not in text or _RUN_ID in text:
        return None
    source = source_of(text)
    if source is None:
        return None
    setting = [call for call in source.calls if source.dotted(call.func) == _SETS]
    elsewhere = any(source.dotted(call.func) == _ELSEWHERE for call in source.calls)
    if len(setting) != 1 or elsewhere or not _is_before_the_run(source, setting[0]):
        return None
    names = [
        *setting[0].args[:1],
        *(one.value for one in setting[0].keywords if one.arg == "experiment_name"),
    ]
    return text_of(names[0]) if len(names) == 1 and source.is_always_run(setting[0]) else None


def _is_before_the_run(source: Source, setting: ast.Call) -> bool:
    """Whether something starts a run, and nothing does so before the experiment is set."""
    starts = [call for call in source.calls if _starts(source.dotted(call.func) or "")]
    return bool(starts) and all(_is_after(source, call, setting.lineno) for call in starts)


def _is_after(source: Source, call: ast.Call, line: int) -> bool:
    if call.lineno > line:
        return True
    function = source.around(call)
    calls = source.calls_of(function.name) if function is not None else []
    return bool(calls) and all(one.lineno > line for one in calls)


def _starts(name: str) -> bool:
    return name.startswith(_STARTS) or (name.startswith("mlflow.") and name.endswith(".autolog"))
