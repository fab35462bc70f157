"""Redirections: other streams for one command."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any

from netmodel.commands.system import Write
from netmodel.errors import UnsupportedError
from netmodel.programs.process import Input, Streams
from netmodel.programs.sh.expand import single
from netmodel.programs.sh.syntax import Redirect

if TYPE_CHECKING:
    from netmodel.programs.sh.interpreter import Interpreter

Sink = Callable[[str], None]


def open_all(redirects: Sequence[Redirect], shell: Interpreter) -> Generator[Any, Any, Streams | None]:
    """The streams that a command gets, from left to right; `None` if a file cannot be opened, which is said."""
    streams = shell.context.streams
    if not redirects:
        return streams
    sinks: dict[int, Sink] = {1: _part(streams, 1), 2: _part(streams, 2)}
    stdin, terminal = streams.stdin, streams.terminal
    for one in redirects:
        name = yield from single(one.target, shell)
        if one.operator == ">&":
            if name not in ("1", "2") or one.fd == 0:
                raise UnsupportedError(f"{one.fd}>&{name} of sh")
            sinks[one.fd] = sinks[int(name)]
        elif one.operator == "<":
            text = "" if name == "/dev/null" else shell.context.read_file(name)
            if text is None:
                yield Write(stderr=shell.dialect.cannot_open(shell.line, name))
                return None
            stdin, terminal = Input(text, is_closed=True), None
        else:
            if shell.context.confined is not None and shell.context.path(name).startswith("/proc/sys/"):
                yield Write(stderr=f"sh: can't create {name}: Read-only file system\n")  # runc mounts it so
                return None
            sink = _file(name, one.operator == ">>", shell)
            if sink is None:
                is_directory = shell.context.files.is_directory(shell.context.path(name))
                yield Write(stderr=shell.dialect.cannot_create(shell.line, name, is_directory))
                return None
            sinks[one.fd] = sink

    def write(stream: int, text: str) -> None:
        sinks[stream](text)

    return Streams(stdin, write, terminal)


def _part(streams: Streams, stream: int) -> Sink:
    return lambda text: streams.write(stream, text)


def _file(name: str, appends: bool, shell: Interpreter) -> Sink | None:
    """A file to write to, emptied unless one `appends`; `None` if it cannot be made."""
    if name == "/dev/null":
        return lambda text: None
    context = shell.context
    path = context.path(name)
    if path.startswith(("/proc/sys/net/", "/dev/", "/sys/", "/proc/")):
        if path.startswith("/proc/sys/net/"):
            if context.read_file(path) is None:
                return None
            return lambda text: context.host.write_sysctl(context, path, text)
        raise UnsupportedError(f"writing to {path}")
    files = context.files
    if files.is_directory(path) or not files.is_directory(path.rpartition("/")[0] or "/"):
        return None
    if not appends or files.read(path) is None:
        files.write(path, "")
    return lambda text: files.write(path, (files.read(path) or "") + text)
