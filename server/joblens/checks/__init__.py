"""What can be wrong with a file: a check reads a subject and yields problems, in a file of its own.

`every.py` lists them. It is imported when it is asked: who needs one check, or the settings, does not wait
for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from joblens.checks.every import CHECKS, check, codes, is_idle, problems

__all__ = ["CHECKS", "check", "codes", "is_idle", "problems"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from joblens.checks import every

    return getattr(every, name)
