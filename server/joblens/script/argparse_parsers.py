"""The parsers of a script that uses argparse, followed through its names, parameters and functions.

Once anything else gets hold of a parser, or it is told to behave otherwise, nothing is certain.
"""

from __future__ import annotations

import ast

from joblens.script.source import Source, has_stars, keyword

_PARSER = "argparse.ArgumentParser"
_PLAIN_KEYWORDS = frozenset(
    ("prog", "usage", "description", "epilog", "formatter_class", "parents", "add_help", "allow_abbrev")
)
_TEXTS_FIRST = 4
"""So many arguments of a parser, given by their place, are texts that it shows."""
_GROUPS = frozenset(("add_argument_group", "add_mutually_exclusive_group"))
_PARSES = frozenset(("parse_args", "parse_intermixed_args"))
_PARSES_SOME = frozenset(("parse_known_args", "parse_known_intermixed_args"))
_TELLS = frozenset(("print_help", "print_usage", "format_help", "format_usage", "error", "exit"))
_METHODS = _GROUPS | _PARSES | _PARSES_SOME | _TELLS | {"add_argument", "set_defaults", "get_default"}
_PLAIN_ATTRIBUTES = frozenset(("description", "epilog", "usage", "prog", "formatter_class"))
_MAY_NAME = (ast.Assign, ast.AnnAssign, ast.Return, ast.Call)


class UnclearError(Exception):
    """A parser does what is not followed here."""


