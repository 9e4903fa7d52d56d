"""The arguments of `joblens job list|show|cancel|download|...`, in the words of `az ml job`."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from joblens.cli.numbers import number
from joblens.cli.output import add_output_arguments
from joblens.cli.workspace import add_workspace_arguments

_JOB, _KEPT = "joblens.cli.job", "joblens.cli.kept"
_MOST = 50

Add = Callable[[argparse.ArgumentParser], None]
Command = Callable[[str, str, str, str], argparse.ArgumentParser]


def add(command: Command, json: Add, choices: Add, environment: Add) -> None:
    """Add the commands; `command` makes one, the others add what more than one command has."""
    _list(command)
    show = command("show", "show how a run stands", _JOB, "show")
    show.add_argument("--web", action="store_true", help="open its page: in the studio, or in MLflow")
    _anywhere(show, add_output_arguments)
    stream = command("stream", "show a run's log, and follow it until it ends", _JOB, "stream")
    stream.add_argument(
        "--all-processes", action="store_true", help="of a job on the cluster, the logs of all its processes"
    )
    _anywhere(stream, json)
    cancel = command("cancel", "end a run", _JOB, "cancel")
    cancel.add_argument("--no-wait", action="store_true", help="ask for the end, and do not wait for it")
    _anywhere(cancel, json)
    _download(command, json)
    _anywhere(command("archive", "hide a job of the workspace from lists", _KEPT, "archive"), json)
    _anywhere(command("restore", "show an archived job in lists again", _KEPT, "restore"), json)
    delete = command("delete", "delete a run with all its files; MLflow keeps its record", _KEPT, "delete")
    delete.add_argument("--yes", "-y", action="store_true", help="do not ask; the name must be whole then")
    _named(delete, json)
    _resume(command, json)
    _rerun(command, json, choices, environment)


def sweep(command: Command, json: Add) -> None:
    """Add the commands about the search of a sweep."""
    module = "joblens.cli.sweep"
    show = command("show", "show a sweep's trials; in a terminal, as long as it runs", module, "show")
    show.add_argument("--sort", choices=("number", "metric"), default="number", help="in which order")
    show.add_argument("--no-wait", action="store_true", help="as it stands now, also while it runs")
    export = command("export", "write a sweep's trials to a table, or a page with plots", module, "export")
    export.add_argument("--csv", type=Path, metavar="FILE", help="a row for each trial; - for stdout")
    export.add_argument("--html", type=Path, metavar="FILE", help="a page with plots: the default")
    _named(show, add_output_arguments)
    _named(export, json)


def place(command: argparse.ArgumentParser) -> None:
    """Where a run takes place."""
    command.add_argument(
        "--backend", choices=("auto", "process", "container", "ray"), help="where the command runs"
    )
    command.add_argument(
        "--address", metavar="URL", help="of the Ray cluster's dashboard, http://HEAD:8265, for --backend ray"
    )


def life(command: argparse.ArgumentParser) -> None:
    """What a run's start may say of its life."""
    command.add_argument("--no-queue", action="store_true", help="begin at once, however many runs there are")
    command.add_argument(
        "--retries", type=number, metavar="N", help="start a command that failed again, up to N times"
    )


def submission(command: argparse.ArgumentParser) -> None:
    """What `create` may say of a job that is sent to the cluster."""
    command.add_argument(
        "--save-as", type=Path, metavar="FILE", help="of a preview file, keep what it is converted to"
    )
    command.add_argument("--web", action="store_true", help="open the job's page in the studio")


def _list(command: Command) -> None:
    what = "list the runs of the project, and the jobs of the workspace, the newest first"
    made = command("list", what, "joblens.cli.job_list", "list_runs")
    made.description = (
        f"{what[0].upper()}{what[1:]}. With a workspace that is named, only its jobs; "
        "without one that is named or configured, only the runs."
    )
    made.add_argument(
        "--max-results",
        "-r",
        type=number,
        default=_MOST,
        metavar="N",
        help=f"at most N runs, by default {_MOST}",
    )
    made.add_argument("--all-results", action="store_true", help="all runs")
    made.add_argument(
        "--parent-job-name",
        "-p",
        metavar="NAME",
        help="only the jobs below that one: the trials of a sweep, the steps of a pipeline",
    )
    made.add_argument("--status", type=str.lower, help="only runs that stand so: Running, Failed, ...")
    made.add_argument("--experiment-name", metavar="NAME", help="only runs of that experiment")
    made.add_argument("--local", action="store_true", help="only the runs of this machine; nobody is asked")
    view = made.add_mutually_exclusive_group()
    view.add_argument("--archived-only", action="store_true", help="only jobs that were archived")
    view.add_argument("--include-archived", action="store_true", help="jobs that were archived, too")
    add_workspace_arguments(made)
    add_output_arguments(made)


def _named(command: argparse.ArgumentParser, json: Add) -> None:
    command.add_argument("name", nargs="?", help="the run's name, or enough of its beginning")
    command.add_argument("--name", "-n", dest="named", help="the same, in the words of az")
    json(command)


def _anywhere(command: argparse.ArgumentParser, json: Add) -> None:
    """Of a run on this machine, or of a job in the workspace."""
    _named(command, json)
    add_workspace_arguments(command)


def _download(command: Command, json: Add) -> None:
    made = command("download", "copy a run's outputs and logs to a folder", _KEPT, "download")
    made.add_argument(
        "--download-path",
        "-p",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="where 'artifacts' and 'named-outputs' are made; the current folder",
    )
    made.add_argument("--output-name", metavar="NAME", help="only that output of the job")
    made.add_argument("--all", action="store_true", help="the job's own outputs too")
    _anywhere(made, json)


def _resume(command: Command, json: Add) -> None:
    what = "let a sweep go on with the trials that are missing, or with more of them"
    made = command("resume", what, _KEPT, "resume")
    made.add_argument("--more", type=number, default=0, metavar="N", help="N trials more than it was to have")
    made.add_argument("--detach", action="store_true", help="start it, print its name, do not wait")
    _named(made, json)


def _rerun(command: Command, json: Add, choices: Add, environment: Add) -> None:
    made = command("rerun", "start a run again from its own copy of job and code", _KEPT, "rerun")
    made.add_argument("run", metavar="NAME", help="the run's name, or enough of its beginning")
    made.add_argument("--detach", action="store_true", help="start the run, print its name, do not wait")
    place(made)
    environment(made)
    choices(made)
    life(made)
    json(made)
