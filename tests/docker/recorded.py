"""Recorded sessions of the real client and engine: read, replayed on the model, and compared after naming what is random.

`@ SECONDS` says when a command was typed, `$ ` the command, `2> ` a line of stderr, `[exit N]` an exit code that is not 0,
`~` what was done to the daemon without being shown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

DATA = Path(__file__).parent / "data"
RANDOM = re.compile(
    r"""(?P<id>\b[0-9a-f]{64}\b|\b[0-9a-f]{12}\b)
    |(?P<veth>\bveth[0-9a-f]{7}\b)
    |(?P<mac>\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b)
    |(?P<bridge>\b8000\.[0-9a-f]{12}\b)
    |(?P<linklocal>\bfe80::[0-9a-f:]+)
    |(?P<time>\d{4}-\d\d-\d\d[T\ ]\d\d:\d\d:\d\d(?:\.\d+)?Z?)
    |(?P<name>\b(?!valid_|preferred_)[a-z]+_[a-z]+\b(?=\s|$|\"))
    |(?P<pid>(?<=\"Pid\":\ )[1-9]\d*|(?<=\"Pid\":)[1-9]\d*)""",
    re.VERBOSE,
)
KEPT_MACS = re.compile(r"02:42:(ac|0a):|00:00:00:00:00:00|ff:ff:ff:ff:ff:ff|00:1c:42:00:00:0\d|02:11:22:33:44:55")


@dataclass(frozen=True)
class Turn:
    """A command as it was recorded."""

    at: float
    command: str
    stdout: str
    stderr: str
    code: int


def read(name: str) -> list[Turn]:
    """The turns of a recording."""
    turns: list[Turn] = []
    text = (DATA / name).read_text(encoding="utf-8")
    for block in re.split(r"^@ ", text, flags=re.MULTILINE)[1:]:
        at, command, *lines = block.removesuffix("\n").split("\n")
        unseen = [line for line in lines if line.startswith("~")]
        lines = [line for line in lines if not line.startswith("~")]
        code = int(lines.pop().strip("[]").split()[1]) if lines and lines[-1].startswith("[exit ") else 0
        stdout = "".join(f"{line}\n" for line in lines if not line.startswith("2> "))
        stderr = "".join(f"{line[3:]}\n" for line in lines if line.startswith("2> "))
        turns.append(Turn(float(at), command.removeprefix("$ "), stdout, stderr, code))
        turns += [Turn(float(at), line, "", "", 0) for line in unseen]
    return turns


class Names:
    """What is random, by order of appearance."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._count: dict[str, int] = {}

    def plain(self, text: str) -> str:
        """`text` with every random value replaced by its kind and number."""
        return RANDOM.sub(self._one, text)

    def _one(self, found: re.Match[str]) -> str:
        kind = str(found.lastgroup)
        value = found[0]
        if kind in ("time", "pid"):
            return f"<{kind}>"
        if kind == "mac" and KEPT_MACS.match(value):
            return value
        key = value[:12] if kind == "id" else value
        if key not in self._known:
            self._count[kind] = self._count.get(kind, 0) + 1
            self._known[key] = f"<{kind} {self._count[kind]}>"
        return self._known[key] + ("…" if kind == "id" and len(value) == 64 else "")