class Parsers:
    """The parsers and groups of one script; raises where they are not certain."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._names: set[str] = set()
        self._makers: set[str] = set()
        self.created = [call for call in source.calls if source.dotted(call.func) == _PARSER]
        """The calls that make a parser."""
        if not self.created:
            raise UnclearError
        self._follow()
        self._see_that_nothing_else_takes_part()

    def gives(self, node: ast.AST) -> bool:
        """Whether an expression is a parser or a group of one."""
        if isinstance(node, ast.Name):
            return node.id in self._names
        if not isinstance(node, ast.Call):
            return False
        if node in self.created or (isinstance(node.func, ast.Name) and node.func.id in self._makers):
            return True
        return (
            isinstance(node.func, ast.Attribute) and node.func.attr in _GROUPS and self.gives(node.func.value)
        )

    def parsing(self) -> list[ast.Call]:
        """The calls that read the command line, each all of it."""
        found = [call for call in self._source.calls if method(call) in _PARSES | _PARSES_SOME]
        for call in found:
            given = [*call.args[:1], *(one.value for one in call.keywords if one.arg == "args")]
            on_parser = isinstance(call.func, ast.Attribute) and self.gives(call.func.value)
            if not on_parser or has_stars(call):
                raise UnclearError
            if not all(self._is_command_line(one, call) for one in given):
                raise UnclearError
        return found

    def _follow(self) -> None:
        """Find the names of parsers and groups, until no new one turns up."""
        nodes = [node for node in self._source.nodes if isinstance(node, _MAY_NAME)]
        before = -1
        while before != len(self._names) + len(self._makers):
            before = len(self._names) + len(self._makers)
            for node in nodes:
                self._note(node)

    def _note(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if self.gives(node.value):
                self._names.update(one.id for one in targets if isinstance(one, ast.Name))
        elif isinstance(node, ast.Return) and node.value is not None and self.gives(node.value):
            maker = self._source.around(node)
            if maker is None:
                raise UnclearError
            self._makers.add(maker.name)
        elif isinstance(node, ast.Call):
            self._note_parameters(node)

    def _note_parameters(self, call: ast.Call) -> None:
        function = self._source.functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if function is None:
            return
        parameters = [*function.args.posonlyargs, *function.args.args]
        for parameter, value in zip(parameters, call.args, strict=False):
            if self.gives(value):
                self._names.add(parameter.arg)
        self._names.update(one.arg for one in call.keywords if one.arg and self.gives(one.value))

    def _see_that_nothing_else_takes_part(self) -> None:
        source = self._source
        if not all(self._is_plain(created) for created in self.created):
            raise UnclearError
        places = [node for node in source.nodes if isinstance(node, ast.Name | ast.Call) and _is_read(node)]
        if not all(self._is_known_use(place) for place in places if self.gives(place)):
            raise UnclearError
        classes = [node for node in source.nodes if isinstance(node, ast.ClassDef)]
        if any(source.dotted(base) == _PARSER for one in classes for base in one.bases):
            raise UnclearError
        if any(not self._is_all_arguments(source.parents.get(node)) for node in source.uses_of("sys.argv")):
            raise UnclearError

    def _is_plain(self, created: ast.Call) -> bool:
        """Whether a parser is made with nothing that changes how it reads."""
        if len(created.args) > _TEXTS_FIRST or has_stars(created):
            return False
        parents = keyword(created, "parents") or ast.List([])
        known = isinstance(parents, ast.List | ast.Tuple) and all(self.gives(one) for one in parents.elts)
        return known and all(one.arg in _PLAIN_KEYWORDS for one in created.keywords)

    def _is_known_use(self, node: ast.AST) -> bool:
        """A parser may be named, returned, given to a function of the script, or asked what is known."""
        parent = self._source.parents.get(node)
        around = self._source.parents.get(parent) if parent is not None else None
        match parent:
            case ast.Attribute():
                called = isinstance(around, ast.Call) and around.func is parent and parent.attr in _METHODS
                return called or (isinstance(parent.ctx, ast.Store) and parent.attr in _PLAIN_ATTRIBUTES)
            case ast.Call():
                return self._is_own_function(parent)
            case ast.keyword():
                return isinstance(around, ast.Call) and self._is_own_function(around)
            case ast.Assign():
                return all(isinstance(one, ast.Name) for one in parent.targets)
            case ast.AnnAssign():
                return isinstance(parent.target, ast.Name)
            case ast.List() | ast.Tuple():
                return isinstance(around, ast.keyword) and around.arg == "parents"
            case _:
                return isinstance(parent, ast.Return | ast.Expr)

    def _is_own_function(self, call: ast.Call) -> bool:
        """Whether a call is of a function of the script, whose parameters are named one by one."""
        function = self._source.functions.get(call.func.id) if isinstance(call.func, ast.Name) else None
        if function is None or has_stars(call):
            return False
        return function.args.vararg is None and function.args.kwarg is None

    def _is_command_line(self, node: ast.expr, call: ast.Call) -> bool:
        """Whether what is parsed is the script's own command line: `sys.argv[1:]`, `None` or left to that."""
        if _is_none(node) or self._is_all_arguments(node):
            return True
        function = self._source.around(call)
        if not isinstance(node, ast.Name) or function is None:
            return False
        names = [one.arg for one in (*function.args.posonlyargs, *function.args.args)]
        if node.id not in names or self._is_assigned(node.id, function):
            return False
        place = names.index(node.id)
        given = [
            value
            for one in self._source.calls_of(function.name)
            for value in (*one.args[place : place + 1], keyword(one, node.id))
            if value is not None
        ]
        first = len(names) - len(function.args.defaults)
        defaults = function.args.defaults[place - first : place - first + 1] if place >= first else []
        return all(_is_none(one) or self._is_all_arguments(one) for one in (*given, *defaults))

    def _is_assigned(self, name: str, function: ast.FunctionDef) -> bool:
        return any(
            isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
            for node in ast.walk(function)
        )

    def _is_all_arguments(self, node: ast.AST | None) -> bool:
        """Whether an expression is `sys.argv[1:]`, given to something at once."""
        if not isinstance(node, ast.Subscript) or self._source.dotted(node.value) != "sys.argv":
            return False
        around = self._source.parents.get(node)
        if isinstance(around, ast.keyword):
            around = self._source.parents.get(around)
        return ast.unparse(node.slice) == "1:" and isinstance(around, ast.Call)


def method(call: ast.Call) -> str:
    """The name of the method that is called; empty for a function."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else ""


def parses_all(call: ast.Call) -> bool:
    """Whether a call that reads the command line refuses what it does not know."""
    return method(call) in _PARSES


def _is_read(node: ast.Name | ast.Call) -> bool:
    return isinstance(node, ast.Call) or isinstance(node.ctx, ast.Load)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None
