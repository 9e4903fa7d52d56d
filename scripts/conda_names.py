"""Writes the table of conda packages that PyPI has under another name, from the map inside `conda-pypi`.

    uv run --no-project --with "conda-pypi==0.13.1" scripts/conda_names.py

Only names that differ are kept: the facts, not the map's own words for them.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Mapping
from importlib.metadata import distribution
from pathlib import Path

TABLE = Path(__file__).parents[1] / "server/joblens/engine/environments/conda_names.txt"
_MAP = "conda_pypi/grayskull_pypi_mapping.json"
_DIGEST = re.compile(r"[0-9a-f]{40,}")
"""Some rows of the map have a file's digest where the name belongs."""


def main() -> None:
    """Write the table; the map may be given as an argument."""
    given = sys.argv[1:]
    file = Path(given[0]) if given else Path(str(distribution("conda-pypi").locate_file(_MAP)))
    rows = json.loads(file.read_text(encoding="utf-8")).values()
    lines = (f"{conda} {pypi}" for conda, pypi in sorted(differing(rows).items()))
    TABLE.write_text("\n".join(lines) + "\n", encoding="utf-8")


def differing(rows: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """PyPI's name for each conda package that has another one there; what people checked counts first."""
    found: dict[str, str] = {}
    same: set[str] = set()
    for row in sorted(rows, key=lambda row: (row["mapping_source"] != "static", row["pypi_name"])):
        conda, pypi = normal(row["conda_name"]), normal(row["pypi_name"])
        if conda == pypi:
            same.add(conda)
        elif not _DIGEST.search(pypi):
            found.setdefault(conda, pypi)
    return {conda: pypi for conda, pypi in found.items() if conda not in same}


def normal(name: str) -> str:
    """The name in the one spelling that PyPI compares by."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
