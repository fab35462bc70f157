"""An ICMP socket that sends echo requests and reads what comes back: what both pings have in common."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netmodel.entropy import ping_owner
from netmodel.errors import KernelError
from netmodel.request import (
    AddressReply,
    Bind,
    BindToDevice,
    Broadcast,
    Close,
    DatagramReply,
    DontFragment,
    Icmp,
    Recv,
    RouteGet,
    RouteReply,
    SendTo,
    Socket,
    SocketOption,
    SocketReply,
    SocketSet,
    Tos,
    TraceReply,
    Ttl,
)

if TYPE_CHECKING:
    from netmodel.programs.process import Context

ECHO_REPLY, ECHO = 0, 8
ERRORS = (3, 4, 5, 11, 12)


@dataclass(frozen=True, slots=True)
class Options:
    """What both pings can be asked: bytes of data, ttl, tos, device or source bound to, broadcast, path mtu discovery."""

    size: int = 56
    ttl: int | None = None
    tos: int = 0
    device: str | None = None
    source: str | None = None
    broadcast: bool = False
    dont_fragment: bool | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A message read: an echo reply, or an error about request `seq`.

    `rtt` is in microseconds and of a reply alone; `size` is the ICMP message in bytes.
    """

    source: str
    kind: int
    code: int
    seq: int
    ttl: int
    size: int
    rtt: int
    mtu: int = 0
    gateway: str = ""


class EchoSocket:
    """One ping at work.

    `names`: the destination as typed and the address it means; `first`: the number of the first request.
    Raises `KernelError` as socket(2), setsockopt(2) and bind(2) do; closing is the caller's.
    """

    def __init__(self, context: Context, names: tuple[str, str], options: Options, first: int) -> None:
        destination, address = names
        self.context = context
        self.first = first
        self.address = address
        self.options = options
        self.ident = context.task.number & 0xFFFF
        run = context.host.entropy.count("ping", destination) + 1
        self.owner = ping_owner(destination, run)
        self._sent: dict[int, tuple[int, int]] = {}
        reply = context.kernel.apply(Socket(context.netns, Icmp(self.ident), False, True))
        assert isinstance(reply, SocketReply)
        self.id = reply.value
        for option in self._socket_options():
            context.kernel.apply(SocketSet(self.id, option))
        if options.source is not None:
            context.kernel.apply(Bind(self.id, f"{options.source}:0"))

    def _socket_options(self) -> Iterator[SocketOption]:
        options = self.options
        if options.device is not None:
            yield BindToDevice(options.device)
        if options.broadcast:
            yield Broadcast(True)
        if options.ttl is not None:
            yield Ttl(options.ttl)
        if options.tos:
            yield Tos(options.tos)
        if options.dont_fragment is not None:
            yield DontFragment(options.dont_fragment)

    def send(self, seq: int) -> None:
        """Send request `seq`. Raises `KernelError` as sendmsg(2) does."""
        head = bytes((ECHO, 0, 0, 0)) + self.ident.to_bytes(2, "big") + (seq & 0xFFFF).to_bytes(2, "big")
        data = head + bytes(n & 0xFF for n in range(self.options.size))
        self._sent[seq & 0xFFFF] = (self.context.kernel.now, -self.context.host.wire.spent_ns)
        reply = self.context.kernel.apply(SendTo(self.id, f"{self.address}:0", data))
        assert isinstance(reply, TraceReply)
        self.context.traces.extend(reply.value)
        cost = sum(trace.cost_ns for trace in reply.value)
        self._sent[seq & 0xFFFF] = (self.context.kernel.now, cost - self.context.host.wire.spent_ns)

    def read(self) -> Iterator[Answer]:
        """All that has come, in order. Raises `KernelError` for an error that waits on the socket."""
        while True:
            try:
                reply = self.context.kernel.apply(Recv(self.id))
            except KernelError as error:
                if error.name == "EAGAIN":
                    return
                raise
            assert isinstance(reply, DatagramReply)
            answer = self._parse(reply.data)
            if answer is not None:
                yield answer

    def close(self) -> None:
        """Close the socket."""
        self.context.kernel.apply(Close(self.id))

    def mtu(self) -> int:
        """The mtu of the way to the destination in bytes, as `IP_MTU` tells it."""
        found = self.context.kernel.apply(RouteGet(self.context.netns, self.address, None, None, None))
        assert isinstance(found, RouteReply)
        if found.value.mtu is not None:
            return found.value.mtu[0]
        netns = next(view for view in self.context.kernel.snapshot().netns if view.id == self.context.netns)
        return next(link.mtu for link in netns.links if link.ifindex == found.value.oif)

    def elapsed(self) -> int | None:
        """The declared time of the statistics, in milliseconds."""
        text = self.context.host.entropy.declared("elapsed", self.owner)
        return None if text is None else int(text)

    def _parse(self, packet: bytes) -> Answer | None:
        hlen = (packet[0] & 0xF) * 4
        source, ttl = str(ipaddress.IPv4Address(packet[12:16])), packet[8]
        message = packet[hlen:]
        kind, code = message[0], message[1]
        if kind == ECHO_REPLY:
            seq = int.from_bytes(message[6:8], "big")
            return Answer(source, kind, code, seq, ttl, len(message), self._rtt(seq))
        if kind not in ERRORS:
            return None
        inner = message[8:]
        seq = int.from_bytes(inner[(inner[0] & 0xF) * 4 + 6 :][:2], "big")
        gateway, mtu = str(ipaddress.IPv4Address(message[4:8])), int.from_bytes(message[6:8], "big")
        return Answer(source, kind, code, seq, ttl, len(message), 0, mtu, gateway)

    def _rtt(self, seq: int) -> int:
        """Microseconds from a request to its reply: declared, else the time that passed and the cost of the way."""
        said = self.context.host.entropy.declared("echo", self.owner, seq - self.first)
        if said:
            whole, _, part = said.partition(".")
            return int(whole) * 1000 + int(part.ljust(3, "0")[:3])
        sent, cost = self._sent.get(seq, (self.context.kernel.now, -self.context.host.wire.spent_ns))
        # What the cable and the host outside took comes on top, if the way led there.
        return (self.context.kernel.now - sent + cost + self.context.host.wire.spent_ns) // 1000


