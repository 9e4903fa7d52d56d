"""The primary metric is read while it is logged, from our own server's database and from any server."""

import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil
import pytest

from joblens.engine.distribution import layout
from joblens.engine.sweep import metrics
from joblens.engine.sweep.metrics import Reports
from joblens.engine.tracking import direct, server
from joblens.engine.tracking.asked_reports import AskedReports
from joblens.engine.tracking.client import Client
from joblens.engine.tracking.stored_reports import StoredReports

pytestmark = pytest.mark.slow

METRIC = "val/f1-score macro"
NAMES = ["loss", "val-loss", "val loss", "val/loss", "a.b_c: d", METRIC, "x" * 250]


@pytest.fixture(scope="module")
def uri() -> str:
    return server.ensure()


@pytest.fixture
def impatient(monkeypatch):
    """Nobody waits for a silent server longer than a second."""
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_TIMEOUT", "1")


class Runs:
    """Runs of an experiment, logged to by MLflow's own client."""

    def __init__(self, uri: str) -> None:
        from mlflow import MlflowClient

        self.client = MlflowClient(uri)
        self.uri = uri
        self.experiment = Client(uri).experiment("reports")

    def begin(self) -> str:
        return str(self.client.create_run(self.experiment).info.run_id)

    def log(self, run_id: str, *values: float, key: str = METRIC, step: int = 0) -> None:
        """Reports one after another, as a training loop makes them."""
        self.at = getattr(self, "at", 0)
        for value in values:
            self.at += 1
            self.client.log_metric(run_id, key, value, timestamp=self.at, step=step)


@pytest.fixture(scope="module")
def runs(uri: str) -> Runs:
    if find_spec("mlflow") is None:
        pytest.skip("mlflow is not installed")
    return Runs(uri)


@pytest.fixture(params=["stored", "asked"])
def reader(request, runs) -> Callable[..., Reports]:
    """Makes a reader of either kind."""

    def make(metric: str = METRIC) -> Reports:
        if request.param == "asked":
            return AskedReports(runs.uri, runs.experiment, metric)
        store = server.store_of(runs.uri)
        assert store is not None
        return StoredReports(store, metric)

    return make


def read(reports: Reports, known: Mapping[str, int]) -> list[tuple[int, float]]:
    """All that is new, however busy the server is."""
    found = reports.new(known)
    while reports.behind:
        found += reports.new(known)
    return found


def shown(found: list[tuple[int, float]]) -> list[tuple[int, str]]:
    """With values as text: nan is not equal to itself."""
    return [(trial, repr(value)) for trial, value in found]


def test_reports_are_read_once_and_in_the_order_in_which_they_came(runs, reader):
    first, second = runs.begin(), runs.begin()
    known, reports = {first: 7, second: 9}, reader()
    assert read(reports, known) == []
    runs.log(first, 0.5)
    runs.log(second, 0.25, 0.75)
    runs.log(first, 0.125)
    assert read(reports, known) == [(7, 0.5), (9, 0.25), (9, 0.75), (7, 0.125)]
    assert read(reports, known) == []
    runs.log(second, 1)
    assert read(reports, known) == [(9, 1.0)]


@pytest.mark.parametrize("name", NAMES)
def test_a_metric_may_have_any_name_that_mlflow_takes(runs, reader, name):
    run = runs.begin()
    for other in NAMES:
        runs.log(run, 0.1 if other != name else 0.9, key=other)
    reports = reader(name)
    assert read(reports, {run: 3}) == [(3, 0.9)]
    assert sorted(reports.names(run)) == sorted(NAMES)


def test_values_of_one_step_are_reports_each(runs, reader):
    run, reports = runs.begin(), reader()
    runs.log(run, 3, 2, 2, 1, step=4)
    assert read(reports, {run: 0}) == [(0, 3.0), (0, 2.0), (0, 2.0), (0, 1.0)]


def test_what_is_no_number_or_infinite_is_read_as_it_was_logged(runs, reader):
    run, reports = runs.begin(), reader()
    runs.log(run, math.nan, math.inf, -math.inf, 0, 1e-300)
    expected = ["nan", "inf", "-inf", "0.0", "1e-300"]
    assert shown(read(reports, {run: 0})) == [(0, value) for value in expected]
    runs.log(run, math.nan)
    assert shown(read(reports, {run: 0})) == [(0, "nan")]
    assert read(reports, {run: 0}) == []


