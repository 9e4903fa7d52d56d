"""LSP's types, imported in a fifth of the time.

lsprotocol has 554 attrs classes, and attrs writes and compiles methods for each of them as it is imported:
once most of the time between the server's start and its first answer. A session speaks in a tenth of them, so
each is finished when one is first made, or its fields are first asked for. Left out are `__repr__` and slots,
which only debuggers and memory gain from. Nothing of it is ever garbage, so the collector rests until the
server is up (server.py wakes it).
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module
from threading import RLock
from typing import Any

import attrs

_FIELDS = "__attrs_attrs__"
_attrs_define = attrs.define
_finishing = RLock()


def import_types() -> None:
    """Import `lsprotocol.types`, unless somebody has done so already."""
    if "lsprotocol.types" in sys.modules:
        return
    gc.disable()
    names = vars(attrs)
    names["define"] = _later
    try:
        import_module("lsprotocol.types")
    finally:
        names["define"] = _attrs_define
    # Its converter would finish all classes to resolve their annotations; `_finish` does it for each.
    vars(import_module("lsprotocol._hooks"))["_resolved_forward_references"] = True


def _later(cls: type) -> type:
    def finish_and_init(self: object, *values: object, **named: object) -> None:
        _finish(cls)
        type(self).__init__(self, *values, **named)

    setattr(cls, "__init__", finish_and_init)  # noqa: B010 (mypy lets no method be assigned)
    setattr(cls, _FIELDS, _Fields())
    return cls


class _Fields:
    """Stands where attrs notes a class's fields until somebody looks there."""

    def __get__(self, _instance: object, cls: type) -> object:
        _finish(cls)
        return getattr(cls, _FIELDS)


def _finish(cls: Any) -> None:
    """Let attrs write the methods of a class, once, and resolve its annotations."""
    with _finishing:
        if not isinstance(vars(cls).get(_FIELDS), _Fields):
            return
        delattr(cls, _FIELDS)
        del cls.__init__
        _attrs_define(cls, repr=False, slots=False)
        attrs.resolve_types(cls, vars(import_module("lsprotocol.types"))["ALL_TYPES_MAP"], {})