def source_of(context: Context, address: str, options: Options) -> str:
    """The address that pings to `address` come from: of a UDP socket that is connected there, as ping itself finds it.

    Raises `KernelError` as setsockopt(2), bind(2) and connect(2) do.
    """
    from netmodel.request import Connect, SockName, Udp

    reply = context.kernel.apply(Socket(context.netns, Udp(), False, True))
    assert isinstance(reply, SocketReply)
    try:
        if options.device is not None:
            context.kernel.apply(SocketSet(reply.value, BindToDevice(options.device)))
        if options.broadcast:
            context.kernel.apply(SocketSet(reply.value, Broadcast(True)))
        if options.source is not None:
            context.kernel.apply(Bind(reply.value, f"{options.source}:0"))
        context.kernel.apply(Connect(reply.value, f"{address}:1025"))
        name = context.kernel.apply(SockName(reply.value))
        assert isinstance(name, AddressReply)
        return name.value.rpartition(":")[0]
    finally:
        context.kernel.apply(Close(reply.value))


def resolve(context: Context, name: str) -> str | None:
    """The IPv4 address of a name: itself, from /etc/hosts, or from a container's own name server."""
    try:
        return str(ipaddress.IPv4Address(name))
    except ValueError:
        pass
    for line in (context.read_file("/etc/hosts") or "").splitlines():
        words = line.partition("#")[0].split()
        if name in words[1:] and ":" not in words[0]:
            return words[0]
    known = context.resolve(name)
    return known[0] if known else None
