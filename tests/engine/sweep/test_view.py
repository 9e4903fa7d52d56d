"""What a sweep shows of itself, on the page and in the terminal, in all its states."""

import csv
import json
import os
import re
import time
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path

import pytest

from joblens import cli
from joblens.engine import records, run, starting
from joblens.engine.folders import RunFolder
from joblens.engine.records import Record
from joblens.engine.run import RunOptions
from joblens.engine.sweep import page, trial
from joblens.engine.sweep.view import View, view
from joblens.errors import UserError
from tests.engine.jobs import write

SWEEP = """\
type: sweep
trial: {command: "true ${{search_space.rate}} ${{search_space.model}}", environment: azureml:any@latest}
compute: local
search_space:
  rate: {type: loguniform, min_value: -6, max_value: 0}
  model:
    type: choice
    values: [{name: forest, trees: {type: choice, values: [10, 100]}}, {name: net}]
objective: {goal: maximize, primary_metric: "test/acc & <more>"}
sampling_algorithm: random
limits: {max_total_trials: 20, timeout: 3600}
"""
METRIC = "test/acc & <more>"


def sweep(folder: Path, trials: Mapping[int, Mapping[str, object]], **more: object) -> Path:
    """A sweep's folder with its trials', as they would be."""
    file = write(folder, SWEEP)
    text, plan, _ = run.planned(file, None, RunOptions(environment="this-python", name="s"))
    starting.lay_out(plan, text)
    made = plan.run_folder
    records.write_supervisor(made, os.getpid())
    records.write(made, Record("s", **{"type": "sweep", "status": "Completed", "created": 1.0, **more}))  # type: ignore[arg-type]
    for number, facts in trials.items():
        place = trial.folder(made, number)
        place.path.mkdir()
        records.write_supervisor(place, os.getpid())
        ended = {"parent": "s", "status": "Completed", "created": time.time(), "duration": 1.5, **facts}
        records.write(place, Record(place.name, **ended))  # type: ignore[arg-type]
    return made.path


def point(rate: float, name: str = "net", **more: object) -> dict[str, object]:
    return {"rate": rate, "model": {"name": name, **more}}


@pytest.fixture
def some(tmp_path) -> Path:
    return sweep(
        tmp_path,
        {
            0: {"parameters": point(0.01), "metric": {METRIC: 0.5}},
            1: {"parameters": point(0.1, "forest", trees=10), "metric": {METRIC: 0.9}},
            2: {"parameters": point(0.5), "status": "Failed", "reason": "Exit code 1 <&>.", "exit_code": 1},
            10: {"parameters": point(0.2, "forest", trees=100), "status": "Running", "duration": None},
        },
    )


def svgs(text: str) -> list[ET.Element]:
    return [ET.fromstring(found) for found in re.findall(r"<svg.*?</svg>", text, re.DOTALL)]


def test_the_best_is_by_the_goal_and_trials_are_by_their_numbers(some):
    seen = view(some)
    assert [each.number for each in seen.trials] == [0, 1, 2, 10]
    assert seen.best is not None
    assert seen.best.number == 1
    assert seen.names == ["rate", "model.name", "model.trees"]
    assert seen.trials[1].values == {"rate": 0.1, "model.name": "forest", "model.trees": 10}
    assert [each.number for each in seen.ranked] == [1, 0]


def test_of_trials_that_are_as_good_the_first_is_the_best(tmp_path):
    trials = {number: {"parameters": point(0.1), "metric": {METRIC: 0.9}} for number in (10, 2)}
    assert [each.number for each in view(sweep(tmp_path, trials)).ranked] == [2, 10]


def test_a_page_needs_nothing_but_itself_and_runs_nothing(some):
    text = page.page(some)
    assert "<script" not in text
    assert not re.search(r'(?:src|href)="|url\(|@import', text)
    assert "test/acc &amp; &lt;more&gt;" in text
    assert "Exit code 1 &lt;&amp;&gt;." in text
    assert METRIC not in text
    history, lines = svgs(text)
    circles = history.findall("circle")
    assert len(circles) == 2
    assert [each.get("class") for each in circles] == ["top", "top"]
    assert [each.get("class") for each in lines.findall("polyline")] == ["trial", "trial chosen"]


