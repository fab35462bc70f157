"""The programs that talk to the machine's Docker daemon, or start and stop it."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from netmodel.commands.docker import daemon, program
from netmodel.programs.process import Context

Run = Generator[Any, Any, int]


def docker(argv: Sequence[str], context: Context) -> Run:
    """`docker …`. A machine whose daemon nobody has started or stopped has one that runs."""
    host = context.host
    if not host.is_daemon_asked:
        host.is_daemon_asked = True
        host.engine.start()
    return (yield from program.run(argv, context, host.engine))


def dockerd(argv: Sequence[str], context: Context) -> Run:
    """`dockerd start`, `stop`, `restart`, or the same by systemctl."""
    context.host.is_daemon_asked = True
    return (yield from daemon.run(argv, context.host.engine))
