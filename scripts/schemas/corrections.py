"""What a class of azure-ai-ml leaves unsaid in its fields, though the code behind it decides it."""

import copy

from scripts.schemas.mltable import complete_table
from scripts.schemas.shapes import Json

# The field takes anything; what builds the environment then takes a path, or the conda file's content.
_CONDA_FILE = {"anyOf": [{"type": "string", "x-file-ref": True}, {"$ref": "#/definitions/CondaFile"}]}
_CONDA_CONTENT: dict[str, Json] = {
    # Its keys are conda's: named, but not judged.
    "CondaFile": {
        "type": "object",
        "properties": {
            "name": {},
            "channels": {},
            "dependencies": {"items": {"$ref": "#/definitions/CondaDependency"}},
        },
    },
    "CondaDependency": {"properties": {"pip": {}}},
}

_KEYS: dict[tuple[str, str], Json] = {
    ("Environment", "conda_file"): _CONDA_FILE,
    ("AnonymousEnvironment", "conda_file"): _CONDA_FILE,
}

# Lets unknown keys through to a constructor that refuses them. Nothing is required here, so without this any
# step that is no command would pass as a parallel one.
_CLOSED = {"PipelineParallelJob"}


def correct(definitions: dict[str, Json]) -> None:
    """Replaces the keys that have a correction, and closes what is open only in name."""
    complete_table(definitions)
    for name, definition in definitions.items():
        cls = name.partition(".")[0]
        for key in definition.get("properties", {}):
            if (cls, key) in _KEYS:
                definition["properties"][key] = dict(_KEYS[cls, key])
        if cls in _CLOSED:
            definition["additionalProperties"] = False
    definitions |= copy.deepcopy(_CONDA_CONTENT)
