"""Builds the environment that needs ask for: once for all who wait, and never seen before it is whole."""

from __future__ import annotations

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from joblens.engine.environments import conda, interpreters, old_sdk, requirements, settling, store
from joblens.engine.environments.calls import BuildLog
from joblens.engine.environments.failures import UnbuiltError, UnreachableError, UnsolvableError
from joblens.engine.environments.needs import Needs, digest, machine
from joblens.engine.environments.needs import place as cache_place
from joblens.engine.environments.store import Built
from joblens.errors import EnvironmentBuildError

if TYPE_CHECKING:
    from joblens.engine.environments.interpreters import Interpreter
    from joblens.engine.environments.packages import Packages


def build(
    needs: Needs,
    log: Path,
    note: Callable[[str], None],
    *,
    run: Path | None = None,
    refresh: bool = False,
    echo: Callable[[str], None] | None = None,
) -> Built | None:
    """The environment, made unless it is there; None where the command runs with this Python itself.

    All that the tools print goes to `log` as it is printed, and to `echo`. `run` is the folder of the run
    that uses it. With `refresh`, the needs are worked out anew even if nothing has changed.
    """
    if needs.this_python:
        return None
    found = None if refresh else _taken(needs, run)
    if found is not None:
        return found
    from filelock import FileLock

    spec = needs.key
    lock = store.spec_file(spec).with_suffix(".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(lock):
        found = None if refresh else _taken(needs, run)
        if found is None:
            if refresh:
                store.forget(spec)
                store.forget(store.drifted(spec))
            found = _logged(needs, spec, log, note, echo)
            if run is not None:
                store.use(found, run)
    return found


def _taken(needs: Needs, run: Path | None) -> Built | None:
    """The environment if it is there, marked as used before it is looked at again (see removal.py)."""
    found = store.find(needs)
    if found is None or run is None:
        return found
    store.use(found, run)
    return store.at(found.folder, found.drift)


def _logged(
    needs: Needs, spec: str, log: Path, note: Callable[[str], None], echo: Callable[[str], None] | None
) -> Built:
    log.parent.mkdir(parents=True, exist_ok=True)
    build_log = BuildLog(log, note, echo)
    began = time.monotonic()
    try:
        built = Builder(needs, spec, build_log, note).build()
    except OSError as error:
        raise _refused(error) from error
    finally:
        build_log.close()
    count = int(built.facts["packages"])
    packages = "1 package" if count == 1 else f"{count} packages"
    note(f"Environment built: {packages} in {time.monotonic() - began:.1f} s.")
    return built


def _refused(error: OSError) -> Exception:
    from joblens.engine import files

    if error.errno not in files.FULL:
        return error
    return EnvironmentBuildError(
        f"The environment could not be built: the disk is full ({error.filename or cache_place()}).",
        hint="Make room on that disk, then try again; 'joblens env prune' removes what no run uses.",
    )


class Builder:
    """One build, from the needs to a folder."""

    def __init__(self, needs: Needs, spec: str, log: BuildLog, note: Callable[[str], None]) -> None:
        self.needs, self.spec = needs, spec
        self.log, self.note = log, note

    def build(self) -> Built:
        """Build in the first way there is: with a Python of this machine, from conda's channels, or near."""
        from joblens.engine.environments import channel, drifting

        try:
            interpreter = interpreters.find(self.needs.python or "")
            if not self.needs.missing:
                return self._exactly(interpreter)
            refusal = _no_twin(self.needs)
        except EnvironmentBuildError as error:
            refusal = error
        if channel.helps(self, refusal):
            try:
                return channel.build(self)
            except UnreachableError as error:
                self.note(str(error))
            except EnvironmentBuildError as error:
                refusal = type(error)(f"{refusal} {error}", hint=error.hint)
        if self.needs.drift:
            return drifting.build(self, refusal)
        raise drifting.with_way_out(refusal)

    def _exactly(self, interpreter: Interpreter) -> Built:
        self.note(f"Building the environment with Python {interpreter.text} (kept for later runs).")
        with self.workplace() as packages:
            return self._from_index(packages, interpreter, self.needs.requirements)

    def _from_index(self, packages: Packages, interpreter: Interpreter, lines: tuple[str, ...]) -> Built:
        try:
            return self._locked(packages, interpreter, lines)
        except UnbuiltError as error:
            lines = self._ready_made(packages, interpreter, lines, error)
        return self._from_index(packages, interpreter, lines)

    def _locked(self, packages: Packages, interpreter: Interpreter, lines: tuple[str, ...]) -> Built:
        lock_file = store.lock_file(self.spec)
        lock = lock_file.read_text(encoding="utf-8") if lock_file.is_file() else None
        if lock is None:
            lock = packages.lock(lines, interpreter.path)
            store.write_whole(lock_file, lock)
        drift = [*self.needs.replaced, *interpreters.drift(self.needs.python or "", interpreter)]
        return self.from_lock(packages, interpreter, lock, lines, drift)

    def _ready_made(
        self, packages: Packages, interpreter: Interpreter, lines: tuple[str, ...], refusal: UnbuiltError
    ) -> tuple[str, ...]:
        """The requirements without the source of what cannot be built, locked; raises where that is no way.

        What the requirements say still holds: an older version of the package, one that has a ready-made
        file, is there for old Pythons as a rule.
        """
        more = (*lines, f"--only-binary {refusal.package}")
        if more[-1] in lines:
            raise refusal
        try:
            lock = packages.lock(more, interpreter.path)
        except UnbuiltError as another:
            return self._ready_made(packages, interpreter, more, another)
        except UnsolvableError:
            raise refusal from None
        store.write_whole(store.lock_file(self.spec), lock)
        self.note(f"{refusal} Of '{refusal.package}', a version that has a ready-made file is taken.")
        return more

    @contextmanager
    def workplace(self) -> Iterator[Packages]:
        """uv, with a folder for its files."""
        from joblens.engine.environments.packages import Packages

        folder = cache_place() / f".work-{self.spec}"
        shutil.rmtree(folder, ignore_errors=True)
        try:
            yield Packages(folder, self.log)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def from_lock(
        self,
        packages: Packages,
        interpreter: Interpreter,
        lock: str,
        lines: tuple[str, ...],
        drift: list[str],
        spec: str | None = None,
    ) -> Built:
        """The environment with what is locked, which other needs may have come to before."""
        body = [line for line in lock.splitlines() if line.strip() and not line.lstrip().startswith("#")]
        local = requirements.local_contents(lines)
        key = digest([body, local, interpreter.text, str(interpreter.path), machine()])
        facts = {
            "key": key,
            "python": interpreter.text,
            "from": str(interpreter.path),
            "how": "uv",
            "requirements": list(lines),
            "packages": sum(not line.startswith((" ", "--")) for line in body),
        }

        def fill(folder: Path) -> None:
            packages.venv(interpreter.path, folder)
            packages.install(lock, _python(folder), lines)
            packages.seed(folder, interpreter.path)

        return self.made(key, facts, fill, drift, spec)

    def made(
        self,
        key: str,
        facts: dict[str, Any],
        fill: Callable[[Path], None],
        drift: list[str],
        spec: str | None = None,
        *,
        in_place: bool = False,
    ) -> Built:
        """The environment of that key: filled under another name, unless it can be nowhere but `in_place`."""
        from filelock import FileLock

        folder = cache_place() / key
        with FileLock(folder.with_name(f"{key}.lock")):
            built = store.at(folder)
            if built is None:
                _remove_leftovers(folder)
                unfinished = folder if in_place else folder.with_name(f".{key}-{os.getpid()}")
                try:
                    fill(unfinished)
                    old_sdk.join(unfinished)
                    _finish(unfinished, {**facts, "made_from": self._made_from()})
                    if not in_place:
                        unfinished.rename(folder)
                except BaseException:
                    shutil.rmtree(unfinished, ignore_errors=True)
                    raise
                built = store.at(folder)
                assert built is not None
        store.write_spec(spec or self.spec, key, drift)
        return Built(built.folder, built.facts, tuple(drift))

    def _made_from(self) -> dict[str, Any]:
        needs = self.needs
        return {
            "python": needs.python,
            "packages": list(needs.packages),
            "pip": list(needs.pip),
            "channels": list(needs.channels),
        }


def _python(folder: Path) -> Path:
    from joblens.engine.environments.inside import python_in

    return python_in(folder)


def _finish(folder: Path, facts: dict[str, Any]) -> None:
    """Write down what it is, after all of it is on the disk: what has its facts is whole."""
    sizes = [file.lstat().st_size for file in folder.rglob("*") if not file.is_dir()]
    settling.settle(folder)
    whole = {**facts, "size": sum(sizes), "created": time.time()}
    store.write_whole(folder / store.FACTS, json.dumps(whole, indent=2) + "\n")


def _remove_leftovers(folder: Path) -> None:
    """What a builder left that was ended in the middle; the lock is ours, so none is at work."""
    for leftover in (folder, *folder.parent.glob(f".{folder.name}-*")):
        shutil.rmtree(leftover, ignore_errors=True)


def _no_twin(needs: Needs) -> EnvironmentBuildError:
    return EnvironmentBuildError(
        conda.without_twins(needs.missing), hint="Move it to the 'pip:' section under its name there."
    )
