"""The quick fix that makes a cluster which a job names: asked first, made once, no problem any more."""

from pathlib import Path
from typing import Any

from tests.azure.control_plane import ControlPlane
from tests.azure.test_names_in_editor import choose, editor, folder, state
from tests.lsp.raw import Raw

__all__ = ["editor", "folder"]

JOB = "command: a\nenvironment: azureml:sklearn:3\ncompute: azureml:{}\n"
TITLE = "Create the cluster '{}' in the workspace"


def fixes(raw: Raw, uri: str) -> dict[str, Any]:
    """What is offered for the compute, by title."""
    place = {"line": 2, "character": 20}
    params = {
        "textDocument": {"uri": uri},
        "range": {"start": place, "end": place},
        "context": {"diagnostics": []},
    }
    return {one["title"]: one for one in raw.request("textDocument/codeAction", params)}


def opened(raw: Raw, plane: ControlPlane, folder: Path, name: str) -> str:
    """A file with that compute, once the workspace is known not to have it."""
    del plane.computes["cpu-cluster"]
    uri = (folder / "job.yml").as_uri()
    raw.open(uri, JOB.format(name))
    choose(raw)
    state(raw, "answers")
    while not any(one["code"] == "JL807" for one in raw.problems(uri, 1)):
        pass
    return uri


def carry_out(raw: Raw, fix: Any, answer: str | None) -> Any:
    """Choose the fix, and answer what is asked then; what was asked."""
    raw.replies["window/showMessageRequest"] = None if answer is None else {"title": answer}
    command = fix["command"]
    raw.request(
        "workspace/executeCommand", {"command": command["command"], "arguments": command["arguments"]}
    )
    return raw.hear("window/showMessageRequest")


def test_it_makes_the_cluster_that_the_user_confirms(
    names_plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    uri = opened(editor, names_plane, folder, "cpu-cluster")
    asked = carry_out(editor, fixes(editor, uri)[TITLE.format("cpu-cluster")], "Create")
    assert asked["message"] == (
        "Create the cluster 'cpu-cluster' in 'tests-workspace': 0 to 40 instances of STANDARD_DS3_V2?"
    )
    scale = names_plane.computes["cpu-cluster"]["properties"]["scaleSettings"]
    assert (scale["minNodeCount"], scale["maxNodeCount"]) == (0, 40)
    assert editor.hear("window/showMessage")["message"] == "The cluster 'cpu-cluster' is made."
    while editor.problems(uri, 1):
        pass
    assert TITLE.format("cpu-cluster") not in fixes(editor, uri)


def test_it_makes_none_without_a_word(names_plane: ControlPlane, editor: Raw, folder: Path) -> None:
    uri = opened(editor, names_plane, folder, "cpu-cluster")
    carry_out(editor, fixes(editor, uri)[TITLE.format("cpu-cluster")], None)
    assert "cpu-cluster" not in names_plane.computes
    assert not [one for one in names_plane.calls if one.method == "PUT"]


def test_one_that_somebody_made_meanwhile_stays_as_it_is(
    names_plane: ControlPlane, editor: Raw, folder: Path
) -> None:
    before = names_plane.computes["cpu-cluster"]
    uri = opened(editor, names_plane, folder, "cpu-cluster")
    names_plane.computes["cpu-cluster"] = before
    carry_out(editor, fixes(editor, uri)[TITLE.format("cpu-cluster")], "Create")
    assert names_plane.computes["cpu-cluster"] == before
    assert editor.hear("window/showMessage")["message"].startswith("There is a 'cpu-cluster' by now")


def test_a_look_before_submission_offers_it_too(names_plane: ControlPlane, editor: Raw, folder: Path) -> None:
    uri = opened(editor, names_plane, folder, "train")
    (folder / "job.yml").write_text(JOB.format("train"))
    editor.request("joblens/preflight", {"uri": uri})
    asked = carry_out(editor, fixes(editor, uri)[TITLE.format("train")], "Create")
    assert "0 to 4 instances of STANDARD_DS3_V2" in asked["message"]
    while any(one["code"] in ("JL807", "JL905") for one in editor.problems(uri, 1)):
        pass
