"""What busybox's `ip` prints (networking/libiproute/ipaddress.c, iproute.c, ipneigh.c)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from netmodel.commands.ip.addr_render import (
    DADFAILED,
    DEPRECATED,
    NOPREFIXROUTE,
    PERMANENT,
    SECONDARY,
    TENTATIVE,
    family_of,
    scope_name,
)
from netmodel.commands.ip.link_render import IFF_POINTOPOINT, IFF_RUNNING, IFF_UP, LINK_TYPES
from netmodel.commands.ip.neigh_render import BITS, NeighFilter, is_wanted
from netmodel.commands.ip.options import LINK
from netmodel.commands.ip.route_names import table_name, type_name
from netmodel.commands.ip.route_render import MAIN, UNICAST, RouteFilter, is_wanted as is_wanted_route
from netmodel.commands.ip.scene import Scene
from netmodel.commands.words import Prefix
from netmodel.platform import Platform
from netmodel.request import RouteFound
from netmodel.snapshot import Addr, Link, Route

# The flags that have names; the others are written in hexadecimal, without a comma before them.
FLAGS: tuple[tuple[int, str], ...] = (
    (0x8, "LOOPBACK"),
    (0x2, "BROADCAST"),
    (IFF_POINTOPOINT, "POINTOPOINT"),
    (0x1000, "MULTICAST"),
    (0x80, "NOARP"),
    (IFF_UP, "UP"),
    (0x10000, "LOWER_UP"),
)
# Ages are divided by the rate in /proc/net/psched, which is a billion where the kernel has hrtimers.
AGES = "0/0/0"


@dataclass(frozen=True, slots=True)
class AddrFilter:
    """Which devices and addresses are wanted. `family` is 0 for any, 4, 6 or `LINK`."""

    family: int = 0
    ifindex: int | None = None
    is_up: bool = False
    scope: int | None = None
    prefix: Prefix | None = None


def link_lines(link: Link, scene: Scene, family: int, line_end: str) -> str:
    """One device. The index of a peer in another namespace is looked up in this one (`print_linkinfo`)."""
    peer = scene.link(link.link) if link.link is not None else None
    name = link.name if link.link is None else f"{link.name}@{scene.name_of(link.link)}"
    names = ["NO-CARRIER"] if link.flags & IFF_UP and not link.flags & IFF_RUNNING else []
    left = link.flags & ~IFF_RUNNING
    for bit, flag in FLAGS:
        if left & bit:
            left &= ~bit
            names.append(flag)
    is_peer_down = link.link is not None and not (peer is not None and peer.flags & IFF_UP)
    flags = ",".join(names) + (f"{left:x}" if left else "") + (",M-DOWN" if is_peer_down else "")
    line = f"{link.ifindex}: {name}: <{flags}> mtu {link.mtu} "
    if family != 6:  # an AF_INET6 dump tells neither (net/ipv6/addrconf.c, inet6_fill_ifinfo)
        line += f"qdisc {link.qdisc} "
    if link.master is not None and family != 6:
        line += f"master {scene.name_of(link.master)} "
    if link.txqlen:
        line += f"qlen {link.txqlen}"
    if family in (0, LINK):
        word = "peer" if link.flags & IFF_POINTOPOINT else "brd"
        line += f"{line_end}    link/{LINK_TYPES[link.kind]} {link.address} {word} {link.broadcast}"
    return line + "\n"


def show(wanted: AddrFilter, scene: Scene) -> str:
    """What `ip addr show` or, for the family `LINK`, `ip link show` prints."""
    line_end = "\\" if scene.options.oneline else "\n"
    text = ""
    for link in scene.view.links:
        if wanted.ifindex is not None and link.ifindex != wanted.ifindex:
            continue
        if wanted.is_up and not link.flags & IFF_UP:
            continue
        addrs = [addr for addr in link.addrs if _is_wanted(addr, wanted)]
        if wanted.family in (4, 6) and not addrs:
            continue
        if not scene.options.oneline or wanted.family == LINK:
            text += link_lines(link, scene, wanted.family, line_end)
        if wanted.family != LINK:
            text += "".join(_addr_lines(addr, link, scene, line_end) for addr in addrs)
    return text


def _is_wanted(addr: Addr, wanted: AddrFilter) -> bool:
    if wanted.family and family_of(addr) != wanted.family:
        return False
    if wanted.scope is not None and addr.scope != wanted.scope:
        return False
    if wanted.prefix is None or wanted.prefix.length == 0:
        return True
    local = ipaddress.ip_address(addr.local.partition("/")[0])
    return local in ipaddress.ip_network(wanted.prefix.cidr, strict=False)


def _addr_lines(addr: Addr, link: Link, scene: Scene, line_end: str) -> str:
    local, _, length = addr.local.partition("/")
    is_v6 = family_of(addr) == 6
    head = f"{link.ifindex}: {link.name}" if scene.options.oneline else ""
    peer = f" peer {addr.peer}" if addr.peer is not None and addr.peer != local else ""
    line = f"{head}    {'inet6' if is_v6 else 'inet'} {local}{peer}/{length} "
    if addr.broadcast is not None:
        line += f"brd {addr.broadcast} "
    line += f"scope {scope_name(addr.scope)} {_flag_words(addr, is_v6, scene.platform)}"
    line += "" if is_v6 else addr.label
    return f"{line}{line_end}       valid_lft {_time(addr.valid_lft)} preferred_lft {_time(addr.preferred_lft)}\n"


def _flag_words(addr: Addr, is_v6: bool, platform: Platform) -> str:
    """The kernel's flags beyond the first eight are seen by newer releases only."""
    words = [
        (addr.flags & SECONDARY, "temporary" if is_v6 else "secondary"),
        (addr.flags & TENTATIVE, "tentative"),
        (addr.flags & DADFAILED, "dadfailed"),
        (addr.flags & DEPRECATED, "deprecated"),
        (not addr.flags & PERMANENT, "dynamic"),
        (addr.flags & NOPREFIXROUTE and platform.has("busybox.noprefixroute"), "noprefixroute"),
    ]
    return "".join(f"{word} " for is_set, word in words if is_set)


