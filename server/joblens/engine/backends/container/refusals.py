"""What an engine or a registry refuses while an image is pulled or built, in words and with the way out."""

from __future__ import annotations

import re

from joblens.errors import EnvironmentBuildError

_INSTEAD = "'--backend process' runs the job without containers"
_FULL = re.compile(r"no space left on device|disk quota exceeded|not enough space", re.IGNORECASE)
_REASONS = (
    (
        r"unauthorized|authentication required|denied|forbidden|no basic auth",
        "its registry wants to know who you are, or there is no such image",
        "Check the name; if it is right, log in: docker login {registry}",
    ),
    (
        r"manifest unknown|not found|does not exist|name unknown|name invalid",
        "its registry has no such image or tag",
        "Check the name and the tag: docker pull {name}",
    ),
    (
        r"no matching manifest|no image found in .*for architecture|does not match the specified platform",
        "there is none for this machine's kind of processor",
        "Set DOCKER_DEFAULT_PLATFORM=linux/amd64 where the engine can run that",
    ),
    (
        r"toomanyrequests|rate limit",
        "its registry has had enough requests from here for now",
        "Log in (docker login {registry}), or try again later",
    ),
    (
        r"no such host|dial tcp|connection refused|i/o timeout|timeout|deadline exceeded"
        r"|network is unreachable|tls|x509|certificate|eof",
        "its registry cannot be reached from the engine",
        "See what 'docker pull {name}' says: network, proxy and certificates are the engine's",
    ),
    (
        r"credentials? store|credential-helper|docker-credential",
        "docker's credential helper fails",
        "See 'credsStore' in docker's config.json, and what 'docker login {registry}' says",
    ),
)


def pull(name: str, registry: str, said: str) -> EnvironmentBuildError:
    """Why an image could not be pulled, from what the engine said."""
    if _FULL.search(said):
        return full(said)
    why, hint = next(
        (told for pattern, *told in _REASONS if re.search(pattern, said, re.IGNORECASE)),
        ("the engine refuses", "See what 'docker pull {name}' says"),
    )
    return EnvironmentBuildError(
        f"The image '{name}' is not here and cannot be pulled: {why} ({_one_line(said)}).",
        hint=f"{hint.format(name=name, registry=registry)}. {_INSTEAD}.",
    )


def build(step: str, said: str, last: list[str]) -> EnvironmentBuildError:
    """Why an image could not be built: at which step, and what that printed last."""
    everything = "\n".join([said, *last])
    if _FULL.search(everything):
        return full(said)
    ended = f" It ended with: {' / '.join(last)}" if last else ""
    return EnvironmentBuildError(
        f"The image could not be built: {step or 'the build'} failed ({_one_line(said)}).{ended}",
        hint="The lines above are what it printed; mend that step: those before it are kept.",
    )


def full(said: str) -> EnvironmentBuildError:
    """There is no room for an image at the engine."""
    return EnvironmentBuildError(
        f"The disk of the container engine is full ({_one_line(said)}).",
        hint="Make room: 'joblens env prune' for what Joblens built, 'docker system prune' for the rest.",
    )


def lost(what: str, error: object) -> EnvironmentBuildError:
    """The engine went away."""
    return EnvironmentBuildError(
        f"The container engine was lost while {what} ({_one_line(str(error))}).",
        hint="See whether it runs (docker info), then run the job again: nothing half made is used.",
    )


def losses() -> tuple[type[Exception], ...]:
    """What is raised when the engine goes away, also in the middle of an answer."""
    import requests
    import urllib3

    return (requests.exceptions.RequestException, urllib3.exceptions.HTTPError)


def _one_line(said: str) -> str:
    text = " ".join(said.split())
    return text if len(text) <= 300 else f"{text[:297]}..."
