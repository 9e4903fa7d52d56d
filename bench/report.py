"""What was measured as tables to read, and as data to keep."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bench import checking, overhead
from bench.checking import Checking
from bench.latency import MEASURES, MEMORY, Results
from bench.samples import Samples, Series


def machine() -> str:
    """On what all this was measured: times of two machines cannot be compared."""
    return (
        f"{_processor()}, {os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def starts_table(starts: Samples) -> str:
    """How long each server takes to be there."""
    row = _row("start to initialize response", list(starts.values()))
    return f"Start, milliseconds\n{_table([_head(starts), row])}"


def latency_tables(results: Results) -> str:
    """A table per size of document: a measure per row, a server per group of columns."""
    return "\n\n".join(_latency_table(size, servers) for size, servers in results.items())


def _latency_table(size: int, servers: Mapping[str, Samples]) -> str:
    rows = [
        _row(title, [samples[measure] for samples in servers.values()]) for measure, title in MEASURES.items()
    ]
    return f"{size} lines, milliseconds\n{_table([_head(servers), *rows])}"


def _head(names: Iterable[str]) -> list[str]:
    return ["", *(column for name in names for column in (name, "p95", "CPU")), "ratio"]


def _row(title: str, series: Sequence[Series]) -> list[str]:
    """A measure of each server; the ratio is the last one's median by the first one's."""
    return [title, *(cell for one in series for cell in _series_cells(one)), _ratio(series)]


def _series_cells(series: Series) -> list[str]:
    cpu = f"{1000 * sum(series.cpu) / len(series.cpu):.1f}" if series.cpu else ""
    if not series.seconds:
        return ["no right answer", f"0/{series.asked}", cpu]
    right = len(series.seconds)
    wrong = f" ({right}/{series.asked} right)" if right < series.asked else ""
    return [f"{1000 * series.median:.1f}{wrong}", f"{1000 * series.p95:.1f}", cpu]


def _ratio(series: Sequence[Series]) -> str:
    ours, others = series[0], series[-1]
    return f"{others.median / ours.median:.1f}x" if ours.seconds and others.seconds else ""


def memory_table(results: Results) -> str:
    """What each server holds in memory with a document open."""
    rows = [["", *next(iter(results.values())), "ratio"]]
    for size, servers in results.items():
        series = [samples[MEMORY] for samples in servers.values()]
        cells = [f"{one.median / 1e6:.1f}" if one.seconds else "" for one in series]
        rows.append([f"{size} lines open", *cells, _ratio(series)])
    return f"Memory, megabytes resident\n{_table(rows)}"


def checking_table(found: Checking) -> str:
    """What it takes to check the public files."""
    ways = (checking.JOBLENS, checking.SDK)
    rows = [["", *(column for way in ways for column in (way, "p95")), "ratio"]]
    for title, samples in (("all in one process", found.whole), ("once more in that process", found.warm)):
        series = [samples[way] for way in ways]
        cells = [f"{1000 * one:.2f}" for each in series for one in (each.median, each.p95)]
        rows.append([title, *cells, _ratio(series)])
    whole = found.folder
    rows.append(
        [
            f"all {found.all_files} YAML files",
            *(f"{1000 * one:.2f}" for one in (whole.median, whole.p95)),
            "",
            "",
            "",
        ]
    )
    return f"Checking {found.files} public job files, milliseconds per file\n{_table(rows)}"


def overhead_table(samples: Samples) -> str:
    """The three ways of running hello-world, and what two of them add to the bare command."""
    bare = samples[overhead.BARE].median
    added = {way: series.median - bare for way, series in samples.items()}
    ours = added[overhead.JOBLENS]
    rows = [["", "median", "p95", "overhead", "ratio"]]
    for way, series in samples.items():
        is_bare = way == overhead.BARE
        rows.append(
            [
                way,
                f"{1000 * series.median:.0f}",
                f"{1000 * series.p95:.0f}",
                "" if is_bare else f"{1000 * added[way]:.0f}",
                "" if is_bare else f"{added[way] / ours:.1f}x",
            ]
        )
    return f"examples/hello-world, warm, milliseconds\n{_table(rows)}"


def medians_table(title: str, samples: Samples) -> str:
    """A line for each way: its median and its 95th percentile in milliseconds, and how the first compares."""
    first = next(iter(samples.values())).median
    rows = [[title, "median", "p95", "ratio"]]
    for way, series in samples.items():
        cells = (f"{1000 * series.median:.1f}", f"{1000 * series.p95:.1f}", f"{series.median / first:.2f}x")
        rows.append([way, *cells])
    return _table(rows)


def snapshots_table(samples: Samples) -> str:
    """A line for each way of keeping a large folder: its median, its fastest and its slowest time."""
    rows = [["keeping 100,000 files", "median", "fastest", "slowest"]]
    for way, series in samples.items():
        rows.append(
            [way, *(f"{value:.2f} s" for value in (series.median, min(series.seconds), max(series.seconds)))]
        )
    return _table(rows)


def data(samples: Samples) -> dict[str, object]:
    """Samples for a program to read: all in seconds."""
    return {
        measure: {
            "median": series.median if series.seconds else None,
            "p95": series.p95 if series.seconds else None,
            "right": len(series.seconds),
            "asked": series.asked,
            "seconds": series.seconds,
            "cpu": series.cpu,
        }
        for measure, series in samples.items()
        if measure != MEMORY
    }


def memory_data(results: Results) -> dict[str, object]:
    """The same in bytes, by lines of the document and server."""
    return {
        str(size): {name: samples[MEMORY].seconds for name, samples in servers.items()}
        for size, servers in results.items()
    }


def _table(rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; numbers to the right, as they are compared from the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
