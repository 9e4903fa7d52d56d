"""The experiment that a script sets is known where it is written out, and set before anything is logged."""

import textwrap

import pytest

from joblens.script.experiment import experiment
from joblens.script.imports import imported

PLAIN = """
    import mlflow
    mlflow.set_experiment("roses")
    mlflow.log_metric("accuracy", 1)
"""
FUNCTIONS = """
    import mlflow as ml
    def train():
        with ml.start_run():
            ml.sklearn.autolog()
    def main():
        ml.set_experiment(experiment_name="roses")
        train()
    if __name__ == "__main__":
        main()
"""


@pytest.mark.parametrize("script", [PLAIN, FUNCTIONS])
def test_an_experiment_that_is_always_set(script: str) -> None:
    assert experiment(textwrap.dedent(script)) == "roses"


@pytest.mark.parametrize(
    "script",
    [
        "mlflow.log_metric('x', 1)",
        "mlflow.set_experiment('roses')",
        "mlflow.set_experiment(name); mlflow.log_metric('x', 1)",
        "mlflow.set_experiment(experiment_id='1'); mlflow.log_metric('x', 1)",
        "mlflow.log_metric('x', 1)\nmlflow.set_experiment('roses')",
        "if local: mlflow.set_experiment('roses')\nmlflow.log_metric('x', 1)",
        "def f(): mlflow.set_experiment('roses')\nmlflow.log_metric('x', 1)",
        "mlflow.set_tracking_uri('x')\nmlflow.set_experiment('roses')\nmlflow.start_run()",
        "os.environ.pop('MLFLOW_RUN_ID')\nmlflow.set_experiment('roses')\nmlflow.start_run()",
        "mlflow.set_experiment('a')\nmlflow.set_experiment('roses')\nmlflow.start_run()",
        "client.set_experiment('roses')\nmlflow.log_metric('x', 1)",
        "mlflow.set_experiment('roses'",
    ],
)
def test_an_experiment_that_may_not_be_set(script: str) -> None:
    assert experiment(f"import os, mlflow\n{script}") is None


def test_the_packages_that_a_script_imports() -> None:
    text = "import a.b, c as d\nfrom e.f import g\nfrom . import h\ndef i():\n    import mlflow\n"
    assert imported(text) == {"a", "c", "e", "", "mlflow"}
    assert imported("print 1") is None
