"""`npm run bench`: measures, prints tables, and writes every number to a file when asked."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from bench import (
    checking,
    containers,
    environments,
    latency,
    names,
    overhead,
    past_runs,
    report,
    snapshots,
    sweeps,
)
from bench.checking import NoFilesError
from bench.client import NoAnswerError
from bench.containers import NoEngineError
from bench.overhead import WrongRunError
from bench.servers import SetupError, joblens, node_version, yaml_language_server


def main() -> int:
    """Measure, and print."""
    options = parser().parse_args()
    try:
        measured = _measure(options)
    except (SetupError, NoAnswerError, NoFilesError, WrongRunError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    if options.json:
        options.json.write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    return 0


def parser() -> argparse.ArgumentParser:
    """What can be asked for."""
    made = argparse.ArgumentParser(prog="npm run bench --", description=__doc__)
    made.add_argument(
        "what",
        nargs="?",
        choices=("lsp", "names", "check", "run", "sweep", "code", "all"),
        default="all",
        help="lsp: how long an editor waits; names: for those of a workspace;"
        " check: what `joblens check` takes; run: what a run adds to its"
        " command; sweep: what a sweep adds to its trials; code: keeping a large code folder;"
        " all (default): each",
    )
    made.add_argument(
        "--sizes",
        type=_sizes,
        default=[20, 200, 2000, 20000],
        help="lines of the documents, 20 or more, with commas between (default: 20,200,2000,20000)",
    )
    made.add_argument(
        "--rounds", type=_positive, default=3, help="how often each server is started anew (default: 3)"
    )
    made.add_argument(
        "--repeats",
        type=_positive,
        default=10,
        help="how often a round takes each measure (default: 10)",
    )
    made.add_argument("--json", type=Path, metavar="FILE", help="write every single time to this file")
    return made


def _measure(options: argparse.Namespace) -> dict[str, object]:
    print(f"Machine: {report.machine()}\n", flush=True)
    versions: dict[str, str] = {}
    measured: dict[str, object] = {"machine": report.machine(), "versions": versions}
    if options.what in ("lsp", "all"):
        contestants = [joblens(), yaml_language_server()]
        versions |= {one.name: one.version for one in contestants} | {"Node": node_version()}
        starts = latency.measure_starts(contestants, options.rounds * 5)
        results = latency.measure(contestants, options.sizes, options.rounds, options.repeats)
        print(", ".join(f"{name} {version}" for name, version in versions.items()))
        print(report.starts_table(starts) + "\n")
        print(report.latency_tables(results) + "\n")
        print(report.memory_table(results) + "\n", flush=True)
        measured["start"] = report.data(starts)
        measured["lsp"] = {
            str(size): {name: report.data(samples) for name, samples in servers.items()}
            for size, servers in results.items()
        }
        measured["memory"] = report.memory_data(results)
    if options.what in ("names", "all"):
        told = names.measure(options.rounds)
        print(names.table(told) + "\n", flush=True)
        measured["names"] = report.data(told)
    if options.what in ("check", "all"):
        found = checking.measure(options.rounds)
        print(report.checking_table(found) + "\n", flush=True)
        measured["check"] = {
            "folder": found.folder.seconds,
            "whole": report.data(found.whole),
            "warm": report.data(found.warm),
        }
    if options.what in ("run", "all"):
        runs = overhead.measure(options.rounds * 3)
        print(report.overhead_table(runs), flush=True)
        measured["run"] = report.data(runs)
        measured["containers"] = _containers(options.rounds * 3)
        past = past_runs.measure(options.rounds * 3)
        print("\n" + report.medians_table("hello-world after", past), flush=True)
        measured["past runs"] = report.data(past)
        built = environments.measure(options.rounds * 3)
        print("\n" + report.medians_table("environment", built), flush=True)
        measured["environments"] = report.data(built)
    if options.what in ("sweep", "all"):
        swept = sweeps.measure(options.rounds)
        print(sweeps.table(swept) + "\n", flush=True)
        measured["sweep"] = report.data(swept)
    if options.what in ("code", "all"):
        kept = snapshots.measure(options.rounds)
        print(report.snapshots_table(kept), flush=True)
        measured["code"] = report.data(kept)
    return measured


def _containers(rounds: int) -> dict[str, object]:
    try:
        found = containers.measure(rounds)
    except NoEngineError as error:
        print(f"\n{error}", flush=True)
        return {}
    print("\n" + containers.table(found), flush=True)
    return report.data(found)


def _sizes(text: str) -> list[int]:
    sizes = [int(part) for part in text.split(",")]
    if min(sizes) < 20:
        raise argparse.ArgumentTypeError("a document has 20 lines or more")
    return sizes


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


if __name__ == "__main__":
    sys.exit(main())
