"""LSP's types, imported in about half the time.

lsprotocol has 554 attrs classes, and attrs writes and compiles methods for each of them as it is imported:
most of the time between the server's start and its first answer. Without `__repr__` and slots, which only
debuggers and memory gain from, there is half as much to compile; everything else stays as it is. Nothing of
it is ever garbage, so the collector rests until the server is up (server.py wakes it).
"""

from __future__ import annotations

import gc
import sys
from functools import partial
from importlib import import_module

import attrs


def import_types() -> None:
    """Import `lsprotocol.types`, unless somebody has done so already."""
    if "lsprotocol.types" in sys.modules:
        return
    gc.disable()
    names = vars(attrs)
    define = names["define"]
    names["define"] = partial(define, repr=False, slots=False)
    try:
        import_module("lsprotocol.types")
    finally:
        names["define"] = define
