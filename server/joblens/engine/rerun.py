"""Starts a run again as it was: its job file, copy of the code, environment; other values if asked."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from joblens.engine import names, records, run, starting
from joblens.engine import plan as plans
from joblens.engine.folders import RunFolder
from joblens.engine.options import RunOptions
from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.engine.starting import Run
from joblens.errors import UserError

TAG = "joblens.rerun_of"


def rerun(path: Path, options: RunOptions) -> Run:
    """Start the run in `path` again; `options.overrides` change its job."""
    folder, record = RunFolder(path), records.show(path)
    if record.parent:
        raise UserError(
            f"{record.name} is a trial of {record.parent}.",
            hint=f"'joblens job rerun {record.parent}' repeats the sweep.",
        )
    before = plans.kept(folder)
    text, plan, begun = run.planned(
        Path(record.job_file), folder.job.read_text(encoding="utf-8"), _options(before, record, options)
    )
    made = _as_before(plan, before, folder, _changed(options, before))
    begun = dataclasses.replace(begun or Record(made.name), rerun_of=record.name)
    return starting.start(made, text, record=begun)


def _options(before: Plan, record: Record, options: RunOptions) -> RunOptions:
    """A new name, and otherwise what the run was started with."""
    values = {f"search_space.{name}": value for name, value in record.parameters.items()}
    overrides = {**values, **options.overrides}
    if before.code is not None and not Path(before.code).exists() and "code" not in overrides:
        overrides["code"] = before.folder  # only there to be found: the copy takes its place
    return dataclasses.replace(
        options,
        name=options.name or names.new_name(),
        environment=options.environment or ("this-python" if before.needs.this_python else None),
        backend=options.backend or before.backend,
        address=options.address or (before.cluster.address if before.cluster else None),
        overrides=overrides,
        one_trial=bool(values),
    )


def _changed(options: RunOptions, before: Plan) -> set[str]:
    """The parts of the job that are to be others than before."""
    changed = {key.partition(".")[0] for key in options.overrides}
    elsewhere = options.backend not in (None, before.backend)
    return changed | ({"environment"} if options.environment or elsewhere else set())


def _as_before(plan: Plan, before: Plan, folder: RunFolder, changed: set[str]) -> Plan:
    """The new plan with the old one's code and environment, unless these are what was changed."""
    kept: dict[str, object] = {"tags": {**plan.tags, TAG: before.name}}
    if "code" not in changed and before.code is not None:
        kept["code"] = str(folder.code)
    if "environment" not in changed:
        kept |= {"needs": before.needs, "image": before.image}
    return dataclasses.replace(plan, **kept)  # type: ignore[arg-type]
