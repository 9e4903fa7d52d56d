"""Marshmallow schemas to JSON Schema definitions, one for each class and way it is used."""

from typing import Any

from azure.ai.ml._schema._utils.data_binding_expression import DATA_BINDING_SUPPORTED_KEY
from azure.ai.ml._schema.core import fields as azure_fields
from azure.ai.ml._schema.core.schema import PathAwareSchema, YamlFileSchema
from marshmallow import INCLUDE, Schema, fields

from scripts.schemas.fields import add_metadata, add_validators, file_reference, plain
from scripts.schemas.shapes import Json, nullable, union

PREFIX = "#/definitions/"


class Converter:
    """Collects the definitions that the schemas it is given need."""

    def __init__(self) -> None:
        self.definitions: dict[str, Json] = {}
        self._names: dict[tuple[Any, ...], str] = {}

    def reference(self, schema: Schema, unknown: str | None = None) -> Json:
        """A `$ref` to the definition of `schema`, which is made when it is first asked for.

        Its name is the class's; `.binding` where `${{parent...}}` may stand for values, `.open` where unknown
        keys pass.
        """
        unknown = unknown or schema.unknown
        binding = bool(getattr(schema, DATA_BINDING_SUPPORTED_KEY, False))
        only = tuple(schema.only) if schema.only else None
        key = (type(schema), binding, unknown, only, tuple(sorted(schema.exclude or ())))
        if key not in self._names:
            name = self._free_name(type(schema), binding, unknown)
            self._names[key] = name  # before descending, so that a class may contain itself
            self.definitions[name] = {}
            self.definitions[name] = self._object(schema, unknown)
        return {"$ref": PREFIX + self._names[key]}

    def _free_name(self, cls: type[Schema], binding: bool, unknown: str) -> str:
        base = cls.__name__.lstrip("_").removesuffix("Schema")
        base += (".binding" if binding else "") + (".open" if unknown == INCLUDE else "")
        name, number = base, 2
        while name in self.definitions:
            name, number = f"{base}.{number}", number + 1
        return name

    def _object(self, schema: Schema, unknown: str) -> Json:
        # These drop a read-only key before loading; the others reject it.
        drops_read_only = isinstance(schema, PathAwareSchema)
        properties: dict[str, Json] = {}
        required = []
        for attribute, declared in schema.fields.items():
            # Support for data bindings replaces entries of load_fields only.
            field = schema.load_fields.get(attribute, declared)
            name = field.data_key or attribute
            if name == "$schema":
                properties[name] = {"type": "string"}
            elif field.dump_only and drops_read_only:
                properties[name] = {**self._field(field), "readOnly": True}
            elif not field.dump_only:
                properties[name] = self._field(field)
                if field.required:
                    required.append(name)
        out: Json = {"type": "object", "properties": properties}
        if required:
            out["required"] = required
        out["additionalProperties"] = unknown == INCLUDE
        return out

    def _field(self, field: fields.Field) -> Json:
        schema = dict(self._shape(field))
        add_validators(schema, field)
        add_metadata(schema, field.metadata or {})
        if field.allow_none:
            schema = nullable(schema)
        if isinstance(field.load_default, (str, int, float, bool)):
            schema["default"] = field.load_default
        return schema

    def _shape(self, field: fields.Field) -> Json:
        if isinstance(field, azure_fields.ExperimentalField):
            return {**self._field(field.experimental_field), "x-experimental": True}
        if isinstance(field, azure_fields.TypeSensitiveUnionField):
            return self._union_by_type(field)
        if isinstance(field, azure_fields.UnionField):
            return union(self._field(branch) for branch in field.union_fields)
        if isinstance(field, fields.Nested):
            return self._nested(field)
        if isinstance(field, fields.Dict):
            return self._map(field)
        if isinstance(field, fields.List):
            return {"type": "array", "items": self._field(field.inner)}
        return plain(field)

    def _nested(self, field: fields.Nested) -> Json:
        schema = self.reference(field.schema, field.unknown)
        if field.many:
            schema = {"type": "array", "items": schema}
        return union([schema, file_reference()]) if isinstance(field.schema, YamlFileSchema) else schema

    def _map(self, field: fields.Dict) -> Json:
        values = self._field(field.value_field) if field.value_field else True
        out: Json = {"type": "object", "additionalProperties": values}
        if field.key_field is not None and type(field.key_field) is not fields.String:
            out["propertyNames"] = self._field(field.key_field)
        return out

    def _union_by_type(self, field: azure_fields.TypeSensitiveUnionField) -> Json:
        """A union whose class names the key that decides; `scripts.schemas.unions` finds what it chooses."""
        branches = [self._field(branch) for branch in field.union_fields]
        if field._allow_load_from_yaml:
            branches.append(file_reference())
        return {**union(branches), "x-discriminator": {"field": field.type_field_name}}