def test_a_page_keeps_room_for_reasons_only_where_there_are_some(some, tmp_path):
    (tmp_path / "fine").mkdir()
    fine = sweep(tmp_path / "fine", {0: {"parameters": point(0.1), "metric": {METRIC: 0.5}}})
    assert '<td class="why">' in page.page(some)
    assert '<td class="why">' not in page.page(fine)


def test_better_is_higher_on_a_page_whatever_the_goal_and_the_best_so_far_never_falls(tmp_path):
    values = [0.3, 0.1, 0.6, 0.2]
    trials = {n: {"parameters": point(0.1), "metric": {METRIC: value}} for n, value in enumerate(values)}
    (history, *_) = svgs(page.page(sweep(tmp_path, trials)))
    heights = [float(each.get("cy", "")) for each in history.findall("circle")]
    assert sorted(range(4), key=lambda n: heights[n], reverse=True) == sorted(
        range(4), key=lambda n: values[n]
    )
    assert [each.get("class") for each in history.findall("circle")] == ["top", "dot", "top", "dot"]


def test_values_of_a_logarithmic_distribution_are_spread_by_their_exponents(tmp_path):
    rates = [0.0001, 0.01, 1.0]
    trials = {n: {"parameters": point(rate), "metric": {METRIC: float(n)}} for n, rate in enumerate(rates)}
    _, lines = svgs(page.page(sweep(tmp_path, trials)))
    first = [float(each.get("points", "").split()[0].split(",")[1]) for each in lines.findall("polyline")]
    assert first[1] == pytest.approx((first[0] + first[2]) / 2, abs=0.1)


@pytest.mark.parametrize(
    "trials",
    [
        {},
        {0: {"parameters": point(0.1)}},
        {0: {"parameters": point(0.1), "metric": {METRIC: 1.0}}},
        {n: {"parameters": point(0.1), "metric": {METRIC: 1.0}} for n in range(3)},
        {n: {"parameters": point(0.1), "metric": {METRIC: float("inf") if n else 1.0}} for n in range(3)},
        {n: {"parameters": point(n + 0.5), "metric": {METRIC: n / 7}} for n in range(300)},
    ],
    ids=["none", "no metric", "one", "all alike", "infinite", "many"],
)
def test_every_sweep_has_a_page(tmp_path, trials):
    text = page.page(sweep(tmp_path, trials))
    for drawn in svgs(text):
        for each in drawn.iter():
            assert not any("nan" in value or "inf" in value for value in each.attrib.values())
    assert text.count("<tr") == len(trials) + 1


def test_an_editor_lets_in_the_style_alone(some):
    text = page.page(some, nonce="abc")
    assert '<style nonce="abc">' in text
    assert " style=" not in text


def test_a_browser_loads_the_page_of_a_running_sweep_anew(tmp_path):
    going = sweep(tmp_path, {}, status="Running", created=time.time())
    assert 'http-equiv="refresh"' in page.page(going)
    assert 'http-equiv="refresh"' not in page.page(going, nonce="abc")
    records.write(RunFolder(going), Record("s", type="sweep", status="Completed"))
    assert 'http-equiv="refresh"' not in page.page(going)


