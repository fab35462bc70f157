"""iputils' ping (ping.c, ping_common.c of 20221126)."""

from __future__ import annotations

import math
import signal
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from netmodel.commands.strerror import TEXTS
from netmodel.commands.system import Write
from netmodel.errors import KernelError
from netmodel.programs.ping.echo import ECHO_REPLY, Answer, EchoSocket, resolve, source_of
from netmodel.programs.ping.line import Call, UsageError, parse
from netmodel.programs.process import Interrupt, Readable

if TYPE_CHECKING:
    from netmodel.programs.process import Context

UNREACHABLE = {
    0: "Destination Net Unreachable",
    1: "Destination Host Unreachable",
    2: "Destination Protocol Unreachable",
    3: "Destination Port Unreachable",
    5: "Source Route Failed",
    6: "Destination Net Unknown",
    7: "Destination Host Unknown",
    8: "Source Host Isolated",
    9: "Destination Net Prohibited",
    10: "Destination Host Prohibited",
    11: "Destination Net Unreachable for Type of Service",
    12: "Destination Host Unreachable for Type of Service",
    13: "Packet filtered",
    14: "Precedence Violation",
    15: "Precedence Cutoff",
}
REDIRECT, SOURCE_QUENCH = 5, 4
REDIRECTS = {
    0: "Redirect Network",
    1: "Redirect Host",
    2: "Redirect Type of Service and Network",
    3: "Redirect Type of Service and Host",
}
ASK_BROADCAST = "Do you want to ping broadcast? Then -b. If not, check your local firewall rules"
# A reply carries its time of sending in its first bytes (`timing`).
TIMED = 16


def described(answer: Answer) -> str:
    """What an error says (`pr_icmph`)."""
    if answer.kind == 3 and answer.code == 4:
        return f"Frag needed and DF set (mtu = {answer.mtu})"
    if answer.kind == REDIRECT:
        return f"{REDIRECTS.get(answer.code, f'Redirect, Bad Code: {answer.code}')}(New nexthop: {answer.gateway})"
    if answer.kind == 3:
        return UNREACHABLE.get(answer.code, f"Dest Unreachable, Bad Code: {answer.code}")
    if answer.kind == 11:
        return "Time to live exceeded" if answer.code == 0 else "Frag reassembly time exceeded"
    return {4: "Source Quench", 12: "Parameter problem: pointer = 0"}.get(answer.kind, f"Bad ICMP type: {answer.kind}")


def milliseconds(rtt: int) -> str:
    """A round trip as a reply's line has it: three significant digits at most after the point."""
    if rtt >= 100_000 - 50:
        return f"{(rtt + 500) // 1000}"
    if rtt >= 10_000 - 5:
        return f"{(rtt + 50) // 1000}.{(rtt + 50) % 1000 // 100}"
    if rtt >= 1000:
        return f"{(rtt + 5) // 1000}.{(rtt + 5) % 1000 // 10:02}"
    return f"{rtt // 1000}.{rtt % 1000:03}"


