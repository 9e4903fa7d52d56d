"""What an image has inside that can install packages: conda or its kin, and Pythons."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from joblens.errors import EnvironmentBuildError

if TYPE_CHECKING:
    from docker import DockerClient

_LOOK = r"""
IFS=:
places="$PATH:/opt/conda/bin:/opt/miniconda/bin:/opt/miniconda3/bin:/opt/miniforge3/bin:${HOME:-}/miniconda3/bin"
for name in conda mamba micromamba; do
  for place in $places; do
    if [ -x "$place/$name" ]; then echo "{\"tool\": \"$name\", \"path\": \"$place/$name\"}"; break; fi
  done
done
for place in $places; do
  for python in "$place"/python "$place"/python3 "$place"/python3.[0-9] "$place"/python3.[0-9][0-9]; do
    if [ -x "$python" ]; then "$python" -I -c "$ASK" 2>/dev/null; fi
  done
done
exit 0
"""
_ASK = """
import json, sys
from importlib.util import find_spec
has = [name for name in ("venv", "ensurepip", "pip") if find_spec(name)]
print(json.dumps({"python": sys.executable, "version": list(sys.version_info[:3]), "has": has}))
"""


@dataclass(frozen=True, slots=True)
class Python:
    """A Python inside an image."""

    path: str
    version: tuple[int, ...]
    has: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The version as people write it."""
        return ".".join(map(str, self.version))


@dataclass(frozen=True, slots=True)
class Inside:
    """What can install packages."""

    tools: tuple[tuple[str, str], ...] = ()
    """conda, mamba, micromamba: each with its path."""
    pythons: tuple[Python, ...] = ()
    """Those that can make virtual environments, in the order of the PATH."""


def look(client: DockerClient, image: str, name: str) -> Inside:
    """Look into the image, which people know as `name`."""
    from docker.errors import APIError

    container = client.containers.create(
        image,
        ["-c", _LOOK],
        entrypoint=["/bin/sh"],
        environment={"ASK": _ASK},
        user="root",
        network_disabled=True,
        labels={"joblens.look": "true"},
    )
    try:
        container.start()
        container.wait()
        return _read(container.logs(stdout=True, stderr=False).decode(errors="replace"))
    except APIError as error:
        raise EnvironmentBuildError(
            f"Nothing can be installed into the image '{name}': it has no shell "
            f"({error.explanation or error}).",
            hint="Take an image with conda or Python, or run the job with --backend process.",
        ) from error
    finally:
        container.remove(force=True)


def _read(printed: str) -> Inside:
    found = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    tools = tuple((each["tool"], each["path"]) for each in found if "tool" in each)
    pythons = {
        each["python"]: Python(each["python"], tuple(each["version"]), tuple(each["has"]))
        for each in found
        if "python" in each and {"venv", "ensurepip"} <= set(each["has"])
    }
    return Inside(tools, tuple(pythons.values()))
