"""What a YAML file is: its kind, by the schema it names or else by its shape; its dialect, by shape alone.

Looks at the top-level keys and a few below them, so it costs the same in a long file as in a short one.
A file that is not one of Azure ML's is None, and is left alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import get_close_matches

from joblens.job.dialect import dialect_of
from joblens.job.kinds import kind_confirmed, kind_meant_by_schema, kind_of_schema
from joblens.job.model import Dialect
from joblens.job.shapes import kind_by_shape
from joblens.job.top_keys import Keys, begins, word
from joblens.text.nodes import Mapping, Pair, Scalar, Style
from joblens.text.tree import Tree


@dataclass(frozen=True, slots=True)
class Kind:
    """What a file is: the name of its schema, and how it is written."""

    name: str
    dialect: Dialect


_BODIES = {"command": "commandJob", "trial": "sweepJob", "jobs": "pipelineJob"}
"""The keys that say what a job runs, each of one kind alone."""
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
        name = name or kind_confirmed(named, _kind_of_keys(keys))
        name = _by_body(keys, name) or name
        # A schema that is not ours to know, or not Azure's at all: the file belongs to others.
        return Kind(name, dialect_of(name, keys)) if name else None
    shape = _kind_of_keys(keys)
    return Kind(shape, dialect_of(shape, keys)) if shape else None


def _by_body(keys: Keys, named: str | None) -> str | None:
    """The kind of a job that is of another kind than its schema says: the client reads its `type` alone."""
    if named not in _BODIES.values():
        return None
    bodies = [kind for key, kind in _BODIES.items() if keys.get(key) is not None]
    meant = word(keys, "type").removesuffix("_job") or "command"
    return bodies[0] if len(bodies) == 1 and bodies[0].removesuffix("Job") == meant else None


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


def _kind_of_keys(keys: Keys) -> str | None:
    if not keys or _is_foreign(keys):
        return None
    return kind_by_shape(keys) or _kind_by_misspelt_shape(keys)


def _is_foreign(keys: Keys) -> bool:
    found = FOREIGN_KEYS & keys.keys()
    # An image beside a conda file is an environment's.
    return bool(found) and not (found == {"image"} and "conda_file" in keys)


def _kind_by_misspelt_shape(keys: Keys) -> str | None:
    """A job whose `type` or `command` is misspelt, where something else in it can only be Azure ML's."""
    if not any(begins(keys, key, "azureml:") for key in ("environment", "compute")):
        return None
    if get_close_matches("command", [key for key in keys if key != "command"], 1, 0.8) and "type" not in keys:
        return "commandJob"
    meant = get_close_matches(word(keys, "type"), _JOB_TYPES, 1, 0.8)
    if not meant or meant[0] == word(keys, "type"):
        return None
    return kind_by_shape(keys | {"type": meant[0]})


_JOB_TYPES = ("command", "sweep", "pipeline", "command_job", "sweep_job")
