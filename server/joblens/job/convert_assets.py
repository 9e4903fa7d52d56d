"""Environments, data, models, deployments and workspaces of the previews in today's dialect."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from joblens.job.convert_preview import code_of
from joblens.job.convert_references import References, environment
from joblens.job.moved import Moved, Part, Place, Taken
from joblens.job.plain import as_map

_FORMATS = {"mlflow": "mlflow_model", "triton": "triton_model", "custom": "custom_model"}


def asset(kind: str, root: Place, references: References) -> Moved | None:
    """What a file of this kind says; None where that takes more than one file today, or is not known."""
    if kind in _ASSETS:
        return _ASSETS[kind](root, references)
    return _deployment(root, references) if kind.endswith("Deployment") else None


def _environment(root: Place, _references: References) -> Moved:
    return {**root.keep("$schema"), **environment(root)}


def _data(root: Place, references: References) -> Moved | None:
    """Data has a type today, and one path: a local one, or one in the cloud."""
    listed = root.data.get("paths")
    if isinstance(listed, list):
        place = _listed(root, as_map(listed[0])) if len(listed) == 1 else None
        return None if place is None else {**root.rest("paths"), **place}
    local = str(root.data.get("local_path", ""))
    kind = references.type_of("type", local)
    if "path" in root.data:
        references.told.add(("path",))
        told = f"path: '{root.data['path']}' is left out; today an upload finds its own place."
        references.notes.append(told)
    return {**root.rest("path", "local_path"), "type": Taken(kind), **root.renamed("local_path", "path")}


def _listed(root: Place, place: dict[str, object]) -> Moved | None:
    for key, kind in (("file", "uri_file"), ("folder", "uri_folder")):
        if key in place:
            return {"type": Taken(kind), "path": root.made("paths", place[key])}
    return None


def _model(root: Place, references: References) -> Moved:
    made = _with_path(root)
    if "type" not in made:
        kind = _type_on_disk(root.data.get("local_path"), references.folder)
        if kind is None:
            references.notes.append("type: the model is taken for a 'custom_model'; change it if it is not.")
        made["type"] = Taken(kind or "custom_model")
    return made


def _with_path(model: Place) -> Moved:
    """A model's path and format, as today names them."""
    made = {**model.rest("local_path", "model_format"), **model.renamed("local_path", "path")}
    written = model.data.get("model_format")
    if isinstance(written, str) and written.casefold() in _FORMATS:
        made["type"] = model.edited("model_format", (0, len(written), _FORMATS[written.casefold()]))
    return made


def _type_on_disk(local: object, folder: Path | None) -> str | None:
    """What a model's own files say of it; None where they are not there, or say nothing."""
    try:
        is_mlflow = folder is not None and isinstance(local, str) and (folder / local / "MLmodel").is_file()
    except OSError:
        return None
    return "mlflow_model" if is_mlflow else None


def _deployment(root: Place, references: References) -> Moved | None:
    if any(one in root.below("scale_settings").data for one in _SCALED):
        return None  # Of the first preview, which had no instances of its own.
    made = {**root.rest("model", "environment", "code_configuration"), **references.environment(root)}
    if root.has_map("model"):
        model = root.below("model")
        made["model"] = Part(_with_path(model), model.path)
    else:
        made |= root.keep("model")
    return made | _scoring(root)


_SCALED = ("scale_type", "instance_count")


def _scoring(root: Place) -> Moved:
    if not root.has_map("code_configuration"):
        return root.keep("code_configuration")
    scoring = root.below("code_configuration")
    return {"code_configuration": Part({**scoring.rest("code"), **code_of(scoring)}, scoring.path)}


def _workspace(root: Place, _references: References) -> Moved | None:
    if "private_endpoints" in root.data:
        return None  # They are Azure's own resources today, made apart from the workspace.
    return {**root.rest("app_insights"), **root.renamed("app_insights", "application_insights")}


_ASSETS: dict[str, Callable[[Place, References], Moved | None]] = {
    "environment": _environment,
    "data": _data,
    "model": _model,
    "workspace": _workspace,
}
