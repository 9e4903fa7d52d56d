"""What a script takes is read from its text; the real parsers agree with what is said of a command line."""

import contextlib
import io
import shlex
import sys
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from joblens.script.arguments import arguments
from joblens.script.usage import Given, usage

FULL = """
    import argparse
    parser = argparse.ArgumentParser("train", description="x")
    parser.add_argument("data")
    parser.add_argument("extra", nargs="?")
    parser.add_argument("--lr", "-l", type=float, required=True)
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--layers", nargs="+", type=int)
    parser.add_argument("--pair", nargs=2)
    parser.add_argument("--fast", "-f", action="store_true")
    parser.add_argument("--slow", "-s", action="store_true")
    parser.add_argument("-lrate")
    parser.add_argument("--cache", action=argparse.BooleanOptionalAction)
    parser.add_argument("-v", action="count")
    args = parser.parse_args()
"""
BARE = """
    from argparse import ArgumentParser as Parser
    def get():
        made = Parser(allow_abbrev=False, add_help=False)
        group = made.add_argument_group("x")
        group.add_argument("--data_dir", required=True)
        made.add_mutually_exclusive_group().add_argument("--one")
        return made
    def more(p, other=None):
        p.add_argument("--two", required=True)
    def main(argv=None):
        p = get()
        more(p, other=1)
        p.set_defaults(one=1)
        return p.parse_args(argv)
    if __name__ == "__main__":
        main()
"""
CLICK = """
    import click
    @click.command()
    @click.argument("data")
    @click.argument("more", nargs=-1)
    @click.option("--lr", "-l", required=True)
    @click.option("--fast/--slow", "-f/-s", default=True)
    @click.option("--pair", nargs=2, help="x")
    @click.option("--many", multiple=True)
    @click.option("-v", "--verbose", count=True)
    @click.option("--set", "given", is_flag=True)
    @click.version_option("1")
    def main(**given):
        pass
    if __name__ == "__main__":
        main()
"""
_WORDS = """
--lr -l --lr=1 -l1 --l --e --epochs --epoch=3 --layers --pair --fast -f -fs -fv -vv --slow -lrate -lr --cache
--no-cache -1 -1.5 1 2 x --unknown -u --unknown=1 -x1 -- - --data_dir --data --data_dir=1 --one --two --tw
--many --verbose --set --help -h --version more.csv -.5 --lrr
"""
WORDS = _WORDS.split()


def missing(script: str, command: str) -> list[str] | None:
    """The names of what a command line lacks; None where the script's arguments are not certain."""
    found = arguments(textwrap.dedent(script))
    if found is None:
        return None
    return [option.name for option in usage(found, [Given(word) for word in shlex.split(command)]).missing]


def unknown(script: str, command: str) -> list[str] | None:
    """The unknown flags of a command line; None where the script's arguments are not certain."""
    found = arguments(textwrap.dedent(script))
    words = shlex.split(command)
    return (
        None if found is None else [words[at] for at in usage(found, [Given(word) for word in words]).unknown]
    )


def refused(script: str, words: list[str]) -> bool:
    """Whether the script, run with its real parser, ends with the error of a wrong command line."""
    before, sys.argv = sys.argv, ["train.py", *words]
    try:
        with contextlib.redirect_stderr(io.StringIO()), contextlib.redirect_stdout(io.StringIO()):
            exec(compile(textwrap.dedent(script), "train.py", "exec"), {"__name__": "__main__"})
    except SystemExit as ended:
        return ended.code == 2
    finally:
        sys.argv = before
    return False


@pytest.mark.parametrize("script", [FULL, BARE, CLICK], ids=["full", "bare", "click"])
@settings(max_examples=300, deadline=None)
@given(words=st.lists(st.sampled_from(WORDS), max_size=7))
def test_the_real_parser_refuses_what_is_said_to_be_wrong(script: str, words: list[str]) -> None:
    found = arguments(textwrap.dedent(script))
    assert found is not None
    said = usage(found, [Given(word) for word in words])
    if said.unknown or said.missing:
        assert refused(script, words)


