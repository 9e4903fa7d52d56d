"""Which keys take a path, which files fit them, and what the path is relative to."""

from __future__ import annotations

from dataclasses import dataclass

from joblens.checks.subject import Subject
from joblens.job.model import Dialect
from joblens.text.nodes import Path, Scalar

_YAML = (".yml", ".yaml")
_PYTHON = (".py",)
_FOLDERS: tuple[str, ...] = ()
_ANY = ("",)
_FOLDER_TYPES = frozenset(("uri_folder", "mltable", "mlflow_model", "triton_model"))
_DATA = frozenset(("training_data", "validation_data", "test_data", "input_data", "model"))
_KINDS_OF_DATA = ("data", "model", "MLTable")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What fits a key."""

    suffixes: tuple[str, ...]
    """How a file's name ends; empty where only folders fit."""
    base: str = ""
    """The folder that the path is relative to, seen from the file's."""
    lead: str = ""
    """What is written before a path that has not begun: `./` or `file:`."""
    may_be_prefixed: bool = False
    """`file:` may stand before it."""
    must_be_prefixed: bool = False
    """Without `file:` the key takes something else."""


_CONDA = Wanted(_YAML, may_be_prefixed=True)
_COMPONENT = Wanted(_YAML, lead="./", may_be_prefixed=True)
_BY_KEY = {
    "code": Wanted(_FOLDERS),
    "conda_file": _CONDA,
    "component": _COMPONENT,
    "trial": _COMPONENT,
    "create_job": _COMPONENT,
    "import_data": _COMPONENT,
    "job_definition": _COMPONENT,
    "environment": Wanted(_YAML, may_be_prefixed=True, must_be_prefixed=True),
}
_BY_KEY_OF_PREVIEW = {
    "local_path": Wanted(_ANY),
    "code": Wanted(_FOLDERS, lead="file:", may_be_prefixed=True),
    "conda_file": Wanted(_YAML, lead="file:", may_be_prefixed=True),
    "dockerfile": Wanted(_ANY, lead="file:", may_be_prefixed=True),
    "data": Wanted(_ANY, lead="file:", may_be_prefixed=True),
    "environment": Wanted(_YAML, may_be_prefixed=True, must_be_prefixed=True),
}
_IN_CODE = ("scoring_script", "entry_script")


def wanted(subject: Subject, path: Path) -> Wanted | None:
    """What fits the value at `path`; None where no path is written."""
    if subject.kind is None or not path:
        return None
    key, parent = path[-1], path[-2] if len(path) > 1 else ""
    if subject.kind.dialect is Dialect.PREVIEW:
        if (parent, key) == ("code", "local_path"):
            return Wanted(_FOLDERS)
        return _BY_KEY_OF_PREVIEW.get(str(key))
    if parent == "additional_includes":
        return Wanted(_ANY)
    if key == "path":
        return _of_path(subject, path)
    if (parent, key) == ("create_job", "job"):
        return _COMPONENT
    if key == "dockerfile_path":
        return _within(subject, (*path[:-1], "path"), _ANY)
    if key in _IN_CODE:
        return _within(subject, (*path[:-1], "code"), _PYTHON)
    if (parent, key) == ("entry", "file"):
        return _within(subject, (*path[:-2], "code"), _PYTHON)
    return _BY_KEY.get(str(key))


def code_folder(subject: Subject, job: Path) -> str | None:
    """The code folder of the job or step at `job`, seen from the file's; None if it lies elsewhere."""
    return _relative(subject, (*job, "code"))


def _of_path(subject: Subject, path: Path) -> Wanted | None:
    parent = path[-2] if len(path) > 1 else ""
    if parent in ("build", "specification"):
        return Wanted(_FOLDERS)
    is_input = len(path) > 2 and path[-3] == "inputs"
    of_asset = len(path) == 1 and subject.kind is not None and subject.kind.name in _KINDS_OF_DATA
    if not (is_input or of_asset or parent in _DATA):
        return None
    return Wanted(_FOLDERS if _text(subject, (*path[:-1], "type")) in _FOLDER_TYPES else _ANY)


def _within(subject: Subject, folder: Path, suffixes: tuple[str, ...]) -> Wanted | None:
    base = _relative(subject, folder)
    return Wanted(suffixes, base) if base is not None else None


def _relative(subject: Subject, path: Path) -> str | None:
    written = _text(subject, path)
    if not written or written[0] in "/\\~$" or ":" in written:
        return None
    return written


def _text(subject: Subject, path: Path) -> str:
    node = subject.tree.resolved(subject.tree.node_at(path))
    return node.value if isinstance(node, Scalar) else ""
