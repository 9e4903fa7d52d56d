"""The commands and their arguments; each command's own module is imported when it is called."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from joblens.cli import cloud_arguments, job_arguments
from joblens.cli.numbers import number
from joblens.cli.output import add_output_arguments
from joblens.cli.workspace import add_workspace_arguments

if TYPE_CHECKING:
    Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"

_EXIT_CODES = """\
exit codes:
  0  done; the job completed
  1  the job failed or was canceled; another failure
  2  the job file, or the command line, has errors: nothing was started
  3  something that is needed is not installed
  4  the job's environment could not be built
  5  there is no run of that name
  6  Azure refused, or could not be reached
"""

_CHECK_EXIT_CODES = """\
exit codes:
  0  no errors (warnings and hints there may be)
  1  errors were found, or more warnings than --max-warnings
  2  it could not run: a file cannot be read, or the command line or the configuration is wrong
"""


def parser(version: str, only: str | None = None) -> argparse.ArgumentParser:
    """The whole command line, or what the command called `only` needs of it."""
    top = argparse.ArgumentParser(
        prog="joblens",
        description="Azure ML jobs: checked, run on this machine, submitted to the cluster.",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    top.add_argument("--version", action="version", version=f"joblens {version}")
    commands = top.add_subparsers(title="commands", required=True, metavar="COMMAND")
    for made in [_COMMANDS[only]] if only in _COMMANDS else _COMMANDS.values():
        made(commands)
    return top


def _lsp(commands: Commands) -> None:
    lsp = _command(commands, "lsp", "serve an editor over stdio", "joblens.cli.lsp", "lsp")
    lsp.add_argument("--stdio", action="store_true", help="what it does anyway; editors say so")


def _command(commands: Commands, name: str, what: str, module: str, function: str) -> argparse.ArgumentParser:
    """A command whose module is imported at the call: the others cost it nothing."""
    made = commands.add_parser(
        name,
        help=what,
        description=what[0].upper() + what[1:] + ".",
        epilog=_EXIT_CODES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    made.set_defaults(command=_later(module, function))
    return made


def _later(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    def call(parsed: argparse.Namespace) -> int:
        return int(getattr(import_module(module), function)(parsed))

    return call


def _run(commands: Commands) -> None:
    run = _command(commands, "run", "run a job on this machine and show its log", "joblens.cli.run", "run")
    run.description = (
        "Run a job on this machine and show its log. The run belongs to a process of its own: closing this "
        "terminal does not end it, Ctrl-C cancels it, 'joblens job stream' follows it again."
    )
    run.add_argument("job", type=Path, metavar="JOB.yml", help="the job file")
    run.add_argument("--dry-run", action="store_true", help="print what would run, and start nothing")
    run.add_argument("--detach", action="store_true", help="start the run, print its name, do not wait")
    run.add_argument(
        "--one-trial",
        action="store_true",
        help="of a sweep, one trial as a run by itself; --set search_space.NAME=VALUE chooses a value of it",
    )
    job_arguments.place(run)
    _environment(run)
    job_arguments.life(run)
    _choices(run)
    _json(run)


def _environment(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--environment",
        metavar="NAME",
        help="'this-python': use the Python that runs Joblens instead of the job's own environment",
    )
    _drift(command)


def _drift(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--allow-drift",
        action="store_true",
        help="where the job's Python or packages cannot be had, take the nearest, and tell each difference",
    )


def _choices(command: argparse.ArgumentParser) -> None:
    command.add_argument("--name", "-n", help="the run's name; without it, one is made up")
    command.add_argument(
        "--set",
        dest="settings",
        action="append",
        default=[],
        metavar="A.B=VALUE",
        help="put a value into the job file before it is read; may be given several times",
    )


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--json", action="store_true", help="print JSON, one object per line; an error is an object on stderr"
    )


def _job(commands: Commands) -> None:
    job = commands.add_parser(
        "job",
        help="create, list, show, stream, cancel, download, archive, restore, delete, resume, rerun",
        description="Runs of jobs.",
    )
    actions = job.add_subparsers(title="actions", required=True, metavar="ACTION")
    module = "joblens.cli.job"
    create = _command(
        actions, "create", "run a job where its compute says: here when it is 'local'", module, "create"
    )
    create.add_argument("job", type=Path, nargs="?", metavar="JOB.yml", help="the job file")
    create.add_argument("--file", "-f", type=Path, help="the same, in the words of az")
    create.add_argument("--stream", "-s", action="store_true", help="show the log until the job ends")
    skipped = "send the job without looking first whether the workspace can take it"
    create.add_argument("--skip-validation", "--no-preflight", action="store_true", help=skipped)
    add_workspace_arguments(create)
    _environment(create)
    job_arguments.life(create)
    _choices(create)
    job_arguments.submission(create)
    add_output_arguments(create)
    job_arguments.add(lambda *args: _command(actions, *args), _json, _choices, _environment)


def _sweep(commands: Commands) -> None:
    sweep = commands.add_parser("sweep", help="show, export", description="The search of a sweep.")
    actions = sweep.add_subparsers(title="actions", required=True, metavar="ACTION")
    job_arguments.sweep(lambda *args: _command(actions, *args), _json)


def _env(commands: Commands) -> None:
    env = commands.add_parser(
        "env",
        help="list, build, show, remove, prune",
        description="Environments that are kept for later runs.",
    )
    actions = env.add_subparsers(title="actions", required=True, metavar="ACTION")
    module = "joblens.cli.env"
    listing = _command(
        actions, "list", "list the environments, the last used first", module, "list_environments"
    )
    build = _command(actions, "build", "build the environment of a job or of a conda file", module, "build")
    build.add_argument("file", type=Path, metavar="FILE", help="a job, a conda file, or requirements (.txt)")
    build.add_argument(
        "--refresh", action="store_true", help="work out the packages anew: newer ones may be there by now"
    )
    build.add_argument("--backend", choices=("auto", "process", "container"), help="what it is built for")
    _drift(build)
    show = _command(actions, "show", "show what an environment is and who used it", module, "show")
    show.add_argument("name", metavar="NAME", help="its name, or how that begins")
    remove = _command(actions, "remove", "remove environments that no running run uses", module, "remove")
    remove.add_argument("names", nargs="+", metavar="NAME", help="their names, or how those begin")
    prune = _command(actions, "prune", "remove environments that no run has used lately", module, "prune")
    prune.add_argument(
        "--older-than", type=float, default=30, metavar="DAYS", help="not used for so many days (30); 0: any"
    )
    prune.add_argument("--dry-run", action="store_true", help="only name them")
    add_output_arguments(listing)
    for action in (build, show, remove, prune):
        _json(action)


def _compute(commands: Commands) -> None:
    actions = _group(commands, "compute", "create, list, show, delete", "Computes of the workspace.")
    cloud_arguments.compute(lambda *args: _command(actions, *args))


def _environments(commands: Commands) -> None:
    actions = _group(commands, "environment", "list, show", "Environments of the workspace.")
    cloud_arguments.environment(lambda *args: _command(actions, *args))


def _data(commands: Commands) -> None:
    actions = _group(commands, "data", "list, show", "Data of the workspace.")
    cloud_arguments.data(lambda *args: _command(actions, *args))


def _group(commands: Commands, name: str, what: str, about: str) -> Commands:
    made = commands.add_parser(name, help=what, description=about)
    return made.add_subparsers(title="actions", required=True, metavar="ACTION")


def _check(commands: Commands) -> None:
    check = _command(commands, "check", "show the problems of job files", "joblens.cli.check", "check")
    check.description = (
        "Show the problems of Azure ML's YAML files. "
        "In folders, what git ignores and what is hidden is passed over."
    )
    check.epilog = _CHECK_EXIT_CODES
    what = "files, folders, patterns in quotes such as 'jobs/**/*.yml', or - for stdin"
    check.add_argument("paths", nargs="+", type=Path, metavar="PATH", help=what)
    check.add_argument("--format", choices=("text", "json", "sarif", "github"), default="text")
    check.add_argument("--json", dest="format", action="store_const", const="json", help="--format json")
    check.add_argument("--stdin-filename", type=Path, metavar="PATH", help="where the text from stdin stands")
    check.add_argument(
        "--max-warnings", type=number, metavar="N", help="exit 1 when there are more than N warnings"
    )
    check.add_argument(
        "--force-exclude", action="store_true", help="leave out excluded files even where they are named"
    )
    check.add_argument("--quiet", "-q", action="store_true", help="print the problems alone")
    check.add_argument("--jobs", "-j", type=number, metavar="N", help="use N processes")


def _migrate(commands: Commands) -> None:
    what = "rewrite job files of the 2021 preview in today's format"
    migrate = _command(commands, "migrate", what, "joblens.cli.migrate", "migrate_files")
    migrate.description = (
        "Rewrite job files of the 2021 preview in today's format; comments, order, quoting and folding stay. "
        "Prints a diff, and on stderr what had to be guessed."
    )
    migrate.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="job files, or folders of them")
    how = migrate.add_mutually_exclusive_group()
    how.add_argument("--write", action="store_true", help="write the files instead of printing a diff")
    how.add_argument("--check", action="store_true", help="only name the files; exit 1 if there is one")


def _ui(commands: Commands) -> None:
    ui = _command(commands, "ui", "open MLflow's pages about all runs", "joblens.cli.ui", "ui")
    ui.add_argument("--no-browser", action="store_true", help="only print the address")
    ui.add_argument(
        "--stop", action="store_true", help="stop the MLflow server; the next run starts it again"
    )


_COMMANDS: dict[str | None, Callable[[Commands], None]] = {
    "run": _run,
    "job": _job,
    "sweep": _sweep,
    "env": _env,
    "compute": _compute,
    "environment": _environments,
    "data": _data,
    "check": _check,
    "migrate": _migrate,
    "ui": _ui,
    "lsp": _lsp,
}
