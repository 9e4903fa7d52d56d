"""The server that all runs share, as it is started."""

import dataclasses
import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest

from joblens.engine import folders
from joblens.engine.tracking import pages, server
from joblens.errors import UserError
from tests.conftest import missing
from tests.engine.jobs import finished, job, write

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server of this module's own."""
    if find_spec("mlflow") is None:
        missing("mlflow is not installed")
    with pytest.MonkeyPatch.context() as changes:
        changes.setenv("JOBLENS_HOME", str(tmp_path_factory.mktemp("home")))
        yield server.ensure()
        server.stop()


def answer(address: str, host: str) -> int:
    """The status of an answer to somebody who calls the server `host`."""
    try:
        with urlopen(Request(address, headers={"Host": host}), timeout=60) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code


def test_it_is_one_process(address: str) -> None:
    state = json.loads((folders.home() / "tracking" / "server.json").read_text(encoding="utf-8"))
    assert psutil.Process(state["pid"]).children() == []


@pytest.mark.parametrize("path", ["/", "/api/2.0/mlflow/experiments/search?max_results=1"])
def test_containers_and_this_machine_may_ask_it_and_no_strange_page_may(address: str, path: str) -> None:
    for host in ("localhost:1", "host.docker.internal:1", "10.1.2.3"):
        assert answer(address + path, host) == 200, host
    assert answer(address + path, "pages.example") == 403


def test_the_page_of_a_run_is_there_though_the_server_was_stopped(address: str, tmp_path: Path) -> None:
    run = finished(write(tmp_path, job("echo said"))).record
    assert pages.page(run) == run.tracking_url
    server.stop()
    told: list[str] = []
    page = pages.page(run, told.append)
    assert page.endswith(f"/runs/{run.tracking['run_id']}")
    assert [line.split(" (")[0] for line in told] == ["Starting the MLflow server"]
    assert server.answers(page.partition("/#")[0])


def test_a_run_that_is_not_recorded_has_no_page(address: str, tmp_path: Path) -> None:
    run = finished(write(tmp_path, job("echo said"))).record
    with pytest.raises(UserError, match="has no page: it is not recorded in MLflow"):
        pages.page(dataclasses.replace(run, tracking={}))


def test_the_page_in_a_server_of_the_users_own_is_where_that_is(address: str, tmp_path: Path) -> None:
    run = finished(write(tmp_path, job("echo said"))).record
    theirs = dataclasses.replace(run, tracking={**run.tracking, "uri": "https://mlflow.example"})
    assert pages.page(theirs).startswith("https://mlflow.example/#/experiments/")


@pytest.mark.parametrize("state", ["", "[1, 2]", "null", '{"pid": 1}'])
def test_a_state_that_is_damaged_is_that_of_no_server(
    state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JOBLENS_HOME", str(tmp_path))
    (tmp_path / "tracking").mkdir()
    (tmp_path / "tracking" / "server.json").write_text(state, encoding="utf-8")
    assert not server.stop()
