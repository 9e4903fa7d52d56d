"""What a sweep costs beyond its commands, beside Optuna's own loop over processes; how busy it is."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from time import perf_counter

import psutil

from bench.overhead import WrongRunError
from bench.processes import environment
from bench.samples import Samples

COUNTS = (10, 1_000)
MANY, SHORT, AT_ONCE = 500, 0.1, 8
JOBLENS, OPTUNA, BUSY = "joblens", "optuna, SQLite", "busy"
_SWEEP = """\
type: sweep
trial:
  command: {command}; true ${{{{search_space.x}}}}
  environment: azureml:any@latest
compute: local
search_space:
  x: {{type: uniform, min_value: 0, max_value: 1}}
sampling_algorithm: {{type: random, seed: 1}}
objective: {{goal: minimize, primary_metric: loss}}
limits: {{max_total_trials: {total}, max_concurrent_trials: {at_once}}}
"""
# What a user of Optuna would write: a study that is kept, a process for each trial, its result told.
_LOOP = """
import subprocess, sys, optuna
optuna.logging.set_verbosity(optuna.logging.ERROR)
sampler = optuna.samplers.RandomSampler(seed=1)
study = optuna.create_study(storage=f"sqlite:///{sys.argv[1]}", sampler=sampler)
def trial(trial):
    x = trial.suggest_float("x", 0, 1)
    subprocess.run(["/bin/bash", "-c", f"true; true {x}"], check=True)
    return x
study.optimize(trial, n_trials=int(sys.argv[2]))
"""


def measure(rounds: int) -> Samples:
    """Seconds of each trial beyond its command and the start; of the busy sweep, its part of the ideal."""
    samples = Samples()
    with tempfile.TemporaryDirectory(prefix="joblens-bench-") as name:
        workplace = Workplace(Path(name).resolve())
        try:
            workplace.sweep(2, 1, "true")
            for number in range(rounds):
                print(f"sweeps, round {number + 1} of {rounds}", file=sys.stderr)
                _round(workplace, samples)
        finally:
            workplace.close()
    return samples


def _round(workplace: Workplace, samples: Samples) -> None:
    bare = workplace.bare()
    for count in COUNTS:
        for way, run in ((JOBLENS, workplace.empty), (OPTUNA, workplace.loop)):
            one, all_ = run(1), run(count)
            samples[f"{way}, {count} trials"].add((all_ - one) / (count - 1) - bare)
        samples[f"memory, {count} trials"].add(workplace.memory(count))
    took = workplace.sweep(MANY, AT_ONCE, f"sleep {SHORT}")
    samples[BUSY].add(MANY * SHORT / AT_ONCE / took)


def table(samples: Samples) -> str:
    """Scheduling, memory and throughput."""
    rows = []
    for count in COUNTS:
        for way in (JOBLENS, OPTUNA):
            series = samples[f"{way}, {count} trials"]
            rows.append(f"  {way:<16} {count:>5} trials {1000 * series.median:7.1f} ms a trial")
    rows += [
        f"  memory of the sweep's processes after {count:,} trials: "
        f"{samples[f'memory, {count} trials'].median / 1e6:.0f} MB"
        for count in COUNTS
    ]
    rows.append(
        f"  {MANY} trials of {SHORT} s, {AT_ONCE} at once: {100 * samples[BUSY].median:.0f} % of the ideal"
    )
    return "A sweep of empty trials, one at a time: what it adds to each\n" + "\n".join(rows)


class Workplace:
    """A folder for sweeps, with a tracking server of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._env = environment(JOBLENS_HOME=str(folder / "home"), JOBLENS_CACHE=str(folder / "cache"))
        self._env.pop("MLFLOW_TRACKING_URI", None)
        self._studies = 0
        self._run("ui", "--no-browser")

    def close(self) -> None:
        """End the server."""
        self._run("ui", "--stop")

    def bare(self) -> float:
        """Seconds of a trial's command alone."""
        started = perf_counter()
        for _ in range(20):
            subprocess.run(["/bin/bash", "-c", "true; true 0.5"], check=True)
        return (perf_counter() - started) / 20

    def empty(self, count: int) -> float:
        """Seconds of a sweep of `count` trials that do nothing, one after another."""
        return self.sweep(count, 1, "true")

    def memory(self, count: int) -> float:
        """Bytes that the processes of such a sweep have at most; one of its own, as looking costs time."""
        with _Watch(self._folder / ".joblens" / "runs") as watch:
            self.empty(count)
        return watch.most

    def loop(self, count: int) -> float:
        """Seconds of the same by Optuna's own loop."""
        self._studies += 1
        study = self._folder / f"study-{self._studies}.db"
        started = perf_counter()
        subprocess.run(
            [sys.executable, "-c", _LOOP, str(study), str(count)],
            env=self._env,
            check=True,
            capture_output=True,
        )
        return perf_counter() - started

    def sweep(self, count: int, at_once: int, command: str) -> float:
        """Seconds of a sweep, which must have all its results."""
        text = _SWEEP.format(command=command, total=count, at_once=at_once)
        (self._folder / "sweep.yml").write_text(text, encoding="utf-8")
        started = perf_counter()
        out = self._run("run", "sweep.yml", "--environment", "this-python", "--no-queue", "--json")
        took = perf_counter() - started
        name = json.loads(out.splitlines()[0])["name"]
        runs = (self._folder / ".joblens" / "runs").glob(f"{name}_*/run.json")
        statuses = [json.loads(file.read_text(encoding="utf-8"))["status"] for file in runs]
        if statuses != ["Completed"] * count:
            raise WrongRunError(f"the sweep of {count} trials has {len(statuses)} results: {set(statuses)}")
        return took

    def _run(self, *arguments: str) -> str:
        command: Sequence[str] = [sys.executable, "-m", "joblens", *arguments]
        done = subprocess.run(
            command, cwd=self._folder, env=self._env, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise WrongRunError(f"'{' '.join(arguments)}' failed:\n{done.stdout}{done.stderr}")
        return done.stdout


class _Watch:
    """The memory of a sweep's processes while it runs; what they share counts once."""

    def __init__(self, runs: Path) -> None:
        self._runs, self._before = runs, set(_names(runs))
        self.most = 0.0
        """The most bytes that were seen."""
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> _Watch:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._ended.wait(0.1):
            name = min(_names(self._runs) - self._before, key=len, default="")  # the trials' begin with it
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                known = json.loads((self._runs / name / "supervisor.json").read_text(encoding="utf-8"))
                owner = psutil.Process(known["pid"])
                found = [owner, *owner.children(recursive=True)]
                own = [each for each in found if each.name().startswith("python")]
                self.most = max(self.most, float(sum(map(_share, own))))


def _share(process: psutil.Process) -> int:
    """Bytes of a process, of those that it shares its part: forked processes share most of theirs."""
    known = process.memory_full_info()
    return int(getattr(known, "pss", known.uss))


def _names(runs: Path) -> set[str]:
    return {file.name for file in runs.iterdir()} if runs.is_dir() else set()
