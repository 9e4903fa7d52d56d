"""Variables that tell a command where its data are, as Azure ML's runtime sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joblens.engine.plan import Plan


def variables(plan: Plan) -> dict[str, str]:
    """`AZURE_ML_INPUT_name`, `AZURE_ML_OUTPUT_name`, and the older name of both."""
    inputs = {each.name: each.value for each in plan.inputs if each.source or each.mode}
    outputs = {each.name: each.path for each in plan.outputs}
    return {
        **{f"AZUREML_DATAREFERENCE_{name}": place for name, place in {**outputs, **inputs}.items()},
        **{f"AZURE_ML_INPUT_{name}": place for name, place in inputs.items()},
        **{f"AZURE_ML_OUTPUT_{name}": place for name, place in outputs.items()},
    }
