"""What a class of azure-ai-ml leaves unsaid in its fields, though the code behind it decides it."""

from scripts.schemas.shapes import Json

# The field takes anything; what builds the environment then takes a path, or the conda file's content.
_CONDA_FILE = {"anyOf": [{"type": "string", "x-file-ref": True}, {"type": "object"}]}

_CORRECTIONS: dict[tuple[str, str], Json] = {
    ("Environment", "conda_file"): _CONDA_FILE,
    ("AnonymousEnvironment", "conda_file"): _CONDA_FILE,
}


def correct(definitions: dict[str, Json]) -> None:
    """Replaces the keys that have a correction."""
    for name, definition in definitions.items():
        for key in definition.get("properties", {}):
            correction = _CORRECTIONS.get((name.partition(".")[0], key))
            if correction is not None:
                definition["properties"][key] = dict(correction)
