"""What the programs of a command do to its scripts; one that is not known may have made any file."""

from __future__ import annotations

import re
from dataclasses import replace

from joblens.job.command.action import ANYTHING, LOST, NOTHING, Action, Does, Language, runs
from joblens.job.command.fill import MANY, UnclearError
from joblens.job.command.python import installed, interpreted, is_python, launched
from joblens.job.command.words import Word

_KEYWORD_WORDS = "if then elif else fi for while until do done case esac select function { } [[ ! (("
_IDLE_WORDS = """
: true echo printf ls pwd printenv set unset export declare readonly ulimit umask date sleep cat head tail wc
whoami id hostname uname nvidia-smi df du free nproc lscpu mkdir chmod chown trap wait ps kill tree readlink
realpath basename dirname sort uniq cut stat ldd ldconfig apt apt-get module shopt ompi_info ibstat
"""
_TEST_WORDS = "test [ grep egrep which type hash cmp diff false"
_WRAPPER_WORDS = "time nohup exec command sudo env nice stdbuf timeout xvfb-run conda"
_CONDA_WORDS = "activate deactivate install env list info update config"
_KEYWORDS, _IDLE = frozenset(_KEYWORD_WORDS.split()), frozenset(_IDLE_WORDS.split())
_TESTS, _WRAPPERS = frozenset(_TEST_WORDS.split()), frozenset(_WRAPPER_WORDS.split())
_CONDA_IDLE = frozenset(_CONDA_WORDS.split())
_ENDS = ("exit", "return")
_SHELLS = ("bash", "sh", "dash", "zsh")
_SPREADERS = ("mpirun", "mpiexec", "orterun", "horovodrun", "srun")
_TAKE_VALUE = {
    "nice": ("-n",),
    "timeout": ("-k", "-s"),
    "conda": ("-n", "--name", "-p", "--prefix"),
    "sudo": ("-u", "-g"),
    "env": ("-u",),
    "xvfb-run": ("-s", "-e", "-n"),
}
_MOVES = ("--chdir", "-chdir", "-C", "-D", "--cwd", "--wd", "-wd", "--chroot", "-R")
"""Options of other programs that start theirs in another folder."""
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)\+?=")
_SHELL_OPTION = re.compile(r"-[a-zA-Z]+")


def action(words: list[Word]) -> Action:
    """What a simple command does."""
    paths = False
    while words and (found := _ASSIGNMENT.match(words[0].text)):
        paths |= found[1] in ("PYTHONPATH", "PATH")
        words = words[1:]
    if not words:
        return replace(NOTHING, paths=paths)
    done = _action(words)
    return replace(done, paths=True) if paths else done


def _action(words: list[Word]) -> Action:
    head, rest = words[0], words[1:]
    name = head.text
    if name in _KEYWORDS:
        raise UnclearError
    if not head.known or head.optional:
        return LOST
    if name in _WRAPPERS:
        return _wrapped(name, rest)
    if name in _SPREADERS:
        return _spread(rest)
    if is_python(head):
        return interpreted(words)
    return _builtin(name, rest) or launched(words) or _program(head, rest)


def _builtin(name: str, rest: list[Word]) -> Action | None:
    if name in _IDLE:
        paths = any(one.text.startswith(("PYTHONPATH=", "PATH=")) for one in rest)
        return replace(NOTHING, paths=paths) if name in ("export", "declare") else NOTHING
    if name in _TESTS:
        return Action(Does.TESTS)
    if name in _ENDS:
        return Action(Does.ENDS)
    if name == "cd":
        return Action(Does.ENTERS, rest[0]) if len(rest) == 1 and rest[0].known else LOST
    if name in (".", "source"):
        return NOTHING if rest and rest[0].text.rpartition("/")[2] == "activate" else LOST
    if name in ("eval", "alias", "pushd", "popd"):
        return LOST
    if re.fullmatch(r"pip(?:3(?:\.\d+)?)?", name):
        return installed(rest)
    return None


def _program(head: Word, rest: list[Word]) -> Action:
    if head.text.rpartition("/")[2] in _SHELLS:
        return _shell(rest)
    if head.text == "Rscript":
        scripts = [index for index, one in enumerate(rest) if not one.text.startswith("--")]
        if not scripts or rest[scripts[0]].text == "-e":
            return ANYTHING
        return runs(rest[scripts[0]], rest[scripts[0] + 1 :], Language.OTHER)
    if head.text == "tee":
        return ANYTHING if any(may_be_script(one) for one in rest) else NOTHING
    if "/" in head.text:
        return runs(head, rest, Language.PYTHON if head.text.endswith(".py") else Language.OTHER)
    return ANYTHING


def _shell(rest: list[Word]) -> Action:
    """A shell: the text behind `-c`, or the script that it is given."""
    while rest and _SHELL_OPTION.fullmatch(rest[0].text):
        options = rest[0].text
        rest = rest[1:]
        if "c" in options:
            return Action(Does.READS, rest[0]) if rest and not rest[0].splits else ANYTHING
        if "s" in options:
            return ANYTHING
        if options.endswith("o"):
            rest = rest[1:]
    return runs(rest[0], rest[1:], Language.OTHER) if rest else ANYTHING


def _wrapped(name: str, rest: list[Word]) -> Action:
    """What stands behind a program that only runs another one."""
    if name == "command" and rest and rest[0].text in ("-v", "-V"):
        return Action(Does.TESTS)
    if name == "conda":
        if not rest or rest[0].text != "run":
            return NOTHING if rest and rest[0].text in _CONDA_IDLE else ANYTHING
        rest = rest[1:]
    behind = _without_options(name, rest)[1 if name == "timeout" else 0 :]
    if _moves(rest[: len(rest) - len(behind)]):
        return ANYTHING
    if not behind:
        return NOTHING
    done = action(behind)
    return replace(done, last=True) if name == "exec" else done


def _without_options(name: str, rest: list[Word]) -> list[Word]:
    with_value = _TAKE_VALUE.get(name, ())
    while rest and rest[0].text.startswith("-"):
        rest = rest[2:] if rest[0].text in with_value else rest[1:]
    return rest


def _spread(rest: list[Word]) -> Action:
    """Behind `mpirun` and its like only a Python interpreter is found with certainty."""
    if any(word.text == ":" for word in rest):
        return ANYTHING  # Several programs at once.
    for index, word in enumerate(rest):
        if is_python(word):
            return ANYTHING if _moves(rest[:index]) else interpreted(rest[index:])
    return ANYTHING


def _moves(options: list[Word]) -> bool:
    return any(one.text.startswith(_MOVES) for one in options)


def may_be_script(word: Word) -> bool:
    """Whether a file that is written there may be code."""
    return word.text.endswith((".py", ".sh", ".R", ".r", MANY)) or word.splits
