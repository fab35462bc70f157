"""What a modelled machine finds when it starts: its devices, its cable, the host at the other end, and its files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from ipaddress import IPv4Interface
from typing import TYPE_CHECKING

from netmodel.entropy import Entropy
from netmodel.errors import UnsupportedError
from netmodel.event import Egress
from netmodel.facts import Facts
from netmodel.kernel import Kernel
from netmodel.request import (
    AddrAdd,
    AddrSpec,
    Dev,
    How,
    LinkChange,
    LinkReply,
    LinkSet,
    PhysAdd,
    Reply,
    RouteAdd,
    RouteSpec,
    SysctlSet,
)
from netmodel.trace import Rx

if TYPE_CHECKING:
    from netmodel.model import ModelHost
    from netmodel.platform import Platform

SECOND = 10**9
LO = Dev(0, 1)
UNICAST, MAIN, LINK, GLOBAL = 1, 254, 253, 0
PROTOCOL_KERNEL, PROTOCOL_BOOT, PROTOCOL_DHCP = 2, 3, 16
MAC, ADDRESS, ROUTER_MAC = "00:1c:42:00:00:03", "192.168.65.3/24", "00:1c:42:00:00:01"
# NetworkManager's metric of an Ethernet device.
METRIC = 100
ADDR_GEN_MODE_NONE = "1"

DEBIAN_HOSTS = (
    "127.0.0.1\tlocalhost\n127.0.1.1\t{0}\n\n"
    "# The following lines are desirable for IPv6 capable hosts\n"
    "::1     localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n"
)
CENTOS_HOSTS = (
    "127.0.0.1   localhost localhost.localdomain localhost4 localhost4.localdomain4\n"
    "::1         localhost localhost.localdomain localhost6 localhost6.localdomain6\n"
)


def facts(platform: Platform) -> Facts:
    """What a platform's kernel does where others do something else."""
    return Facts(**{field.name: platform.has(f"kernel.{field.name}") for field in fields(Facts)})


def up(dev: Dev) -> LinkSet:
    """Set a device up."""
    return LinkSet(dev=dev, change=LinkChange(up=True))


class Outside:
    """The host at the other end of eth0's cable: a kernel of its own that answers ARP and echo.

    `spent_ns` is what all that it did has cost, nanoseconds by the cost model.
    """

    def __init__(self, seed: int, address: str) -> None:
        self.address = address.partition("/")[0]
        self.spent_ns = 0
        self.kernel = Kernel(seed)
        self.kernel.apply(up(LO))
        self._dev = Dev(0, _index(self.kernel.apply(PhysAdd(name="eth0", address=ROUTER_MAC))))
        self.kernel.apply(SysctlSet(netns=0, path="ipv6/conf/eth0/accept_ra", value="0"))  # routers do not solicit
        self.kernel.apply(AddrAdd(dev=self._dev, addr=AddrSpec(local=address), how=How.Add))
        self.kernel.apply(up(self._dev))

    def exchange(self, frames: list[bytes], until: int) -> list[bytes]:
        """Frames come out of the cable, and time passes (nanoseconds since boot): the frames that it sends."""
        for frame in frames:
            self.spent_ns += self.kernel.send(Rx(dev=self._dev), frame).cost_ns
        return [event.frame for event in self.kernel.advance(until) if isinstance(event, Egress)]


def _index(reply: Reply) -> int:
    assert isinstance(reply, LinkReply)
    return reply.value


def machine(host: ModelHost) -> Outside:
    """`lo` up, eth0 with its address and its cable. What comes from outside may be declared."""
    kernel, entropy = host.kernel, host.entropy
    kernel.apply(up(LO))
    mac = entropy.declared("outside", "eth0.address") or MAC
    dev = Dev(0, _index(kernel.apply(PhysAdd(name="eth0", address=mac))))
    leased = entropy.declared("outside", "eth0.inet")
    interface = IPv4Interface(leased or ADDRESS)
    router = next(interface.network.hosts())
    outside = Outside(host.seed, f"{router}/{interface.network.prefixlen}")
    link_local = entropy.declared("outside", "eth0.link_local")
    if link_local is not None:
        kernel.apply(SysctlSet(netns=0, path="ipv6/conf/eth0/addr_gen_mode", value=ADDR_GEN_MODE_NONE))
        # NetworkManager solicits by itself.
        kernel.apply(SysctlSet(netns=0, path="ipv6/conf/eth0/accept_ra", value="0"))
    kernel.apply(up(dev))
    if leased is None:
        spec = AddrSpec(local=ADDRESS, broadcast=str(interface.network.broadcast_address))
        kernel.apply(AddrAdd(dev=dev, addr=spec, how=How.Add))
        kernel.apply(_route("0.0.0.0/0", dev, via=str(router), protocol=PROTOCOL_BOOT))
    else:
        Lease(host, dev, interface).start()
        net = str(interface.network)
        kernel.apply(_route(net, dev, src=str(interface.ip), protocol=PROTOCOL_KERNEL, metric=METRIC))
        kernel.apply(_route("0.0.0.0/0", dev, via=str(router), protocol=PROTOCOL_DHCP, metric=METRIC))
    if link_local is not None:
        kernel.apply(AddrAdd(dev=dev, addr=AddrSpec(local=link_local, noprefixroute=True), how=How.Add))
        _advertised(host, dev)
    return outside


