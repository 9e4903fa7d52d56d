"""The `$schema` of a migrated file: kept where it still names the kind, today's where it does not."""

from __future__ import annotations

from joblens.job.detect import Kind
from joblens.job.kinds import schema_address
from joblens.job.moved import Moved, Place
from joblens.text.document import Document

_OLD_HOST = "azuremlsdk2.blob"


def schema(kind: Kind, root: Place) -> Moved:
    """The address that the file gives its kind; nothing where it gives none."""
    written = root.data.get("$schema")
    if not isinstance(written, str) or not written:
        return root.keep("$schema")
    outdated = _OLD_HOST in written or f"/{kind.name}.".casefold() not in written.casefold()
    if not outdated:
        return root.keep("$schema")
    return {"$schema": root.edited("$schema", (0, len(written), schema_address(kind.name)))}


def schema_notes(kind: Kind, document: Document) -> list[str]:
    """A word on the comment that other editors take the schema from: comments are not changed."""
    head = document.tree.root.span.start if document.tree.root is not None else 0
    texts = [document.text[one.start : one.end] for one in document.tree.comments if one.start < head]
    if not any("yaml-language-server" in text and _OLD_HOST in text for text in texts):
        return []
    address = schema_address(kind.name)
    return [f"The first comment names a schema of 2021, for other editors; today's is {address}."]
