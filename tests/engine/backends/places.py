"""A run made for one backend, without a supervisor: its tasks are started by the test."""

from collections.abc import Callable
from pathlib import Path

from joblens.engine import folders, processes, starting
from joblens.engine.backends import choose
from joblens.engine.backends.base import Backend, RunningTask
from joblens.engine.data import outputs
from joblens.engine.plan import Plan
from joblens.engine.records import Record
from joblens.engine.run import RunOptions, plan_of
from joblens.engine.tasks import tasks_of
from tests.engine import jobs


class Opened:
    """A prepared run and its backend."""

    def __init__(self, plan: Plan, backend: Backend) -> None:
        self.plan = plan
        self.folder = plan.run_folder
        self.backend = backend

    def start(self, **variables: str) -> list[RunningTask]:
        """Start all of its tasks."""
        return [
            self.backend.start(task)
            for task in tasks_of(self.plan, Record(self.plan.name), self.backend, variables)
        ]

    def ended(self, **variables: str) -> int | None:
        """Run its only task to the end; the exit code."""
        (task,) = self.start(**variables)
        return task.wait(300)

    @property
    def printed(self) -> str:
        """What the command printed."""
        return self.folder.log.read_text(encoding="utf-8")


Open = Callable[..., Opened]


def opened(folder: Path, name: str, image: str, command: str, more: str = "", **files: str) -> Opened:
    """A run of a job with that command in the backend called `name`, prepared; `files` are its code."""
    for file, text in files.items():
        (folder / "src").mkdir(exist_ok=True)
        (folder / "src" / file).write_text(text, encoding="utf-8")
    code = "code: src\n" if files else ""
    text = f"command: |-\n  {command}\nenvironment: {{image: '{image}'}}\ncompute: local\n{code}{more}"
    if name == choose.PROCESS:  # a supervisor has no descendants yet; a test has those of the tests before it
        processes.end_descendants(folder, 0)
    file = jobs.write(folder, text)
    plan = plan_of(file, RunOptions(backend=name))
    folders.make_runs(folder)
    starting.lay_out(plan, text)
    made = Opened(plan, choose.backend_for(plan))
    made.backend.prepare(plan.run_folder.build_log, lambda _: None)
    for output in plan.outputs:
        outputs.make_place(output)
    return made