def test_a_run_that_is_named_later_brings_all_its_reports(runs, reader):
    first, second, reports = runs.begin(), runs.begin(), reader()
    runs.log(first, 1)
    runs.log(second, 2, 3)
    assert read(reports, {first: 1}) == [(1, 1.0)]
    runs.log(second, 4)
    runs.log(first, 5)
    assert read(reports, {first: 1, second: 2}) == [(2, 2.0), (2, 3.0), (2, 4.0), (1, 5.0)]


def test_reports_of_other_runs_are_not_read(runs, reader):
    ours, other, reports = runs.begin(), runs.begin(), reader()
    runs.log(other, 1)
    runs.log(ours, 2)
    assert read(reports, {ours: 0}) == [(0, 2.0)]
    runs.log(other, 3)
    assert read(reports, {ours: 0}) == []


def test_the_steps_of_a_second_fold_begin_again_and_nothing_is_missed(runs, reader):
    run, reports = runs.begin(), reader()
    runs.log(run, 0.1, step=9)
    assert read(reports, {run: 0}) == [(0, 0.1)]
    runs.log(run, 0.2, step=1)  # MLflow's newest is still that of step 9
    seen = read(reports, {run: 0})
    runs.client.set_terminated(run)
    assert seen + read(reports, {run: 0}) == [(0, 0.2)]


def test_what_is_logged_after_the_end_of_a_run_counts(runs, reader):
    run, reports = runs.begin(), reader()
    runs.client.set_terminated(run)
    assert read(reports, {run: 0}) == []
    runs.log(run, 0.5)
    assert read(reports, {run: 0}) == [(0, 0.5)]


def test_a_deleted_run_does_not_keep_others_from_being_read(runs, reader):
    first, second, reports = runs.begin(), runs.begin(), reader()
    runs.log(first, 1)
    assert read(reports, {first: 1, second: 2}) == [(1, 1.0)]
    runs.client.delete_run(first)
    runs.log(second, 2)
    assert read(reports, {first: 1, second: 2}) == [(2, 2.0)]


def test_a_thousand_reports_of_one_request_are_read(runs, reader):
    from mlflow.entities import Metric

    run, reports = runs.begin(), reader()
    values = [float(value) for value in range(1000)]
    listed = [Metric(METRIC, value, 1000 + step, step) for step, value in enumerate(values)]
    runs.client.log_batch(run, metrics=listed)
    assert [value for _, value in read(reports, {run: 0})] == values


def test_our_own_database_is_read_and_any_other_server_asked(runs, monkeypatch):
    tracking = {"uri": runs.uri, "experiment_id": runs.experiment}
    assert isinstance(metrics.reports(tracking, METRIC), StoredReports)
    elsewhere = {**tracking, "uri": runs.uri.replace("127.0.0.1", "localhost")}
    assert isinstance(metrics.reports(elsewhere, METRIC), AskedReports)
    monkeypatch.setattr(direct, "SHAPES", frozenset())  # MLflow's schema has moved on
    run = runs.begin()
    runs.log(run, 4)
    asked = metrics.reports(tracking, METRIC)
    assert isinstance(asked, AskedReports)
    assert read(asked, {run: 1}) == [(1, 4.0)]


def test_a_service_that_cannot_look_for_several_runs_is_asked_for_each(runs, monkeypatch):
    run, gone, reports = runs.begin(), "0" * 32, AskedReports(runs.uri, "no such experiment", METRIC)
    runs.log(run, 4)
    assert read(reports, {gone: 0, run: 1}) == [(1, 4.0)]
    runs.log(run, 5)
    assert read(reports, {gone: 0, run: 1}) == [(1, 5.0)]


@pytest.fixture
def silent(uri) -> Iterator[Callable[[], None]]:
    """The server does not answer, until it is called."""
    known = server._known()
    assert known is not None
    top = psutil.Process(known.process.pid)
    stopped = [top, *top.children(recursive=True)]

    def again() -> None:
        for each in stopped:
            each.resume()

    for each in stopped:
        each.suspend()
    yield again
    again()


def test_nothing_is_lost_while_a_server_does_not_answer(runs, impatient, request):
    run, reports = runs.begin(), AskedReports(runs.uri, runs.experiment, METRIC)
    runs.log(run, 1)
    assert read(reports, {run: 0}) == [(0, 1.0)]
    runs.log(run, 2, 3)
    again = request.getfixturevalue("silent")
    assert (reports.new({run: 0}), reports.behind) == ([], True)
    assert list(reports.names(run)) == []
    again()
    assert read(reports, {run: 0}) == [(0, 2.0), (0, 3.0)]


