"""Small programs that only write: true, false, echo, hostname."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from netmodel.commands.system import Write
from netmodel.errors import UnsupportedError
from netmodel.programs import echo
from netmodel.programs.ping.echo import resolve
from netmodel.programs.process import Context

Run = Generator[Any, Any, int]


def true(argv: Sequence[str], context: Context) -> Run:
    """Nothing, successfully."""
    yield from ()
    return 0


def false(argv: Sequence[str], context: Context) -> Run:
    """Nothing, unsuccessfully."""
    yield from ()
    return 1


def gnu_echo(argv: Sequence[str], context: Context) -> Run:
    """coreutils' echo."""
    if list(argv[1:]) in (["--help"], ["--version"]):
        raise UnsupportedError(f"echo {argv[1]}")
    yield Write(echo.of_ash(argv[1:]))
    return 0


def busybox_echo(argv: Sequence[str], context: Context) -> Run:
    """Busybox's echo."""
    yield Write(echo.of_ash(argv[1:]))
    return 0


def debian_hostname(argv: Sequence[str], context: Context) -> Run:
    """Debian's hostname: only to show it."""
    return (yield from _hostname(argv, context))


def busybox_hostname(argv: Sequence[str], context: Context) -> Run:
    """Busybox's hostname: only to show it."""
    return (yield from _hostname(argv, context))


def _hostname(argv: Sequence[str], context: Context) -> Run:
    match list(argv[1:]):
        case []:
            yield Write(context.hostname + "\n")
        case ["-s"]:
            yield Write(context.hostname.partition(".")[0] + "\n")
        case ["-i"]:
            address = resolve(context, context.hostname)
            if address is None:
                raise UnsupportedError("hostname -i of a name that is not known")
            yield Write(address + "\n")
        case options:
            raise UnsupportedError(f"hostname {' '.join(options)}")
    return 0
