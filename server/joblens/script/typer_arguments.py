"""The arguments of a script that uses typer: the parameters of its one command."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from joblens.script.accepted import Arguments, Option
from joblens.script.source import Source, has_stars, is_false, keyword, text_of

_APP_KEYWORDS = frozenset(
    """
    name help add_completion no_args_is_help rich_markup_mode short_help epilog pretty_exceptions_enable
    pretty_exceptions_show_locals pretty_exceptions_short
    """.split()  # noqa: SIM905
)
_COMMAND_KEYWORDS = frozenset(("name", "help", "short_help", "epilog", "no_args_is_help"))
_BUILT_IN = (
    Option(("--help",), 0, ends=True),
    Option(("--install-completion",), 0, ends=True),
    Option(("--show-completion",), 0, ends=True),
)
_FILLS = ("envvar", "prompt", "default_factory")
_LISTS = frozenset("list List Sequence typing.List typing.Sequence".split())  # noqa: SIM905
_TUPLES = frozenset(("tuple", "Tuple", "typing.Tuple"))
_WRAPPERS = frozenset(("Optional", "typing.Optional"))
_ANNOTATED = ("typing.Annotated", "typing_extensions.Annotated")


class _UnclearError(Exception):
    """A parameter says more than is followed here."""


def read(source: Source) -> Arguments | None:
    """The arguments of the script; None where they are not certain."""
    command = _command(source)
    if command is None or source.uses_of("sys.argv"):
        return None
    try:
        found = list(_parameters(source, command))
    except _UnclearError:
        return None
    return Arguments(
        options=(*_BUILT_IN, *(one for one in found if one.names[0].startswith("-"))),
        positionals=tuple(one for one in found if not one.names[0].startswith("-")),
        refuses=True,
        abbreviates=False,
        values_with_dash=True,
    )


def _command(source: Source) -> ast.FunctionDef | None:
    """The function that the command line is given to, for certain."""
    started = [call for call in source.calls if source.dotted(call.func) == "typer.run"]
    if started:
        call = started[0]
        function = call.args[0] if len(call.args) == 1 and not call.keywords else None
        if len(started) > 1 or not isinstance(function, ast.Name) or not source.is_always_run(call):
            return None
        found = source.functions.get(function.id)
        return found if found is not None and not found.decorator_list else None
    return _command_of_app(source)


def _command_of_app(source: Source) -> ast.FunctionDef | None:
    apps = [
        node.targets[0].id
        for node in source.tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and source.dotted(node.value.func) == "typer.Typer"
        and isinstance(node.targets[0], ast.Name)
        and not node.value.args
        and all(one.arg in _APP_KEYWORDS for one in node.value.keywords)
    ]
    if len(apps) != 1:
        return None
    app = apps[0]
    decorated = [one for one in source.functions.values() if one.decorator_list]
    commands = [one for one in decorated if any(_is_command(one, app) for one in one.decorator_list)]
    started = [call for call in source.calls_of(app) if not call.args and not call.keywords]
    loads = [node for node in source.nodes if isinstance(node, ast.Name) and node.id == app]
    # Its making, its command, its start: whatever else is done with it may add to what it takes.
    if len(commands) != 1 or len(commands[0].decorator_list) != 1 or len(loads) != 2 + len(started):
        return None
    return commands[0] if any(source.is_always_run(call) for call in started) else None


def _is_command(decorator: ast.expr, app: str) -> bool:
    return (
        isinstance(decorator, ast.Call)
        and isinstance(decorator.func, ast.Attribute)
        and decorator.func.attr == "command"
        and isinstance(decorator.func.value, ast.Name)
        and decorator.func.value.id == app
        and all(one.arg in _COMMAND_KEYWORDS for one in decorator.keywords)
    )


def _parameters(source: Source, function: ast.FunctionDef) -> Iterator[Option]:
    given = function.args
    if given.vararg or given.kwarg or given.posonlyargs:
        raise _UnclearError
    defaults: list[ast.expr | None] = [None] * (len(given.args) - len(given.defaults))
    pairs = [
        *zip(given.args, [*defaults, *given.defaults], strict=True),
        *zip(given.kwonlyargs, given.kw_defaults, strict=True),
    ]
    for parameter, default in pairs:
        if parameter.annotation is not None and source.dotted(parameter.annotation) == "typer.Context":
            continue
        yield _parameter(source, parameter, default)


def _parameter(source: Source, parameter: ast.arg, default: ast.expr | None) -> Option:
    kind, told = _annotation(source, parameter.annotation)
    in_annotation = told is not None
    if told is None and isinstance(default, ast.Call):
        told = default
    place = source.dotted(told.func) if told is not None else None
    if told is not None and (has_stars(told) or place not in ("typer.Option", "typer.Argument")):
        raise _UnclearError
    texts = list(told.args) if told is not None else []
    if told is not None and not in_annotation:
        default = texts.pop(0) if texts else keyword(told, "default") or ast.Constant(...)
    names = [text_of(one) for one in texts]
    required = default is None or (isinstance(default, ast.Constant) and default.value is ...)
    filled = told is not None and any(keyword(told, one) is not None for one in _FILLS)
    is_option = place == "typer.Option" or (told is None and default is not None)
    needed = required and not filled
    if not is_option:
        return Option((parameter.arg,), _count(source, kind), needed and not _is_list(source, kind))
    return _option(source, parameter.arg, kind, names, told, needed)


def _option(
    source: Source,
    name: str,
    kind: ast.expr | None,
    names: list[str | None],
    told: ast.Call | None,
    needed: bool,
) -> Option:
    if any(one is None for one in names):
        raise _UnclearError
    written = [
        part.strip() for one in names if one and one[0] == "-" for part in one.split("/") if part.strip()
    ]
    is_flag = kind is not None and source.dotted(kind) == "bool"
    if not written:
        dashed = name.lower().replace("_", "-")
        written = [f"--{dashed}", *([f"--no-{dashed}"] if is_flag else [])]
    known = told is None or all(is_false(keyword(told, one)) for one in ("count", "is_flag", "flag_value"))
    return Option(tuple(written), (0 if is_flag else _count(source, kind)) if known else None, needed)


def _annotation(source: Source, node: ast.expr | None) -> tuple[ast.expr | None, ast.Call | None]:
    """The type of a parameter, and the `typer.Option(...)` in its `Annotated`."""
    told = None
    if isinstance(node, ast.Subscript) and source.dotted(node.value) in _ANNOTATED:
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else []
        if len(parts) != 2 or not isinstance(parts[1], ast.Call):
            raise _UnclearError
        node, told = parts[0], parts[1]
    if isinstance(node, ast.Subscript) and source.dotted(node.value) in _WRAPPERS:
        node = node.slice
    if isinstance(node, ast.BinOp):
        node = node.left if isinstance(node.right, ast.Constant) else node.right
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        raise _UnclearError
    return node, told


def _count(source: Source, kind: ast.expr | None) -> int | None:
    """How many words a type takes; a list that is an option takes one each time."""
    if isinstance(kind, ast.Subscript) and source.dotted(kind.value) in _TUPLES:
        return len(kind.slice.elts) if isinstance(kind.slice, ast.Tuple) else None
    return 1


def _is_list(source: Source, kind: ast.expr | None) -> bool:
    return isinstance(kind, ast.Subscript) and source.dotted(kind.value) in _LISTS
