"""What a command needs of the machine it runs on, and what it does to it besides making requests.

A command is a generator: `run(argv, system)` yields `Write` when it writes and `Spawn` when it runs another program,
and returns its exit code. So the order of what it writes is kept, and a program that it runs (`ip netns exec A ping B`)
may take its time.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from netmodel.host import Completed

if TYPE_CHECKING:
    from netmodel.kernel import Kernel
    from netmodel.platform import Platform


@dataclass(frozen=True, slots=True)
class Write:
    """Text written, each part to its stream."""

    stdout: str = ""
    stderr: str = ""


@dataclass(frozen=True, slots=True)
class Spawn:
    """Run a program to its end in the namespace `netns` on the command's own streams; its exit code is sent back.

    With `replace` it is execve(2): the program takes the command's place, and signals reach it alone. The host sends
    back the exit code here, too. A program that is not there is answered by `None`:
    the command has its own words for it.
    """

    argv: tuple[str, ...]
    netns: int
    replace: bool = False


Running = Generator[Write | Spawn, int | None, int]


class NetnsFiles(Protocol):
    """The files of `/run/netns`: names that keep namespaces alive."""

    def names(self) -> Mapping[str, int]:
        """Name to namespace, in the order readdir gives: on tmpfs the newest first."""

    def add(self, name: str, netns: int) -> None:
        """Bind a namespace to a new name."""

    def remove(self, name: str) -> None:
        """Unmount and unlink a name; the namespace goes when nothing else holds it."""

    def pids(self, netns: int) -> list[int]:
        """The processes in a namespace, ascending."""

    def at(self, path: str) -> int | None:
        """The namespace that a path leads to (`/run/netns/A`, `/proc/PID/ns/net`), or `None` if it leads to none."""


class System(Protocol):
    """A machine as seen from one process on it."""

    @property
    def kernel(self) -> Kernel:
        """What the requests go to."""

    @property
    def netns(self) -> int:
        """The namespace of the process."""

    @property
    def platform(self) -> Platform:
        """Which versions of everything this machine runs."""

    @property
    def netns_files(self) -> NetnsFiles:
        """What `ip netns` lists."""

    @property
    def stdin(self) -> str:
        """What can be read from standard input, to its end."""

    @property
    def now(self) -> int:
        """The wall clock, nanoseconds since 1970."""

    def read_file(self, path: str) -> str | None:
        """A file's text, or `None` if there is none."""


def finished(running: Running) -> Completed:
    """Drive a command that runs no other program to its end. Raises `ValueError` if it wants to run one."""
    stdout: list[str] = []
    stderr: list[str] = []
    while True:
        try:
            step = next(running)
        except StopIteration as end:
            return Completed(end.value, "".join(stdout), "".join(stderr))
        if isinstance(step, Spawn):
            raise ValueError(f"{' '.join(step.argv)} is to be run by a host")
        stdout.append(step.stdout)
        stderr.append(step.stderr)
