"""The benchmark asks real servers and real runs, and takes their answers only when they are right."""

from collections.abc import Callable

import pytest
from bench.latency import MEASURES, measure, measure_starts
from bench.servers import joblens

from bench import overhead
from tests.examples.programs import has_engine

pytestmark = pytest.mark.slow


def test_joblens_gives_the_expected_answer_to_every_question() -> None:
    samples = measure([joblens()], sizes=[20], rounds=1, repeats=1)[20]["Joblens"]
    assert set(samples) == set(MEASURES)
    assert {name: (len(series.seconds), series.asked) for name, series in samples.items()} == {
        name: (2, 2) if name == "keystroke" else (1, 1) for name in MEASURES
    }


def test_a_start_ends_with_an_initialized_server() -> None:
    starts = measure_starts([joblens()], times=1)["Joblens"]
    assert len(starts.seconds) == len(starts.cpu) == 1


def test_a_run_is_measured_each_way_and_recorded(need: Callable[[object, str], None]) -> None:
    need(has_engine(), "mlflow is not installed")
    samples = overhead.measure(rounds=1)
    assert {way: len(series.seconds) for way, series in samples.items()} == {
        overhead.BARE: 1,
        overhead.JOBLENS: 1,
        overhead.MLFLOW: 1,
    }
