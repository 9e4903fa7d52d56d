"""An image with the packages of a conda file in it, put together as Azure ML puts it together."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from joblens.engine.backends.container import (
    building,
    built,
    conda_files,
    conda_ways,
    inside,
    pip_conf,
    pulling,
)
from joblens.engine.backends.container.building import Order
from joblens.engine.backends.container.built import Recipe
from joblens.engine.backends.container.conda_files import PLACE, CondaFile
from joblens.engine.backends.container.conda_ways import Way
from joblens.engine.backends.container.pip_conf import PipConf
from joblens.engine.environments import old_sdk

if TYPE_CHECKING:
    from docker import DockerClient

_SETUP = "joblens.setup"
_SETTINGS = f"""
export XDG_CONFIG_DIRS={PLACE} PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore
export HOME="${{HOME:-/root}}"
if [ -f {PLACE}/ca.pem ]; then
  export SSL_CERT_FILE="${{SSL_CERT_FILE:-{PLACE}/ca.pem}}"
  export REQUESTS_CA_BUNDLE="${{REQUESTS_CA_BUNDLE:-{PLACE}/ca.pem}}"
fi
"""


def recipe(client: DockerClient, image: str, called: str, text: str, log: Path) -> Recipe:
    """How the image is made that has the conda file `text` besides what `image`, so `called`, has."""
    import yaml

    file = conda_files.read(yaml.safe_load(text))

    def build(labels: Mapping[str, str]) -> str:
        return _build(client, image, called, file, labels, log)

    return Recipe(f"{called} with a conda file's packages", (image,), {"conda": file.parts()}, build)


def _build(
    client: DockerClient, image: str, called: str, file: CondaFile, labels: Mapping[str, str], log: Path
) -> str:
    base = pulling.local(client, image) or image
    prefix = f"/azureml-envs/azureml_{labels[built.KEY]}"
    way = conda_ways.nearest(inside.look(client, base, called), file, prefix, called)
    steps = [*way.script]
    if old_sdk.may_be_in((*file.packages, *file.lines)):
        steps.append(f"{prefix}/bin/python {PLACE}/{old_sdk.MODULE}")
    conf = pip_conf.here()
    user = (client.images.get(base).attrs.get("Config") or {}).get("User") or "root"
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder, PLACE.lstrip("/"))
        place.mkdir()
        _fill(place, file, way, conf)
        text = _dockerfile(base, steps, _variables(way, prefix), prefix, user, secret=conf.secret)
        Path(folder, "Dockerfile").write_text(text, encoding="utf-8")
        try:
            return building.build(
                client, Order(Path(folder), "Dockerfile", built.with_notes(labels, way.notes)), log
            )
        finally:
            if conf.secret:
                _forget(client, log)


def _forget(client: DockerClient, log: Path) -> None:
    """Remove what the builder keeps of the stage with the secret; that it is in use is no reason to fail."""
    from docker.errors import APIError

    try:
        client.images.prune(filters={"dangling": True, "label": _SETUP})
    except APIError as error:
        with log.open("a", encoding="utf-8") as lines:
            lines.write(f"The builder keeps layers with pip's settings: {error.explanation or error}\n")


def _fill(place: Path, file: CondaFile, way: Way, conf: PipConf) -> None:
    """What the build needs beside the Dockerfile."""
    file.write(place, way.lines)
    conf.write(place, PLACE)
    (place / "settings.sh").write_text(_SETTINGS, encoding="utf-8")
    old_sdk.give(place)
    if way.conda:
        (place / "conda.yml").write_text(file.conda_text(), encoding="utf-8")
        (place / "packages.json").write_text(json.dumps(file.for_rattler()), encoding="utf-8")
        # A program for the inside of the image: not imported here, where py-rattler may be missing.
        shutil.copyfile(Path(__file__).with_name("rattler_install.py"), place / "rattler_install.py")


def _dockerfile(
    base: str, steps: list[str], variables: list[str], prefix: str, user: str, *, secret: bool
) -> str:
    """With a secret, the packages are made in a stage of its own: nothing else of it reaches the image."""
    make = [
        "USER root",
        f"COPY {PLACE.lstrip('/')} {PLACE}",
        *(f"RUN . {PLACE}/settings.sh && {step}" for step in steps),
    ]
    if secret:
        make = [
            f"LABEL {_SETUP}=true",
            *make,
            f"FROM {base}",
            "USER root",
            f"COPY --from=0 {prefix} {prefix}",
        ]
    last = [] if user == "root" else [f"USER {user}"]
    return "\n".join((f"FROM {base}", *make, *variables, *last, ""))


def _variables(way: Way, prefix: str) -> list[str]:
    libraries = f"ENV LD_LIBRARY_PATH={prefix}/lib${{LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}}"
    return [
        f"ENV PATH={prefix}/bin:$PATH AZUREML_CONDA_ENVIRONMENT_PATH={prefix} AZUREML_ENVIRONMENT_IMAGE=True",
        *([libraries] if way.conda else []),
    ]