class Tally:
    """What the statistics are made of, times in microseconds."""

    def __init__(self) -> None:
        self.sent = self.received = self.repeated = self.errors = 0
        self.least, self.most, self.sum, self.squares = 2**62, 0, 0, 0
        self.pipe = 0
        self.seen: set[int] = set()

    def acknowledge(self, seq: int) -> None:
        """How many were in flight when this was answered (`acknowledge`)."""
        behind = (self.sent - seq) & 0xFFFF
        if behind <= 0x7FFF:
            self.pipe = max(self.pipe, behind + 1)

    def take(self, answer: Answer) -> bool:
        """Count a reply; `True` if its request was answered before (`gather_statistics`)."""
        self.sum += answer.rtt
        self.squares += answer.rtt**2
        self.least, self.most = min(self.least, answer.rtt), max(self.most, answer.rtt)
        again = answer.seq in self.seen
        self.seen.add(answer.seq)
        self.repeated += again
        self.received += not again
        return again

    def times(self) -> str:
        """`min/avg/max/mdev`, by integer microseconds as `finish` computes them."""
        total = self.received + self.repeated
        mean = self.sum // total
        variance = (self.squares - self.sum * self.sum // total) // total
        values = (self.least, mean, self.most, math.isqrt(max(variance, 0)))
        return "/".join(f"{us // 1000}.{us % 1000:03}" for us in values)


def _g(value: float) -> str:
    return f"{value:g}"


def statistics(call: Call, tally: Tally, elapsed: int) -> str:
    """The closing lines (`finish`); `elapsed` in milliseconds."""
    out = f"\n--- {call.destination} ping statistics ---\n"
    out += f"{tally.sent} packets transmitted, {tally.received} received"
    if tally.repeated:
        out += f", +{tally.repeated} duplicates"
    if tally.errors:
        out += f", +{tally.errors} errors"
    if tally.sent:
        out += f", {_g((tally.sent - tally.received) * 100.0 / tally.sent)}% packet loss, time {elapsed}ms"
    out += "\n"
    comma = ""
    if tally.received and call.options.size >= TIMED:
        out += f"rtt min/avg/max/mdev = {tally.times()} ms"
        comma = ", "
    if tally.pipe > 1:
        out += f"{comma}pipe {tally.pipe}"
    return out + "\n"


def ping(argv: Sequence[str], context: Context) -> Generator[Any, Any, int]:
    """Run `ping` of iputils."""
    try:
        call = parse(argv, context)
    except UsageError as error:
        yield error.text
        return error.code
    address = resolve(context, call.destination)
    if address is None:
        yield Write(stderr=f"ping: {call.destination}: {_unknown(call.destination)}\n")
        return 2
    try:
        source = source_of(context, address, call.options)
        echo = EchoSocket(context, (call.destination, address), call.options, 1)
    except KernelError as error:
        yield Write(stderr=f"ping: {_refused(call, error)}\n")
        return 2
    context.catch(signal.SIGINT, signal.SIGQUIT)
    tally, start = Tally(), context.now
    last = [start]
    try:
        yield Write(_header(call, address, source))
        yield from _loop(call, echo, (tally, last))
    except Interrupt:
        pass
    finally:
        echo.close()
    said = echo.elapsed()
    yield Write(statistics(call, tally, (last[0] - start + 500_000) // 10**6 if said is None else said))
    return int(not tally.received or (call.deadline is not None and tally.received < call.count))


def _unknown(name: str) -> str:
    """What the resolver says of a name without a server that knows it (gai_strerror)."""
    labels = name.split(".")
    is_odd = any(not label for label in labels[:-1]) or any(len(label) > 63 for label in labels)
    return "Name or service not known" if is_odd else "Temporary failure in name resolution"


def _refused(call: Call, error: KernelError) -> str:
    """What a socket call's refusal is told as."""
    options = call.options
    if error.name == "ENODEV":
        return f"SO_BINDTODEVICE {options.device}: {TEXTS[error.name]}"
    if error.name == "EACCES":
        return ASK_BROADCAST
    where = "bind" if error.name == "EADDRNOTAVAIL" and options.source else "connect"
    return f"{where}: {TEXTS[error.name]}"


def _header(call: Call, address: str, source: str) -> str:
    size, options = call.options.size, call.options
    origin = f"from {source} {options.device or ''}: " if options.device or options.source else ""
    warning = "WARNING: pinging broadcast address\n" if call.warn_broadcast else ""
    return f"{warning}PING {call.destination} ({address}) {origin}{size}({size + 28}) bytes of data.\n"


def _loop(call: Call, echo: EchoSocket, counts: tuple[Tally, list[int]]) -> Generator[Any, Any, None]:
    """Send and read until enough has come or nothing more is waited for (`main_loop`)."""
    context, (tally, last) = echo.context, counts
    start = due = context.now
    end = None if call.deadline is None else start + call.deadline
    while True:
        is_all_sent = bool(call.count) and tally.sent >= call.count and end is None
        if not is_all_sent:
            last[0] = context.now
            yield from _send(call, echo, tally)
            due += call.interval
            is_all_sent = bool(call.count) and tally.sent >= call.count and end is None
            if is_all_sent:
                due = context.now + _linger(call, tally)
        until = due if end is None else min(due, end)
        while True:
            yield from _read(call, echo, tally)
            if call.count and tally.received + tally.errors >= call.count:
                return
            if not (yield Readable(echo.id, until)):
                break
        if context.now == end or is_all_sent:
            return


def _linger(call: Call, tally: Tally) -> int:
    """How long to wait after the last request (`__schedule_exit`): by what has been answered when it is sent."""
    return max(2 * tally.most * 1000, call.interval) if tally.received else call.linger


def _send(call: Call, echo: EchoSocket, tally: Tally) -> Generator[Any, Any, None]:
    tally.sent += 1
    try:
        echo.send(tally.sent)
    except KernelError as error:
        if error.name == "EMSGSIZE":
            tally.errors += 1
            yield Write(stderr=f"ping: local error: message too long, mtu={echo.mtu()}\n")
        elif error.name not in ("EPERM", "EACCES", "ENOBUFS"):
            yield Write(stderr=f"ping: sendmsg: {TEXTS[error.name]}\n")


def _read(call: Call, echo: EchoSocket, tally: Tally) -> Generator[Any, Any, None]:
    for answer in echo.read():
        stamp = f"[{context_time(echo)}] " if call.stamp else ""
        if answer.kind in (REDIRECT, SOURCE_QUENCH):
            # No error about the packet: read from the socket itself and not from its error queue, and not counted.
            if not call.quiet:
                yield Write(f"{stamp}From {answer.source}: icmp_seq={answer.seq} {described(answer)}\n")
            continue
        tally.acknowledge(answer.seq)
        if answer.kind != ECHO_REPLY:
            tally.errors += 1
            if not call.quiet:
                yield Write(f"{stamp}From {answer.source} icmp_seq={answer.seq} {described(answer)}\n")
            continue
        again = tally.take(answer)
        if call.quiet:
            continue
        time = f" time={milliseconds(answer.rtt)} ms" if call.options.size >= TIMED else ""
        end = " (DUP!)" if again else ""
        yield Write(
            f"{stamp}{answer.size} bytes from {answer.source}: icmp_seq={answer.seq} ttl={answer.ttl}{time}{end}\n"
        )


def context_time(echo: EchoSocket) -> str:
    """The wall clock as `-D` prints it."""
    now = echo.context.now // 1000
    return f"{now // 10**6}.{now % 10**6:06}"
