"""What git knows of the folder a job was started from, in the tags Azure ML would set."""

from __future__ import annotations

import subprocess
from pathlib import Path


def tags(folder: Path) -> dict[str, str]:
    """Commit, branch, address and whether files were changed; nothing outside a repository or without git.

    A file that git does not know counts as a change, as for the client: the commit alone would not have it.
    """
    if not any((parent / ".git").exists() for parent in (folder, *folder.parents)):
        return {}
    status = _git(folder, "status", "--porcelain=v2", "--branch", "--untracked-files=normal")
    if status is None:
        return {}
    found = _from_status(status.splitlines())
    address = _git(folder, "config", "--get", "remote.origin.url")
    if address and "@" not in address.partition("://")[2]:  # an address may hold a password or a token
        found["mlflow.source.git.repoURL"] = address.strip()
    return found


def _from_status(lines: list[str]) -> dict[str, str]:
    facts = {}
    for line in lines:
        if line.startswith("# branch."):
            key, _, value = line[len("# branch.") :].partition(" ")
            facts[key] = value
    dirty = any(not line.startswith("#") for line in lines)
    found = {"azureml.git.dirty": str(dirty)}
    if facts.get("oid", "(initial)") != "(initial)":
        found["mlflow.source.git.commit"] = facts["oid"]
    if facts.get("head", "(detached)") != "(detached)":
        found["mlflow.source.git.branch"] = facts["head"]
    return found


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:  # git is not installed
        return None
    return done.stdout if done.returncode == 0 else None
