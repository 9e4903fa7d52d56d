"""What checking job files takes: `joblens check` beside azure-ai-ml's loading of the same files, in turn."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

from tests.public_tree import make
from tests.shared_data import EXAMPLES

from bench.loading import kind_of, loader_of
from bench.processes import environment
from bench.samples import Samples, Series

ROOT = Path(__file__).resolve().parent.parent
JOBLENS = "Joblens"
SDK = "azure-ai-ml"
PASSES = 4
"""Over all files in one process; the first fills caches and is not counted."""


class NoFilesError(Exception):
    """There are no public job files to check, or what reads them failed."""


@dataclass(frozen=True, slots=True)
class Checking:
    """Seconds per file, by who reads."""

    files: int
    """Those that azure-ai-ml loads, and so both read."""
    whole: Samples
    """A process that reads them, from its start to its end."""
    warm: Samples
    """Once more in a process that has read them all."""
    all_files: int
    """Every YAML file, those of other tools too."""
    folder: Series
    """`joblens check` of the whole folder, from its start to its end."""


def measure(rounds: int) -> Checking:
    """Both in turn, `rounds` times, over the public files that the SDK loads."""
    if not EXAMPLES.is_dir():
        raise NoFilesError(f"There are no job files in {EXAMPLES}: let JOBLENS_CORPUS name another folder.")
    with tempfile.TemporaryDirectory(prefix="joblens-bench-") as name:
        folder = make(Path(name) / "public") / "examples"
        reading = _Reading(Path(name))
        files = sorted(file for file in folder.rglob("*.y*ml") if file.stat().st_size)
        print(f"checking: which of {len(files)} files azure-ai-ml loads", file=sys.stderr)
        loaded = reading.loaded_by_sdk([file for file in files if loader_of(kind_of(file)) is not None])
        checking = Checking(len(loaded), Samples(), Samples(), len(files), Series())
        for number in range(rounds):
            print(f"checking, round {number + 1} of {rounds}", file=sys.stderr)
            _round(reading, checking, folder, loaded)
    return checking


def _round(reading: _Reading, checking: Checking, folder: Path, loaded: Sequence[Path]) -> None:
    checking.folder.add(reading.command([folder]) / checking.all_files)
    checking.whole[JOBLENS].add(reading.command(loaded) / len(loaded))
    checking.whole[SDK].add(reading.sdk_once(loaded) / len(loaded))
    for who in (JOBLENS, SDK):
        for seconds in reading.warm(who, loaded):
            checking.warm[who].add(seconds / len(loaded))


class _Reading:
    """The processes that read files."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def loaded_by_sdk(self, files: Sequence[Path]) -> list[Path]:
        """The files that the SDK reads without a complaint; this warms up, too."""
        return [Path(one) for one in self._read("sdk", 1, files)["read"]]

    def command(self, paths: Sequence[Path]) -> float:
        """The seconds of `joblens check` with files or a folder."""
        return self._seconds([sys.executable, "-m", "joblens", "check", "--quiet", *map(str, paths)])

    def sdk_once(self, files: Sequence[Path]) -> float:
        """The seconds of a program that loads each file once; finding its kind is not counted."""
        started = perf_counter()
        self._read("sdk", 1, files)
        return perf_counter() - started

    def warm(self, who: str, files: Sequence[Path]) -> list[float]:
        """The seconds of each pass but the first."""
        answer = self._read("joblens" if who == JOBLENS else "sdk", PASSES, files)
        return [float(seconds) for seconds in answer["seconds"][1:]]

    def _read(self, who: str, passes: int, files: Sequence[Path]) -> dict[str, list[str]]:
        listed, said = self._folder / "files.txt", self._folder / "said.json"
        listed.write_text("".join(f"{file}\n" for file in files), encoding="utf-8")
        self._seconds([sys.executable, "-m", "bench.loading", who, str(passes), str(listed), str(said)])
        answer: dict[str, list[str]] = json.loads(said.read_text(encoding="utf-8"))
        return answer

    def _seconds(self, command: Sequence[str]) -> float:
        env = environment(AZURE_CORE_COLLECT_TELEMETRY="false")
        started = perf_counter()
        done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
        seconds = perf_counter() - started
        if done.returncode not in (0, 1):  # 1 says that a file has an error, which is an answer
            raise NoFilesError(f"`{' '.join(command[:4])} ...` failed:\n{done.stderr.decode()[-2000:]}")
        return seconds
