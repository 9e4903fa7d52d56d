"""The tables say what was measured, and where an answer was wrong."""

from bench.checking import Checking
from bench.latency import MEASURES, MEMORY
from bench.samples import Samples, Series

from bench import checking, overhead, report


def test_the_ratio_is_how_many_times_longer_the_other_server_takes() -> None:
    ours, theirs = Samples(), Samples()
    for measure in MEASURES:
        ours[measure].add(0.002)
        theirs[measure].add(0.009)
    row = row_of(report.latency_tables({20: {"ours": ours, "theirs": theirs}}), "hover, text unchanged")
    assert row == ["hover,", "text", "unchanged", "2.0", "2.0", "9.0", "9.0", "4.5x"]


def test_a_measure_without_a_right_answer_has_no_ratio() -> None:
    ours, theirs = Samples(), Samples()
    for measure in MEASURES:
        ours[measure].add(0.002)
        theirs[measure].add(0.009, right=False)
    table = report.latency_tables({20: {"ours": ours, "theirs": theirs}})
    assert row_of(table, "hover, text unchanged") == [
        "hover,",
        "text",
        "unchanged",
        "2.0",
        "2.0",
        "no",
        "right",
        "answer",
        "0/1",
    ]


def test_some_wrong_answers_are_told() -> None:
    starts = Samples()
    starts["ours"] = Series(seconds=[0.1, 0.1], asked=3)
    starts["theirs"] = Series(seconds=[0.2], asked=1)
    assert "100.0 (2/3 right)" in report.starts_table(starts)


def test_overhead_is_what_a_run_takes_beyond_the_bare_command() -> None:
    samples = Samples()
    samples[overhead.BARE].add(0.010)
    samples[overhead.JOBLENS].add(0.110)
    samples[overhead.MLFLOW].add(2.010)
    table = report.overhead_table(samples)
    assert row_of(table, "joblens run") == ["joblens", "run", "110", "110", "100", "1.0x"]
    assert row_of(table, "mlflow run") == ["mlflow", "run", "2010", "2010", "2000", "20.0x"]


def test_memory_is_told_in_megabytes() -> None:
    ours, theirs = Samples(), Samples()
    ours[MEMORY].add(40e6)
    theirs[MEMORY].add(None)
    table = report.memory_table({200: {"ours": ours, "theirs": theirs}})
    assert row_of(table, "200 lines open") == ["200", "lines", "open", "40.0"]


def test_checking_is_told_per_file() -> None:
    whole, warm = Samples(), Samples()
    for samples in (whole, warm):
        samples[checking.JOBLENS].add(0.001)
        samples[checking.SDK].add(0.030)
    table = report.checking_table(Checking(7, whole, warm, 9, Series(seconds=[0.002])))
    assert row_of(table, "Checking 7 public job files")
    assert row_of(table, "once more")[-5:] == ["1.00", "1.00", "30.00", "30.00", "30.0x"]
    assert row_of(table, "all 9 YAML files")[-2:] == ["2.00", "2.00"]


def row_of(table: str, title: str) -> list[str]:
    return next(line for line in table.splitlines() if line.startswith(title)).split()
