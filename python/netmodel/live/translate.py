"""A live host that speaks the values of a recording: what it draws itself is said as the recording says it.

So the same commands can be typed, ids and all, and what is printed can be compared. What is measured cannot be
translated; `VOLATILE` says what is masked on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from netmodel.entropy import KINDS, Draw, Entropy, form_of
from netmodel.experiment.rename import forms_of
from netmodel.host import Completed, Process

if TYPE_CHECKING:
    from netmodel.live.draws import Draws
    from netmodel.live.host import LiveHost

VOLATILE: Mapping[str, str] = {
    r"(?<=time=)[\d.]+ ms": "measured",
    r"(?<=, time )\d+ms": "measured",
    r"(?<=^rtt min/avg/max/mdev = ).*": "measured",
    r"(?<=^round-trip min/avg/max = ).*": "measured",
    r"(?<=^pipe )\d+": "depends on when the kernel gives up on a neighbour, within milliseconds",
    r"(Less than a second|About a minute|\d+ (seconds?|minutes?|hours?))(?= |$)": "depends on how fast the daemon was",
    r"\d{4}/\d\d/\d\d \d\d:\d\d:\d\d": "nginx reads the clock",
    r"(?<= expires )\d+(?=sec)": "counts down",
    r"\b(REACHABLE|STALE|DELAY)\b": "reachable for a random time of 15 to 45 s",
    r" {2,}": "the columns of a table are as wide as what is masked in them",
}
_MASKS = [re.compile(pattern) for pattern in VOLATILE]


def masked(line: str) -> str:
    """A line without what no two runs have in common."""
    for mask in _MASKS:
        line = mask.sub("…", line)
    return line


class TranslatedHost:
    """Puts recorded values for the live ones in what is printed, and live ones for the recorded in what is typed."""

    def __init__(self, host: LiveHost, draws: Draws, entropy: Entropy) -> None:
        self._host, self._draws, self._entropy = host, draws, entropy
        self._to_live: dict[str, str] = {}
        self._to_recorded: dict[str, str] = {}

    @property
    def now(self) -> int:
        """The live host's clock."""
        return self._host.now

    def advance(self, until: int) -> None:
        """Wait until then."""
        self._host.advance(until)

    def close(self) -> None:
        """Close the live host."""
        self._host.close()

    def start(self, argv: Sequence[str], netns: str | None = None, tty: bool = False) -> Process:
        """Start a command on the live host, with its values."""
        typed = [_replace(word, self._to_live) for word in argv]
        return TranslatedProcess(self, self._host.start(typed, netns, tty))

    def run(self, line: str, stdin: str = "") -> Completed:
        """Give a line to a shell of the live host, with its values."""
        done = self._host.run(_replace(line, self._to_live), _replace(stdin, self._to_live))
        self.look()
        return Completed(done.returncode, self.recorded(done.stdout), self.recorded(done.stderr))

    def recorded(self, text: str) -> str:
        """A live text in the recording's values."""
        return _replace(text, self._to_recorded)

    def live(self, text: str) -> str:
        """A recorded text in the live host's values."""
        return _replace(text, self._to_live)

    def look(self) -> None:
        """See what was drawn, and pair it with what is declared under the same name."""
        self._draws.look()
        declared = {name: text for kind in KINDS for name, text in self._entropy.of_kind(kind)}
        self._entropy.mark(declared)
        for name, value in self._draws.seen.items():
            said = declared.get(self._recorded_name(name))
            if said is not None:
                form = form_of(name)
                pairs = zip(forms_of(form, value) or [value], forms_of(form, said) or [said], strict=True)
                for here, there in pairs:
                    self._to_recorded[here] = there
                    self._to_live[there] = here

    def _recorded_name(self, name: Draw) -> Draw:
        """A device that is named after a draw has another name in the recording."""
        return name._replace(owner=_replace(name.owner, self._to_recorded))


class TranslatedProcess:
    """A command on a translated host."""

    def __init__(self, host: TranslatedHost, process: Process) -> None:
        self._host, self._process = host, process

    @property
    def output(self) -> str:
        """What was written, in the recording's values."""
        return self._host.recorded(self._process.output)

    def write(self, text: str) -> None:
        """Type, in the live host's values."""
        self._process.write(self._host.live(text))

    def signal(self, sig: int) -> None:
        """Deliver a signal."""
        self._process.signal(sig)

    def wait(self, until: int | None = None) -> Completed | None:
        """Wait, and look at what was drawn once it has ended."""
        done = self._process.wait(until)
        if done is None:
            return None
        self._host.look()
        return Completed(done.returncode, self._host.recorded(done.stdout), done.stderr)


def _replace(text: str, values: Mapping[str, str]) -> str:
    if not values:
        return text
    pattern = "|".join(map(re.escape, sorted(values, key=len, reverse=True)))
    return re.sub(pattern, lambda found: values[found[0]], text)
