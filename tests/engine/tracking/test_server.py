"""The server that all runs share, as it is started."""

import json
from collections.abc import Iterator
from importlib.util import find_spec
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psutil
import pytest

from joblens.engine import folders
from joblens.engine.tracking import server
from tests.conftest import missing

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
