"""Values as Go's structs, nil and zero values show in JSON and in templates.

A dict stands for a Go map; its keys are printed sorted. A `Struct` keeps the order of its fields.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any

SECOND = 10**9
ZERO_TIME = "0001-01-01T00:00:00Z"


class Nil(Enum):
    """A nil of Go by its type: all are `null` in JSON, but a template prints them differently."""

    SLICE = "[]"
    MAP = "map[]"
    POINTER = "<nil>"


class Struct(dict[str, Any]):
    """A struct by its JSON names. `optional` names the fields with `omitempty`; `is_pointer`: it is held by reference."""

    def __init__(self, fields: Mapping[str, Any], optional: tuple[str, ...] = (), is_pointer: bool = False) -> None:
        super().__init__(fields)
        self.optional = optional
        self.is_pointer = is_pointer


@dataclass(frozen=True, slots=True)
class Instant:
    """A moment, nanoseconds since 1970, as `time.Time` of a clock in `offset` seconds east of UTC."""

    ns: int
    offset: int = 0

    def __str__(self) -> str:
        return rfc3339(self.ns, self.offset)


def rfc3339(ns: int, offset: int = 0) -> str:
    """`time.RFC3339Nano`: trailing zeros of the fraction are left out, UTC is `Z`."""
    seconds, rest = divmod(ns, SECOND)
    moment = datetime.fromtimestamp(seconds + offset, UTC)
    fraction = f".{rest:09d}".rstrip("0").rstrip(".")
    sign, minutes = "-" if offset < 0 else "+", abs(offset) // 60
    zone = f"{sign}{minutes // 60:02d}:{minutes % 60:02d}" if offset else "Z"
    return moment.strftime("%Y-%m-%dT%H:%M:%S") + fraction + zone


def plain(value: Any) -> Any:
    """What `encoding/json` makes of a value: structs in order without their empty optional fields, maps sorted."""
    if isinstance(value, Struct):
        return {name: plain(item) for name, item in value.items() if not (name in value.optional and is_empty(item))}
    if isinstance(value, dict):
        return {name: plain(value[name]) for name in sorted(value)}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, Nil):
        return None
    return str(value) if isinstance(value, Instant) else value


def is_empty(value: Any) -> bool:
    """Whether `omitempty` leaves a value out."""
    return value is None or isinstance(value, Nil) or value in ("", 0, False) or value == {} or value == []


def compact(value: Any, escape_html: bool = True) -> str:
    """One line, as `json.Marshal` writes: it escapes `<`, `>` and `&`, too."""
    text = json.dumps(plain(value), ensure_ascii=False, separators=(",", ":"))
    return escaped(text) if escape_html else text


def escaped(text: str) -> str:
    """JSON text with what HTML minds escaped (`json.HTMLEscape`)."""
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def indented(value: Any) -> str:
    """Four blanks a level, as the CLI re-indents what the server sent."""
    return json.dumps(plain(value), ensure_ascii=False, indent=4)


def parse_instant(text: str) -> int:
    """Nanoseconds since 1970 of an RFC 3339 instant. Raises `ValueError`."""
    head, _, rest = text.partition(".")
    digits = rest[: len(rest) - len(rest.lstrip("0123456789"))]
    zone = rest[len(digits) :] if rest else head[19:]
    moment = datetime.fromisoformat(head[:19] + (zone or "Z").replace("Z", "+00:00"))
    return round(moment.timestamp()) * SECOND + int(digits.ljust(9, "0")[:9] or "0")
