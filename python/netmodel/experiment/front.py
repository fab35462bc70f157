"""The front matter of an experiment: TOML between two lines `+++`.

============== ================================================================================================
`title`        what the experiment is about
`platform`     the machine it was recorded on (`debian12`)
`on`           the host it starts from: `machine`, `bare`, or the name of the experiment it continues
`timezone`     the host's, as in the IANA database (`UTC`)
`prompt`       what stands before a command (`$ `)
`nested`       a list: what stands before a line that is typed into a command (`/ # `)
`compare`      `exact`, or `folded`: runs of blanks count as one, and empty lines not at all
`[clock]`      `start`, an instant; `typed`, seconds after it: one for each command and each ^C, in the file's order
`[draw.KIND]`  OWNER = what its draws give, one or a list; an empty text leaves one to the seed
`[outside]`    DEVICE.PROPERTY = what comes from outside
============== ================================================================================================

Kinds and properties are those of `netmodel.entropy`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from netmodel.entropy import KINDS, OUTSIDE, Draw, Form, form_of
from netmodel.errors import ExperimentError

FENCE = "+++"
KNOWN = ("title", "platform", "on", "timezone", "prompt", "nested", "compare", "clock", "draw", "outside")
COMPARE = ("exact", "folded")
SECOND = 10**9
SHAPES: Mapping[Form, str] = {
    Form.ID: r"[0-9a-f]{64}",
    Form.NAME: r"[0-9a-f]{7}",
    Form.MAC: r"[0-9a-f]{2}(:[0-9a-f]{2}){5}",
}


@dataclass(frozen=True)
class Front:
    """What the front matter says. `text` is its source, without the fences; the rest is read from it."""

    text: str
    title: str
    platform: str = "debian12"
    on: str = "machine"
    timezone: str = "UTC"
    prompt: str = "$ "
    nested: tuple[str, ...] = ("/ # ",)
    compare: str = "exact"
    start: int | None = None
    typed: tuple[int, ...] | None = None
    declared: Mapping[Draw, str] = field(default_factory=dict)

    @property
    def folded(self) -> bool:
        """Whether blanks are folded before lines are compared."""
        return self.compare == "folded"


def instant(moment: datetime) -> int:
    """A date and time with its offset as nanoseconds since 1970."""
    return int((moment - datetime(1970, 1, 1, tzinfo=UTC)) / (moment.resolution)) * 1000


def read(text: str, file: str) -> Front:
    """Read front matter. Raises `ExperimentError` with the place in `file`, whose first line is the opening fence."""
    reader = _Reader(text, file)
    try:
        table = tomllib.loads(text, parse_float=Decimal)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r" \(at line (\d+), column (\d+)\)$", str(error))
        line, column = (int(place[1]), int(place[2])) if place else _end_of(text)
        sentence = re.sub(r" \(at .*\)$", "", str(error))
        raise ExperimentError(f"expected TOML: {sentence}", file, line + 1, column) from None
    for key in table:
        if key not in KNOWN:
            reader.refuse(key, f"expected one of {', '.join(KNOWN)}; not {key!r}")
    clock = reader.table(table, "clock")
    return Front(
        text=text,
        title=reader.text(table, "title", None),
        platform=reader.text(table, "platform", "debian12"),
        on=reader.text(table, "on", "machine"),
        timezone=reader.timezone(table),
        prompt=reader.text(table, "prompt", "$ "),
        nested=tuple(reader.texts(table.get("nested", ["/ # "]), "nested")),
        compare=reader.choice(table, "compare", COMPARE),
        start=reader.start(clock),
        typed=reader.typed(clock),
        declared=dict(reader.draws(table)) | dict(reader.outside(table)),
    )


def _end_of(text: str) -> tuple[int, int]:
    return text.count("\n") + 1, len(text.rpartition("\n")[2]) + 1


class _Reader:
    """Reads values out of the tables, and says where one is wrong."""

    def __init__(self, source: str, file: str) -> None:
        self.lines = source.split("\n")
        self.file = file

    def refuse(self, key: str, expected: str) -> None:
        """Raise, at the first line that names `key`."""
        for number, line in enumerate(self.lines, 2):
            column = line.find(key)
            if column >= 0:
                raise ExperimentError(expected, self.file, number, column + 1)
        raise ExperimentError(expected, self.file, 1, 1)

    def table(self, table: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = table.get(key, {})
        if not isinstance(value, dict):
            self.refuse(key, f"expected a table: [{key}]")
        return dict(value)

    def text(self, table: Mapping[str, Any], key: str, default: str | None) -> str:
        value = table.get(key, default)
        if not isinstance(value, str):
            self.refuse(key, f"expected {key} = a text")
        return str(value)

    def texts(self, value: Any, key: str) -> list[str]:
        if isinstance(value, list):
            return [self.scalar(item, key) for item in value]
        return [self.scalar(value, key)]

    def scalar(self, value: Any, key: str) -> str:
        if isinstance(value, datetime) and value.tzinfo is not None:
            return value.isoformat()
        if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
            self.refuse(key, f"expected a text, a number, an instant with its offset or a list of these for {key}")
        return str(value)

    def choice(self, table: Mapping[str, Any], key: str, known: tuple[str, ...]) -> str:
        value = self.text(table, key, known[0])
        if value not in known:
            self.refuse(key, f"expected {key} = one of {', '.join(known)}; not {value!r}")
        return value

    def timezone(self, table: Mapping[str, Any]) -> str:
        name = self.text(table, "timezone", "UTC")
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError):
            self.refuse("timezone", f"expected timezone = a name of the IANA database; not {name!r}")
        return name

    def start(self, clock: Mapping[str, Any]) -> int | None:
        if not clock:
            return None
        start = clock.get("start")
        if not isinstance(start, datetime) or start.tzinfo is None:
            self.refuse("start" if "start" in clock else "clock", "expected start = an instant with its offset")
        assert isinstance(start, datetime)
        return instant(start)

    def typed(self, clock: Mapping[str, Any]) -> tuple[int, ...] | None:
        if not clock:
            return None
        for key in clock:
            if key not in ("start", "typed"):
                self.refuse(key, f"expected start or typed; not {key!r}")
        seconds = clock.get("typed")
        if not isinstance(seconds, list) or not all(isinstance(value, int | Decimal) for value in seconds):
            self.refuse("typed" if "typed" in clock else "clock", "expected typed = a list of seconds")
        assert isinstance(seconds, list)
        if seconds != sorted(seconds):
            self.refuse("typed", "expected typed = seconds that do not run backwards")
        return tuple(int(value * SECOND) for value in seconds)

    def draws(self, table: Mapping[str, Any]) -> Iterator[tuple[Draw, str]]:
        for kind, owners in self.table(table, "draw").items():
            if kind not in KINDS or kind == "outside":
                known = ", ".join(kind for kind in KINDS if kind != "outside")
                self.refuse(kind, f"expected one of {known}; not {kind!r}")
            if not isinstance(owners, dict):
                self.refuse(kind, f"expected a table: [draw.{kind}]")
            for owner, values in owners.items():
                yield from self.values(kind, owner, values)

    def outside(self, table: Mapping[str, Any]) -> Iterator[tuple[Draw, str]]:
        for device, properties in self.table(table, "outside").items():
            if not isinstance(properties, dict):
                self.refuse(device, f"expected {device}.PROPERTY = a value")
            for name, values in properties.items():
                if name not in OUTSIDE:
                    self.refuse(name, f"expected one of {', '.join(OUTSIDE)}; not {name!r}")
                yield from self.values("outside", f"{device}.{name}", values)

    def values(self, kind: str, owner: str, values: Any) -> Iterator[tuple[Draw, str]]:
        for n, value in enumerate(self.texts(values, owner)):
            name = Draw(kind, owner, n)
            shape = SHAPES.get(form_of(name))
            if value and shape and not re.fullmatch(shape, value):
                self.refuse(value, f"expected {kind} to match {shape}; not {value!r}")
            if value:
                yield name, value
