"""What is sent to the cluster with a job: its driver, and what that needs to know and to have."""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Mapping
from pathlib import Path

from joblens.engine.code import places as own
from joblens.engine.plan import Plan
from joblens.errors import UserError

LARGEST = 480 << 20
"""Bytes: Ray keeps what is sent in the memory of the head, and takes half a gigabyte at most."""
_CLUSTER_SIDE = Path(__file__).parent / "cluster_side"
_PARTS = ("launch.sh", "joblens_node.py", "joblens_gang.py")


def fill(folder: Path, order: Mapping[str, object], sent: Mapping[str, str] | None) -> None:
    """Put everything into `folder`; `sent` says for each place below the run's root what goes there."""
    for name in _PARTS:
        shutil.copyfile(_CLUSTER_SIDE / name, folder / name)
    (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
    if sent is not None:
        with tarfile.open(folder / "sent.tar", "w", dereference=True) as made:
            for place, path in sent.items():
                made.add(path, place, filter=None if place != "code" else _own_places_left_out)


def check(plan: Plan) -> None:
    """Refuse a job whose code and inputs are too large to be sent."""
    size = _size(plan.run_folder.code)
    for each in plan.inputs:
        if each.source:
            size += _size(Path(each.source))
    if size > LARGEST:
        raise UserError(
            f"Code and inputs are {size >> 20} MB: a Ray cluster takes {LARGEST >> 20} MB with a job.",
            hint="Put them on a disk that its nodes have at the same path, and say 'shared = true' under "
            "[ray] in joblens.toml; or give the command an address that the nodes can read (mode: direct).",
        )


def _own_places_left_out(found: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if found.name in {f"code/{name}" for name in own.OWN} else found


def _size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(each.stat().st_size for each in path.rglob("*") if each.is_file())
