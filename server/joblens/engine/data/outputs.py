"""Outputs of a job bound: where its command writes, where that is kept here, what became of it."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine.data.bound import BoundOutput
from joblens.engine.folders import RunFolder

if TYPE_CHECKING:
    from joblens.engine.backends.base import Places
    from joblens.engine.settings import RunSettings
    from joblens.job.model import CommandJob, Output

_MACRO = re.compile(r"\$\{\{\s*([\w-]+)\s*\}\}|(?<!\$)\{(name|output[-_]name)\}")
_INSIDE = {"mltable": "MLTable", "mlflow_model": "MLmodel"}
"""The file that makes a folder what its type says."""


def bind_outputs(
    job: CommandJob, run: RunFolder, places: Places, settings: RunSettings, folder: Path
) -> list[BoundOutput]:
    """The outputs of a job file in `folder`, as folders (or a file's place)."""
    return [
        _output(
            BoundOutput(
                each.name.value, each.type, "", "", _place(each, settings, folder), _registered(each)
            ),
            run,
            places,
        )
        for each in job.outputs.values()
    ]


def replaced(output: BoundOutput, run: RunFolder, places: Places) -> BoundOutput:
    """The same output of another run."""
    return _output(output, run, places)


def notes(job: CommandJob, outputs: Iterable[BoundOutput]) -> list[str]:
    """What of the outputs is otherwise than on the cluster, a line each."""
    from joblens.engine.data import references

    found: list[str] = []
    for each in outputs:
        written = job.outputs[each.name].path
        if written and not each.place:
            found.append(
                f"Output '{each.name}' is kept in {each.target}, not in '{written.value}'. "
                f"To change that, add {references.hint(written.value)}."
                if references.is_reference(written.value)
                else f"Output '{each.name}' is kept in {each.target}, and not sent to '{written.value}'."
            )
        if each.registered:
            found.append(
                f"Output '{each.name}' is kept, not registered as '{each.registered}' as on the cluster."
            )
    return found


def make_place(output: BoundOutput) -> None:
    """Make what the cluster too would have made before the command starts."""
    path = Path(output.target)
    (path.parent if output.type == "uri_file" else path).mkdir(parents=True, exist_ok=True)


def missing(outputs: Iterable[BoundOutput]) -> list[str]:
    """Which outputs a command that has ended well left out, a line each."""
    found: list[str] = []
    for each in outputs:
        path, inside = Path(each.target), _INSIDE.get(each.type)
        if each.type == "uri_file" and not path.is_file():
            what = "a folder, not a file" if path.is_dir() else "a file that the command did not write"
            found.append(f"Output '{each.name}' is {what}: {path}")
        elif each.type != "uri_file" and not path.exists():
            found.append(f"Output '{each.name}' is gone: the command removed {path}")
        elif inside and not (path / inside).is_file():
            found.append(f"Output '{each.name}' is an {each.type} without its file '{inside}': {path}")
    return found


def _output(output: BoundOutput, run: RunFolder, places: Places) -> BoundOutput:
    name = output.name
    target = os.path.normpath(_filled(output.place, run.name, name)) if output.place else run.outputs / name
    return BoundOutput(
        name, output.type, places.output(name, str(target)), str(target), output.place, output.registered
    )


def _place(output: Output, settings: RunSettings, folder: Path) -> str:
    """The path on this machine that stands for what the job says; empty where none does."""
    if output.path is None:
        return ""
    from joblens.engine.data import addresses, references

    written = output.path.value.replace("${{default_datastore}}", references.DEFAULT_DATASTORE)
    if references.is_reference(written):
        written = references.stand_in(written, settings, folder) or ""
    if not written or addresses.scheme(written) not in {"", "file"}:
        return ""
    return str((folder / addresses.local(written)).absolute())


def _filled(place: str, run: str, output: str) -> str:
    values = {"name": run, "output_name": output, "output-name": output}
    return _MACRO.sub(lambda match: values.get(match[1] or match[2], match[0]), place)


def _registered(output: Output) -> str:
    if output.asset_name is None:
        return ""
    return output.asset_name.value + (f":{output.asset_version.value}" if output.asset_version else "")
