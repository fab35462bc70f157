"""Programs of a modelled machine: generators that yield what they do and what they wait for, and return an exit code.

`program(argv, context)` is started as a process. It yields `Write` and `Spawn` like every command, and the waits below;
each is answered when it is over. A signal that the program catches is raised in it as `Interrupt`, at the wait where it
stands; one that it does not catch ends it, as signal(7) says.
"""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Generator, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from netmodel.commands.system import NetnsFiles, Spawn, Write

if TYPE_CHECKING:
    from netmodel.filetree import FileTree
    from netmodel.kernel import Kernel
    from netmodel.model import ModelHost
    from netmodel.platform import Platform
    from netmodel.programs.task import Task
    from netmodel.trace import Trace


@dataclass(frozen=True, slots=True)
class Sleep:
    """Until the wall clock reads `until` (nanoseconds since 1970)."""

    until: int


@dataclass(frozen=True, slots=True)
class Wait:
    """Until `is_done` says so: answered by `True`; or until the wall clock reads `deadline`: answered by `False`."""

    is_done: Callable[[], bool]
    deadline: int | None = None


@dataclass(frozen=True, slots=True)
class Readable:
    """Until a socket has something to read or an error: `True`; or until the wall clock reads `deadline`: `False`."""

    socket: int
    deadline: int | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """Until standard input has something: answered by the text, `""` at its end. `line`: no more than one line."""

    line: bool = False


Step: TypeAlias = Write | Spawn | Sleep | Wait | Readable | Read
Life: TypeAlias = Generator[Step, Any, int]
Program: TypeAlias = "Callable[[Sequence[str], Context], Generator[Any, Any, int]]"


class Interrupt(Exception):
    """A signal has come that the program catches."""

    def __init__(self, sig: int) -> None:
        super().__init__(sig)
        self.sig = sig


class Input:
    """What can be read from standard input: a queue that is written to, and may end."""

    def __init__(self, text: str = "", is_closed: bool = False) -> None:
        self._chunks: deque[str] = deque([text] if text else [])
        self.is_closed = is_closed
        self.is_wanted = False  # somebody has looked for more than there was

    def push(self, text: str) -> None:
        """Write; `""` is one end of file, as ^D on a terminal gives it."""
        self._chunks.append(text)
        self.is_wanted = False

    def close(self) -> None:
        """Nobody will write any more."""
        self.is_closed = True

    @property
    def is_ready(self) -> bool:
        """Whether a read would return."""
        is_ready = bool(self._chunks) or self.is_closed
        self.is_wanted = not is_ready
        return is_ready

    def take(self, line: bool = False) -> str:
        """What is there, up to the first end of file; with `line` up to a line's end. `""` at the end of file."""
        if not self._chunks:
            return ""
        if not self._chunks[0]:
            return self._chunks.popleft()
        text = ""
        while self._chunks and self._chunks[0] and not (line and "\n" in text):
            text += self._chunks.popleft()
        if line and "\n" in text:
            head, _, rest = text.partition("\n")
            text = head + "\n"
            if rest:
                self._chunks.appendleft(rest)
        return text

    def rest(self) -> str:
        """All that is there now, ends of file left out."""
        text = "".join(self._chunks)
        self._chunks.clear()
        return text


class Terminal:
    """A terminal: its line discipline (drivers/tty/n_tty.c) between who types and the foreground processes.

    `echo`: what is typed is written back, as it is on a terminal of a container; who types on the machine's own
    terminal knows what was typed. `raw`: keys go to the reader as they are, which `docker exec -t` asks for.
    """

    def __init__(self, write: Callable[[str], None], interrupt: Callable[[int], None], echo: bool) -> None:
        self.input = Input()
        self.raw = False
        self._write = write
        self._interrupt = interrupt
        self._echo = echo
        self._line = ""

    def type(self, text: str) -> None:
        """Keys are pressed."""
        if self.raw:
            self.input.push(text)
            return
        for key in text:
            self._key(key)

    def _key(self, key: str) -> None:
        sig = {"\x03": signal.SIGINT, "\x1c": signal.SIGQUIT}.get(key)
        if sig is not None:
            self._line = ""
            if self._echo:
                self._write("^C" if sig is signal.SIGINT else "^\\")
            self._interrupt(sig)
        elif key == "\x04":
            self.input.push(self._line)
            self._line = ""
        else:
            if self._echo:
                self._write(key)
            self._line += key
            if key == "\n":
                self.input.push(self._line)
                self._line = ""


@dataclass
class Streams:
    """The standard streams of a process: where it reads, and who is told what it writes (stream 1 or 2, the text)."""

    stdin: Input
    write: Callable[[int, str], None]
    terminal: Terminal | None = None


@dataclass
class Context:
    """A machine as one program on it sees it; it is a `System` for commands.

    `image` is the container's image, `None` on the host itself; `traces` takes what its echo requests did. `resolve`
    gives the addresses that a container's own name server knows for a name, or `None`. `confined`: the
    kernel as a process in a container may use it.
    """

    host: ModelHost
    task: Task
    netns: int
    files: FileTree
    env: MutableMapping[str, str]
    hostname: str
    streams: Streams
    image: str | None = None
    traces: list[Trace] = field(default_factory=list)
    cwd: str = "/"
    resolve: Callable[[str], list[str] | None] = lambda name: None
    confined: Kernel | None = None
    caught: set[int] = field(default_factory=set)
    ignored: set[int] = field(default_factory=set)

    @property
    def kernel(self) -> Kernel:
        """What requests go to: what may be changed through it depends on the process's capabilities."""
        return self.host.kernel if self.confined is None else self.confined

    @property
    def platform(self) -> Platform:
        """Which versions of everything run here."""
        return self.host.platform

    @property
    def netns_files(self) -> NetnsFiles:
        """What `ip netns` lists; a container has none of these."""
        return self.host.netns_files

    @property
    def stdin(self) -> str:
        """What can be read from standard input now."""
        return self.streams.stdin.rest()

    @property
    def now(self) -> int:
        """The wall clock, nanoseconds since 1970."""
        return self.host.now

    @property
    def is_terminal(self) -> bool:
        """Whether standard input is a terminal."""
        return self.streams.terminal is not None

    def path(self, name: str) -> str:
        """A file's name from the root on."""
        return name if name.startswith("/") else f"{self.cwd.rstrip('/')}/{name}"

    def read_file(self, path: str) -> str | None:
        """A file's text, or `None`."""
        return self.host.read_in(self, self.path(path))

    def catch(self, *signals: int) -> None:
        """These are raised as `Interrupt`."""
        self.caught.update(signals)
        self.ignored.difference_update(signals)

    def ignore(self, *signals: int) -> None:
        """These do nothing."""
        self.ignored.update(signals)
        self.caught.difference_update(signals)


__all__ = [
    "Context",
    "Input",
    "Interrupt",
    "Life",
    "Program",
    "Read",
    "Readable",
    "Sleep",
    "Spawn",
    "Step",
    "Streams",
    "Terminal",
    "Wait",
    "Write",
]
