"""What of this machine a run's containers see, and where."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from joblens.engine.backends.container.places import ContainerPlaces
from joblens.engine.data.bound import BoundOutput
from joblens.engine.plan import Plan


def mounts(plan: Plan) -> list[dict[str, object]]:
    """The binds of the plan, in the engine's words; each source is there afterwards."""
    return [
        {"Type": "bind", "Source": source, "Target": target, "ReadOnly": read_only}
        for source, target, read_only in _places(plan)
    ]


def _places(plan: Plan) -> Iterator[tuple[str, str, bool]]:
    run, places = plan.run_folder, ContainerPlaces(plan.run_folder)
    yield str(run.path), places.own(run.path).rstrip("/."), False
    yield str(run.code), places.code(), False
    # `./outputs` and `./logs` are links to the folders beside the code.
    beside = places.code().rpartition("/")[0]
    for folder in (run.outputs, run.logs):
        yield str(folder), f"{beside}/{folder.name}", False
    files = [output for output in plan.outputs if output.type == "uri_file"]
    if files:
        yield str(_links(plan, files, places)), places.data(), False
    for each in plan.inputs:
        if not each.literal:
            yield each.source, each.value, True
    for output in plan.outputs:
        if output.type == "uri_file":
            yield str(Path(output.target).parent), _beside(output, places), False
        else:
            Path(output.target).mkdir(parents=True, exist_ok=True)
            yield output.target, output.path, False


def _beside(output: BoundOutput, places: ContainerPlaces) -> str:
    """Where the folder of a single file is seen."""
    return f"{places.root()}/cap/files/{output.name}"


def _links(plan: Plan, files: Sequence[BoundOutput], places: ContainerPlaces) -> Path:
    """A folder for the data's place: a file that is not there yet cannot be bound, a link can lead to it.

    The points at which the other data are bound are made too: an engine would make them as root's.
    """
    folder = plan.run_folder.path / "data"
    folder.mkdir(exist_ok=True)
    for output in files:
        Path(output.target).parent.mkdir(parents=True, exist_ok=True)
        link = folder / Path(output.path).name
        if not link.is_symlink():
            link.symlink_to(f"{_beside(output, places)}/{Path(output.target).name}")
    for each in plan.inputs:
        inside = PurePosixPath(each.value)
        if not each.literal and inside.is_relative_to(places.data()):
            point = folder.joinpath(inside.relative_to(places.data()))
            single = not Path(each.source).is_dir()
            (point.parent if single else point).mkdir(parents=True, exist_ok=True)
            if single:
                point.touch()
    for output in plan.outputs:
        if output.type != "uri_file":
            (folder / Path(output.path).name).mkdir(exist_ok=True)
    return folder
