"""What is recorded against what a host printed, line by line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from netmodel.experiment.session import Ran
from netmodel.experiment.text import Key, Output, Turn

Mask = Callable[[str], str]

# A number, a word, or a single sign: what a line is made of, so that `39:` and `@if39` share a part.
PART = re.compile(r"\d+|[A-Za-z_]+|\S")


@dataclass(frozen=True)
class Line:
    """A recorded line. One that the author cut is compared, but not counted among his."""

    text: str
    cut: bool = False


@dataclass(frozen=True)
class Difference:
    """A line that differs: recorded, printed, or both."""

    recorded: str | None
    printed: str | None

    @property
    def cause(self) -> frozenset[tuple[str, str]]:
        """The parts that changed, old and new; the whole line where the two are not built alike, or differ in blanks."""
        old, new = PART.findall(self.recorded or ""), PART.findall(self.printed or "")
        changed = frozenset((a, b) for a, b in zip(old, new, strict=False) if a != b)
        if self.recorded is None or self.printed is None or len(old) != len(new) or not changed:
            return frozenset([(self.recorded or "", self.printed or "")])
        return changed


@dataclass(frozen=True)
class Verdict:
    """How one command went. `lines` counts the author's, `matched` those of them that came."""

    ran: Ran
    lines: int
    matched: int
    differences: tuple[Difference, ...]

    @property
    def holds(self) -> bool:
        """Whether every line and the exit code came as recorded."""
        return not self.differences


def fold(text: str) -> str:
    """Runs of blanks as one, none at the ends."""
    return " ".join(text.split())


def recorded_lines(turn: Turn, folded: bool) -> list[Line]:
    """What the experiment says that `turn` puts on the screen."""
    lines = []
    for item in turn.body:
        if isinstance(item, Output) and not (folded and not item.text.strip()):
            lines.append(Line(item.text, item.cut))
        elif isinstance(item, Key) and not item.cut:
            lines.append(Line(item.name))
    return lines


def compare(ran: Ran, folded: bool, is_last_nested: bool, mask: Mask = str) -> Verdict:
    """Hold what a command printed to what is recorded; of a setup block only the exit codes. Lines are equal if they
    are so under `mask`.

    A command in which others are nested has no exit code of its own; the last of them brings it.
    """
    recorded = [] if ran.setup else recorded_lines(ran.turn, folded)
    printed = [] if ran.setup else [line for line in ran.lines if not folded or line.strip()]
    key = fold if folded else mask
    matched, differences = 0, list[Difference]()
    for line, other in _aligned(recorded, printed, key):
        if line is not None and other is not None and key(line.text) == key(other):
            matched += not line.cut
        else:
            differences.append(Difference(line.text if line else None, other))
    code = _code(ran)
    if (not ran.turn.is_nested or is_last_nested) and code is not None and code != ran.turn.code:
        differences.append(Difference(f"[exit {ran.turn.code}]", f"[exit {code}]"))
    return Verdict(ran, sum(not line.cut for line in recorded), matched, tuple(differences))


def _code(ran: Ran) -> int | None:
    return None if ran.completed is None else ran.completed.returncode


def _aligned(recorded: Sequence[Line], printed: Sequence[str], key: Mask) -> Iterator[tuple[Line | None, str | None]]:
    """Lines side by side: equal ones first, then those between them in order."""
    old, new = [key(line.text) for line in recorded], [key(line) for line in printed]
    for tag, i, j, m, n in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag in ("equal", "replace"):
            both = min(j - i, n - m)
            yield from zip(recorded[i : i + both], printed[m : m + both], strict=True)
            i, m = i + both, m + both
        yield from ((line, None) for line in recorded[i:j])
        yield from ((None, line) for line in printed[m:n])


@dataclass
class Report:
    """The differences of a replay, each cause shown once."""

    shown: set[tuple[str, str]] = field(default_factory=set)
    repeated: int = 0

    def lines(self, verdict: Verdict, place: str, earlier: Sequence[Verdict]) -> Iterator[str]:
        """What is to be said about one command; nothing if it only repeats what was said."""
        fresh = []
        for difference in verdict.differences:
            if difference.cause <= self.shown:
                self.repeated += 1
            else:
                self.shown |= difference.cause
                fresh.append(difference)
        if not fresh:
            return
        number = f"command {verdict.ran.number}" if verdict.ran.number is not None else "setup"
        yield f"{place}:{verdict.ran.turn.line}: {number}: {verdict.ran.turn.command}"
        for difference in fresh:
            if difference.recorded is not None:
                yield f"- {difference.recorded}"
            if difference.printed is not None:
                yield f"+ {difference.printed}"
            origin = _origin(difference, earlier)
            if origin:
                yield f"  {origin}"


def _origin(difference: Difference, earlier: Sequence[Verdict]) -> str:
    """The command that set the value which differs: the first before it that names the recorded or the printed one.

    Only words that say enough are looked for: a short number may stand anywhere.
    """
    if difference.recorded is None or difference.printed is None:
        return ""
    old, new = difference.recorded.split(), difference.printed.split()
    if len(old) != len(new):
        return ""
    words = [word for a, b in zip(old, new, strict=True) if a != b for word in (a, b) if len(word) > 3]
    for word in words:
        for verdict in earlier:
            ran = verdict.ran
            number = f"command {ran.number}" if ran.number is not None else f"setup, line {ran.turn.line}"
            if word in ran.turn.command.split():
                return f"{word} was set by {number}: {ran.turn.command}"
            if any(word in line.split() for line in ran.lines):
                return f"{word} first shown by {number}: {ran.turn.command}"
    return ""
