"""What keeping the code of a run costs: 100,000 files by Joblens, by `cp -r` and by `git add`, in turn."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from bench.overhead import WrongRunError
from bench.samples import Samples

FILES = 100_000
FIRST, AGAIN, CHANGED = "Joblens, first time", "Joblens, unchanged", "Joblens, one file changed"
COPY, GIT_FIRST, GIT_AGAIN = "cp -r", "git add, first time", "git add, unchanged"


def measure(rounds: int) -> Samples:
    """Each way in turn, `rounds` times, of one folder that no way writes to."""
    samples = Samples()
    with tempfile.TemporaryDirectory(prefix="joblens-bench-") as name:
        folder = Path(name).resolve()
        code = _code(folder / "code")
        for number in range(rounds):
            print(f"snapshots, round {number + 1} of {rounds}", file=sys.stderr)
            for way, seconds in _turn(folder / "turn", code).items():
                samples[way].add(seconds)
            shutil.rmtree(folder / "turn")
    return samples


def _code(folder: Path) -> Path:
    for place in range(FILES // 100):
        part = folder / f"package{place // 50:02}" / f"module{place:03}"
        part.mkdir(parents=True)
        for number in range(100):
            text = f"# {place} {number}\n" + "x = 1\n" * (number % 40)
            (part / f"file{number:02}.py").write_text(text, encoding="utf-8")
    return folder


def _turn(folder: Path, code: Path) -> dict[str, float]:
    folder.mkdir()
    found = {COPY: _timed(lambda: subprocess.run(["cp", "-r", code, folder / "copy"], check=True))}
    git = ["git", f"--git-dir={folder / 'git'}", f"--work-tree={code}", "-c", "core.safecrlf=false"]
    subprocess.run([*git, "init", "-q"], check=True)
    for way in (GIT_FIRST, GIT_AGAIN):
        found[way] = _timed(lambda: subprocess.run([*git, "add", "-A"], check=True, cwd=code))
    for way in (FIRST, AGAIN):
        found[way] = _timed(lambda: _take(folder, code))
    kept = {run.joinpath("code").resolve() for run in (folder / ".joblens" / "runs").iterdir()}
    if len(kept) != 1 or sum(1 for _ in kept.pop().rglob("*.py")) != FILES:
        raise WrongRunError("Two snapshots of one folder are not kept as one.")
    with (code / "package00" / "module000" / "file00.py").open("a", encoding="utf-8") as changed:
        changed.write("x = 2\n")
    return {**found, CHANGED: _timed(lambda: _take(folder, code))}


def _take(folder: Path, code: Path) -> None:
    """As a run does it, in a process of its own: nothing is remembered but what lies on the disk."""
    script = (
        f"import sys; sys.path[:] = {sys.path!r}\n"
        "import uuid\n"
        "from pathlib import Path\n"
        "from joblens.engine.code import snapshot\n"
        "from joblens.engine.folders import RunFolder\n"
        f"run = RunFolder(Path({str(folder)!r}, '.joblens', 'runs', uuid.uuid4().hex))\n"
        "[made.mkdir(parents=True) for made in (run.outputs, run.logs)]\n"
        f"snapshot.take(Path({str(code)!r}), run)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def _timed(act: Callable[[], object]) -> float:
    start = perf_counter()
    act()
    return perf_counter() - start