@pytest.mark.parametrize(
    ("script", "command", "flags", "lacks"),
    [
        (FULL, "d --lr 1", [], []),
        (FULL, "d -l1 --epoch 3 -fv --no-cache", [], []),
        (FULL, "--lr 1", [], ["data"]),
        (FULL, "d --lr 1 --epohcs 3", ["--epohcs"], []),
        (FULL, "d --epochs -1", [], ["--lr"]),
        (FULL, "--layers 1 2 --lr 1 -x", ["-x"], []),
        (FULL, "--pair 1 2 --lr 1", [], ["data"]),
        (FULL, "-- --lr", [], ["--lr"]),
        (FULL, "--help --lrr", [], []),
        (BARE, "--data_dir x --two 2", [], []),
        (BARE, "--data x --tw 2", ["--data", "--tw"], ["--data_dir", "--two"]),
        (BARE, "--one 1 --help", ["--help"], ["--data_dir", "--two"]),
        (CLICK, "d --lr 1 a b --slow -vv", [], []),
        (CLICK, "--lr -1 --pair -a -b d", [], []),
        (CLICK, "--lr 1", [], ["data"]),
        (CLICK, "d -x --ver", ["-x", "--ver"], ["--lr"]),
        (CLICK, "--version", [], []),
    ],
)
def test_what_is_wrong_with_a_command_line(
    script: str, command: str, flags: list[str], lacks: list[str]
) -> None:
    assert (unknown(script, command), missing(script, command)) == (flags, lacks)
    assert refused(script, shlex.split(command)) == bool(flags or lacks)


SIMPLE = """
    import argparse, sys
    parser = argparse.ArgumentParser()
    parser.add_argument("--lr", required=True)
    BEFORE
    args = parser.parse_args()
"""


@pytest.mark.parametrize(
    "line",
    [
        "args, rest = parser.parse_known_args(); parser.parse_args(rest)",
        "args = parser.parse_args([])",
        "args = parser.parse_args(['--lr', '1'])",
        "sys.argv.append('--lr=1')",
        "sys.argv = sys.argv[:1]",
        "if '--old' in sys.argv: pass",
        "import fire",
        "from absl import app",
        "from transformers import HfArgumentParser",
        "from common import add_options; add_options(parser)",
        "import deepspeed; parser = deepspeed.add_config_arguments(parser)",
        "parsers = [parser]",
        "sub = parser.add_subparsers()",
        "for name in ('--a', '--b'): parser.add_argument(name)",
        "parser.add_argument(*names)",
        "parser.add_argument('rest', nargs=argparse.REMAINDER)",
        "parser.add_argument('rest', nargs='...')",
        "parser.add_argument('rest', nargs=count)",
        "parser.register('action', 'x', X)",
        "parser.error = print",
        "parser.parse_args = print",
        "setattr(parser, 'x', 1)",
        "Options().parse_args()",
        "def more(*parsers): pass\n    more(parser)",
        "def more(**given): pass\n    more(parser=parser)",
        "class Mine(argparse.ArgumentParser): pass",
        "other = argparse.ArgumentParser(parents=[imported()])",
        "other = argparse.ArgumentParser(prefix_chars='+')",
        "other = argparse.ArgumentParser(fromfile_prefix_chars='@')",
        "other = argparse.ArgumentParser(exit_on_error=False)",
        "other = argparse.ArgumentParser(**given)",
        "import click",
    ],
)
def test_a_parser_that_does_more_is_not_certain(line: str) -> None:
    assert arguments(textwrap.dedent(SIMPLE.replace("BEFORE", line))) is None


@pytest.mark.parametrize("text", ["", "# nothing\n", "print 'python 2'", "x = 1", "\0", "import argparse"])
def test_a_script_without_a_parser_says_nothing(text: str) -> None:
    assert arguments(text) is None


def test_flags_that_are_passed_on_are_accepted() -> None:
    script = SIMPLE.replace("BEFORE", "").replace("parse_args()", "parse_known_args()")
    assert unknown(script, "--lr 1 --other") == []
    assert missing(script, "--other") == ["--lr"]


@pytest.mark.parametrize(
    "start",
    [
        "if cond: args = parser.parse_args()",
        "try:\n        args = parser.parse_args()\n    except SystemExit: pass",
        "def never(): parser.parse_args()",
        "if cond: raise ValueError\n    parser.parse_args()",
        "if cond: sys.exit(0)\n    parser.parse_args()",
        "@decorated\n    def main(): parser.parse_args()\n    main()",
    ],
)
def test_a_parser_that_may_not_be_asked_refuses_nothing(start: str) -> None:
    script = SIMPLE.replace("BEFORE", "").replace("args = parser.parse_args()", start)
    assert (unknown(script, "--other"), missing(script, "--other")) == ([], [])