def _route(
    dst: str, dev: Dev, *, via: str | None = None, src: str | None = None, protocol: int, metric: int | None = None
) -> RouteAdd:
    scope = GLOBAL if via else LINK
    spec = RouteSpec(
        dst=dst,
        kind=UNICAST,
        table=MAIN,
        protocol=protocol,
        scope=scope,
        via=via,
        oif=dev.ifindex,
        src=src,
        metric=metric,
    )
    return RouteAdd(netns=dev.netns, route=spec, how=How.Add)


def instant(text: str) -> int:
    """An RFC 3339 instant as nanoseconds since 1970. Raises `ValueError`."""
    moment = datetime.fromisoformat(text)
    micros = (moment - datetime.fromisoformat("1970-01-01T00:00:00+00:00")) // moment.resolution
    return micros * 1000


def _series(entropy: Entropy, owner: str) -> list[str]:
    """All declared values of an owner, in order."""
    found: list[str] = []
    while (text := entropy.declared("outside", owner, len(found))) is not None:
        found.append(text)
    return found


class Lease:
    """A DHCP lease as a client keeps it: renewed at half its time (RFC 2131, 4.4.5, T1), and when it was otherwise."""

    def __init__(self, host: ModelHost, dev: Dev, interface: IPv4Interface) -> None:
        self._host = host
        self._dev = dev
        self._interface = interface
        self._seconds = int(host.entropy.declared("outside", "eth0.lease") or 0) or None
        self._renewed = 0

    def start(self) -> None:
        """Take the lease now."""
        self._take()
        for text in _series(self._host.entropy, "eth0.renewed"):
            self._host.at(instant(text), self._take)

    def _take(self) -> None:
        self._renewed += 1
        self._apply(self._seconds)
        if self._seconds is not None:
            self._host.at(self._host.now + self._seconds * SECOND // 2, self._half_time(self._renewed))

    def _apply(self, seconds: int | None) -> None:
        spec = AddrSpec(
            local=str(self._interface),
            broadcast=str(self._interface.network.broadcast_address),
            valid_lft=seconds,
            preferred_lft=seconds,
            noprefixroute=True,
        )
        self._host.kernel.apply(AddrAdd(dev=self._dev, addr=spec, how=How.Replace))

    def _half_time(self, renewed: int) -> Callable[[], None]:
        def act() -> None:
            if renewed == self._renewed:
                self._renew()

        return act

    def _renew(self) -> None:
        """Renew. Where nothing else is to happen for long, only the last of the renewals is made: until then the
        address has no end, which nobody sees."""
        assert self._seconds is not None
        half = self._seconds * SECOND // 2
        horizon = self._host.scheduler.horizon
        skipped = (horizon - self._host.now) // half if horizon is not None else 0
        if skipped < 3:
            self._take()
            return
        self._renewed += 1
        self._apply(None)
        self._host.at(self._host.now + (skipped - 1) * half, self._half_time(self._renewed))


def _advertised(host: ModelHost, dev: Dev) -> None:
    """An address made from a router's advertisement, with what is left of its lifetimes when that was last heard."""
    entropy = host.entropy
    address = entropy.declared("outside", "eth0.inet6")
    if address is None:
        return
    valid, preferred = (entropy.declared("outside", f"eth0.{name}") for name in ("valid", "preferred"))

    def hear() -> None:
        spec = AddrSpec(
            local=address,
            valid_lft=int(valid) if valid else None,
            preferred_lft=int(preferred) if preferred else None,
            noprefixroute=True,
        )
        host.kernel.apply(AddrAdd(dev=dev, addr=spec, how=How.Replace))

    hear()
    heard = entropy.declared("outside", "eth0.advertised")
    if heard is not None:
        host.at(instant(heard), hear)


def files(host: ModelHost) -> dict[str, str]:
    """The files of the machine that programs read."""
    hosts = CENTOS_HOSTS if host.platform.name.startswith("centos") else DEBIAN_HOSTS.format(host.hostname)
    found = {"/etc/hosts": hosts, "/etc/hostname": host.hostname + "\n"}
    if host.router is not None:
        found["/etc/resolv.conf"] = f"nameserver {host.router}\n"
    return found


def check(on: str) -> None:
    """Raises `UnsupportedError` for a machine that is not known."""
    if on not in ("machine", "bare"):
        raise UnsupportedError(f"a host on {on!r}")
