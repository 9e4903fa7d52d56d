"""Podman builds and keeps images as Docker does, by names and in words of its own."""

from contextlib import closing, suppress
from pathlib import Path

import pytest
from docker import DockerClient
from docker.errors import APIError

from joblens.engine.backends.container import images
from joblens.engine.environments.images import ImageSpec
from joblens.errors import EnvironmentBuildError

pytestmark = pytest.mark.slow

_LABEL = "joblens.test.podman"


def made(client: DockerClient, folder: Path, text: str) -> tuple[str, list[str]]:
    """The image of a Dockerfile, and what was said meanwhile."""
    (folder / "Dockerfile").write_text(text, encoding="utf-8")
    notes: list[str] = []
    spec = ImageSpec(context=str(folder), dockerfile=str(folder / "Dockerfile"))
    log = folder.with_name("log.txt")
    log.touch()
    return images.image_of(client, spec, log, notes.append), notes


def test_a_dockerfile_is_built_once_and_a_step_that_fails_is_named(
    podman: str, podman_url: str, tmp_path: Path
):
    folder = tmp_path / "context"
    folder.mkdir()
    begin = f"FROM {podman}\nLABEL {_LABEL}=1\n"
    text = f"{begin}RUN --mount=type=tmpfs,target=/t echo kept > /t/x && cp /t/x /x\n"
    with closing(DockerClient(base_url=podman_url)) as client:
        image, notes = made(client, folder, text)
        assert notes[0].startswith("Building the image")
        assert made(client, folder, text) == (image, [])
        with pytest.raises(EnvironmentBuildError) as raised:
            made(client, folder, f"{begin}RUN echo so far; exit 9\n")
        assert "step 3, 'RUN echo so far; exit 9', failed (exit code 9)" in str(raised.value)
        assert str(raised.value).endswith("It ended with: so far")
        (kept,) = [each for each in images.listed(client) if each.image == image]
        assert images.remove(client, kept.key) == kept
        assert kept not in images.listed(client)
        with suppress(APIError):
            client.images.prune(filters={"dangling": True, "label": _LABEL})


def test_an_image_is_found_by_each_of_its_names(podman: str, podman_url: str, tmp_path: Path):
    with closing(DockerClient(base_url=podman_url)) as client:
        client.images.get(podman).tag("docker.io/library/joblens-known", "1")
        try:
            names = ("joblens-known:1", "library/joblens-known:1", "docker.io/joblens-known:1")
            log = tmp_path / "log.txt"
            found = {images.image_of(client, ImageSpec(image=name), log, pytest.fail) for name in names}
            assert found == {client.images.get(podman).id}
        finally:
            client.images.remove("docker.io/library/joblens-known:1")
