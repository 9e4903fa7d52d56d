import threading

import pytest

from joblens.azure.jobs.changes import archive, cancel, restore
from joblens.azure.jobs.looks import listed, show
from joblens.azure.jobs.service import JobService, UnknownJobError
from joblens.azure.resource_manager import RefusedError
from joblens.errors import CanceledError, CloudError
from tests.azure.control_plane import ControlPlane
from tests.azure.jobs.conftest import Made


def day(number: int) -> str:
    return f"2024-05-{number:02}T00:00:00Z"


def child(name: str, number: int, **more: object) -> dict[str, object]:
    """A run as run history tells of it."""
    run = {"runId": name, "status": "Completed", "createdUtc": day(number), "parentRunId": "sweep"}
    return run | {"displayName": name, "runType": "azureml.scriptrun", "experimentId": "1"} | more


def test_a_job_is_shown(service: JobService, made: Made) -> None:
    made("one", "Running", day(3), tags={"team": "a"})
    job = show("one", service)
    assert (job.status, job.kind, job.compute, job.experiment) == (
        "Running",
        "command",
        "cpu-cluster",
        "flowers",
    )
    told = job.data()
    assert told["services"]["Studio"]["endpoint"] == "https://ml.azure.com/runs/one"
    assert told["creation_context"]["created_at"] == day(3)
    assert told["tags"] == {"team": "a"}


def test_a_name_that_is_not_known_is_told_with_one_that_is_like_it(service: JobService, made: Made) -> None:
    made("clever_cat_1")
    with pytest.raises(UnknownJobError, match="workspace 'tests-workspace' has no job 'clevr_cat_1'") as told:
        show("clevr_cat_1", service)
    assert (told.value.hint, told.value.exit_code) == ("Did you mean 'clever_cat_1'?", 5)
    with pytest.raises(UnknownJobError, match="has no job 'a/b c'"):
        show("a/b c", service)


def test_the_newest_jobs_are_listed(plane: ControlPlane, service: JobService, made: Made) -> None:
    for number in range(1, 8):
        made(f"job_{number}", created=day(number), isArchived=number == 6)
    plane.page = 2
    try:
        found = listed(service, 3)
        assert [one.name for one in found.found] == ["job_7", "job_5", "job_4"]
        assert found.more
        assert len(plane.asked("/jobs$")) == 2, "no more pages are asked for than are needed"
        every = listed(service, None, archived="all")
        assert (len(every.found), every.more) == (7, False)
        assert [one.name for one in listed(service, archived="archived").found] == ["job_6"]
    finally:
        plane.page = 1000


def test_the_jobs_of_a_sweep_are_listed(plane: ControlPlane, service: JobService, made: Made) -> None:
    made("sweep", jobType="Sweep")
    plane.children["sweep"] = [child("t1", 1), child("t3", 3), child("t2", 2, hidden=True)]
    found = listed(service, parent="sweep")
    assert [(one.name, one.kind, one.parent) for one in found.found] == [
        ("t3", "command", "sweep"),
        ("t1", "command", "sweep"),
    ]
    assert show("sweep", service).has_children
    with pytest.raises(UnknownJobError):
        listed(service, parent="unknown")


def test_a_step_of_a_pipeline_is_shown_but_not_archived_alone(
    plane: ControlPlane, service: JobService, made: Made
) -> None:
    made("pipeline", jobType="Pipeline")
    plane.jobs["step"] = {"name": "step", "id": "x", "properties": None}
    plane.children["pipeline"] = [child("step", 1, parentRunId="pipeline", runType="azureml.StepRun")]
    job = show("step", service)
    assert (job.status, job.kind, job.parent) == ("Completed", "command", "pipeline")
    with pytest.raises(CloudError, match="is a step of a pipeline") as told:
        archive("step", service)
    assert told.value.hint == "Name the pipeline's job: pipeline."


def test_a_job_is_canceled_and_waited_for(plane: ControlPlane, service: JobService, made: Made) -> None:
    made("running", "Running")
    assert cancel("running", service, pause=0.01).status == "Canceled"
    made("over", "Completed")
    plane.calls.clear()
    assert cancel("over", service).status == "Completed"
    assert [call.method for call in plane.calls] == ["GET"], "what is over is left alone"


def test_the_wait_for_the_end_can_be_ended(plane: ControlPlane, service: JobService, made: Made) -> None:
    made("slow", "Running")
    ended = threading.Event()
    plane.faults.add(where="jobs/slow/cancel", status=200)  # it is taken, and nothing comes of it
    threading.Timer(0.2, ended.set).start()
    with pytest.raises(CanceledError):
        cancel("slow", service, canceled=ended, pause=0.05)


def test_a_job_is_archived_and_restored(service: JobService, made: Made) -> None:
    made("kept", "Completed")
    assert archive("kept", service).archived
    assert not listed(service).found
    assert show("kept", service).archived
    assert not restore("kept", service).archived
    assert [one.name for one in listed(service).found] == ["kept"]


def test_throttling_is_waited_for_and_a_refusal_is_not(
    plane: ControlPlane, service: JobService, made: Made
) -> None:
    made("one")
    with plane.faults.during(where="jobs/one", status=429, retry_after="1", times=1):
        assert show("one", service).name == "one"
    with plane.faults.during(where="jobs/one", status=502, times=1):
        assert show("one", service).name == "one"
    plane.calls.clear()
    with plane.faults.during(where="/jobs", status=403), pytest.raises(RefusedError, match="403"):
        listed(service)
    assert len(plane.calls) == 1
