"""busybox's `ifconfig`: showing devices, and setting them up or down (networking/ifconfig.c, networking/interface.c)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from netmodel.commands.busybox.applet import Applet, system_words
from netmodel.commands.ip.addr_render import family_of
from netmodel.commands.system import Running, System, Write
from netmodel.commands.words import Refused
from netmodel.errors import UnsupportedError
from netmodel.request import Dev, LinkChange, LinkSet
from netmodel.snapshot import Addr, Link

IFF_UP, IFF_BROADCAST = 0x1, 0x2
LOOPBACK = 772

# In the order they are printed.
FLAGS: tuple[tuple[int, str], ...] = (
    (IFF_UP, "UP"),
    (IFF_BROADCAST, "BROADCAST"),
    (0x8, "LOOPBACK"),
    (0x10, "POINTOPOINT"),
    (0x40, "RUNNING"),
    (0x80, "NOARP"),
    (0x100, "PROMISC"),
    (0x200, "ALLMULTI"),
    (0x1000, "MULTICAST"),
)
SCOPES = {0: "Global", 200: "Site", 253: "Link", 254: "Host"}


def run(argv: Sequence[str], system: System) -> Running:
    """`busybox ifconfig …` or `ifconfig …` where that is busybox. Raises `UnsupportedError`."""
    words = system_words(argv)
    applet = Applet(system, "ifconfig")
    try:
        if words[1:]:
            _set(words[0], words[1:], applet)
            return 0
        yield Write(_show(words[0] if words else "", applet))
    except Refused as refused:
        yield Write(stderr=refused.stderr)
        return refused.code
    return 0


def _show(name: str, applet: Applet) -> str:
    """All devices that are up, by name; with `-a` the others, too; or the one named."""
    links = sorted(applet.seen().view.links, key=lambda link: link.name)
    if name not in ("", "-a"):
        links = [link for link in links if link.name == name]
        if not links:
            raise applet.refused(f"{name}: error fetching interface information: Device not found")
    elif not name:
        links = [link for link in links if link.flags & IFF_UP]
    return "".join(_lines(link) for link in links)


def _lines(link: Link) -> str:
    is_loopback = link.kind == LOOPBACK
    kind = "Local Loopback" if is_loopback else "Ethernet"
    text = f"{link.name:<9} Link encap:{kind}  "
    text += "\n" if is_loopback else f"HWaddr {link.address.upper()}  \n"
    text += _address_lines(link)
    words = " ".join(word for bit, word in FLAGS if link.flags & bit) or "[NO FLAGS]"
    stats = link.stats
    return (
        f"{text}          {words}  MTU:{link.mtu}  Metric:1\n"
        f"          RX packets:{stats.rx_packets} errors:{stats.rx_errors}"
        f" dropped:{stats.rx_dropped + stats.rx_missed} overruns:0 frame:0\n"
        f"          TX packets:{stats.tx_packets} errors:{stats.tx_errors}"
        f" dropped:{stats.tx_dropped} overruns:0 carrier:{stats.tx_carrier}\n"
        f"          collisions:{stats.collisions} txqueuelen:{link.txqlen} \n"
        f"          RX bytes:{stats.rx_bytes} ({_scaled(stats.rx_bytes)})"
        f"  TX bytes:{stats.tx_bytes} ({_scaled(stats.tx_bytes)})\n\n"
    )


def _address_lines(link: Link) -> str:
    """The first IPv4 address, as SIOCGIFADDR gives it, and the IPv6 address."""
    v4 = [addr for addr in link.addrs if family_of(addr) == 4]
    v6 = [addr for addr in link.addrs if family_of(addr) == 6]
    if any(addr.label != link.name for addr in v4):
        raise UnsupportedError("busybox ifconfig of addresses with labels")
    if len(v6) > 1:
        raise UnsupportedError("busybox ifconfig of several IPv6 addresses, whose order is that of a hash")
    text = _v4_line(v4[0], link) if v4 else ""
    return text + "".join(f"          inet6 addr: {addr.local} Scope:{SCOPES[addr.scope]}\n" for addr in v6)


def _v4_line(addr: Addr, link: Link) -> str:
    local, _, length = addr.local.partition("/")
    mask = ipaddress.ip_network(f"0.0.0.0/{length}").netmask
    broadcast = f"  Bcast:{addr.broadcast or '0.0.0.0'}" if link.flags & IFF_BROADCAST else ""
    return f"          inet addr:{local}{broadcast}  Mask:{mask}\n"


def _scaled(count: int) -> str:
    """`print_bytes_scaled`: one digit after the point, cut, not rounded."""
    whole, tenths, units = count, 0, ["B", "KiB", "MiB", "GiB", "TiB"]
    while whole >= 1024 and len(units) > 1:
        tenths = whole % 1024 * 10 // 1024
        whole //= 1024
        units.pop(0)
    return f"{whole}.{tenths} {units[0]}"


def _set(name: str, words: Sequence[str], applet: Applet) -> None:
    for word in words:
        if word not in ("up", "down"):
            raise UnsupportedError(f"busybox ifconfig {name} {word}")
        link = next((link for link in applet.seen().view.links if link.name == name), None)
        if link is None:
            raise applet.refused("SIOCGIFFLAGS: No such device")
        dev = Dev(netns=applet.system.netns, ifindex=link.ifindex)
        applet.apply(LinkSet(dev=dev, change=LinkChange(up=word == "up")), "SIOCSIFFLAGS", code=1)
