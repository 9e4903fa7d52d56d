"""The finished schema of one kind, as data."""

from scripts.schemas.convert import Converter
from scripts.schemas.prune import prune
from scripts.schemas.roots import ROOTS, root_schemas, sdk_version
from scripts.schemas.shapes import Json
from scripts.schemas.unions import add_discriminators

DRAFT = "http://json-schema.org/draft-07/schema#"


def generate(kind: str) -> Json:
    """The schema of today's dialect for `kind`, without descriptions."""
    converter = Converter()
    references = [converter.reference(schema) for schema in root_schemas(kind)]
    definitions = converter.definitions
    if len(references) == 1:
        root = references[0]
    else:
        root = {"$ref": "#/definitions/" + kind}
        definitions[kind] = {"anyOf": references}
    add_discriminators(definitions)
    head = {"$schema": DRAFT, "title": kind, "x-generated-from": f"azure-ai-ml {sdk_version()}"}
    return prune({**head, **root, "definitions": definitions})


def kinds() -> list[str]:
    """Every kind of today's dialect."""
    return list(ROOTS)
