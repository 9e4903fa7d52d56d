"""A conda channel made by hand, served on this machine: a Python, a package of Python's, one of nobody's."""

import hashlib
import io
import json
import sys
import sysconfig
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SUBDIR = "linux-64"
PLACEHOLDER = "/opt/" + "placeholder_" * 12
PYTHON = "{}.{}.{}".format(*sys.version_info[:3])
_LEFT_OUT = {
    "test",
    "tests",
    "idlelib",
    "lib2to3",
    "tkinter",
    "turtledemo",
    "site-packages",
    "ensurepip",
    "pydoc_data",
    "unittest",
    "__pycache__",
}


def make(folder: Path) -> None:
    """The channel's packages and their index."""
    hello = b"def main():\n    import sys\n    print('hello from', sys.prefix)\n"
    entry = {"noarch": {"type": "python", "entry_points": ["hello-lab = hello_lab:main"]}}
    _package(
        folder, "noarch", "hello-lab", "1.0", {"site-packages/hello_lab.py": hello}, ["python"], link=entry
    )
    script = f"#!/bin/sh\necho prefix is {PLACEHOLDER}\n".encode()
    _package(folder, SUBDIR, "hello-native", "0.1", {"bin/hello-native": script}, [])
    _package(folder, SUBDIR, "python", PYTHON, _python(), [])
    _index(folder)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The channel's address while it is served."""
    handler = partial(_Quiet, directory=str(folder))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_arguments: object) -> None:
        pass


def _python() -> dict[str, bytes]:
    """The Python that runs the tests, as much of it as starts and installs packages."""
    library = Path(sysconfig.get_path("stdlib"))
    minor = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    interpreter = Path(getattr(sys, "_base_executable", sys.executable)).resolve()
    files = {f"bin/{minor}": interpreter.read_bytes()}
    for file in library.rglob("*"):
        inside = file.relative_to(library)
        kept = not _LEFT_OUT & set(inside.parts) and not inside.parts[0].startswith("config-")
        if kept and file.is_file() and file.suffix != ".a":
            files[f"lib/{minor}/{inside}"] = file.read_bytes()
    return files


def _package(
    folder: Path,
    subdir: str,
    name: str,
    version: str,
    files: Mapping[str, bytes],
    depends: Sequence[str],
    link: object = None,
) -> None:
    place = folder / subdir
    place.mkdir(parents=True, exist_ok=True)
    index = {
        "name": name,
        "version": version,
        "build": "0",
        "build_number": 0,
        "depends": list(depends),
        "subdir": subdir,
        "timestamp": int(time.time() * 1000) - 86_400_000,
        **({"noarch": "python"} if link else {}),
    }
    paths = [_path(path, data) for path, data in files.items()]
    info = {
        "info/index.json": index,
        "info/paths.json": {"paths": paths, "paths_version": 1},
        "info/about.json": {},
        **({"info/link.json": {"package_metadata_version": 1, **link}} if isinstance(link, dict) else {}),
    }
    made = place / f"{name}-{version}-0.tar.bz2"
    with tarfile.open(made, "w:bz2", compresslevel=1) as archive:
        for path, data in files.items():
            _add(archive, path, data)
        if name == "python":
            for alias in ("bin/python", "bin/python3"):
                _link(archive, alias, f"python{sys.version_info[0]}.{sys.version_info[1]}")
                paths.append({**_path(alias, b""), "path_type": "softlink"})
        for path, said in info.items():
            _add(archive, path, json.dumps(said).encode())
        _add(archive, "info/files", "".join(f"{path['_path']}\n" for path in paths).encode())
    data = made.read_bytes()
    index |= {
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "md5": hashlib.md5(data).hexdigest(),
    }
    (place / f"{made.name}.json").write_text(json.dumps(index), encoding="utf-8")


def _path(path: str, data: bytes) -> dict[str, object]:
    said: dict[str, object] = {
        "_path": path,
        "path_type": "hardlink",
        "sha256": hashlib.sha256(data).hexdigest(),
        "size_in_bytes": len(data),
    }
    if PLACEHOLDER.encode() in data:
        said |= {"prefix_placeholder": PLACEHOLDER, "file_mode": "text"}
    return said


def _add(archive: tarfile.TarFile, path: str, data: bytes) -> None:
    entry = tarfile.TarInfo(path)
    entry.size, entry.mtime = len(data), int(time.time())
    entry.mode = 0o755 if path.startswith("bin/") else 0o644
    archive.addfile(entry, io.BytesIO(data))


def _link(archive: tarfile.TarFile, path: str, target: str) -> None:
    entry = tarfile.TarInfo(path)
    entry.type, entry.linkname, entry.mtime = tarfile.SYMTYPE, target, int(time.time())
    archive.addfile(entry)


def _index(folder: Path) -> None:
    for subdir in (SUBDIR, "noarch"):
        said = {
            file.name.removesuffix(".json"): json.loads(file.read_text(encoding="utf-8"))
            for file in (folder / subdir).glob("*.tar.bz2.json")
        }
        repodata = {"info": {"subdir": subdir}, "packages": said, "packages.conda": {}, "repodata_version": 1}
        (folder / subdir / "repodata.json").write_text(json.dumps(repodata), encoding="utf-8")
