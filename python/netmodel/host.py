"""The seam to a machine: what an experiment, a script or a test asks of the modelled host and of the live one alike.

Times are whole nanoseconds since 1970 of the host's own clock: the live host's is this machine's, the modelled one's is
a number that only `advance` and waiting move.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class Completed:
    """A command that has ended: its exit code and what it wrote.

    A process on a terminal (`tty=True`) has one stream: all it wrote is in `stdout`, in order.
    """

    returncode: int
    stdout: str
    stderr: str = ""


@runtime_checkable
class Process(Protocol):
    """A command that has been started on a host."""

    @property
    def output(self) -> str:
        r"""All that was written so far, stdout and stderr in the order they were written, lines ended by ``\n``."""

    def write(self, text: str) -> None:
        r"""Type `text` on its standard input; ``\x04`` on a terminal is end of file."""

    def signal(self, sig: int) -> None:
        """Deliver signal `sig`; on a terminal SIGINT is what ^C does there: every process in the foreground gets it."""

    def wait(self, until: int | None = None) -> Completed | None:
        """Let the host run until this process has ended: its `Completed`. With `until`, no longer than until it has
        written something new or the host's clock reads `until`. `None` if it has not ended, also when it can only go
        on by input."""


@runtime_checkable
class Host(Protocol):
    """A machine on which commands run."""

    @property
    def now(self) -> int:
        """What the host's clock reads."""

    def advance(self, until: int) -> None:
        """Let time pass until the clock reads `until`; an instant that has passed is no error."""

    def start(self, argv: Sequence[str], netns: str | None = None, tty: bool = False) -> Process:
        """Start a command, in the named network namespace if one is given. A program that is not there ends with
        127."""

    def run(self, line: str, stdin: str = "") -> Completed:
        """Give a shell `line`, and wait for its end. Never raises for a command that fails."""
