"""The metrics of a script are known where their names are written out, and nothing else may log."""

import textwrap

import pytest

from joblens.script.metrics import metrics

SCRIPT = """
    import mlflow
    import numpy as np
    from mlflow import log_metric as note
    mlflow.log_metric("accuracy", 1)
    LINE
"""


def logged(line: str) -> list[str] | None:
    """The metrics of a script with one more line; None where they are not certain."""
    found = metrics(textwrap.dedent(SCRIPT.replace("LINE", textwrap.indent(line, "    ").strip())))
    return None if found is None else sorted(found.names - {"accuracy"})


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("pass", []),
        ("mlflow.log_metric(key='loss', value=1, step=2)", ["loss"]),
        ("note('loss', 1)", ["loss"]),
        ("mlflow.log_metrics({'a': 1, 'b': 2}, step=1)", ["a", "b"]),
        ("mlflow.log_metrics(metrics=dict(a=1))", ["a"]),
        (
            "found = {'a': 1}\nprint(found['a'])\nfor k in found.keys(): print(k)\nmlflow.log_metrics(found)",
            ["a"],
        ),
        ("import mlflow as ml\nml.log_metric('loss', 1)", ["loss"]),
        ("from mlflow.tracking import MlflowClient\nMlflowClient().log_metric(run, 'loss', 1)", ["loss"]),
        ("from azureml.core import Run\nrun = Run.get_context()\nrun.log('loss', np.log(2))", ["loss"]),
        ("from azureml.core import Run\nRun.get_context().log_list(name='many', value=[1])", ["many"]),
        ("import logging\nlogging.getLogger().log(10, 'text')", []),
        ("with mlflow.start_run() as run: mlflow.log_param('x', 1); mlflow.sklearn.log_model(m, 'm')", []),
        ("def train():\n    mlflow.log_metric('never', 1)", ["never"]),
    ],
)
def test_names_that_are_written_out(line: str, names: list[str]) -> None:
    assert logged(line) == names


@pytest.mark.parametrize(
    "line",
    [
        "mlflow.autolog()",
        "mlflow.sklearn.autolog()",
        "import mlflow.xgboost\nmlflow.xgboost.autolog()",
        "from mlflow import autolog\nautolog()",
        "mlflow.log_metric(name, 1)",
        "mlflow.log_metric(f'{split}_loss', 1)",
        "for k, v in found.items(): mlflow.log_metric(k, v)",
        "mlflow.log_metrics(found)",
        "mlflow.log_metrics({**found})",
        "mlflow.log_metrics({name: 1})",
        "mlflow.log_metrics(dict(**found))",
        "found = {'a': 1}\nfound['b'] = 2\nmlflow.log_metrics(found)",
        "found = {'a': 1}\nfound.update(b=2)\nmlflow.log_metrics(found)",
        "found = {'a': 1}\nfill(found)\nmlflow.log_metrics(found)",
        "def f(found): mlflow.log_metrics(found)\nfound = {'a': 1}",
        "mlflow.evaluate(model, data)",
        "log = mlflow.log_metric",
        "track(mlflow)",
        "getattr(mlflow, 'log_metric')('x', 1)",
        "client.log_batch(run, [])",
        "client.log_metric(run, name, 1)",
        "from mlflow import *",
        "from azureml.core import Run\nRun.get_context().log(name, 1)",
        "exec(text)",
        "import os\nos.system('python other.py')",
    ],
)
def test_what_may_log_by_another_name_is_not_certain(line: str) -> None:
    assert logged(line) is None


@pytest.mark.parametrize(
    ("module", "other"),
    [
        ("import helper", "helper"),
        ("from helper import x", "helper"),
        ("from . import helper", "."),
        ("import lightning", "lightning"),
        ("import pytorch_lightning as pl", "pytorch_lightning"),
        ("import transformers", "transformers"),
        ("import subprocess", "subprocess"),
        ("import azureml.train", "azureml.train"),
    ],
)
def test_a_module_that_may_log_is_named(module: str, other: str) -> None:
    found = metrics(
        f"{module}\nimport os, json, torch\nfrom sklearn import svm\nfrom azureml.core import Run\n"
    )
    assert found is not None
    assert found.others == {other}


def test_whether_a_script_tracks_at_all() -> None:
    tracked, plain = metrics("import mlflow"), metrics("print(1)")
    assert tracked is not None and tracked.tracks
    assert plain is not None and not plain.tracks
    assert metrics("print 1") is None
    assert metrics("") is None
