"""busybox's ping (networking/ping.c): numbers from 0, three decimals, silent about errors."""

from __future__ import annotations

import signal
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from netmodel.commands.strerror import TEXTS
from netmodel.commands.usage import usage
from netmodel.errors import KernelError, UnsupportedError
from netmodel.programs.ping.echo import ECHO_REPLY, EchoSocket, Options, resolve
from netmodel.programs.process import Interrupt, Readable, Write

if TYPE_CHECKING:
    from netmodel.platform import Platform
    from netmodel.programs.process import Context

SECOND = 10**9
WITH_VALUE = "cstTiIWwmpA"


@dataclass(frozen=True, slots=True)
class Call:
    """A command line taken apart. Times in nanoseconds."""

    destination: str
    options: Options
    count: int = 0
    interval: int = SECOND
    linger: int = 10 * SECOND
    deadline: int | None = None
    quiet: bool = False


class UsageError(Exception):
    """What is written; the exit code is 1."""

    def __init__(self, text: Write) -> None:
        super().__init__(text)
        self.text = text


def _number(text: str) -> int:
    if not text.isdigit():
        raise UsageError(Write(stderr=f"ping: invalid number '{text}'\n"))
    return int(text)


def parse(argv: Sequence[str], platform: Platform) -> Call:
    """Take a command line apart. Raises `UsageError` with busybox's words, `UnsupportedError` for IPv6."""
    call, names, words = Call("", Options()), [], list(argv[1:])
    while words:
        word = words.pop(0)
        if not word.startswith("-") or word == "-":
            names.append(word)
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            value = ""
            if letter in WITH_VALUE:
                if not letters and not words:
                    raise _wrong(f"ping: option requires an argument -- '{letter}'\n", platform)
                value, letters = letters or words.pop(0), ""
            call = _set(call, letter, value, platform)
    if len(names) != 1:
        raise _wrong("", platform)
    return replace(call, destination=names[0])


def _set(call: Call, letter: str, value: str, platform: Platform) -> Call:
    options = call.options
    match letter:
        case "4":
            return call
        case "q":
            return replace(call, quiet=True)
        case "c":
            return replace(call, count=_number(value))
        case "s":
            return replace(call, options=replace(options, size=_number(value)))
        case "t":
            return replace(call, options=replace(options, ttl=_number(value)))
        case "i":
            return replace(call, interval=int(float(value) * SECOND))
        case "W":
            return replace(call, linger=_number(value) * SECOND)
        case "w":
            return replace(call, deadline=_number(value) * SECOND)
        case "I":
            is_address = value.replace(".", "").isdigit()
            bound = replace(options, source=value) if is_address else replace(options, device=value)
            return replace(call, options=bound)
        case "6" | "A" | "m" | "p" | "T":
            raise UnsupportedError(f"busybox ping -{letter}")
    raise _wrong(f"ping: invalid option -- '{letter}'\n", platform)


def _wrong(before: str, platform: Platform) -> UsageError:
    return UsageError(usage("busybox ping", platform, before))


class _Tally:
    """What the statistics are made of."""

    def __init__(self) -> None:
        self.sent = self.received = self.repeated = 0
        self.least, self.most, self.sum = 2**32 - 1, 0, 0
        self.seen: set[int] = set()

    def take(self, seq: int, rtt: int) -> bool:
        """Count a reply; `True` if its request was answered before."""
        self.least, self.most, self.sum = min(self.least, rtt), max(self.most, rtt), self.sum + rtt
        if seq in self.seen:
            self.repeated += 1
            return True
        self.seen.add(seq)
        self.received += 1
        return False

    def text(self, destination: str) -> str:
        """The closing lines (`print_stats_and_exit`)."""
        out = f"\n--- {destination} ping statistics ---\n{self.sent} packets transmitted, {self.received} packets received, "
        if self.repeated:
            out += f"{self.repeated} duplicates, "
        lost = (self.sent - self.received) * 100 // self.sent if self.sent else 0
        out += f"{lost}% packet loss\n"
        if self.received:
            mean = self.sum // (self.received + self.repeated)
            times = "/".join(f"{us // 1000}.{us % 1000:03}" for us in (self.least, mean, self.most))
            out += f"round-trip min/avg/max = {times} ms\n"
        return out


def ping(argv: Sequence[str], context: Context) -> Generator[Any, Any, int]:
    """Run `ping` of busybox."""
    try:
        call = parse(argv, context.platform)
    except UsageError as error:
        yield error.text
        return 1
    address = resolve(context, call.destination)
    if address is None:
        yield Write(stderr=f"ping: bad address '{call.destination}'\n")
        return 1
    options = replace(call.options, broadcast=True)
    if options.device is not None and not _has_device(context, options.device):
        yield Write(stderr=f"ping: can't bind to interface {options.device}: No such device\n")
        return 1
    try:
        echo = EchoSocket(context, (call.destination, address), options, 0)
    except KernelError:
        yield Write(stderr="ping: can't set multicast source interface\n")
        return 1
    context.catch(signal.SIGINT)
    tally = _Tally()
    try:
        source = f" from {options.source}" if options.source else ""
        yield Write(f"PING {call.destination} ({address}){source}: {options.size} data bytes\n")
        yield from _loop(call, echo, tally)
    except KernelError as error:
        yield Write(stderr=f"ping: sendto: {TEXTS[error.name]}\n")
        return 1
    except Interrupt:
        pass
    finally:
        echo.close()
    yield Write(tally.text(call.destination))
    return int(tally.received == 0 or (call.deadline is not None and tally.received < call.count))


def _has_device(context: Context, name: str) -> bool:
    netns = next(view for view in context.kernel.snapshot().netns if view.id == context.netns)
    return any(link.name == name for link in netns.links)


def _loop(call: Call, echo: EchoSocket, tally: _Tally) -> Generator[Any, Any, None]:
    context = echo.context
    start = due = context.now
    end = None if call.deadline is None else start + call.deadline
    while True:
        tally.sent += 1
        echo.send(tally.sent - 1)
        is_last = bool(call.count) and tally.sent >= call.count
        if is_last:
            # Twice the longest time, in whole seconds, at least one (`sendping_tail`).
            due = context.now + (call.linger if not tally.received else max(2 * tally.most // 10**6, 1) * SECOND)
        else:
            due += call.interval
        until = due if end is None else min(due, end)
        while True:
            yield from _read(call, echo, tally)
            if call.count and tally.received >= call.count:
                return
            if not (yield Readable(echo.id, until)):
                break
        if context.now == end or is_last:
            return


def _read(call: Call, echo: EchoSocket, tally: _Tally) -> Generator[Any, Any, None]:
    for answer in echo.read():
        if answer.kind != ECHO_REPLY:
            continue  # `unpack4` looks for replies alone
        again = tally.take(answer.seq, answer.rtt)
        if call.quiet:
            continue
        time = f" time={answer.rtt // 1000}.{answer.rtt % 1000:03} ms" if call.options.size >= 4 else ""
        end = " (DUP!)" if again else ""
        yield Write(f"{answer.size} bytes from {answer.source}: seq={answer.seq} ttl={answer.ttl}{time}{end}\n")
