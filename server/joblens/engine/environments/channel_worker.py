"""Solves and installs conda packages with py-rattler, in a process of its own that may be ended at any time.

Called as a script with one JSON file: `channels`, `specs`, `cache`, `answer` (where to write what was solved)
and, to install it too, `prefix`. It knows nothing of the rest of Joblens.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any


async def work(request: dict[str, Any]) -> None:
    """Solve what is asked for, write it down, and install it where that is asked for."""
    from rattler import Gateway, MatchSpec, Platform, SourceConfig, VirtualPackage, install, solve

    cache = Path(request["cache"])
    # A channel in shards that answers 304 to a second question fails in py-rattler 0.28.
    source = SourceConfig(sharded_enabled=False)
    gateway = Gateway(cache_dir=cache / "repodata", default_config=source)
    records = await solve(
        request["channels"],
        [MatchSpec(spec, strict=False) for spec in request["specs"]],
        gateway=gateway,
        platforms=[Platform.current(), Platform("noarch")],
        virtual_packages=VirtualPackage.detect(),
    )
    solved = [
        {
            "name": record.name.normalized,
            "version": str(record.version),
            "build": str(record.build),
            "url": str(record.url),
            "sha256": record.sha256.hex() if record.sha256 else "",
        }
        for record in records
    ]
    Path(request["answer"]).write_text(
        json.dumps(sorted(solved, key=lambda one: one["name"])), encoding="utf-8"
    )
    print(f"Resolved {len(solved)} packages of conda", flush=True)
    if "prefix" in request:
        await install(records, request["prefix"], cache_dir=cache / "packages", show_progress=False)
        print(f"Installed {len(solved)} packages of conda", flush=True)
        for one in solved:
            print(f" + {one['name']}=={one['version']} ({one['build']})")


def main() -> int:
    """Do what the file says that is the argument; what goes wrong is the last that is printed."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        asyncio.run(work(request))
    except Exception as error:  # noqa: BLE001 - py-rattler's errors have no common class
        print(f"{type(error).__name__}: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this file, whose modules are named as others are
    ended = main()
    sys.stdout.flush()
    os._exit(ended)  # py-rattler's threads may still be at work, and abort a Python that ends around them
