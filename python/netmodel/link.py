"""Handles of devices: a name in a namespace, and what can be asked of it. All that they tell is held by the Kernel."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from netmodel import snapshot
from netmodel.errors import KernelError
from netmodel.request import (
    AddrAdd,
    AddrDel,
    AddrSpec,
    BridgeOptions,
    BridgeSet,
    Dev,
    FdbAdd,
    FdbDel,
    FdbState,
    How,
    LinkChange,
    LinkDel,
    LinkSet,
    Request,
)

if TYPE_CHECKING:
    from netmodel.netns import Namespace

NO_MASTER = 0
# include/uapi/linux/if_link.h: IF_OPER_*.
OPERSTATES = ("UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP")


class Addresses:
    """The addresses of a device: iterable, in the order in which they are shown."""

    def __init__(self, link: Link) -> None:
        self._link = link

    def add(self, local: str, broadcast: str | None = None) -> None:
        """Add `ADDRESS/LENGTH`, as `ip addr add` does. Raises `KernelError`, `ValueError` for what is no address."""
        spec = AddrSpec(local=str(ip_interface(local)), broadcast=broadcast)
        self._link.apply(AddrAdd(dev=self._link.dev, addr=spec, how=How.Add))

    def delete(self, local: str) -> None:
        """Delete `ADDRESS/LENGTH`. Raises `KernelError`, `ValueError` for what is no address."""
        address = ip_interface(local)
        length = address.network.prefixlen if "/" in local else None
        self._link.apply(AddrDel(dev=self._link.dev, local=str(address.ip), len=length))

    def __iter__(self) -> Iterator[str]:
        return (addr.local for addr in self._link.row.addrs)

    def __len__(self) -> int:
        return len(self._link.row.addrs)

    def __repr__(self) -> str:
        return f"<Addresses {' '.join(self) or 'none'}>"


class Link:
    """A device by its name in a namespace. Two handles of the same name and namespace are equal."""

    def __init__(self, netns: Namespace, name: str) -> None:
        self.netns = netns
        self.name = name

    @property
    def row(self) -> snapshot.Link:
        """What the Kernel holds of it now. Raises `LookupError` if there is no such device any more."""
        for link in self.netns.view.links:
            if link.name == self.name:
                return link
        raise LookupError(f"no device {self.name} in {self.netns.label}")

    @property
    def dev(self) -> Dev:
        """How a request names it. Raises `LookupError`."""
        return Dev(self.netns.id, self.row.ifindex)

    @property
    def ifindex(self) -> int:
        """Its number in its namespace."""
        return self.row.ifindex

    @property
    def address(self) -> str:
        """Its MAC."""
        return self.row.address

    @property
    def mtu(self) -> int:
        """The greatest packet that it sends, in bytes."""
        return self.row.mtu

    @property
    def operstate(self) -> str:
        """`UP`, `DOWN`, `LOWERLAYERDOWN`, `UNKNOWN`, …, as `ip link` shows it."""
        return OPERSTATES[self.row.operstate]

    @property
    def addr(self) -> Addresses:
        """Its addresses."""
        return Addresses(self)

    @property
    def master(self) -> Bridge | None:
        """The bridge that it is a port of."""
        index = self.row.master
        found = next((link for link in self.netns.view.links if link.ifindex == index), None)
        return Bridge(self.netns, found.name) if found is not None else None

    def apply(self, request: Request) -> None:
        """Make a request. Raises `KernelError`, `UnsupportedError`."""
        self.netns.host.apply(request)

    def set(self, change: LinkChange) -> None:
        """RTM_SETLINK. Raises `KernelError`."""
        self.apply(LinkSet(dev=self.dev, change=change))

    def up(self) -> None:
        """Set it up. Raises `KernelError`."""
        self.set(LinkChange(up=True))

    def down(self) -> None:
        """Set it down. Raises `KernelError`."""
        self.set(LinkChange(up=False))

    def rename(self, name: str) -> None:
        """Give it another name; the handle follows. Raises `KernelError`."""
        self.set(LinkChange(name=name))
        self.name = name

    def move(self, netns: Namespace) -> None:
        """Move it to another namespace, where it has no address any more; the handle follows. Raises `KernelError`."""
        self.set(LinkChange(netns=netns.id))
        self.netns = netns

    def delete(self) -> None:
        """Delete it; a veth's other end goes, too. Raises `KernelError`."""
        self.apply(LinkDel(dev=self.dev))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Link) and (other.netns, other.name) == (self.netns, self.name)

    def __hash__(self) -> int:
        return hash((self.netns, self.name))

    def __repr__(self) -> str:
        kind = type(self).__name__
        try:
            row = self.row
        except LookupError:
            return f"<{kind} {self.name} in {self.netns.label}: gone>"
        addresses = "".join(f" {addr.local}" for addr in row.addrs)
        return f"<{kind} {row.ifindex}: {self.name} in {self.netns.label} {row.address} {self.operstate}{addresses}>"


class Veth(Link):
    """One end of a veth pair."""

    @property
    def peer(self) -> Veth:
        """The other end. Raises `LookupError` if it is gone."""
        row = self.row
        if isinstance(row.info, snapshot.Veth):
            netns = self.netns.host.netns.of(row.info.peer_netns)
            found = next((link for link in netns.view.links if link.ifindex == row.link), None)
            if found is not None:
                return Veth(netns, found.name)
        raise LookupError(f"{self.name} has no other end")


class Bridge(Link):
    """A bridge."""

    @property
    def bridge(self) -> snapshot.Bridge:
        """What the Kernel holds of it as a bridge. Raises `LookupError`."""
        info = self.row.info
        if not isinstance(info, snapshot.Bridge):
            raise LookupError(f"{self.name} is no bridge")
        return info

    @property
    def ports(self) -> list[Link]:
        """Its ports, by index."""
        index = self.ifindex
        return [handle(self.netns, link) for link in self.netns.view.links if link.master == index]

    @property
    def fdb(self) -> tuple[snapshot.FdbEntry, ...]:
        """Behind which port each address was seen."""
        return self.bridge.fdb

    def add(self, port: Link) -> None:
        """Make a device its port; one that is a port elsewhere moves (`ip link set master`). Raises `KernelError`."""
        port.set(LinkChange(master=self.ifindex))

    def remove(self, port: Link) -> None:
        """Let a port go. Raises `KernelError` EINVAL if it is a port of another bridge or of none."""
        if port.row.master != self.ifindex:
            raise KernelError(22, "EINVAL")
        port.set(LinkChange(master=NO_MASTER))

    def configure(self, options: BridgeOptions) -> None:
        """Change what is given in `options`. Raises `KernelError`, `UnsupportedError`."""
        self.apply(BridgeSet(dev=self.dev, options=options))

    def learn(self, mac: str, port: Link, state: FdbState = FdbState.Static) -> None:
        """Enter an address by hand (`bridge fdb add MAC dev PORT master`). Raises `KernelError`."""
        self.apply(FdbAdd(dev=port.dev, mac=mac, state=state, sticky=False, own=False, how=How.Add))

    def forget(self, mac: str, port: Link) -> None:
        """Delete an address (`bridge fdb del`). Raises `KernelError`."""
        self.apply(FdbDel(dev=port.dev, mac=mac, own=False))


def handle(netns: Namespace, row: snapshot.Link) -> Link:
    """The handle for what a device is."""
    kinds: dict[type, type[Link]] = {snapshot.Veth: Veth, snapshot.Bridge: Bridge}
    return kinds.get(type(row.info), Link)(netns, row.name)
