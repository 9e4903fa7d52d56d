"""Names of a workspace, over HTTPS from the stand-in: what is told, and what a bad day does to it."""

import json
import threading
from pathlib import Path

import pytest

from joblens.azure import kept_names
from joblens.azure.listings import Listings, subscriptions, workspaces
from joblens.azure.resource_manager import RefusedError, ResourceManager, ThrottledError, UnreachableError
from joblens.azure.sign_in import EditorAccount, MachineAccount, SignedOutError
from joblens.azure.workspace import Workspace
from joblens.azure.workspace_names import FRESH, State, WorkspaceNames
from joblens.job.known_names import Asset, KnownName
from tests.azure.control_plane import ControlPlane
from tests.azure.test_worker import soon

PATIENCE = 120.0


class Watched:
    """A workspace's names, and what they have told."""

    def __init__(
        self, plane: ControlPlane, workspace: Workspace, folder: Path, account: object = None
    ) -> None:
        self.states: list[State] = []
        self.changes = threading.Semaphore(0)
        manager = ResourceManager(account or EditorAccount(lambda scope: plane.tokens.give(scope)[0]))  # type: ignore[arg-type]
        self.names = WorkspaceNames(
            workspace,
            Listings(manager, workspace),
            folder=folder,
            registries=("azureml",),
            told=self.states.append,
            changed=self.changes.release,
        )

    def wait(self, asset: Asset, name: str = "", registry: str = "") -> None:
        """Until that is known, or cannot be."""
        waiting = self.names.wanted(asset, name, registry)
        if waiting is not None:
            waiting.result(PATIENCE)

    def settle(self) -> None:
        """Until nothing is asked any more."""
        while waiting := [one for one, _ in list(self.names._asking.values())]:
            for one in waiting:
                one.result(PATIENCE)

    def known(self, asset: Asset) -> list[KnownName]:
        self.wait(asset)
        self.settle()
        return list(self.names.names(asset))


@pytest.fixture
def watched(names_plane: ControlPlane, workspace: Workspace, tmp_path: Path) -> Watched:
    return Watched(names_plane, workspace, tmp_path / "kept")


def test_each_kind_of_name_is_told_with_what_tells_it_from_others(watched: Watched) -> None:
    computes = {one.name: one.detail for one in watched.known("compute")}
    assert computes == {
        "cpu-cluster": "STANDARD_D2_V2 · 0–4 nodes, 1 running · Steady",
        "gpu-cluster": "STANDARD_NC6 · 0–2 nodes, 1 running · low priority · Steady",
        "my-machine": "STANDARD_DS11_V2 · Stopped",
    }
    data = {one.name: (one.versions, one.detail) for one in watched.known("data")}
    assert data == {"cifar": (("2024-05-01",), "uri_folder"), "titanic": (("2",), "uri_file")}
    assert [one.name for one in watched.known("model")] == ["resnet", "bert-base"]
    stores = {one.name: one.detail for one in watched.known("datastore")}
    assert stores["workspaceblobstore"] == "AzureBlob · default"


def test_the_workspaces_names_come_before_those_of_registries(watched: Watched) -> None:
    found = [(one.name, one.registry, one.versions) for one in watched.known("environment")]
    assert found == [
        ("pytorch-gpu", "", ("7",)),
        ("sklearn", "", ("12",)),
        ("acft-hf-nlp-gpu", "azureml", ("80",)),
        ("sklearn-1.5", "azureml", ("10",)),
    ]


def test_versions_are_asked_for_by_name_and_come_newest_first(
    names_plane: ControlPlane, watched: Watched
) -> None:
    watched.known("environment")
    assert names_plane.asked("/versions$") == [], "nobody has asked for versions"
    watched.wait("environment", "sklearn")
    known = watched.names.name("environment", "sklearn")
    assert known is not None
    assert known.versions == tuple(str(one) for one in range(12, 0, -1))
    assert dict(known.version_facts["3"])["image"] == "python:3.3"
    watched.wait("environment", "sklearn-1.5", "azureml")
    curated = watched.names.name("environment", "sklearn-1.5", "azureml")
    assert curated is not None
    assert curated.versions == ("10", "9")
    assert len(names_plane.asked("/versions$")) == 2


def test_all_kinds_are_asked_in_one_round(names_plane: ControlPlane, watched: Watched) -> None:
    with names_plane.faults.during(where="/workspaces/", hangs=True):
        watched.names.wanted("compute")
        soon(lambda: len(names_plane.faults.met) == 6)  # none waits for another's answer
    watched.settle()
    assert len(names_plane.asked("/workspaces/")) == 6


