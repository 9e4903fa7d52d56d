"""Where a job's code lies, from what `code:` says; what cannot be read here is refused with the way out."""

from __future__ import annotations

from pathlib import Path

from joblens.errors import JobFileError

_ELSEWHERE = {
    "azureml:": ("is registered in a workspace", "Download it there, and give its folder:"),
    "git+": ("is a git repository", "Clone it, and give its folder:"),
    "http:": ("lies on the web", "Download it, and give its folder:"),
    "https:": ("lies on the web", "Download it, and give its folder:"),
}
"""How Azure ML names code that is not on this machine."""


def place(written: str, folder: Path) -> Path:
    """The folder or file that a job in `folder` means by `code: <written>`."""
    for start, (what, way) in _ELSEWHERE.items():
        if written.startswith(start):
            raise JobFileError(
                f"'code' is '{written}', which {what}, and cannot be read here.",
                hint=f"{way} --set code=./folder runs the job with it.",
            )
    path = (folder / written.removeprefix("file:")).absolute()
    if path.is_dir() or path.is_file():
        return path
    if path.exists():
        raise JobFileError(f"'code' is '{written}', which is neither a folder nor a file: {path}.", hint="")
    raise JobFileError(
        f"'code' is '{written}', and there is no such file or folder: {path}.",
        hint="The path is relative to the job file.",
    )
