"""Programs about time: sleep, timeout, date."""

from __future__ import annotations

import re
import signal
from collections.abc import Generator, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from netmodel.commands.system import Spawn, Write
from netmodel.errors import UnsupportedError
from netmodel.programs.process import Context, Interrupt, Sleep, Wait

Run = Generator[Any, Any, int]
SECOND = 10**9
UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}
# An amount as coreutils' xstrtod takes it; busybox takes no exponent (libbb/duration.c).
GNU = re.compile(r"(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)([smhd]?)")
BUSYBOX = re.compile(r"(\d+\.?\d*|\.\d+)([smhd]?)")
TIMED_OUT, NOT_FOUND, USAGE = 124, 127, 125


def _nanoseconds(text: str, pattern: re.Pattern[str]) -> int | None:
    found = pattern.fullmatch(text)
    if found is not None:
        return round(float(found[1]) * UNITS[found[2]] * SECOND)
    if text in ("inf", "infinity"):
        raise UnsupportedError(f"sleep {text}")
    return None


def gnu_sleep(argv: Sequence[str], context: Context) -> Run:
    """coreutils' sleep (sleep.c)."""
    if len(argv) < 2:
        yield Write(stderr="sleep: missing operand\nTry 'sleep --help' for more information.\n")
        return 1
    total, bad = 0, ""
    for text in argv[1:]:
        if text.startswith("--"):
            raise UnsupportedError(f"sleep {text}")
        span = _nanoseconds(text, GNU)
        if span is None:
            bad += f"sleep: invalid time interval ‘{text}’\n"
        total += span or 0
    if bad:
        yield Write(stderr=bad + "Try 'sleep --help' for more information.\n")
        return 1
    yield Sleep(context.now + total)
    return 0


def busybox_sleep(argv: Sequence[str], context: Context) -> Run:
    """Busybox's sleep (coreutils/sleep.c)."""
    if len(argv) < 2:
        raise UnsupportedError("busybox sleep without a time")
    total = 0
    for text in argv[1:]:
        span = _nanoseconds(text, BUSYBOX)
        if span is None:
            yield Write(stderr=f"sleep: invalid number '{text}'\n")
            return 1
        total += span
    yield Sleep(context.now + total)
    return 0


def gnu_timeout(argv: Sequence[str], context: Context) -> Run:
    """coreutils' timeout (timeout.c), without options."""
    if len(argv) < 3 or argv[1].startswith("-"):
        raise UnsupportedError(" ".join(argv[:2]) if len(argv) > 2 else "timeout without a command")
    span = _nanoseconds(argv[1], GNU)
    if span is None:
        yield Write(stderr=f"timeout: invalid time interval ‘{argv[1]}’\nTry 'timeout --help' for more information.\n")
        return USAGE
    child = context.host.start_child(context.task, Spawn(tuple(argv[2:]), context.netns))
    if child is None:
        yield Write(stderr=f"timeout: failed to run command ‘{argv[2]}’: No such file or directory\n")
        return NOT_FOUND
    context.catch(signal.SIGINT, signal.SIGTERM)
    deadline = context.now + span if span else None
    while True:
        try:
            has_ended = yield Wait(lambda: child.code is not None, deadline)
        except Interrupt as interrupt:
            if interrupt.sig == signal.SIGTERM:
                child.signal(signal.SIGTERM)
            continue
        if has_ended:
            return child.code or 0
        child.signal(signal.SIGTERM)
        yield Wait(lambda: child.code is not None)
        return TIMED_OUT


def busybox_timeout(argv: Sequence[str], context: Context) -> Run:
    """Busybox's timeout (coreutils/timeout.c): the command takes its place, and a grandchild watches the time."""
    if len(argv) < 3 or argv[1].startswith("-"):
        raise UnsupportedError("busybox " + (" ".join(argv[:2]) if len(argv) > 2 else "timeout without a command"))
    span = _nanoseconds(argv[1], BUSYBOX)
    if span is None:
        yield Write(stderr=f"timeout: invalid number '{argv[1]}'\n")
        return 1
    task = context.task
    context.host.after(span, lambda: task.signal(signal.SIGTERM))
    code = yield Spawn(tuple(argv[2:]), context.netns, replace=True)
    if code is None:
        yield Write(stderr=f"timeout: can't execute '{argv[2]}': No such file or directory\n")
        return NOT_FOUND
    return int(code)


def zone_of(context: Context) -> ZoneInfo:
    """The time zone of a process: TZ, else the machine's; a container has none of its own."""
    name = context.env.get("TZ")
    if name:
        try:
            return ZoneInfo(name.removeprefix(":"))
        except (ZoneInfoNotFoundError, ValueError):
            raise UnsupportedError(f"TZ={name}") from None
    return context.host.zone if context.image is None else ZoneInfo("UTC")


def local_time(context: Context) -> datetime:
    """The wall clock as a process sees it, to the second."""
    return datetime.fromtimestamp(context.now // SECOND, UTC).astimezone(zone_of(context))


def date(argv: Sequence[str], context: Context) -> Run:
    """The date in the C locale, without options."""
    if len(argv) > 1:
        raise UnsupportedError(" ".join(argv[:2]))
    yield Write(local_time(context).strftime("%a %b %e %H:%M:%S %Z %Y\n"))
    return 0
