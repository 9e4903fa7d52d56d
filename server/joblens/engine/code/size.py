"""How much a code folder holds, and what to say when that is more than code."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from joblens.engine.code.scan import File, shown

_MANY = 2_000
_BIG = 100 * 10**6
"""Bytes; from there on Azure ML's client warns too. Its documents name 300 MB and 2,000 files as limits."""


def is_large(files: Sequence[File]) -> bool:
    """Whether a copy of the files for each run would be felt."""
    return len(files) > _MANY or sum(file.size for file in files) > _BIG


def notes(files: Sequence[File]) -> list[str]:
    """A line about a large code folder: how large, which part makes it so, and what to do."""
    if not is_large(files):
        return []
    total = sum(file.size for file in files)
    by_size = total > _BIG
    weights: Counter[str] = Counter()
    for file in files:
        part, slash, _ = file.relative.partition("/")
        weights[part + slash] += file.size if by_size else 1
    part, weight = weights.most_common(1)[0]
    much = _megabytes(weight) if by_size else f"{weight:,} files"
    return [
        f"The code folder has {_megabytes(total)} in {len(files):,} files, {much} of it in {shown(part)}: "
        "all of it goes with every job. What the job does not need belongs in .amlignore, data in an input."
    ]


def _megabytes(count: int) -> str:
    return f"{count / 10**6:,.0f} MB"
