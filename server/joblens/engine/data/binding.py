"""Inputs and outputs of a job on this machine: what its command is told, and what is made present for it."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

from joblens.engine import folders
from joblens.engine.folders import RunFolder
from joblens.errors import JobFileError, UserError
from joblens.job.model import Dialect, Input, Output

_PATH_KEYS = {Dialect.TODAY: "path", Dialect.PREVIEW: "data.local_path"}
_PLAIN = re.compile(r"[\w@%+=:,./\\~-]+")
"""Paths that a shell takes as one word."""


@dataclass(frozen=True, slots=True)
class BoundInput:
    """An input as the command gets it."""

    name: str
    type: str
    value: str
    """The text that takes the place of `${{inputs.name}}`."""
    literal: bool
    url: str | None = None
    """Where `value` is downloaded from before the command starts."""
    target: str | None = None
    """The real place, where `value` is a link to it."""


@dataclass(frozen=True, slots=True)
class BoundOutput:
    """A named output as the command gets it."""

    name: str
    type: str
    path: str
    target: str | None = None
    """The real place, where `path` is a link to it."""


class DownloadError(UserError):
    """An input's address did not answer."""


def bind_input(source: Input, folder: Path, run: RunFolder, dialect: Dialect) -> BoundInput | None:
    """The input of a job file in `folder`; None when nothing is said of it."""
    name = source.name.value
    if source.literal is not None:
        return BoundInput(name, source.type, str(source.literal.value), literal=True)
    if source.path is None:
        return None
    written = source.path.value
    scheme = urlsplit(written).scheme.lower()
    if scheme in {"http", "https"}:
        if source.mode is not None and source.mode.value == "direct":
            return BoundInput(name, source.type, written, literal=False)
        return BoundInput(name, source.type, str(_download_place(written)), literal=False, url=written)
    if len(scheme) > 1 and scheme != "file":  # one letter is a drive of Windows
        raise JobFileError(
            f"Input '{name}' is '{written}': data in the cloud cannot be read on this machine.",
            hint=f"Give local data (--set inputs.{name}.{_PATH_KEYS[dialect]}=./data), or submit the job.",
        )
    path = (folder / _local(written)).absolute()
    if not path.exists():
        raise JobFileError(
            f"Input '{name}' is '{written}', and there is no such file or folder: {path}.",
            hint="A path is relative to the job file.",
        )
    found = os.path.normpath(path)
    told = _told(found, run, name)
    return BoundInput(name, source.type, told, literal=False, target=found if told != found else None)


def _local(written: str) -> str:
    return unquote(urlsplit(written).path) if written.startswith("file://") else written.removeprefix("file:")


def bind_output(output: Output, run: RunFolder) -> BoundOutput:
    """The output as a folder (or a file's place) among the run's outputs."""
    return _output(output.name.value, output.type, run)


def replaced(output: BoundOutput, run: RunFolder) -> BoundOutput:
    """The same output of another run."""
    return _output(output.name, output.type, run)


def _output(name: str, kind: str, run: RunFolder) -> BoundOutput:
    path = str(run.outputs / name)
    told = _told(path, run, name)
    return BoundOutput(name, kind, told, target=path if told != path else None)


def _told(path: str, run: RunFolder, name: str) -> str:
    """The path as the command is told it: values go into a command unquoted, so blanks would break it."""
    if _PLAIN.fullmatch(path):
        return path
    return str(Path(tempfile.gettempdir()) / f"joblens-{run.name}" / name)


def make_place(output: BoundOutput) -> None:
    """Make what the cluster too would have made before the command starts."""
    path = Path(output.target or output.path)
    (path.parent if output.type == "uri_file" else path).mkdir(parents=True, exist_ok=True)


def link(bound: Iterable[tuple[str, str | None]]) -> None:
    """Make the links that stand for places whose paths a shell would take apart."""
    for path, target in bound:
        if target is not None:
            Path(path).parent.mkdir(mode=0o700, exist_ok=True)
            Path(path).symlink_to(target, target_is_directory=Path(target).is_dir())


def unlink(run: RunFolder) -> None:
    """Remove the links of a run that has ended."""
    shutil.rmtree(Path(tempfile.gettempdir()) / f"joblens-{run.name}", ignore_errors=True)


def _download_place(url: str) -> Path:
    name = unquote(urlsplit(url).path.rpartition("/")[2]) or "data"
    return folders.cache() / "downloads" / hashlib.sha256(url.encode()).hexdigest()[:20] / name


def fetch(source: BoundInput, note: Callable[[str], None]) -> None:
    """Make a web input present; the cached copy serves when it is unchanged or the server cannot be asked."""
    if source.url is None:
        return
    import urllib.error
    import urllib.request

    place = Path(source.value)
    place.parent.mkdir(parents=True, exist_ok=True)
    mark = place.parent / ".etag"
    request = urllib.request.Request(source.url)
    if place.exists() and mark.exists():
        request.add_header("If-None-Match", mark.read_text(encoding="utf-8"))
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            note(f"Downloading input '{source.name}' from {source.url}")
            part = place.with_name(f".{place.name}.{os.getpid()}")
            with part.open("wb") as file:
                shutil.copyfileobj(answer, file)
            part.replace(place)
            mark.write_text(answer.headers.get("ETag") or "", encoding="utf-8")
    except urllib.error.HTTPError as error:
        if error.code != 304:  # unchanged
            raise _download_error(source, error) from error
    except OSError as error:
        if not place.exists():
            raise _download_error(source, error) from error
        note(f"{source.url} cannot be reached; input '{source.name}' is the copy of an earlier download.")


def _download_error(source: BoundInput, error: OSError) -> DownloadError:
    return DownloadError(
        f"Input '{source.name}' cannot be downloaded from {source.url}: {error}.",
        hint="Check the address, or give a local path.",
    )