@pytest.mark.parametrize(
    "line",
    [
        "if cond: parser.add_argument('--x', required=True)",
        "try: parser.add_argument('--x', required=True)\n    except Exception: pass",
        "def more(): parser.add_argument('--x', required=True)",
        "parser.add_argument('--x', required=cond)",
        "parser.add_argument('--x', **given)",
        "parser.add_argument('x', nargs='*')",
        "options.add_argument('x')",
        "other = argparse.ArgumentParser()",
    ],
)
def test_what_may_not_be_required_is_not_missing(line: str) -> None:
    assert missing(SIMPLE.replace("BEFORE", line), "--lr 1") == []


@pytest.mark.parametrize(
    "script",
    [
        CLICK.replace("@click.command()", "@click.group()"),
        CLICK.replace("@click.command()", "@click.command(context_settings={'allow_extra_args': True})"),
        CLICK.replace("@click.command()", "@click.command(cls=Mine)"),
        CLICK.replace("@click.version_option", "@common"),
        CLICK.replace('"--set", ', "NAME, "),
        CLICK.replace("main()\n", "main(['--lr', '1'])\n"),
        CLICK.replace("main()\n", "pass\n"),
        CLICK.replace("    if __name__", "    import sys; sys.argv.append('--lr')\n    if __name__"),
        CLICK + "    cli = click.Group()\n",
    ],
)
def test_a_click_command_that_does_more_is_not_certain(script: str) -> None:
    assert arguments(textwrap.dedent(script)) is None


@pytest.mark.parametrize("more", ["default=1", "prompt=True", "envvar='LR'"])
def test_what_click_finds_elsewhere_is_not_required(more: str) -> None:
    assert missing(CLICK.replace("required=True", f"required=True, {more}"), "d") == []


TYPER = """
    from typing import Annotated, List, Optional
    import typer
    def main(
        data_file: str,
        rate: Annotated[float, typer.Option()],
        max_epochs: int = 3,
        fast: bool = False,
        name: str = typer.Option(..., "--name", "-n"),
        note: Optional[str] = typer.Option(None, envvar="NOTE"),
        kind: Annotated[str, typer.Option(envvar="KIND")] = "a",
        force: Annotated[bool, typer.Option("--force")] = False,
        rest: List[str] = typer.Argument(None),
    ):
        pass
    START
"""
RUN = TYPER.replace("START", "if __name__ == '__main__':\n        typer.run(main)")
APP = TYPER.replace("START", "if __name__ == '__main__':\n        app()").replace(
    "    def main", "    app = typer.Typer(add_completion=False)\n    @app.command()\n    def main"
)


@pytest.mark.parametrize("script", [RUN, APP], ids=["run", "app"])
def test_the_parameters_of_a_typer_command(script: str) -> None:
    assert missing(script, "x --rate 1 --name n --fast --no-fast --max-epochs 3 --force a b") == []
    assert missing(script, "-n n") == ["--rate", "data_file"]
    assert unknown(script, "--max_epochs 3 --no-force --note x --kind b") == [
        "--max_epochs",
        "--no-force",
    ]


@pytest.mark.parametrize(
    "script",
    [
        TYPER,
        RUN.replace("typer.run(main)", "typer.run(other)"),
        RUN.replace("max_epochs: int = 3", "*more"),
        RUN.replace('"--name"', "NAME"),
        RUN.replace("float, typer.Option()", "float, typer.Option(), 1"),
        APP.replace("add_completion=False", "context_settings={}"),
        APP.replace("@app.command()", "@app.command(context_settings={'allow_extra_args': True})"),
        APP.replace("@app.command()", "@app.callback()"),
        APP.replace("        app()", "        app.add_typer(x)\n        app()"),
    ],
)
def test_a_typer_command_that_does_more_is_not_certain(script: str) -> None:
    assert arguments(textwrap.dedent(script)) is None


def test_what_is_not_known_may_give_any_option() -> None:
    found = arguments(textwrap.dedent(FULL))
    assert found is not None
    for word in (Given("", known=False, splits=True), Given("--", known=False), Given("-", known=False)):
        assert usage(found, [word]).missing == ()
    named = usage(found, [Given("--lrr=", known=False), Given("--lr"), Given("", known=False, splits=True)])
    assert named.unknown == (0,)
    assert [one.name for one in named.missing] == ["data"]
