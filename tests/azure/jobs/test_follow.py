import threading
from typing import Any

import pytest

from joblens.azure.jobs.follow import Ending, LogEvent, stream
from joblens.azure.jobs.service import JobService, UnknownJobError
from joblens.azure.resource_manager import RefusedError
from joblens.errors import CanceledError, CloudError
from tests.azure.control_plane import ControlPlane
from tests.azure.jobs.conftest import Made

LOG = "user_logs/std_log.txt"


def followed(name: str, service: JobService, **more: Any) -> tuple[list[LogEvent], Ending]:
    """What is told of a job from its beginning to its end."""
    told: list[LogEvent] = []
    return told, stream(name, service, told.append, pause=0.01, **more)


def texts(told: list[LogEvent], kind: str = "line") -> list[str]:
    return [one.text for one in told if one.kind == kind]


def numbered(first: int, last: int) -> bytes:
    return "".join(f"line {number} äöü €\n" for number in range(first, last)).encode()


def expected(last: int) -> list[str]:
    return numbered(0, last).decode().splitlines()


def test_a_job_is_followed_to_its_end(plane: ControlPlane, service: JobService, made: Made) -> None:
    plane.logs[made("first")] = {LOG: [b"", numbered(0, 2), numbered(0, 5)]}
    told, end = followed("first", service)
    assert texts(told) == expected(5)
    assert texts(told, "status") == ["Running", "Completed"]
    assert texts(told, "file") == [LOG]
    assert (end.status, end.reason) == ("Completed", "")
    assert end.job.studio_url == "https://ml.azure.com/runs/first"


def test_only_what_is_new_is_read(plane: ControlPlane, service: JobService, made: Made) -> None:
    plane.logs[made("growing")] = {LOG: [numbered(0, 100), numbered(0, 101), numbered(0, 102)]}
    told, _ = followed("growing", service)
    assert texts(told) == expected(102)
    ranges = [call.range for call in plane.calls if LOG in call.path]
    size = len(numbered(0, 100))
    assert ranges[:2] == ["", f"bytes={size - 64}-"]


def test_a_failed_job_says_why_in_one_sentence(plane: ControlPlane, service: JobService, made: Made) -> None:
    message = "Execution failed. User process 'python' exited with status code 1. Please check log file."
    plane.ends[made("failing")] = {"status": "Failed", "error": {"code": "UserError", "message": message}}
    _, end = followed("failing", service)
    assert (end.status, end.details) == ("Failed", message)
    assert end.reason == "User process 'python' exited with status code 1." or end.reason.startswith(
        "Execution"
    )


@pytest.mark.parametrize("cut", [1, 65, 702])
def test_a_broken_connection_loses_no_line(
    plane: ControlPlane, service: JobService, made: Made, cut: int
) -> None:
    plane.logs[made("cut")] = {LOG: [numbered(0, 50), numbered(0, 90)]}
    plane.faults.add(where=LOG, cut_after=cut, times=2)
    told, end = followed("cut", service)
    assert texts(told) == expected(90)
    assert end.status == "Completed"
    assert len(plane.faults.met) == 2


def test_a_letter_may_lie_across_two_looks(plane: ControlPlane, service: JobService, made: Made) -> None:
    whole = "größe €\nEnde".encode()
    plane.logs[made("letters")] = {LOG: [whole[:3], whole[:8], whole]}
    told, _ = followed("letters", service)
    assert texts(told) == ["größe €", "Ende"]


def test_files_that_come_later_are_followed_too(plane: ControlPlane, service: JobService, made: Made) -> None:
    names = [f"user_logs/std_log_process_{number}.txt" for number in (0, 1)]
    plane.logs[made("several")] = {names[0]: [b"a\n", b"a\nb\n"], names[1]: [None, b"x\n"]}
    plane.logs["several"]["logs/system.txt"] = [b"not shown\n"]
    told, _ = followed("several", service, every=True)
    lines = [(one.file, one.text) for one in told if one.kind == "line"]
    assert sorted(lines) == [(names[0], "a"), (names[0], "b"), (names[1], "x")]
    assert texts(told, "file")[0] == names[0]
    plane.looks.clear()
    plane.jobs["several"]["properties"]["status"] = "Running"
    told, _ = followed("several", service)
    assert texts(told) == ["a", "b"], "of several processes the first one is shown"


