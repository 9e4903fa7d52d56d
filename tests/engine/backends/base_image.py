"""An image for tests, made of the Debian packages of this machine: no registry is asked."""

import hashlib
import io
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

SMALL = ("bash", "coreutils", "dash", "libc-bin")
WHOLE = (
    *SMALL,
    "findutils",
    "grep",
    "hostname",
    "mawk",
    "procps",
    "sed",
    "tar",
    "util-linux",
    "gzip",
    "python3",
)
WITH_PIP = (*WHOLE, "ca-certificates", "python3-pip", "python3-venv")
_LEFT_OUT = (
    "/usr/share/doc",
    "/usr/share/man",
    "/usr/share/locale",
    "/usr/share/info",
    "/var",
    "/root",
    "/run",
)
_FOLDERS = {
    "tmp": 0o1777,
    "root": 0o700,
    "home": 0o755,
    "proc": 0o555,
    "sys": 0o555,
    "dev": 0o755,
    "run": 0o755,
}
_CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
_CHANGES = [
    "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "ENV LANG=C.UTF-8",
    *(f"ENV {name}={_CERTIFICATES}" for name in ("SSL_CERT_FILE", "PIP_CERT", "REQUESTS_CA_BUNDLE")),
    "ENV PIP_BREAK_SYSTEM_PACKAGES=1",
    "ENV PIP_ROOT_USER_ACTION=ignore",
    'CMD ["/bin/bash"]',
]


def possible() -> bool:
    """Whether this machine is a Debian that has the programs."""
    return shutil.which("dpkg") is not None and Path("/usr/bin/python3").exists()


def make(url: str, packages: Sequence[str]) -> str:
    """Give the engine at `url` an image with the files of the packages, unless it has it; its name."""
    import docker

    name = f"joblens-test:{hashlib.sha256(repr((packages, _CHANGES)).encode()).hexdigest()[:12]}"
    client = docker.DockerClient(base_url=url, timeout=300)
    try:
        if any(name in tag for image in client.api.images() for tag in image["RepoTags"] or ()):
            return name
        with tempfile.TemporaryFile() as file:
            _write(file, packages)
            file.seek(0)
            said = client.api.import_image_from_data(file, changes=_CHANGES)
        repository, _, tag = name.partition(":")
        client.api.tag(re.findall(r"sha256:[0-9a-f]{64}", said)[-1], repository, tag)
    finally:
        client.close()
    return name


def _write(file: "tempfile._TemporaryFileWrapper[bytes]", packages: Sequence[str]) -> None:
    with tarfile.open(fileobj=file, mode="w") as archive:
        links = {f"/{name}" for name in ("bin", "sbin", "lib", "lib64")}  # to the folders of /usr
        own = {f"/{name}" for name in (*_FOLDERS, "etc/passwd", "etc/group")}
        for path in sorted((_files(packages) | links) - own):
            archive.add(path, path.lstrip("/"), recursive=False)
        for name, mode in _FOLDERS.items():
            _add(archive, name, None, mode)
        _add(archive, "etc/passwd", b"root:x:0:0:root:/root:/bin/bash\n", 0o644)
        _add(archive, "etc/group", b"root:x:0:\n", 0o644)


def _files(packages: Sequence[str]) -> set[str]:
    listed = _said("dpkg", "-L", *_installed(packages)).splitlines()
    found = {_real(path) for path in listed if path.startswith("/") and path != "/."}
    found |= {
        "/etc/ld.so.cache",
        "/etc/ld.so.conf",
        "/etc/alternatives/awk",
        "/usr/bin/awk",
        "/etc/ssl/certs",
    }
    if "ca-certificates" in packages:
        found.add(_CERTIFICATES)
    return {path for path in found if os.path.lexists(path) and not f"{path}/".startswith(_LEFT_OUT)}


def _real(path: str) -> str:
    """`/bin/sh` is `/usr/bin/sh` where the folders are joined."""
    return str(Path(path).parent.resolve() / Path(path).name)


def _installed(packages: Sequence[str]) -> list[str]:
    """The packages and all that they depend on, as far as they are installed."""
    found: set[str] = set()
    open_ones = list(packages)
    known = dict(_records())
    while open_ones:
        name = open_ones.pop()
        if name in known and name not in found:
            found.add(name)
            open_ones += known[name]
    return [known_name for known_name in found if known_name in known]


def _records() -> Iterator[tuple[str, list[str]]]:
    said = _said("dpkg-query", "-W", "-f", "${Package}\t${Pre-Depends}, ${Depends}\n")
    for line in said.splitlines():
        name, _, needed = line.partition("\t")
        words = re.split(r"[,|]", needed)
        yield name, [word.split()[0].partition(":")[0] for word in words if word.strip()]


def _said(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout


def _add(archive: tarfile.TarFile, name: str, data: bytes | None, mode: int) -> None:
    member = tarfile.TarInfo(name)
    member.mode = mode
    if data is None:
        member.type = tarfile.DIRTYPE
        archive.addfile(member)
    else:
        member.size = len(data)
        archive.addfile(member, io.BytesIO(data))
