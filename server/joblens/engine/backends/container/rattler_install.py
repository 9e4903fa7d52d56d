"""Installs conda packages into a prefix. It runs inside an image, by itself, with nothing but py-rattler."""

import asyncio
import json
import sys
import tempfile
from pathlib import Path

import rattler
from rattler.repo_data import Gateway, SourceConfig

_DEFAULTS = ("https://repo.anaconda.com/pkgs/main", "https://repo.anaconda.com/pkgs/r")


async def install(wanted: dict[str, list[str]], prefix: str) -> None:
    """Install what `wanted` lists under `packages`, from its `channels`, into `prefix`."""
    named = wanted["channels"] or ["defaults"]
    channels = [each for name in named for each in (_DEFAULTS if name == "defaults" else (name,))]
    with tempfile.TemporaryDirectory() as cache:
        place = Path(cache)
        records = await rattler.solve(
            [rattler.Channel(each) for each in channels],
            [rattler.MatchSpec(each, strict=False) for each in wanted["packages"]],
            gateway=Gateway(cache_dir=place, default_config=SourceConfig(sharded_enabled=False)),
            platforms=[rattler.Platform.current(), rattler.Platform("noarch")],
            virtual_packages=rattler.VirtualPackage.detect(),
        )
        for record in sorted(records, key=lambda each: each.name.normalized):
            print(record.name.normalized, record.version, record.build)
        await rattler.install(records, target_prefix=prefix, cache_dir=place, show_progress=False)


if __name__ == "__main__":
    asyncio.run(install(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")), sys.argv[2]))
