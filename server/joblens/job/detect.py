"""What a YAML file is: its kind, by the schema it names or else by its shape; its dialect, by shape alone.

Looks at the top-level keys and a few below them, so it costs the same in a long file as in a short one.
A file that is not one of Azure ML's is None, and is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from joblens.job.dialect import dialect_of
from joblens.job.kinds import kind_meant_by_schema, kind_of_schema
from joblens.job.model import Dialect
from joblens.text.nodes import Mapping, Pair, Scalar, Sequence, Style
from joblens.text.tree import Tree


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is: the name of its schema, and how it is written."""

    name: str
    dialect: Dialect


Keys = dict[str, object]

_SCHEMA_COMMENT = re.compile(r"^#\s*yaml-language-server\s*:\s*\$schema\s*=\s*(\S+)", re.MULTILINE)

_FOREIGN = """
apiversion apiVersion kind metadata spec on true channels dependencies build_dependencies repos stages
image script before_script steps pool pr swagger openapi AWSTemplateFormatVersion Resources
galaxy_info hosts roles volumes networks ports entrypoint cmd plugins site_name
"""
FOREIGN_KEYS = frozenset(_FOREIGN.split())
"""Top-level keys of other tools' files, none of them a key of a kind that is told by its shape."""


def detect(tree: Tree, text: str = "") -> Kind | None:
    """The kind and dialect of a file, half-typed or not; `text` gives its comments a say."""
    root = tree.root
    keys = _keys_of(root, text) if isinstance(root, Mapping) else {}
    named = _schema_named(keys, tree, text)
    if named is not None:
        name = kind_of_schema(named) or kind_meant_by_schema(named)
        # A schema that is not ours to know, or not Azure's at all: the file belongs to others.
        return Kind(name, dialect_of(name, keys)) if name else None
    shape = _kind_by_shape(keys)
    return Kind(shape, dialect_of(shape, keys)) if shape else None


def _keys_of(mapping: Mapping, text: str) -> Keys:
    """The values by their keys; the later of two equal keys counts, as in PyYAML."""
    return {
        pair.key.value: None if _is_key_being_typed(pair, text) else pair.value
        for pair in mapping.pairs
        if isinstance(pair.key, Scalar)
    }


def _is_key_being_typed(pair: Pair, text: str) -> bool:
    """A word below `compute:`, which today takes a word beside it and the preview keys below it."""
    if pair.colon is None or not isinstance(pair.value, Scalar) or pair.value.style is not Style.PLAIN:
        return False
    key = pair.key
    below = "\n" in text[pair.colon : pair.value.span.start]
    return below and isinstance(key, Scalar) and key.value in ("compute", "code")


def _schema_named(keys: Keys, tree: Tree, text: str) -> str | None:
    value = keys.get("$schema")
    if isinstance(value, Scalar) and value.value.strip():
        return value.value.strip()
    first = tree.comments[0].start if tree.comments else None
    if first is None:
        return None
    match = _SCHEMA_COMMENT.search(text[: _end_of_head(tree, text)])
    return match[1] if match else None


def _end_of_head(tree: Tree, text: str) -> int:
    return tree.root.span.start if tree.root is not None else len(text)


def _kind_by_shape(keys: Keys) -> str | None:
    if not keys or not FOREIGN_KEYS.isdisjoint(keys):
        return None
    found = next((kind for kind, fits in SHAPES if fits(keys)), None)
    return found or _kind_by_misspelt_shape(keys)


def _kind_by_misspelt_shape(keys: Keys) -> str | None:
    """A job whose `type` or `command` is misspelt, where something else in it can only be Azure ML's."""
    if not any(_word(keys, key).startswith("azureml:") for key in ("environment", "compute")):
        return None
    if get_close_matches("command", [key for key in keys if key != "command"], 1, 0.8) and "type" not in keys:
        return "commandJob"
    meant = get_close_matches(_word(keys, "type"), _JOB_TYPES, 1, 0.8)
    if not meant or meant[0] == _word(keys, "type"):
        return None
    return next((kind for kind, fits in SHAPES if fits(keys | {"type": meant[0]})), None)


_JOB_TYPES = ("command", "sweep", "pipeline", "command_job", "sweep_job")


def _word(keys: Keys, key: str) -> str:
    value = keys.get(key)
    word = value.value if isinstance(value, Scalar) else value if isinstance(value, str) else ""
    return word.strip().casefold()


def _typed(kinds: str, *marks: str) -> Callable[[Keys], bool]:
    """Fits a file whose `type` is one of `kinds` and which has one of `marks`."""
    types = frozenset(kinds.split())
    return lambda keys: _word(keys, "type") in types and not keys.keys().isdisjoint(marks)


