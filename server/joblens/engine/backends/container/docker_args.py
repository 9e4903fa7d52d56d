"""What a job's `docker_args` and `shm_size` ask of its container, in docker-py's words.

They are read as docker's command line reads them. What would open this machine to the container is refused.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence

from joblens.engine.backends.container import docker_values as values
from joblens.engine.backends.container.docker_values import Wrong
from joblens.engine.environments.images import ImageSpec
from joblens.errors import JobFileError

_SHM_SIZE = "2g"
"""What Azure ML gives a job that says nothing."""

_SHORT = {
    "-c": "--cpu-shares",
    "-d": "--detach",
    "-e": "--env",
    "-h": "--hostname",
    "-i": "--interactive",
    "-l": "--label",
    "-m": "--memory",
    "-p": "--publish",
    "-t": "--tty",
    "-u": "--user",
    "-v": "--volume",
    "-w": "--workdir",
    "--net": "--network",
}
_TAKEN: Mapping[str, tuple[str, values.Read]] = {
    "--add-host": ("extra_hosts", values.host),
    "--cap-add": ("cap_add", values.capability),
    "--cap-drop": ("cap_drop", values.texts),
    "--cpu-period": ("cpu_period", values.number),
    "--cpu-quota": ("cpu_quota", values.number),
    "--cpu-shares": ("cpu_shares", values.number),
    "--cpus": ("nano_cpus", values.cpus),
    "--cpuset-cpus": ("cpuset_cpus", values.text),
    "--dns": ("dns", values.texts),
    "--dns-search": ("dns_search", values.texts),
    "--env": ("environment", values.variable),
    "--gpus": ("device_requests", values.gpus),
    "--group-add": ("group_add", values.texts),
    "--init": ("init", values.flag),
    "--ipc": ("ipc_mode", values.one_of("host", "private", "shareable", "none")),
    "--memory": ("mem_limit", values.size),
    "--memory-reservation": ("mem_reservation", values.size),
    "--memory-swap": ("memswap_limit", values.size),
    "--pids-limit": ("pids_limit", values.number),
    "--read-only": ("read_only", values.flag),
    "--runtime": ("runtime", values.one_of("runc", "nvidia")),
    "--security-opt": ("security_opt", values.security),
    "--shm-size": ("shm_size", values.size),
    "--sysctl": ("sysctls", values.pair),
    "--tmpfs": ("tmpfs", values.tmpfs),
    "--ulimit": ("ulimits", values.ulimit),
}
_FLAGS = frozenset({"--init", "--read-only"})
"""Options that need no value."""
_WITHOUT = "--set 'resources.docker_args=[]'"
_OPENS = "it would open this machine to the container"
_FOLDERS = "what lies on this machine comes into a container as an input of the job"
_OURS = "Joblens itself decides that"
_CLOSED = "nobody outside reaches a job's container"
_REFUSED = {
    _OPENS: "--privileged --pid --uts --userns --cgroupns --cgroup-parent --device --device-cgroup-rule",
    _FOLDERS: "--volume --mount --volumes-from --volume-driver --env-file",
    _OURS: "--network --user --workdir --entrypoint --name --rm --detach --interactive --tty --restart "
    "--pull --platform --cidfile --hostname --label --label-file --log-driver --log-opt --attach --sig-proxy",
    _CLOSED: "--publish --publish-all --expose --network-alias --ip --ip6",
}
_WHY = {flag: why for why, flags in _REFUSED.items() for flag in flags.split()}


def options(spec: ImageSpec) -> dict[str, object]:
    """Arguments of docker-py's `containers.create`, all plain data; raises for what is not taken here.

    As on Azure ML, `docker_args` come before `shm_size`.
    """
    found: dict[str, object] = {"shm_size": _read("shm_size", values.size, spec.shm_size or _SHM_SIZE)}
    for flag, value in _flags(_words(spec.docker_args)):
        keyword, read = _TAKEN[flag]
        new = _read(flag, read, value)
        old = found.get(keyword)
        if isinstance(new, list) and isinstance(old, list):
            found[keyword] = [*old, *new]
        elif isinstance(new, dict) and isinstance(old, dict):
            found[keyword] = {**old, **new}
        else:
            found[keyword] = new
    return found


def fitted(
    found: Mapping[str, object], *, cpus: int, gpus: bool
) -> tuple[dict[str, object], tuple[str, ...]]:
    """The options without those that an engine refuses which has so many processors, and a line for each."""
    kept, notes = dict(found), []
    wanted = found.get("nano_cpus")
    if isinstance(wanted, int) and wanted > cpus * values.NANO:
        del kept["nano_cpus"]
        notes.append(f"docker_args ask for {wanted / values.NANO:g} processors: the {cpus} here are used.")
    numbers = values.processors(str(found.get("cpuset_cpus", "")))
    if any(number >= cpus for number in numbers):
        del kept["cpuset_cpus"]
        notes.append(f"docker_args ask for processors up to {max(numbers)}: the {cpus} here are used.")
    if not gpus and (kept.pop("device_requests", None) or kept.get("runtime") == "nvidia"):
        kept.pop("runtime", None)
        notes.append("docker_args ask for GPUs, and the container engine has none: the command runs without.")
    return kept, tuple(notes)


def _words(arguments: Sequence[str]) -> list[str]:
    """One text may hold several words, as on a command line; in a list a value may stand by itself."""
    try:
        found = [_split(each) for each in arguments]
    except ValueError as error:
        raise JobFileError(
            f"'docker_args' has a quote without its partner: {' '.join(arguments)}", hint="Close the quote."
        ) from error
    return [word for words in found for word in words]


def _split(text: str) -> list[str]:
    return shlex.split(text) if not text.strip() or text.lstrip().startswith("-") else [text]


def _flags(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each option under its long name, and its value."""
    rest = iter(words)
    for word in rest:
        flag, value = _taken_apart(word)
        if flag not in _TAKEN:
            raise _refusal(word, flag)
        if value is None and flag not in _FLAGS:
            value = next(rest, None)
            if value is None:
                raise JobFileError(
                    f"'{flag}' in 'docker_args' has no value.", hint=f"Write it as '{flag}=VALUE'."
                )
        yield flag, "true" if value is None else value


def _taken_apart(word: str) -> tuple[str, str | None]:
    if not word.startswith("--") and word[:2] in _SHORT:  # `-eA=B` is `-e A=B`
        return _SHORT[word[:2]], word[2:].removeprefix("=") or None
    flag, equals, value = word.partition("=")
    return _SHORT.get(flag, flag), value if equals else None


def _refusal(word: str, flag: str) -> JobFileError:
    if not word.startswith("-"):
        return JobFileError(
            f"'{word}' in 'docker_args' belongs to no option.", hint="Quote a value that has spaces."
        )
    why = _WHY.get(flag, "Joblens does not know it")
    return JobFileError(
        f"'{flag}' in 'docker_args' is not taken on this machine: {why}.",
        hint=f"Run the job without it ({_WITHOUT}) or with --backend process; what is taken stands in "
        "docs/running.md, 'In a container'.",
    )


def _read(what: str, read: values.Read, value: str) -> object:
    try:
        return read(value)
    except Wrong as error:
        place = "'shm_size'" if what == "shm_size" else f"'{what}' in 'docker_args'"
        raise JobFileError(f"{place} cannot be '{value}'.", hint=f"{error}.") from error