def _time(seconds: int | None) -> str:
    return "forever" if seconds is None else f"{seconds}sec"


def show_routes(wanted: RouteFilter, scene: Scene) -> str:
    """What `ip route show` prints: the device always, the protocol never."""
    return "".join(_route_line(route, wanted, scene) for route in scene.view.routes if is_wanted_route(route, wanted))


def _route_line(route: Route, wanted: RouteFilter, scene: Scene) -> str:
    address, _, length = route.dst.partition("/")
    line = "" if route.kind == UNICAST else f"{type_name(route.kind)} "
    line += "default " if length == "0" else f"{address} " if length == "32" else f"{route.dst} "
    if route.via is not None:
        line += f"via {route.via} "
    if route.oif is not None:
        line += f"dev {scene.name_of(route.oif)} "
    if not wanted.table and route.table != MAIN:
        line += f"table {table_name(route.table)} "
    if route.scope != 0:
        line += f"scope {scope_name(route.scope)} "
    if route.src is not None:
        line += f" src {route.src} "
    if route.metric:
        line += f" metric {route.metric} "
    if route.flags & 4:
        line += "onlink "
    return line + "\n"


def show_found(found: RouteFound, dst: str, scene: Scene) -> str:
    """What `ip route get` prints."""
    line = "" if found.kind == UNICAST else f"{type_name(found.kind)} "
    line += f"{dst} " + (f"via {found.via} " if found.via is not None else "")
    return line + f"dev {scene.name_of(found.oif)} " + (f" src {found.src} " if found.src is not None else "") + "\n"


def show_neighs(wanted: NeighFilter, scene: Scene) -> str:
    """What `ip neigh show` prints."""
    text = ""
    for neigh in scene.view.neighs:
        if neigh.proxy or not is_wanted(neigh, wanted):
            continue
        line = f"{neigh.dst} "
        if wanted.ifindex is None:
            line += f"dev {scene.name_of(neigh.dev)} "
        line += f"lladdr {neigh.lladdr}" if neigh.lladdr is not None else ""
        line += " router" * neigh.router
        line += f" ref {neigh.refcnt}" if neigh.refcnt else ""
        line += f" used {AGES} probes {neigh.probes}" + (f" {neigh.state.name}" if BITS[neigh.state.name] else "")
        text += line + "\n"
    return text