def test_the_terminal_shows_a_row_for_each_trial(some, monkeypatch, capsys):
    monkeypatch.chdir(some.parents[2])
    monkeypatch.setenv("COLUMNS", "160")
    assert cli.main(["sweep", "show", "s", "--sort", "metric"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "s: Completed, 3 of 20 trials have ended, 1 running, 1 failed"
    rows = [line.split() for line in lines if re.match(r"\d+ ", line)]
    assert [row[0] for row in rows] == ["1", "0", "2", "10"]
    assert rows[0][-1] == "best"
    assert f"Best: s_1 with {METRIC} = 0.9" in lines


def test_only_a_sweep_that_has_completed_says_that_its_best_is_the_last(tmp_path):
    ended = sweep(tmp_path, {0: {"parameters": point(0.1), "metric": {METRIC: 0.5}}})
    assert "Best: trial 0" in page.page(ended)
    records.write(RunFolder(ended), Record("s", type="sweep", status="Canceled"))
    assert "Best so far: trial 0" in page.page(ended)


def test_a_trial_that_is_made_ready_is_not_called_running(tmp_path):
    statuses = ["Running", "Finalizing", "Preparing", "Queued", "NotStarted"]
    trials = {n: {"parameters": point(0.1), "status": status} for n, status in enumerate(statuses)}
    going = sweep(tmp_path, trials, status="Running", created=time.time())
    assert "0 of 20 trials have ended, 2 running" in page.page(going)


def test_the_terminal_shows_brackets_of_values_and_reasons_as_they_are(tmp_path, monkeypatch, capsys):
    failed = {"parameters": point(0.1, "[relu]"), "status": "Failed", "reason": "No [/x] in [bold]."}
    monkeypatch.chdir(sweep(tmp_path, {0: failed}).parents[2])
    monkeypatch.setenv("COLUMNS", "160")
    assert cli.main(["sweep", "show", "s"]) == 0
    shown = capsys.readouterr().out
    assert "[relu]" in shown
    assert "No [/x] in [bold]." in shown


def test_a_script_gets_rows_as_data_and_as_a_table(some, monkeypatch, capsys, tmp_path):
    monkeypatch.chdir(some.parents[2])
    assert cli.main(["sweep", "show", "--name", "s", "--json"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["best"] for row in rows] == [False, True, False, False]
    assert rows[1]["parameter.model.trees"] == 10
    assert rows[2]["exit_code"] == 1
    assert cli.main(["sweep", "export", "s", "--csv", "s.csv", "--html", "s.html"]) == 0
    assert capsys.readouterr().out.split() == ["s.csv", "s.html"]
    with Path("s.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["name"] for row in table] == ["s_0", "s_1", "s_2", "s_10"]
    assert table[1][f"metric.{METRIC}"] == "0.9"
    assert Path("s.html").read_text(encoding="utf-8") == page.page(some)
    assert cli.main(["sweep", "export", "s", "--csv", "-"]) == 0
    assert list(csv.DictReader(capsys.readouterr().out.splitlines())) == table


def test_what_is_no_sweep_is_told(some, monkeypatch, capsys):
    monkeypatch.chdir(some.parents[2])
    with pytest.raises(UserError, match="s_1 is no sweep") as caught:
        view(some.with_name("s_1"))
    assert "joblens sweep show s" in caught.value.hint
    assert cli.main(["sweep", "export", "s", "--csv", "no/such/folder.csv"]) == 1
    assert "cannot be written" in capsys.readouterr().err


def test_what_the_result_depends_on_is_told_once_enough_trials_have_ended(tmp_path, need):
    from importlib.util import find_spec

    need(find_spec("sklearn") and find_spec("optuna"), "optuna or scikit-learn is not installed")
    trials = {
        n: {"parameters": point(0.1 + n / 20, "net" if n % 2 else "forest"), "metric": {METRIC: n / 20}}
        for n in range(20)
    }
    seen: View = view(sweep(tmp_path, trials))
    assert next(iter(seen.importances())) == "rate"
    assert len(svgs(page.of(seen))) == 3


def test_a_script_gets_the_part_and_the_form_that_it_wants(some, monkeypatch, capsys):
    monkeypatch.chdir(some.parents[2])
    assert cli.main(["sweep", "show", "s", "-o", "tsv", "--query", "[?best].name"]) == 0
    assert capsys.readouterr().out == "s_1\n"
    assert cli.main(["sweep", "show", "s", "--no-wait", "-o", "table"]) == 0
    heading = capsys.readouterr().out.splitlines()[0].split()
    assert (heading[:2], heading[-1]) == (["Number", "Status"], "Best")
    assert "model.trees" in heading
