"""Handles of network namespaces: a name that keeps one alive, and what can be asked in it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from netmodel.errors import KernelError
from netmodel.explain import text
from netmodel.link import Bridge, Link, Veth, handle
from netmodel.request import NetnsNew, NetnsReply, SysctlGet, SysctlSet, ValueReply
from netmodel.snapshot import NetnsView
from netmodel.trace import Local, Trace

if TYPE_CHECKING:
    from netmodel.host import Completed
    from netmodel.model import ModelHost

INIT = 0


@dataclass(frozen=True)
class Ping:
    """What a ping did: a `Trace` for each echo request, and what the command printed; `names` of the namespaces."""

    traces: tuple[Trace, ...]
    completed: Completed
    names: Mapping[int, str] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """What `ping` printed, errors last."""
        return self.completed.stdout + self.completed.stderr

    def __str__(self) -> str:
        return "\n\n".join([*(text(trace, self.names) for trace in self.traces), self.text.removesuffix("\n")])


class Namespace:
    """A network namespace: the machine's own, or a name of /run/netns."""

    def __init__(self, host: ModelHost, name: str | None, number: int) -> None:
        self.host = host
        self.name = name
        self.id = number

    @property
    def label(self) -> str:
        """Its name; the machine's own is called `init_net`, as in the kernel."""
        return self.name if self.name is not None else "init_net" if self.id == INIT else f"netns {self.id}"

    @property
    def view(self) -> NetnsView:
        """What the Kernel holds of it. Raises `LookupError` if it is gone."""
        for view in self.host.kernel.snapshot().netns:
            if view.id == self.id:
                return view
        raise LookupError(f"{self.label} is gone")

    @property
    def links(self) -> list[Link]:
        """Its devices by index."""
        return [handle(self, row) for row in self.view.links]

    def link(self, name: str) -> Link:
        """A device by its name. Raises `LookupError`."""
        return handle(self, Link(self, name).row)

    def sysctl(self, path: str, value: str | None = None) -> str:
        """A setting below /proc/sys/net (`ipv4/ip_forward`), set to `value` if one is given. Raises `KernelError`."""
        if value is not None:
            self.host.apply(SysctlSet(netns=self.id, path=path, value=value))
        reply = self.host.apply(SysctlGet(netns=self.id, path=path))
        assert isinstance(reply, ValueReply)
        return reply.value

    def run(self, line: str, stdin: str = "") -> Completed:
        """Give `line` to a shell in this namespace, and wait for its end."""
        return self.host.run_in(self.id, ["sh", "-c", line], stdin)

    def ping(self, destination: str, count: int = 1, options: str = "") -> Ping:
        """Run `ping -c COUNT OPTIONS DESTINATION` to its end."""
        traces: list[Trace] = []
        argv = ["ping", "-c", str(count), *shlex.split(options), destination]
        completed = self.host.run_in(self.id, argv, "", traces)
        names = {netns: name for name, netns in self.host.netns_files.names().items()}
        return Ping(tuple(traces), completed, names)

    def send(self, packet: bytes) -> Trace:
        """Send an IP packet as a raw socket of a process here does: it is routed, then passes OUTPUT."""
        return self.host.enter(Local(netns=self.id), packet)

    def delete(self) -> None:
        """Remove its name; it goes when nothing else holds it. Raises `KernelError` ENOENT if the name is gone."""
        if self.name is None or self.name not in self.host.netns_files.names():
            raise KernelError(2, "ENOENT")
        self.host.netns_files.remove(self.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Namespace) and other.host is self.host and other.id == self.id

    def __hash__(self) -> int:
        return hash((id(self.host), self.id))

    def __repr__(self) -> str:
        try:
            names = " ".join(row.name for row in self.view.links)
        except LookupError:
            return f"<Namespace {self.label}: gone>"
        return f"<Namespace {self.label}: {names}>"


class Netns:
    """`host.netns`: the namespaces of /run/netns by name."""

    def __init__(self, host: ModelHost) -> None:
        self._host = host

    def add(self, name: str) -> Namespace:
        """Make a namespace with a name, as `ip netns add` does. Raises `KernelError` EEXIST if the name is taken."""
        if name in self._host.netns_files.names():
            raise KernelError(17, "EEXIST")
        reply = self._host.apply(NetnsNew())
        assert isinstance(reply, NetnsReply)
        self._host.netns_files.add(name, reply.value)
        return Namespace(self._host, name, reply.value)

    @property
    def init(self) -> Namespace:
        """The machine's own namespace."""
        return Namespace(self._host, None, INIT)

    def of(self, number: int) -> Namespace:
        """A namespace by its number in the Kernel."""
        return Namespace(self._host, self._host.netns_files.name_of(number), number)

    def __getitem__(self, name: str) -> Namespace:
        return Namespace(self._host, name, self._host.netns_files.names()[name])

    def __iter__(self) -> Iterator[Namespace]:
        return (self[name] for name in self._host.netns_files.names())

    def __len__(self) -> int:
        return len(self._host.netns_files.names())

    def __contains__(self, name: object) -> bool:
        return name in self._host.netns_files.names()

    def __repr__(self) -> str:
        return f"<Netns {' '.join(self._host.netns_files.names()) or 'none'}>"


__all__ = ["Bridge", "Link", "Namespace", "Netns", "Ping", "Veth"]