def test_where_there_is_no_server_that_is_told_and_nobody_waits():
    (port,) = layout.free_ports(1)
    reports = AskedReports(f"http://127.0.0.1:{port}", "0", METRIC)
    assert (reports.new({"0" * 32: 0}), reports.behind) == ([], True)


@pytest.fixture
def copy(runs, tmp_path) -> Path:
    """A database like the server's, which nobody else has open."""
    store = server.store_of(runs.uri)
    assert store is not None
    with closing(sqlite3.connect(store)) as source, closing(sqlite3.connect(tmp_path / "copy.db")) as target:
        source.backup(target)
        target.execute("pragma journal_mode = delete")
        target.execute("delete from metrics")
        target.commit()
    return tmp_path / "copy.db"


def log(store: Path, run_id: str, *values: float) -> None:
    """Reports, written as MLflow writes them."""
    with closing(sqlite3.connect(store)) as database:
        for at, value in enumerate(values):
            row: tuple[Any, ...] = (METRIC, value, at, run_id)
            database.execute("insert into metrics values (?, ?, ?, ?, 0, 0)", row)
        database.commit()


def test_nothing_is_lost_while_the_database_is_locked(copy):
    reports = StoredReports(copy, METRIC)
    log(copy, "a", 1)
    assert reports.new({"a": 0}) == [(0, 1.0)]
    log(copy, "a", 2, 3)
    with closing(sqlite3.connect(copy, isolation_level=None)) as holder:
        holder.execute("begin exclusive")
        assert (reports.new({"a": 0}), reports.behind) == ([], True)
        assert list(reports.names("a")) == []
    assert (reports.new({"a": 0}), reports.behind) == ([(0, 2.0), (0, 3.0)], False)


def test_nothing_is_lost_or_read_twice_when_other_rows_are_removed_for_good(copy):
    reports = StoredReports(copy, METRIC)
    log(copy, "a", 1)
    log(copy, "b", 1, 2, 3)
    assert reports.new({"a": 0}) == [(0, 1.0)]
    with closing(sqlite3.connect(copy)) as database:
        database.execute("delete from metrics where run_uuid = 'b'")
        database.commit()
    log(copy, "a", 2)  # in a row whose number was seen already
    assert reports.new({"a": 0}) == [(0, 2.0)]
    assert reports.new({"a": 0}) == []


def test_another_database_of_that_name_is_noticed(copy):
    reports = StoredReports(copy, METRIC)
    log(copy, "a", 1)
    assert reports.new({"a": 0}) == [(0, 1.0)]
    other = copy.with_name("other.db")
    other.write_bytes(copy.read_bytes())
    log(other, "b", 5, 6)
    log(other, "a", 2)
    other.replace(copy)
    assert reports.new({"a": 0, "b": 1}) == [(1, 5.0), (1, 6.0), (0, 2.0)]


def test_a_database_that_is_gone_is_no_reason_to_fail(copy):
    reports = StoredReports(copy, METRIC)
    copy.unlink()
    assert (reports.new({"a": 0}), reports.behind) == ([], True)
    assert not copy.exists()


@pytest.mark.parametrize(
    ("goal", "curve", "value"),
    [
        ("maximize", [0.5, 0.9, 0.7], 0.9),
        ("Maximize", [0.5, 0.9, 0.7], 0.9),
        ("minimize", [0.5, 0.9, 0.7], 0.5),
        ("minimize", [math.nan, 0.9], 0.9),
        ("maximize", [0.9, math.nan], 0.9),
        ("maximize", [-math.inf], -math.inf),
    ],
)
def test_the_best_report_decides(goal, curve, value):
    assert metrics.decisive(curve, goal) == value


def test_a_trial_without_a_number_is_decided_by_none():
    assert math.isnan(metrics.decisive([math.nan], "minimize"))


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["val_acurracy", "loss"], "but 'loss', 'val_acurracy'. Did you mean 'val_acurracy'?"),
        (["Val_Accuracy"], "but 'Val_Accuracy'. Did you mean 'Val_Accuracy'?"),
        (["q"], "but 'q'."),
        ([f"m{n}" for n in range(12)], "'m5' and 4 more."),
        (["system/cpu_utilization_percentage"], "logged no metric"),
        ([], "logged no metric"),
        (["val_accuracy"], "reported 'val_accuracy', but never a number"),
    ],
)
def test_a_metric_that_never_came_is_told_with_the_names_that_did(names, said):
    line = metrics.unreported("val_accuracy", names)
    assert said in line
    assert "\n" not in line