def test_pages_are_joined(names_plane: ControlPlane, watched: Watched) -> None:
    names_plane.page = 5
    watched.wait("environment", "sklearn")
    known = watched.known("environment") and watched.names.name("environment", "sklearn")
    assert known and len(known.versions) == 12
    assert len([one for one in watched.known("environment") if one.registry]) == 2


def test_archived_names_are_not_offered_and_not_missed(names_plane: ControlPlane, watched: Watched) -> None:
    names_plane.workspace.archived.add(("environments", "sklearn"))
    assert "sklearn" not in [one.name for one in watched.known("environment")]
    assert not watched.names.lacks("environment", "sklearn")
    assert watched.names.lacks("environment", "skleam")


def test_what_the_workspace_lacks_is_certain_only_once_it_has_said_all(
    names_plane: ControlPlane, watched: Watched
) -> None:
    assert not watched.names.lacks("compute", "nosuch")
    watched.known("compute")
    assert watched.names.lacks("compute", "nosuch")
    assert not watched.names.lacks("environment", "sklearn", "99"), "its versions are not known"
    watched.wait("environment", "sklearn")
    assert watched.names.lacks("environment", "sklearn", "99")
    assert not watched.names.lacks("environment", "sklearn", "3")


def test_names_are_kept_for_when_there_is_no_network_and_nothing_is_certain_then(
    names_plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    first = Watched(names_plane, workspace, tmp_path)
    first.known("environment")
    _age(kept_names.file_of(workspace, tmp_path))
    names_plane.calls.clear()
    with names_plane.faults.during(cut_after=0):
        second = Watched(names_plane, workspace, tmp_path)
        assert "sklearn" in [one.name for one in second.names.names("environment")]
        assert names_plane.calls == [], "what is on the disk is there before anything is asked"
        assert second.names.wanted("environment") is None, "nobody needs to wait"
        second.settle()
    assert second.states[-1].kind == "offline"
    assert "sklearn" in [one.name for one in second.names.names("environment")]
    assert not second.names.lacks("environment", "nosuch")


def _age(file: Path) -> None:
    """Make what is kept older than what is shown without asking."""
    told = json.loads(file.read_text())
    for entry in told["entries"]:
        entry[3] -= FRESH + 1
    file.write_text(json.dumps(told))


def test_what_is_stale_is_shown_and_made_new_behind(
    names_plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    Watched(names_plane, workspace, tmp_path).known("environment")
    _age(kept_names.file_of(workspace, tmp_path))
    names_plane.workspace.put("environments", "brand-new", "1", image="x")
    second = Watched(names_plane, workspace, tmp_path)
    assert second.names.wanted("environment") is None
    assert "brand-new" not in [one.name for one in second.names.names("environment")]
    second.settle()
    assert "brand-new" in [one.name for one in second.names.names("environment")]


def test_what_is_fresh_is_not_asked_for_again(names_plane: ControlPlane, watched: Watched) -> None:
    watched.known("environment")
    asked = len(names_plane.calls)
    for _ in range(5):
        watched.known("environment")
        watched.known("compute")
    assert len(names_plane.calls) == asked


def test_a_damaged_file_of_kept_names_is_as_none(
    names_plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    file = kept_names.file_of(workspace, tmp_path)
    for text in (
        "",
        "[]",
        '{"format": 1}',
        '{"format": 1, "entries": [[1]]}',
        '{"format": 0, "entries": []}',
    ):
        file.write_text(text)
        assert kept_names.read(file) == {}
    assert Watched(names_plane, workspace, tmp_path).known("compute")


def test_no_request_comes_before_the_time_that_a_throttling_answer_says(
    names_plane: ControlPlane, watched: Watched
) -> None:
    names_plane.faults.add(where="/workspaces/.*/computes$", status=429, retry_after="1", times=1)
    assert [one.name for one in watched.known("compute")][:1] == ["cpu-cluster"]
    [refused] = [one for one in names_plane.calls if one.status == 429]
    again = [one.started for one in names_plane.calls if one.path == refused.path and one is not refused]
    assert len(again) == 1
    assert again[0] - refused.ended >= 0.9
    assert watched.states[-1].kind == "answers"


def test_a_long_pause_is_kept_to_without_a_thread_that_waits(
    names_plane: ControlPlane, watched: Watched
) -> None:
    names_plane.faults.add(where="/workspaces/", status=429, retry_after="3600")
    watched.known("compute")
    asked = len(names_plane.calls)
    for _ in range(3):
        watched.known("compute")
    assert len(names_plane.calls) == asked
    assert len(names_plane.asked("/workspaces/")) <= 6, "one round at most"


@pytest.mark.parametrize(
    ("fault", "kind", "said"),
    [
        ({"status": 403}, "refused", r"Azure refused (403): You may not do this. Ask for the role"),
        (
            {"status": 404, "message": "No such workspace."},
            "refused",
            "Azure refused (404): No such workspace.",
        ),
        ({"status": 500, "message": "Oops."}, "refused", "Azure refused (500): Oops."),
        ({"status": 401}, "signedOut", "Azure did not accept the sign-in (401)."),
        ({"cut_after": 3}, "offline", "Azure could not be reached (localhost:"),
    ],
)
def test_a_refusal_is_told_once_in_a_sentence_with_the_next_step(
    names_plane: ControlPlane, watched: Watched, fault: dict[str, object], kind: str, said: str
) -> None:
    names_plane.faults.add(where="/workspaces/", **fault)
    assert watched.known("model") == [] or all(one.registry for one in watched.known("model"))
    assert watched.states[-1].kind == kind
    assert watched.states[-1].text.startswith(said)
    asked = len([one for one in names_plane.calls if "/workspaces/" in one.path])
    watched.known("model")
    assert len([one for one in names_plane.calls if "/workspaces/" in one.path]) == asked


def test_a_registry_that_is_closed_to_the_account_is_no_fault_of_the_workspace(
    names_plane: ControlPlane, watched: Watched
) -> None:
    names_plane.faults.add(where="/registries/", status=403)
    assert [one.name for one in watched.known("environment")] == ["pytorch-gpu", "sklearn"]
    assert watched.states[-1].kind == "answers"


def test_a_token_that_is_no_longer_good_is_renewed_once(
    names_plane: ControlPlane, workspace: Workspace, tmp_path: Path
) -> None:
    account = MachineAccount()
    watched = Watched(names_plane, workspace, tmp_path, account)
    watched.known("compute")
    given = names_plane.tokens.given
    names_plane.tokens.revoke()
    watched.names.renew()
    watched.settle()
    assert names_plane.tokens.given == given + 1, "one process asked for all"
    assert watched.states[-1].kind == "answers"


def test_no_token_is_on_the_disk(names_plane: ControlPlane, watched: Watched, tmp_path: Path) -> None:
    watched.known("compute")
    written = [file.read_text() for file in (tmp_path / "kept").rglob("*") if file.is_file()]
    assert written
    assert not any("eyJ" in text for text in written)


def test_without_an_account_the_next_step_is_to_sign_in(names_plane: ControlPlane) -> None:
    manager = ResourceManager(EditorAccount(lambda _: None))
    with pytest.raises(SignedOutError, match="not signed in"):
        subscriptions(manager)


def test_the_workspaces_that_an_account_sees_are_listed(
    names_plane: ControlPlane, workspace: Workspace
) -> None:
    names_plane.workspaces["second"] = ("one", "two")
    manager = ResourceManager(EditorAccount(lambda scope: names_plane.tokens.give(scope)[0]))
    found = subscriptions(manager)
    assert list(found.values()) == ["Tests 1", "Tests 2"]
    assert list(workspaces(manager, workspace.subscription_id)) == [workspace]
    assert [one.name for one in workspaces(manager, "second")] == ["one", "two"]


def test_a_slow_link_is_waited_for_and_a_hang_up_is_unreachable(
    names_plane: ControlPlane, workspace: Workspace
) -> None:
    listings = Listings(
        ResourceManager(EditorAccount(lambda scope: names_plane.tokens.give(scope)[0])), workspace
    )
    with names_plane.faults.during(where="/computes", speed=4000):
        assert len(listings.names("compute").found) == 3
    with names_plane.faults.during(where="/computes", cut_after=50), pytest.raises(UnreachableError):
        listings.names("compute")
    with names_plane.faults.during(where="/computes", status=404), pytest.raises(RefusedError) as caught:
        listings.names("compute")
    assert caught.value.status == 404
    with (
        names_plane.faults.during(where="/computes", status=503, retry_after="7"),
        pytest.raises(ThrottledError) as throttled,
    ):
        listings.names("compute")
    assert throttled.value.seconds == 7
    with pytest.raises(ThrottledError):
        listings.names("compute")
