"""The benchmark asks real servers and real runs, and takes their answers only when they are right."""

from collections.abc import Callable
from importlib.util import find_spec

import pytest
from bench.latency import MEASURES, MEMORY, measure, measure_starts
from bench.servers import joblens

from bench import checking, overhead
from tests.examples.programs import has_engine
from tests.shared_data import EXAMPLES

pytestmark = pytest.mark.slow


def test_joblens_gives_the_expected_answer_to_every_question() -> None:
    samples = measure([joblens()], sizes=[20], rounds=1, repeats=1)[20]["Joblens"]
    assert set(samples) == {*MEASURES, MEMORY}
    assert {name: (len(series.seconds), series.asked) for name, series in samples.items()} == {
        name: (2, 2) if name in ("keystroke", "type_and_hover") else (1, 1) for name in samples
    }


def test_a_start_ends_with_an_initialized_server() -> None:
    starts = measure_starts([joblens()], times=1)["Joblens"]
    assert len(starts.seconds) == len(starts.cpu) == 1


def test_files_are_checked_and_loaded(need: Callable[[object, str], None]) -> None:
    need(EXAMPLES.is_dir(), "the public job files are not here")
    need(find_spec("azure.ai.ml"), "azure-ai-ml is not installed")
    found = checking.measure(rounds=1)
    assert found.all_files > found.files > 100
    assert {name: len(series.seconds) for name, series in found.whole.items()} == {
        checking.JOBLENS: 1,
        checking.SDK: 1,
    }
    assert all(len(series.seconds) == checking.PASSES - 1 for series in found.warm.values())


def test_a_run_is_measured_each_way_and_recorded(need: Callable[[object, str], None]) -> None:
    need(has_engine(), "mlflow is not installed")
    samples = overhead.measure(rounds=1)
    assert {way: len(series.seconds) for way, series in samples.items()} == {
        overhead.BARE: 1,
        overhead.JOBLENS: 1,
        overhead.MLFLOW: 1,
    }
