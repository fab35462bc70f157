"""Busybox's killall: a signal to every process of a name (procps/kill.c)."""

from __future__ import annotations

import signal
from collections.abc import Generator, Sequence
from typing import Any

from netmodel.commands.system import Write
from netmodel.errors import UnsupportedError
from netmodel.programs.process import Context


def busybox_killall(argv: Sequence[str], context: Context) -> Generator[Any, Any, int]:
    """`killall [-SIGNAL] NAME…`. Exits with the number of names that no process had."""
    names = list(argv[1:])
    sig = signal.SIGTERM
    if names and names[0].startswith("-"):
        word = names.pop(0)[1:]
        found = next((one for one in signal.Signals if word in (one.name.removeprefix("SIG"), str(int(one)))), None)
        if found is None:
            raise UnsupportedError(f"killall -{word}")
        sig = found
    if not names:
        yield Write(stderr="killall: you need to specify whom to kill\n")
        return 1
    missing = 0
    for name in names:
        tasks = [
            task for task in context.host.scheduler.tasks.values() if _is(name, task.argv, task.container, context)
        ]
        for task in tasks:
            context.host.kill(context, task.number, sig)
        if not tasks:
            yield Write(stderr=f"killall: {name}: no process killed\n")
            missing += 1
    return missing


def _is(name: str, argv: Sequence[str], container: str, context: Context) -> bool:
    """Whether a process of the same container has that name; nobody kills himself."""
    return container == context.task.container and argv[0].rpartition("/")[2] == name and argv != context.task.argv
