"""Names of images as docker reads them, Dockerfiles, and what goes wrong with either, in words."""

from textwrap import dedent

import pytest

from joblens.engine.backends.container import dockerfile, references, refusals
from joblens.errors import JobFileError

HUB = "docker.io"
DIGEST = "sha256:" + "ab" * 32


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        ("python", f"{HUB}/library/python:latest"),
        ("library/python:latest", f"{HUB}/library/python:latest"),
        ("docker.io/python", f"{HUB}/library/python:latest"),
        ("index.docker.io/me/x:1", f"{HUB}/me/x:1"),
        ("me/x:1", f"{HUB}/me/x:1"),
        ("mcr.microsoft.com/azureml/base:1", "mcr.microsoft.com/azureml/base:1"),
        ("localhost/base", "localhost/base:latest"),
        ("localhost:5000/base", "localhost:5000/base:latest"),
        ("127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c"),
        (f"python@{DIGEST}", f"{HUB}/library/python@{DIGEST}"),
        (f"python:3.11@{DIGEST}", f"{HUB}/library/python@{DIGEST}"),
        (" python:3.11 ", f"{HUB}/library/python:3.11"),
    ],
)
def test_a_name_is_read_as_docker_reads_it(written, whole):
    assert references.normal(written) == whole


@pytest.mark.parametrize("written", ["Python", "python:", "a b", "", "x@sha256:12", "a//b", "x:la/b:c:d"])
def test_what_is_no_name_is_told(written):
    with pytest.raises(JobFileError, match="is no name of an image"):
        references.normal(written)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("FROM python:3.11", ["python:3.11"]),
        (
            "ARG V=3.11\nFROM python:${V}-slim AS base\nFROM base\nCOPY --from=base /a /a",
            ["python:3.11-slim"],
        ),
        ("FROM --platform=linux/amd64 ubuntu\nCOPY --from=busybox:1 /bin/sh /x", ["ubuntu", "busybox:1"]),
        ("FROM scratch\nCOPY x /\nCOPY --from=0 x y", []),
        ("ARG BASE\nFROM $BASE", []),
        ("ARG BASE\nFROM ${BASE:-debian}", ["debian"]),
        ("# syntax=docker/dockerfile:1\n# a comment\nFROM \\\n  # another\n  alpine \\\n  AS x", ["alpine"]),
        ("FROM a\nRUN <<EOF\nFROM b\nEOF\nFROM c", ["a", "c"]),
    ],
)
def test_a_dockerfile_tells_what_it_begins_from(text, found):
    assert list(dockerfile.bases(text)) == found


@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("FROM a\n\nRUN --mount=type=cache,target=/c x", 3, "RUN --mount"),
        ("FROM a\nRUN --network=none --mount=type=ssh x", 2, "RUN --mount"),
        ("FROM a\nCOPY --chown=1 --link x y", 2, "COPY --link"),
        ("FROM a\nADD --checksum=sha256:1 http://x /y", 2, "ADD --checksum"),
        ("FROM a\nRUN <<EOF\necho\nEOF", 2, "RUN <<EOF"),
        ("FROM a\nCOPY <<-'END' /x\nhi\nEND", 2, "COPY <<-'END'"),
        ("# syntax=someone/frontend\nFROM a", 1, "# syntax=someone/frontend"),
        ("FROM --platform=$BUILDPLATFORM a", 1, "FROM --platform=$BUILDPLATFORM"),
        ("FROM a\nARG TARGETARCH", 2, "ARG TARGETARCH"),
    ],
)
def test_what_only_buildkit_understands_is_found(text, line, what):
    found = dockerfile.needs_buildkit(text)
    assert found == dockerfile.Feature(line, what)


@pytest.mark.parametrize(
    "text",
    [
        "# syntax=docker/dockerfile:1.7\nFROM a\nRUN x",
        "FROM a\nRUN cat <<< text\nRUN echo $((1<<2))",
        "FROM a\nRUN pip install --mount=x",
        "FROM a\nARG TARGETARCH=amd64\nCOPY --from=b --chown=1 x y",
    ],
)
def test_what_every_builder_understands_needs_no_buildkit(text):
    assert dockerfile.needs_buildkit(text) is None


@pytest.mark.parametrize(
    ("said", "why", "hint"),
    [
        ("pull access denied for x, repository does not exist", "who you are", "docker login docker.io"),
        ("unauthorized: authentication required", "who you are", "docker login docker.io"),
        ("manifest for x:9 not found: manifest unknown", "no such image or tag", "docker pull x:9"),
        ("Get https://r/v2/: dial tcp: lookup r: no such host", "cannot be reached", "docker pull x:9"),
        ("x509: certificate signed by unknown authority", "cannot be reached", "certificates"),
        ("no matching manifest for linux/arm64/v8", "kind of processor", "linux/amd64"),
        ("toomanyrequests: You have reached your limit", "enough requests", "try again later"),
        ("Credentials store docker-credential-x not in PATH", "credential helper", "credsStore"),
        ("something else", "the engine refuses", "docker pull x:9"),
    ],
)
def test_a_pull_that_fails_says_why_and_what_to_do(said, why, hint):
    error = refusals.pull("x:9", HUB, said)
    assert why in str(error)
    assert hint in error.hint
    assert "--backend process" in error.hint


def test_a_full_disk_is_told_whoever_finds_it():
    said = "write /var/lib/docker/tmp/x: no space left on device"
    for error in (refusals.pull("x", HUB, said), refusals.build("step 1", "exit code 1", [said])):
        assert "disk of the container engine is full" in str(error)
        assert "docker system prune" in error.hint


def test_a_dockerfile_with_another_escape_goes_on_after_it():
    text = dedent("""\
        # escape=`
        FROM windows `
          AS x
        RUN dir C:\\
        FROM linux
        """)
    assert list(dockerfile.bases(text)) == ["windows", "linux"]
