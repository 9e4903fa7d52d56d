"""The transformations of an MLTable file: azure-ai-ml hands them on unread; they are named, not judged."""

from typing import Any

from scripts.schemas.shapes import Json

# Definition -> its keys, and the definition of what a key holds where that has keys of its own. Nothing here
# has a type: whatever is written may be right.
_PARTS: dict[str, dict[str, Json]] = {
    "MLTableTransformation": {
        "read_delimited": {"$ref": "#/definitions/MLTableReadDelimited"},
        "read_parquet": {"$ref": "#/definitions/MLTableReadParquet"},
        "read_json_lines": {"$ref": "#/definitions/MLTableReadJsonLines"},
        "read_delta_lake": {"$ref": "#/definitions/MLTableReadDeltaLake"},
        "take": {},
        "take_random_sample": {"$ref": "#/definitions/MLTableSample"},
        "skip": {},
        "drop_columns": {},
        "keep_columns": {},
        "convert_column_types": {"items": {"$ref": "#/definitions/MLTableColumnTypes"}},
        "filter": {},
        "extract_columns_from_partition_format": {},
    },
    "MLTableReadDelimited": {
        "infer_column_types": {},
        "encoding": {},
        "header": {},
        "delimiter": {},
        "empty_as_string": {},
        "include_path_column": {},
        "support_multi_line": {},
    },
    "MLTableReadParquet": {"include_path_column": {}},
    "MLTableReadJsonLines": {"include_path_column": {}, "invalid_lines": {}, "encoding": {}},
    "MLTableReadDeltaLake": {"timestamp_as_of": {}, "version_as_of": {}},
    "MLTableSample": {"probability": {}, "seed": {}},
    "MLTableColumnTypes": {"columns": {}, "column_type": {}},
}


def complete_table(definitions: dict[str, Json]) -> None:
    """Adds what an MLTable file may hold beside what azure-ai-ml reads of it."""
    table = definitions.get("MLTableMetadata")
    if table is None:
        return
    # The file's constructor lets any key pass; `type` is the one that Azure's own pages have.
    table["additionalProperties"] = True
    own: dict[str, Any] = table["properties"]
    own["type"] = {"type": "string", "default": "mltable"}
    own["transformations"]["items"] = {"$ref": "#/definitions/MLTableTransformation"}
    for name, keys in _PARTS.items():
        definitions[name] = {"properties": {key: dict(rule) for key, rule in keys.items()}}
