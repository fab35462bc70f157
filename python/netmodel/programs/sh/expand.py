"""Expansion of words (POSIX.1-2017, Shell Command Language, 2.6): parameters, commands, field splitting."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from typing import Any, Protocol

from netmodel.programs.sh.syntax import List, Parameter, Part, Substitution, Text, Word

Expanding = Generator[Any, Any, list[str]]


class Values(Protocol):
    """What expansion needs of a shell."""

    arguments: list[str]

    def value(self, name: str) -> str | None:
        """A variable's or special parameter's value, `None` if it is not set."""

    def assign(self, name: str, value: str) -> None:
        """Set a variable."""

    def capture(self, body: List) -> Generator[Any, Any, str]:
        """What a list writes, run in a subshell."""


class _Fields:
    """Fields as they grow."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self._open: str | None = None

    def join(self, text: str) -> None:
        """Add to the field at hand."""
        self._open = (self._open or "") + text

    def split(self, text: str) -> None:
        """Add text whose blanks end fields."""
        if not text:
            return
        pieces = text.split()
        if text[0].isspace():
            self.end()
        for number, piece in enumerate(pieces):
            if number:
                self.end()
            self.join(piece)
        if pieces and text[-1].isspace():
            self.end()

    def end(self) -> None:
        """The field at hand is complete."""
        if self._open is not None:
            self.done.append(self._open)
            self._open = None


def fields(words: Iterable[Word], values: Values) -> Expanding:
    """The fields that words expand to."""
    found = _Fields()
    for word in words:
        for part in word.parts:
            if isinstance(part, Parameter) and part.quoted and part.name == "@":
                _arguments(found, values)
                continue
            text = yield from _expanded(part, values)
            if isinstance(part, Text) or part.quoted:
                found.join(text)
            else:
                found.split(text)
        found.end()
    return found.done


def _arguments(found: _Fields, values: Values) -> None:
    """`"$@"`: each argument a field of its own."""
    for number, argument in enumerate(values.arguments):
        if number:
            found.end()
        found.join(argument)


def single(word: Word, values: Values) -> Generator[Any, Any, str]:
    """What a word expands to where no fields are split: in assignments and redirections."""
    text = ""
    for part in word.parts:
        text += yield from _expanded(part, values)
    return text


def _expanded(part: Part, values: Values) -> Generator[Any, Any, str]:
    if isinstance(part, Text):
        return part.text
    if isinstance(part, Substitution):
        captured = yield from values.capture(part.body)
        return captured.rstrip("\n")
    value = values.value(part.name)
    is_set = value is not None and not (part.operator.startswith(":") and not value)
    match part.operator.removeprefix(":"):
        case "#":
            return str(len(value or ""))
        case "+":
            return (yield from single(part.word or Word(()), values)) if is_set else ""
        case "-" | "=" if not is_set:
            text = yield from single(part.word or Word(()), values)
            if part.operator.endswith("="):
                values.assign(part.name, text)
            return text
    return value or ""


__all__ = ["Values", "fields", "single"]