def test_a_file_that_begins_anew_is_read_anew(plane: ControlPlane, service: JobService, made: Made) -> None:
    plane.logs[made("rotated")] = {LOG: [numbered(0, 9), b"new 1\n", b"new 1\nnew 2\n"]}
    told, _ = followed("rotated", service)
    assert texts(told) == [*expected(9), "new 1", "new 2"]
    assert texts(told, "note") == [f"The file {LOG} began anew."]


def test_an_address_that_expired_is_asked_for_anew(
    plane: ControlPlane, service: JobService, made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    plane.logs[made("expired")] = {LOG: [numbered(0, 5), numbered(0, 9)]}
    monkeypatch.setattr(plane, "lasts", -60.0)
    told: list[LogEvent] = []

    def tell(event: LogEvent) -> None:
        told.append(event)
        plane.lasts = 3600.0  # the first address was given out by now

    stream("expired", service, tell, pause=0.01)
    assert texts(told) == expected(9)
    answers = [call.status for call in plane.calls if LOG in call.path]
    assert answers[:2] == [403, 200], "the storage itself refused the first one"


def test_a_storage_that_lets_nobody_in_is_told(plane: ControlPlane, service: JobService, made: Made) -> None:
    plane.logs[made("closed")] = {LOG: [b"a\n"]}
    plane.faults.add(where=LOG, status=403)
    with pytest.raises(CloudError, match=r"does not let you read the log \(403\)"):
        followed("closed", service)


@pytest.mark.parametrize("where", [LOG, "/details"])
def test_throttling_is_honoured(plane: ControlPlane, service: JobService, made: Made, where: str) -> None:
    plane.logs[made("busy")] = {LOG: [numbered(0, 3), numbered(0, 4)]}
    fault = plane.faults.add(where=where, status=429, retry_after="1", times=1)
    told, _ = followed("busy", service)
    assert texts(told) == expected(4)
    refused = next(call for call in plane.calls if call.status == 429)
    following = next(call for call in plane.calls if call.started > refused.ended and where in call.path)
    assert following.started - refused.ended >= 0.95
    assert fault.times == 0


def test_a_lost_network_is_told_once_and_waited_for(
    plane: ControlPlane, service: JobService, made: Made
) -> None:
    plane.logs[made("lost")] = {LOG: [numbered(0, 3), numbered(0, 4)]}
    plane.faults.add(where="/details", cut_after=0, times=4)
    told, _ = followed("lost", service)
    assert texts(told) == expected(4)
    assert texts(told, "note") == ["The connection to Azure was lost; it is tried again."]


def test_a_job_that_is_deleted_meanwhile_is_told(
    plane: ControlPlane, service: JobService, made: Made
) -> None:
    plane.held.add(made("deleted"))

    def told(event: LogEvent) -> None:
        if event.kind == "line":
            plane.jobs.pop("deleted", None)

    with pytest.raises(UnknownJobError, match="deleted while it was followed"):
        stream("deleted", service, told, pause=0.01)


def test_following_can_be_ended(plane: ControlPlane, service: JobService, made: Made) -> None:
    plane.held.add(made("endless"))
    ended = threading.Event()

    def told(event: LogEvent) -> None:
        if event.text == "line 3":
            ended.set()

    with pytest.raises(CanceledError):
        stream("endless", service, told, canceled=ended, pause=0.01)
    assert plane.jobs["endless"]["properties"]["status"] == "Running", "the job itself goes on"


def test_who_may_not_look_is_told(plane: ControlPlane, service: JobService, made: Made) -> None:
    made("secret")
    plane.faults.add(where="/jobs/secret", status=403, message="You have no rights here.")
    with pytest.raises(RefusedError, match="403") as refused:
        followed("secret", service)
    assert "AzureML Data Scientist" in refused.value.hint
