"""`test` and `[` (POSIX.1-2017, test): by the number of arguments."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence

from netmodel.errors import UnsupportedError
from netmodel.programs.process import Context


class BadNumber(Exception):
    """An argument that is to be a number and is none."""


NUMBERS: Mapping[str, Callable[[int, int], bool]] = {
    "-eq": operator.eq,
    "-ne": operator.ne,
    "-lt": operator.lt,
    "-le": operator.le,
    "-gt": operator.gt,
    "-ge": operator.ge,
}


def holds(arguments: Sequence[str], context: Context) -> bool:
    """Whether the expression is true. Raises `BadNumber`, `UnsupportedError`."""
    match list(arguments):
        case []:
            return False
        case [text]:
            return text != ""
        case ["!", *rest]:
            return not holds(rest, context)
        case ["-n", text]:
            return text != ""
        case ["-z", text]:
            return text == ""
        case ["-e", name]:
            return context.files.has(context.path(name))
        case ["-f", name]:
            return context.read_file(name) is not None
        case ["-d", name]:
            return context.files.is_directory(context.path(name))
        case [left, "=", right]:
            return left == right
        case [left, "!=", right]:
            return left != right
        case [left, comparison, right] if comparison in NUMBERS:
            return NUMBERS[comparison](_number(left), _number(right))
    raise UnsupportedError(f"test {' '.join(arguments)}")


def _number(text: str) -> int:
    if not text.strip().lstrip("+-").isdigit():
        raise BadNumber(text)
    return int(text)
