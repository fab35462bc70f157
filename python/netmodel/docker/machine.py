"""What the Engine needs of the machine it runs on: the kernel, a clock, entropy, files, and processes to start."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from netmodel.entropy import Entropy
    from netmodel.kernel import Kernel
    from netmodel.platform import Platform


class StartError(Exception):
    """A program cannot be started. `code` is the shell's: 127 not found, 126 not executable."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


@dataclass(frozen=True)
class Program:
    """A process to start inside a container.

    `files` are what the Engine mounts over the image's: path to text, shared with the container. `output` is told what the
    process writes: stream 1 or 2 and the text; `ended` its exit code.
    """

    argv: tuple[str, ...]
    container: str
    image: str
    netns: int
    hostname: str
    env: Mapping[str, str]
    files: Mapping[str, str]
    output: Callable[[int, str], None]
    ended: Callable[[int], None]
    workdir: str = "/"
    user: str = ""
    tty: bool = False
    stdin: bool = False
    is_init: bool = True
    domainname: str = ""
    capabilities: frozenset[str] = frozenset()
    resolve: Callable[[str], list[str] | None] = field(default=lambda name: None)


class Task(Protocol):
    """A running process of a container."""

    @property
    def pid(self) -> int:
        """Its process id on the host."""

    def signal(self, sig: int) -> None:
        """Deliver a signal; process 1 of a container ignores those it has no handler for, but for SIGKILL and SIGSTOP."""

    def write(self, text: str) -> None:
        """Give it input."""

    def close(self) -> None:
        """Its input has ended."""


class Machine(Protocol):
    """The host as the daemon sees it."""

    @property
    def kernel(self) -> Kernel:
        """What requests go to."""

    @property
    def platform(self) -> Platform:
        """Which versions of everything run here."""

    @property
    def entropy(self) -> Entropy:
        """What is random."""

    @property
    def now(self) -> int:
        """The wall clock, nanoseconds since 1970."""

    @property
    def utc_offset(self) -> int:
        """Seconds that the host's time zone is ahead of UTC now."""

    @property
    def hostname(self) -> str:
        """The host's name."""

    def read_file(self, path: str) -> str | None:
        """A file of the host, or `None`."""

    def spawn(self, program: Program) -> Task:
        """Start a process in a container. Raises `StartError`."""

    def after(self, delay: int, act: Callable[[], None]) -> None:
        """Call `act` when `delay` nanoseconds have passed."""
