"""An environment near to what was asked for, only where the user lets it be: every difference is a line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from joblens.engine.environments import interpreters, requirements, store
from joblens.engine.environments.failures import UnreachableError
from joblens.engine.environments.packages import versions
from joblens.errors import EnvironmentBuildError

if TYPE_CHECKING:
    from joblens.engine.environments.building import Builder
    from joblens.engine.environments.interpreters import Interpreter
    from joblens.engine.environments.packages import Packages
    from joblens.engine.environments.store import Built

_PYTHONS = 3
"""How many of this machine's Pythons are tried."""
_READY_MADE = ("--only-binary", ":all:")
_WAY_OUT = (
    " --backend container has what the cluster has; --allow-drift takes the nearest Python and versions, and "
    "tells each difference."
)


def with_way_out(refusal: EnvironmentBuildError) -> EnvironmentBuildError:
    """The refusal, with what else can be done about it."""
    if isinstance(refusal, UnreachableError):
        return refusal
    return type(refusal)(str(refusal), hint=f"{refusal.hint}{_WAY_OUT}")


def build(builder: Builder, refusal: EnvironmentBuildError) -> Built:
    """The environment with as little changed as can be; raises `refusal` where nothing helps."""
    if isinstance(refusal, UnreachableError):
        raise refusal
    builder.note(f"{refusal} Looking for the nearest that there is, as drift is allowed.")
    pin = builder.needs.python or ""
    with builder.workplace() as packages:
        for interpreter, lines, more in _attempts(builder, pin):
            lock = _lock(packages, interpreter, lines, more, builder)
            if lock is not None:
                drift = [*_python(pin, interpreter), *builder.needs.replaced]
                drift += [f"conda package '{name}' is taken from PyPI." for name in builder.needs.missing]
                drift += _versions(builder.needs.requirements, lock)
                builder.note(
                    f"Building the environment with Python {interpreter.text} (kept for later runs)."
                )
                return builder.from_lock(
                    packages, interpreter, lock, lines, drift, store.drifted(builder.spec)
                )
    raise refusal


def _attempts(builder: Builder, pin: str) -> Iterator[tuple[Interpreter, tuple[str, ...], Sequence[str]]]:
    """What may be tried, the nearest first: a Python, the requirements, more arguments of uv."""
    asked = (*builder.needs.requirements, *builder.needs.missing)
    pythons = interpreters.nearest(pin)[:_PYTHONS]
    for interpreter in pythons:
        for lines in dict.fromkeys((asked, at_least(asked), names_alone(asked))):
            yield interpreter, lines, _READY_MADE
    for interpreter in pythons[:1]:
        yield interpreter, names_alone(asked), ()


def _lock(
    packages: Packages, interpreter: Interpreter, lines: Sequence[str], more: Sequence[str], builder: Builder
) -> str | None:
    try:
        return packages.lock(lines, interpreter.path, more=more)
    except UnreachableError:
        raise
    except EnvironmentBuildError as error:
        builder.log.say(f"Python {interpreter.text} with {', '.join(lines)}: {error}")
        return None


def at_least(lines: Sequence[str]) -> tuple[str, ...]:
    """The requirements with every exact version as the lowest one, and without upper bounds."""
    return _relaxed(lines, _lowest)


def names_alone(lines: Sequence[str]) -> tuple[str, ...]:
    """The requirements in any version."""
    return _relaxed(lines, lambda _: "")


def _lowest(specifier: str) -> str:
    found = re.fullmatch(r"(==|~=|>=|>|===)\s*([^*]+?)(?:\.\*)?", specifier.strip())
    return "" if found is None else (f">{found[2]}" if found[1] == ">" else f">={found[2]}")


def _relaxed(lines: Sequence[str], one: object) -> tuple[str, ...]:
    assert callable(one)
    made = []
    for line in lines:
        parts = None if line.startswith("-") else requirements.parts(line)
        if parts is None:
            made += [] if line.startswith(requirements.CONSTRAINT) else [line]
            continue
        name, extras, specifiers, rest = parts
        kept = ",".join(filter(None, map(one, specifiers.split(","))))
        made.append(f"{name}{extras}{kept}{rest.rstrip()}")
    return tuple(made)


def _python(pin: str, interpreter: Interpreter) -> list[str]:
    said = interpreters.drift(pin, interpreter)
    if said or interpreters.fits(interpreter.version, pin):
        return said
    return [f"Python is {interpreter.text}, not {pin.lstrip('=')}."]


def _versions(asked: Sequence[str], lock: str) -> list[str]:
    """A line for each requirement whose version is another now."""
    locked = {requirements.canonical(name): version for name, version in versions(lock).items()}
    lines = []
    for line in asked:
        parts = None if line.startswith("-") else requirements.parts(line)
        if parts is None:
            continue
        version = locked.get(requirements.canonical(parts[0]))
        if version is not None and not _admits(parts[2], version):
            lines.append(f"{parts[0]} is {version}, not {parts[2].strip()}.")
    return lines


def _admits(specifiers: str, version: str) -> bool:
    """Whether every condition holds; of those that need an order, the numbers are compared."""
    return all(_holds(one.strip(), version) for one in specifiers.split(",") if one.strip())


def _holds(specifier: str, version: str) -> bool:
    match = re.fullmatch(r"(===?|~=|!=|<=|>=|<|>)\s*(\S+)", specifier)
    if match is None:
        return True
    operator, wanted = match[1], match[2]
    if wanted.endswith(".*"):
        inside = version == wanted[:-2] or version.startswith(wanted[:-1])
        return inside is (operator != "!=")
    has, asks = _numbers(version), _numbers(wanted)
    if operator == "~=":
        return has >= asks and has[: len(asks) - 1] == asks[:-1]
    if operator in {"==", "==="}:
        return version == wanted or (
            has == asks and version.isascii() and not re.search("[a-z]", version + wanted)
        )
    return {"!=": has != asks, "<=": has <= asks, ">=": has >= asks, "<": has < asks, ">": has > asks}[
        operator
    ]


def _numbers(version: str) -> list[int]:
    numbers = [int(number) for number in re.findall(r"\d+", version.partition("+")[0])]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers
