"""Templates carried out on a value (text/template/exec.go), with the functions of Docker's CLI (cli/templates)."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from typing import Any, Protocol, runtime_checkable
from urllib.parse import quote_plus

from netmodel.commands.docker.goformat import kind, shown, sprintf
from netmodel.commands.docker.template import (
    Branch,
    Call,
    Chain,
    Literal,
    Node,
    Operand,
    Pipeline,
    TemplateError,
    Text,
    parse,
)
from netmodel.docker.golang import Nil, Struct, compact, is_empty, plain
from netmodel.errors import UnsupportedError

MISSING: Any = object()
TEXTS = frozenset({"upper", "lower", "title", "split", "pad", "truncate"})


@runtime_checkable
class Context(Protocol):
    """A value of the CLI's own with computed fields: a line of a table."""

    @property
    def type_name(self) -> str:
        """Its Go type, for errors."""

    def field(self, name: str) -> Any:
        """A field's value. Raises `KeyError`."""

    def call(self, name: str, arguments: list[Any]) -> Any:
        """A method with arguments. Raises `KeyError`."""

    def as_json(self) -> Mapping[str, Any]:
        """What `json .` writes."""


class Template:
    """A parsed template. Raises `TemplateError` if the source is none."""

    def __init__(self, source: str) -> None:
        self._nodes = parse(source, frozenset(FUNCTIONS))

    def execute(self, dot: Any, is_header: bool = False) -> str:
        """The text for `dot`; for a table's header the functions that change a cell do nothing. Raises `TemplateError`."""
        out: list[str] = []
        functions = {**FUNCTIONS, **HEADER_FUNCTIONS} if is_header else FUNCTIONS
        _Run(out, functions).nodes(self._nodes, dot, {"$": dot})
        return "".join(out)

    def inspect(self, view: Struct) -> str:
        """The text for an object of the API: first for the Go value, and if that fails, for its JSON, where every key must
        be there (cli/command/inspect, `TemplateInspector`). Raises `TemplateError`."""
        try:
            return self.execute(view)
        except TemplateError:
            out: list[str] = []
            dot = raw(view)
            _Run(out, FUNCTIONS, is_raw=True).nodes(self._nodes, dot, {"$": dot})
            return "".join(out)


class Number(str):
    """A number of JSON that was not converted: a string to Go (`json.Number`)."""


def raw(value: Any) -> Any:
    """A value as Go reads it back from JSON, with `UseNumber`."""
    return _unconverted(plain(value))


def _unconverted(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _unconverted(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_unconverted(item) for item in value]
    return Number(value) if isinstance(value, int) and not isinstance(value, bool) else value


def truth(value: Any) -> bool:
    """`IsTrue`: what is empty is false; a struct is true."""
    return isinstance(value, Struct | Context) or not (value is MISSING or is_empty(value))


class _Run:
    """One execution."""

    def __init__(self, out: list[str], functions: Mapping[str, Callable[..., Any]], is_raw: bool = False) -> None:
        self.out = out
        self.is_raw = is_raw
        self.functions = functions

    def nodes(self, nodes: tuple[Node, ...], dot: Any, variables: dict[str, Any]) -> None:
        for node in nodes:
            if isinstance(node, Text):
                self.out.append(node.text)
            elif isinstance(node, Pipeline):
                value = self.pipeline(node, dot, variables)
                if not node.declares:
                    self.out.append(shown(None if value is MISSING else value))
            else:
                self.branch(node, dot, dict(variables))

    def branch(self, node: Branch, dot: Any, variables: dict[str, Any]) -> None:
        if node.word == "range":
            self.range(node, dot, variables)
            return
        value = self.pipeline(node.pipeline, dot, variables)
        inner = value if node.word == "with" and truth(value) else dot
        self.nodes(node.body if truth(value) else node.otherwise, inner, variables)

    def range(self, node: Branch, dot: Any, variables: dict[str, Any]) -> None:
        plain = Pipeline(node.pipeline.commands, (), node.pipeline.text, node.pipeline.column)
        value = self.pipeline(plain, dot, variables)
        items: list[tuple[Any, Any]]
        if isinstance(value, Struct | str | int | float):
            raise self.error(plain, f"range can't iterate over {shown(value, 1)}")
        if isinstance(value, dict):
            items = [(key, value[key]) for key in sorted(value)]
        else:
            items = list(enumerate(value)) if isinstance(value, list | tuple) else []
        for key, item in items:
            inner = dict(variables)
            names = node.pipeline.declares
            inner.update(zip(names, (key, item) if len(names) == 2 else (item,), strict=False))
            self.nodes(node.body, item, inner)
        if not items:
            self.nodes(node.otherwise, dot, variables)

    def error(self, where: Pipeline | Operand, message: str) -> TemplateError:
        column = where.column
        return TemplateError(f'1:{column}: executing "" at <{where.text}>: {message}')

    def pipeline(self, pipeline: Pipeline, dot: Any, variables: dict[str, Any]) -> Any:
        value: Any = MISSING
        for number, command in enumerate(pipeline.commands):
            last = [value] if number else []
            value = self.command(command, last, dot, variables)
        for name in pipeline.declares:
            variables[name] = value
        return value

    def command(self, command: tuple[Operand, ...], last: list[Any], dot: Any, variables: dict[str, Any]) -> Any:
        first = command[0]
        if isinstance(first, Literal) and first.value is None:
            raise self.error(first, "nil is not a command")
        if isinstance(first, Call):
            arguments = [self.operand(operand, dot, variables) for operand in command[1:]] + last
            self.check(first, command[1:], arguments)
            try:
                return self.functions[first.name](*(None if item is MISSING else item for item in arguments))
            except TemplateError as error:
                whole = Call(" ".join(operand.text for operand in command), first.column)
                raise self.error(whole, f"error calling {first.name}: {error}") from None
            except TypeError:
                raise self.error(first, _arity(first.name, len(arguments))) from None
        if len(command) > 1 or last:
            if isinstance(first, Chain) and first.start == "." and len(first.fields) == 1 and isinstance(dot, Context):
                arguments = [self.operand(operand, dot, variables) for operand in command[1:]] + last
                try:
                    return dot.call(first.fields[0], arguments)
                except KeyError:
                    pass
            raise self.error(first, f"can't give argument to non-function {first.text}")
        return self.operand(first, dot, variables)

    def check(self, call: Call, operands: tuple[Operand, ...], arguments: list[Any]) -> None:
        """Arguments of a wrong type are refused before the call (exec.go, `validateType`)."""
        for number, value in enumerate(arguments):
            operand: Operand = operands[number] if number < len(operands) else call
            if call.name in TEXTS and number == 0:
                if isinstance(operand, Literal) and not isinstance(value, str):
                    raise self.error(operand, f"expected string; found {operand.text}")
                if not isinstance(value, str):
                    raise self.error(operand, f"wrong type for value; expected string; got {kind(value)}")
            if call.name == "join" and number == 0 and not isinstance(value, list | tuple | Nil):
                raise self.error(operand, f"wrong type for value; expected []string; got {kind(value)}")

    def operand(self, operand: Operand, dot: Any, variables: dict[str, Any]) -> Any:
        if isinstance(operand, Literal):
            return operand.value
        if isinstance(operand, Call):
            return self.command((operand,), [], dot, variables)
        if isinstance(operand.start, Pipeline):
            value = self.pipeline(operand.start, dot, variables)
        else:
            value = dot if operand.start == "." else variables[operand.start]
        for field in operand.fields:
            value = self.field(operand, value, field)
        return value

    def field(self, at: Chain, value: Any, name: str) -> Any:
        """One step down."""
        if isinstance(value, Context):
            try:
                return value.field(name)
            except KeyError:
                message = f"can't evaluate field {name} in type {value.type_name}"
                raise self.error(at, message) from None
        if isinstance(value, Struct):
            # The Go field behind "Id" is called ID; the JSON's own name is found when the raw value is tried.
            json_name = "Id" if name == "ID" and "Id" in value else name
            if json_name in value:
                return value[json_name]
            raise self.error(at, f"can't evaluate field {name}")
        if isinstance(value, dict):
            if self.is_raw and name not in value:
                raise self.error(at, f'map has no entry for key "{name}"')
            return value.get(name, MISSING)
        if value is MISSING or isinstance(value, Nil) or value is None:
            return MISSING
        raise self.error(at, f"can't evaluate field {name} in type {'interface {}' if self.is_raw else kind(value)}")


def _json(value: Any) -> str:
    """One line, where HTML's characters stay (`json.Encoder` with SetEscapeHTML(false))."""
    return compact(value.as_json() if isinstance(value, Context) else value, escape_html=False)


# How many arguments a function takes at least and at most, for errors.
ARITY = {"json": "1", "len": "1", "not": "1", "upper": "1", "lower": "1", "title": "1", "split": "2", "join": "2"}
ARITY |= {"pad": "3", "truncate": "2", "ne": "2", "lt": "2", "le": "2", "gt": "2", "ge": "2"}


def _arity(name: str, given: int) -> str:
    return f"wrong number of args for {name}: want {ARITY.get(name, 'at least 1')} got {given}"


def _index(value: Any, *keys: Any) -> Any:
    for key in keys:
        if isinstance(value, list | tuple):
            if not isinstance(key, int):
                raise TemplateError(f"cannot index slice/array with type {kind(key)}")
            if not 0 <= key < len(value):
                raise TemplateError(f"index out of range: {key}")
            value = value[key]
        elif isinstance(value, Struct):
            raise TemplateError("can't index item of type " + kind(value))
        elif isinstance(value, dict):
            value = value.get(key, "" if all(isinstance(item, str) for item in value.values()) else Nil.POINTER)
        elif isinstance(value, str):
            if not isinstance(key, int) or not 0 <= key < len(value.encode()):
                raise TemplateError(f"index out of range: {key}")
            value = value.encode()[key]
        elif value is None or value is MISSING:
            raise TemplateError("index of untyped nil")
        elif isinstance(value, Nil):
            raise TemplateError(f"index out of range: {key}" if value is Nil.SLICE else "index of nil pointer")
        else:
            raise TemplateError(f"can't index item of type {kind(value)}")
    return value


def _length(value: Any) -> int:
    if isinstance(value, Nil):
        return 0
    if isinstance(value, str):
        return len(value.encode())
    if isinstance(value, list | tuple | dict) and not isinstance(value, Struct):
        return len(value)
    raise TemplateError("len of nil pointer" if value is None else f"len of type {kind(value)}")


def _comparable(one: Any, other: Any) -> None:
    if isinstance(one, list | dict) or isinstance(other, list | dict):
        raise TemplateError("non-comparable type")
    if kind(one) != kind(other):
        raise TemplateError("incompatible types for comparison")


def _equal(one: Any, *others: Any) -> bool:
    if not others:
        raise TemplateError("missing argument for comparison")
    for other in others:
        _comparable(one, other)
        if one == other:
            return True
    return False


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
    def run(one: Any, other: Any) -> bool:
        _comparable(one, other)
        return compare(one, other)

    return run


def _and(first: Any, *rest: Any) -> Any:
    values = (first, *rest)
    return next((value for value in values if not truth(value)), values[-1])


def _or(first: Any, *rest: Any) -> Any:
    values = (first, *rest)
    return next((value for value in values if truth(value)), values[-1])


def _title(text: str) -> str:
    return "".join(char.upper() if at == 0 or text[at - 1].isspace() else char for at, char in enumerate(text))


def _slice(value: Any, *bounds: int) -> Any:
    if not isinstance(value, str | list | tuple) or len(bounds) > 2:
        raise UnsupportedError("docker --format with slice of this")
    return value[slice(*(bounds if len(bounds) == 2 else (*bounds, None)))]


def _print(*values: Any) -> str:
    """`fmt.Sprint`: a blank between two operands of which neither is a string."""
    out = ""
    for at, value in enumerate(values):
        if at and not isinstance(value, str) and not isinstance(values[at - 1], str):
            out += " "
        out += shown(value, 1)
    return out


FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "json": _json,
    "split": lambda text, by: text.split(by) if by else list(text),
    "join": lambda items, by: by.join([] if isinstance(items, Nil) else items),
    "html": lambda *values: html.escape(_print(*values)).replace("&quot;", "&#34;").replace("&#x27;", "&#39;"),
    "urlquery": lambda *values: quote_plus(_print(*values)),
    "title": _title,
    "lower": lambda text: text.lower(),
    "upper": lambda text: text.upper(),
    "pad": lambda text, before, after: " " * before + text + " " * after if text else text,
    "truncate": lambda text, size: text if len(text.encode()) < size else text[:size],
    "println": lambda *values: " ".join(shown(value, 1) for value in values) + "\n",
    "print": _print,
    "printf": lambda template, *values: sprintf(template, values),
    "index": _index,
    "slice": _slice,
    "len": _length,
    "eq": _equal,
    "ne": lambda one, other: not _equal(one, other),
    "lt": _ordered(lambda one, other: one < other),
    "le": _ordered(lambda one, other: one <= other),
    "gt": _ordered(lambda one, other: one > other),
    "ge": _ordered(lambda one, other: one >= other),
    "and": _and,
    "or": _or,
    "not": lambda value: not truth(value),
}
HEADER_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    name: lambda value, *rest: value for name in ("json", "split", "join", "title", "lower", "upper", "truncate")
}
