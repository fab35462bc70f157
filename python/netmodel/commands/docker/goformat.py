"""How Go prints values: `%v` and the other verbs of fmt that people use in templates."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from netmodel.docker.golang import Instant, Nil, Struct, rfc3339
from netmodel.errors import UnsupportedError


def go_time(ns: int, offset: int, has_fraction: bool = True) -> str:
    """`time.Time.String`: `2006-01-02 15:04:05.999999999 -0700 MST`."""
    day, _, clock = rfc3339(ns, offset).partition("T")
    clock = clock[:-6] if offset else clock.removesuffix("Z")
    if not has_fraction:
        clock = clock.partition(".")[0]
    hours, minutes = divmod(abs(offset) // 60, 60)
    zone = f"{'-' if offset < 0 else '+'}{hours:02d}{minutes:02d}"
    return f"{day} {clock} {zone} {zone if offset else 'UTC'}"


VERB = re.compile(r"%([-+# 0]*)(\d*)(?:\.(\d+))?([a-zA-Z%])")


def shown(value: Any, depth: int = 0) -> str:
    """`%v`. Raises `UnsupportedError` for a pointer inside of something, which Go shows as an address in memory."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return "<nil>" if depth else "<no value>"
    if isinstance(value, Nil):
        return value.value
    if isinstance(value, Struct):
        if depth and value.is_pointer:
            raise UnsupportedError("docker --format that prints an address in memory")
        return "{" + " ".join(shown(item, depth + 1) for item in value.values()) + "}"
    if isinstance(value, dict):
        return "map[" + " ".join(f"{key}:{shown(value[key], depth + 1)}" for key in sorted(value)) + "]"
    if isinstance(value, list | tuple):
        return "[" + " ".join(shown(item, depth + 1) for item in value) + "]"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, Instant):
        return go_time(value.ns, value.offset)
    return str(value)


def kind(value: Any) -> str:
    """The type of a value in the words of fmt and text/template."""
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int):
        return "int"
    if isinstance(value, float):
        return "float64"
    if isinstance(value, str | Instant):
        return "string"
    if isinstance(value, list | tuple):
        return "[]string"
    return "map[string]string"


def sprintf(template: str, arguments: Sequence[Any]) -> str:
    """`fmt.Sprintf`: too few arguments and wrong verbs are written into the text, too many at its end."""
    left = list(arguments)

    def one(found: re.Match[str]) -> str:
        flags, width, precision, verb = found.groups()
        if verb == "%":
            return "%"
        if not left:
            return f"%!{verb}(MISSING)"
        return padded(formatted(verb, flags, precision, left.pop(0)), flags, width)

    text = VERB.sub(one, template)
    if left:
        text += "%!(EXTRA " + ", ".join(f"{kind(value)}={shown(value, 1)}" for value in left) + ")"
    return text


def padded(text: str, flags: str, width: str) -> str:
    """A text in its field."""
    if not width:
        return text
    if "-" in flags:
        return text.ljust(int(width))
    return text.rjust(int(width), "0" if "0" in flags else " ")


def formatted(verb: str, flags: str, precision: str | None, value: Any) -> str:
    """One argument by its verb."""
    if verb == "v":
        return shown(value, 1)
    if verb == "s" and isinstance(value, str | list | tuple | Instant | dict):
        text = shown(value, 1)
        return text[: int(precision)] if precision else text
    if verb == "q" and isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if verb in "dxXob" and isinstance(value, int) and not isinstance(value, bool):
        return format(value, verb if verb != "d" else "d")
    if verb in "xX" and isinstance(value, str):
        return value.encode().hex() if verb == "x" else value.encode().hex().upper()
    if verb == "t" and isinstance(value, bool):
        return shown(value)
    if verb == "f" and isinstance(value, float):
        return f"{value:.{precision or 6}f}"
    if verb in "sdqtxXf":
        return f"%!{verb}({kind(value)}={shown(value, 1)})"
    raise UnsupportedError(f"docker --format with printf %{flags}{verb}")
