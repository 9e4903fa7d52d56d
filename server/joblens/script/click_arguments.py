"""The arguments of a script that uses click: one command, decorated with what it takes."""

from __future__ import annotations

import ast

from joblens.script.accepted import Arguments, Option
from joblens.script.source import Source, has_stars, is_false, is_true, keyword, text_of

_COMMAND_KEYWORDS = frozenset(("name", "help", "short_help", "epilog", "options_metavar", "no_args_is_help"))
_SETTINGS = frozenset(("help_option_names", "show_default", "max_content_width", "terminal_width"))
_CALL_KEYWORDS = frozenset(("standalone_mode", "prog_name", "obj"))
_READY_MADE = {
    "click.version_option": Option(("--version",), 0, ends=True),
    "click.help_option": Option(("--help",), 0, ends=True),
    "click.confirmation_option": Option(("--yes",), 0),
    "click.password_option": Option(("--password",)),
}
_SILENT = frozenset(("click.pass_context", "click.pass_obj"))
_FILLS = ("default", "prompt", "envvar")
"""What gives an option its value where the command line does not."""


def read(source: Source) -> Arguments | None:
    """The arguments of the script; None where they are not certain."""
    names = {source.dotted(call.func) for call in source.calls} | {
        source.dotted(one) for function in source.functions.values() for one in function.decorator_list
    }
    commands = [one for one in source.functions.values() if _command_of(source, one) is not None]
    is_group = any(
        name and name.startswith("click.") and name.endswith(("roup", "Collection")) for name in names
    )
    if len(commands) != 1 or is_group or not _is_plain_command(source, commands[0]):
        return None
    options: list[Option] = [Option(("--help", *_help_names(source, commands[0])), 0, ends=True)]
    positionals: list[Option] = []
    for decorator in commands[0].decorator_list:
        if decorator is _command_of(source, commands[0]) or source.dotted(decorator) in _SILENT:
            continue
        found = _argument(source, decorator)
        if found is None:
            return None
        (options if found.names[0].startswith("-") else positionals).append(found)
    if not _is_started(source, commands[0]):
        return None
    return Arguments(
        tuple(options), tuple(reversed(positionals)), refuses=True, abbreviates=False, values_with_dash=True
    )


def _command_of(source: Source, function: ast.FunctionDef) -> ast.expr | None:
    for decorator in function.decorator_list:
        name = source.dotted(decorator.func if isinstance(decorator, ast.Call) else decorator) or ""
        if name.rpartition(".")[2] == "command":
            return decorator
    return None


def _is_plain_command(source: Source, function: ast.FunctionDef) -> bool:
    command = _command_of(source, function)
    if not isinstance(command, ast.Call):
        return source.dotted(command) == "click.command" if command is not None else False
    if source.dotted(command.func) != "click.command" or has_stars(command):
        return False
    settings = keyword(command, "context_settings")
    if settings is not None and not (
        isinstance(settings, ast.Dict) and all(text_of(key) in _SETTINGS for key in settings.keys)
    ):
        return False
    names = {one.arg for one in command.keywords} - {"context_settings"}
    return names <= _COMMAND_KEYWORDS


def _help_names(source: Source, function: ast.FunctionDef) -> list[str]:
    command = _command_of(source, function)
    settings = keyword(command, "context_settings") if isinstance(command, ast.Call) else None
    texts = [text_of(node) or "" for node in ast.walk(settings)] if settings is not None else []
    return [text for text in texts if text.startswith("-")]


def _is_started(source: Source, function: ast.FunctionDef) -> bool:
    """Whether the command is called with the command line, for certain, and cannot be called otherwise."""
    calls = source.calls_of(function.name)
    if any(call.args or any(one.arg not in _CALL_KEYWORDS for one in call.keywords) for call in calls):
        return False
    uses = [node for node in source.nodes if isinstance(node, ast.Name) and node.id == function.name]
    argv = bool(source.uses_of("sys.argv"))
    return len(uses) == len(calls) and not argv and any(source.is_always_run(call) for call in calls)


def _argument(source: Source, decorator: ast.expr) -> Option | None:
    """An option or an argument; None for any other decorator."""
    if not isinstance(decorator, ast.Call) or has_stars(decorator):
        return None
    kind = source.dotted(decorator.func) or ""
    written = [text_of(one) for one in decorator.args]
    names = tuple(name for name in written if name is not None)
    if len(names) < len(written) or keyword(decorator, "cls") is not None:
        return None
    if kind in _READY_MADE:
        own_names = names[1:] if kind == "click.version_option" else names
        return _READY_MADE[kind] if not own_names else None
    if kind == "click.argument" and names:
        return _positional(decorator, names)
    return _flag(decorator, names) if kind == "click.option" and names else None


def _positional(call: ast.Call, names: tuple[str, ...]) -> Option:
    count, required = _count(call), keyword(call, "required")
    varies = count is None
    filled = any(keyword(call, one) is not None for one in _FILLS)
    needed = is_true(required) or (required is None and not varies)
    return Option(names, count, needed and not filled)


def _flag(call: ast.Call, written: tuple[str, ...]) -> Option | None:
    names = tuple(
        part.strip() for name in written for part in (name.split("/") if name.startswith("-") else ())
    )
    names = tuple(name for name in names if name)
    if not names:
        return None
    two_sided = any("/" in name for name in written)
    filled = any(keyword(call, one) is not None for one in _FILLS)
    required = is_true(keyword(call, "required")) and not filled
    flag, counts = keyword(call, "is_flag"), keyword(call, "count")
    if two_sided or is_true(flag) or is_true(counts):
        return Option(names, 0, required)
    unclear = not is_false(flag) or not is_false(counts) or keyword(call, "flag_value") is not None
    return Option(names, None if unclear else _count(call), required)


def _count(call: ast.Call) -> int | None:
    """How many words it takes; None where that varies or is not known."""
    count, kind = keyword(call, "nargs"), keyword(call, "type")
    if count is None:
        return len(kind.elts) if isinstance(kind, ast.Tuple) else 1
    fixed = isinstance(count, ast.Constant) and isinstance(count.value, int) and count.value > 0
    return count.value if fixed else None  # type: ignore[attr-defined]
