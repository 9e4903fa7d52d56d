"""The finished schemas, as data: what the SDK or the preview takes, and our words for it."""

import contextlib
import logging
import multiprocessing
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

from scripts.schemas.convert import PREFIX, Converter
from scripts.schemas.corrections import correct
from scripts.schemas.describe import Descriptions, describe, read_descriptions
from scripts.schemas.preview import PREVIEW_ROOTS, preview_definitions
from scripts.schemas.prune import prune
from scripts.schemas.roots import ROOTS, root_schemas, sdk_version
from scripts.schemas.shapes import Json
from scripts.schemas.unions import add_discriminators

_DRAFT = "http://json-schema.org/draft-07/schema#"


def generate_all(descriptions: Path) -> dict[str, Json]:
    """File name below schemas/ -> schema, for every kind of both dialects."""
    today, preview = read_descriptions(descriptions), read_descriptions(descriptions / "preview")
    # The SDK's classes share fields, and a pipeline's data bindings are added to them in place: what a class
    # takes depends on what was loaded before. So every kind has a fresh process, as a submitted file has.
    context = multiprocessing.get_context("spawn" if sys.platform == "win32" else "forkserver")
    context.set_forkserver_preload([__name__])
    with context.Pool(maxtasksperchild=1) as pool:
        schemas = pool.starmap(today_schema, [(kind, today) for kind in ROOTS], chunksize=1)
    out = {f"{kind}.schema.json": schema for kind, schema in zip(ROOTS, schemas, strict=True)}
    out |= {f"preview/{kind}.schema.json": preview_schema(kind, preview) for kind in PREVIEW_ROOTS}
    return out


def today_schema(kind: str, descriptions: Descriptions) -> Json:
    """The schema of a kind in today's dialect; right only in a process that has loaded nothing yet."""
    converter = Converter()
    with _hushed():
        references = [converter.reference(schema) for schema in root_schemas(kind)]
    definitions = converter.definitions
    correct(definitions)
    if len(references) == 1:
        root: str = references[0]["$ref"]
    else:
        root = PREFIX + kind
        definitions[kind] = {"anyOf": references}
    return _finish(kind, root, f"azure-ai-ml {sdk_version()}", definitions, descriptions)


def preview_schema(kind: str, descriptions: Descriptions) -> Json:
    """The schema of a kind in the 2021 preview's dialect."""
    definitions = preview_definitions()
    return _finish(
        kind, PREFIX + PREVIEW_ROOTS[kind], "scripts/schemas/preview.yml", definitions, descriptions
    )


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Experimental classes announce themselves on every use; here they are only looked at."""
    logger = logging.getLogger("azure.ai.ml")
    level = logger.level
    logger.setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
    logger.setLevel(level)


def _finish(
    kind: str, root: str, source: str, definitions: dict[str, Json], descriptions: Descriptions
) -> Json:
    add_discriminators(definitions)
    head = {"$schema": _DRAFT, "title": kind, "x-generated-from": source, "$ref": root}
    schema = prune({**head, "definitions": definitions})
    describe(schema["definitions"], descriptions)
    return schema