def _has(*marks: str) -> Callable[[Keys], bool]:
    return lambda keys: keys.keys() >= set(marks)


_COMPONENT_MARKS = ("version", "is_deterministic", "additional_includes")
_JOB_MARKS = ("compute", "experiment_name", "services", "settings", "limits", "queue_settings")


def _component(kinds: str, *marks: str) -> Callable[[Keys], bool]:
    """Fits a component: it has a name, and says what it is or declares inputs where a job gives them."""
    typed = _typed(kinds, *marks)
    return lambda keys: "name" in keys and typed(keys) and (_says_component(keys) or _declares_only(keys))


def _says_component(keys: Keys) -> bool:
    return _word(keys, "type").endswith("_component")


def _declares_only(keys: Keys) -> bool:
    if not keys.keys().isdisjoint(_JOB_MARKS):
        return False
    return not keys.keys().isdisjoint(_COMPONENT_MARKS) or _declares_inputs(keys.get("inputs"))


def _declares_inputs(inputs: object) -> bool:
    """Inputs with a type but neither path nor value: to be given where the component is used."""
    if not isinstance(inputs, Mapping) or not inputs.pairs:
        return False
    return all(isinstance(pair.value, Mapping) and _is_declaration(pair.value) for pair in inputs.pairs)


def _is_declaration(mapping: Mapping) -> bool:
    keys = {pair.key.value for pair in mapping.pairs if isinstance(pair.key, Scalar)}
    return "type" in keys and keys.isdisjoint(("path", "value", "mode"))


def _untyped_command_job(keys: Keys) -> bool:
    """`command` with what only a job has beside it; a `type` of something else speaks against it."""
    beside = {"environment", "compute", "code", "experiment_name", "distribution"}
    return "command" in keys and "type" not in keys and not beside.isdisjoint(keys)


def _untyped_sweep_job(keys: Keys) -> bool:
    return "type" not in keys and {"trial", "search_space"} <= keys.keys()


def _asset(kinds: str) -> Callable[[Keys], bool]:
    typed = _typed(kinds, "path", "local_path")
    return lambda keys: "name" in keys and "source" not in keys and typed(keys)


def _mltable(keys: Keys) -> bool:
    marked = "transformations" in keys or _word(keys, "type") == "mltable"
    return marked and isinstance(keys.get("paths"), Sequence)


def _schedule(keys: Keys) -> bool:
    return "trigger" in keys and not keys.keys().isdisjoint(("create_job", "import_data", "create_monitor"))


SHAPES: tuple[tuple[str, Callable[[Keys], bool]], ...] = (
    ("kubernetesOnlineDeployment", _typed("kubernetes", "endpoint_name")),
    ("managedOnlineDeployment", _has("endpoint_name", "instance_type", "instance_count")),
    ("modelBatchDeployment", lambda keys: "endpoint_name" in keys and _typed("model", "settings")(keys)),
    (
        "pipelineComponentBatchDeployment",
        lambda keys: "endpoint_name" in keys and _typed("pipeline", "component", "job_definition")(keys),
    ),
    ("sweepJob", _typed("sweep sweep_job", "trial", "search_space", "objective", "algorithm")),
    ("sweepJob", _untyped_sweep_job),
    ("commandComponent", _component("command command_component", "command", "code", "environment")),
    ("pipelineComponent", _component("pipeline pipeline_component", "jobs")),
    ("sparkComponent", _component("spark spark_component", "entry", "conf", "code")),
    ("parallelComponent", _component("parallel parallel_component", "task", "mini_batch_size")),
    ("commandJob", _typed("command command_job", "command", "environment", "compute", "code", "component")),
    ("commandJob", _untyped_command_job),
    ("pipelineJob", _typed("pipeline pipeline_job", "jobs", "component", "settings", "experiment_name")),
    ("sparkJob", _typed("spark", "entry", "conf")),
    ("autoMLJob", _typed("automl", "task", "training_data")),
    ("amlCompute", _typed("amlcompute", "name", "size")),
    ("computeInstance", _typed("computeinstance", "name", "size")),
    ("azureBlob", _typed("azure_blob", "account_name", "container_name")),
    ("azureFile", _typed("azure_file", "account_name", "file_share_name")),
    ("azureDataLakeGen2", _typed("azure_data_lake_gen2", "account_name", "filesystem")),
    ("data", _asset("uri_file uri_folder mltable")),
    ("model", _asset("custom_model mlflow_model triton_model")),
    ("schedule", _schedule),
    ("MLTable", _mltable),
)
