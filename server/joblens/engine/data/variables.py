"""Variables that tell a command where its data are, as Azure ML's runtime sets them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joblens.engine.plan import Plan


def variables(plan: Plan) -> dict[str, str]:
    """`AZURE_ML_INPUT_name`, `AZURE_ML_OUTPUT_name`, and the older name of both."""
    found: dict[str, str] = {}
    for each in plan.inputs:
        if each.source or each.mode:
            found |= {
                f"AZURE_ML_INPUT_{each.name}": each.value,
                f"AZUREML_DATAREFERENCE_{each.name}": each.value,
            }
    for output in plan.outputs:
        found |= {
            f"AZURE_ML_OUTPUT_{output.name}": output.path,
            f"AZUREML_DATAREFERENCE_{output.name}": output.path,
        }
    return found
