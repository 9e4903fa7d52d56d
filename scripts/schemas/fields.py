"""One marshmallow field that holds a plain value, as JSON Schema."""

from typing import Any

from azure.ai.ml._schema.core import fields as azure_fields
from marshmallow import fields, validate

from scripts.schemas.shapes import Json, cast, words

_FILE = "^file:"

# The first class that fits wins, so a subclass stands before its base.
_PLAIN: list[tuple[type[fields.Field], Json]] = [
    (fields.UUID, {"type": "string", "format": "uuid"}),
    (fields.DateTime, {"type": "string", "format": "date-time"}),
    (azure_fields.PythonFuncNameStr, {"type": "string", "pattern": r"^[a-z][a-z\d_]*$"}),
    (azure_fields.PipelineNodeNameStr, {"type": "string", "pattern": r"^[a-z_][a-z\d_]*$"}),
    # A reference to a file whose text is taken; azure-ai-ml wants it without the `file:` of other references.
    (azure_fields.FileRefField, {"type": "string", "not": {"pattern": _FILE}, "x-file-ref": True}),
    # Its own hook says integer, but it takes any number and makes text of it.
    (azure_fields.VersionField, {"type": ["string", "number"]}),
    (fields.Raw, {}),
]
_NUMBERS: list[tuple[type[fields.Field], str]] = [
    (fields.Boolean, "boolean"),
    (fields.Integer, "integer"),
    (fields.Number, "number"),
]


def plain(field: fields.Field) -> Json:
    """What a field without parts of its own takes, before its validators."""
    for cls, schema in _PLAIN:
        if isinstance(field, cls):
            return dict(schema)
    if isinstance(field, azure_fields.StringTransformedEnum):
        allowed = [str(getattr(word, "value", word)) for word in field.allowed_values]
        return words(allowed, field.casing_transform)
    if hasattr(field, "_jsonschema_type_mapping"):
        return _from_hook(field)
    if isinstance(field, fields.Constant):
        return {"const": field.constant}
    for cls, kind in _NUMBERS:
        if isinstance(field, cls):
            return {"type": kind} if getattr(field, "strict", False) else cast(kind)
    if isinstance(field, fields.String):
        return {"type": "string"}
    raise TypeError(f"No JSON Schema is known for the field class {type(field).__name__}.")


def file_reference() -> Json:
    """`file:./x.yml` where the YAML of that file may stand in line."""
    return {"type": "string", "pattern": _FILE, "x-file-ref": True}


def add_validators(schema: Json, field: fields.Field) -> None:
    """The limits that a field's validators set; those that are only code have no JSON Schema."""
    for validator in field.validators:
        if isinstance(validator, validate.Range):
            _add_range(schema, validator)
        elif isinstance(validator, validate.OneOf):
            schema["enum"] = list(validator.choices)
        elif isinstance(validator, validate.URL):
            schema["format"] = "uri"
        elif isinstance(validator, validate.Regexp):
            schema["pattern"] = validator.regex.pattern
        elif isinstance(validator, validate.Length):
            _add_length(schema, validator)


def add_metadata(schema: Json, metadata: Any) -> None:
    """What the SDK notes beside a field; its descriptions stay behind, ours come later."""
    if "pattern" in metadata and "$ref" not in schema:
        schema["pattern"] = metadata["pattern"]
    if metadata.get("arm_type"):
        schema["x-arm-type"] = metadata["arm_type"]


def _from_hook(field: Any) -> Json:
    hook: Json = dict(field._jsonschema_type_mapping())
    schema: Json = {key: value for key, value in hook.items() if key in {"type", "pattern", "anyOf"}}
    if isinstance(field, azure_fields.GitStr):
        schema["pattern"] = r"^git\+"  # the SDK's own pattern forgets to escape the plus
    if hook.get("arm_type"):
        schema["x-arm-type"] = hook["arm_type"]
    return schema


def _add_range(schema: Json, limits: validate.Range) -> None:
    for name, value, inclusive in (
        ("minimum", limits.min, limits.min_inclusive),
        ("maximum", limits.max, limits.max_inclusive),
    ):
        if value is not None:
            schema[name if inclusive else "exclusive" + name.capitalize()] = value


def _add_length(schema: Json, limits: validate.Length) -> None:
    unit = "Items" if schema.get("type") == "array" else "Length"
    for name, value in (("min", limits.min), ("max", limits.max)):
        if value is not None:
            schema[name + unit] = value
