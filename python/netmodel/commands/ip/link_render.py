"""A device as `ip link` and `ip addr` print it (ip/ipaddress.c, print_linkinfo)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from netmodel.commands.ip.groups import group_name
from netmodel.commands.ip.link_details import print_details
from netmodel.commands.ip.link_stats import print_stats
from netmodel.commands.ip.options import LINK
from netmodel.commands.ip.scene import Scene
from netmodel.commands.printer import Printer
from netmodel.errors import UnsupportedError
from netmodel.snapshot import Link

IFF_UP, IFF_POINTOPOINT, IFF_RUNNING = 0x1, 0x10, 0x40

# In the order they are printed.
FLAGS: tuple[tuple[int, str], ...] = (
    (0x8, "LOOPBACK"),
    (0x2, "BROADCAST"),
    (IFF_POINTOPOINT, "POINTOPOINT"),
    (0x1000, "MULTICAST"),
    (0x80, "NOARP"),
    (0x200, "ALLMULTI"),
    (0x100, "PROMISC"),
    (0x400, "MASTER"),
    (0x800, "SLAVE"),
    (0x4, "DEBUG"),
    (0x8000, "DYNAMIC"),
    (0x4000, "AUTOMEDIA"),
    (0x2000, "PORTSEL"),
    (0x20, "NOTRAILERS"),
    (IFF_UP, "UP"),
    (0x10000, "LOWER_UP"),
    (0x20000, "DORMANT"),
    (0x40000, "ECHO"),
)

OPERSTATES = ("UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP")
STATE_TINTS: Mapping[str, str] = {"UP": "up", "DOWN": "down"}
LINK_MODES = ("DEFAULT", "DORMANT")
KINDS = ("veth", "bridge")
LINK_TYPES: Mapping[int, str] = {1: "ether", 772: "loopback"}


@dataclass(frozen=True, slots=True)
class LinkFilter:
    """Which devices are wanted: indexes, kinds and a group, each `None` for any; `nomaster` is master -1."""

    ifindex: int | None = None
    up: bool = False
    group: int | None = None
    master: int | None = None
    kind: str | None = None
    slave_kind: str | None = None


def flag_names(flags: int) -> list[str]:
    """The words between `<` and `>`, without M-DOWN."""
    names = ["NO-CARRIER"] if flags & IFF_UP and not flags & IFF_RUNNING else []
    left = flags & ~IFF_RUNNING
    for bit, name in FLAGS:
        if left & bit:
            left &= ~bit
            names.append(name)
    return [*names, f"{left:x}"] if left else names


def kind_of(link: Link) -> str:
    """`IFLA_INFO_KIND`; empty for a device without one."""
    return {"Veth": "veth", "Bridge": "bridge"}.get(type(link.info).__name__, "")


def operstate_of(link: Link) -> str:
    """The state that RTM_NEWLINK tells: of a device that is not running always DOWN (rtnl_fill_ifinfo)."""
    return OPERSTATES[link.operstate] if link.flags & IFF_UP else "DOWN"


def is_wanted(link: Link, wanted: LinkFilter) -> bool:
    """Whether a device passes the filter."""
    if wanted.ifindex is not None and link.ifindex != wanted.ifindex:
        return False
    if wanted.up and not link.flags & IFF_UP:
        return False
    if wanted.group is not None and link.group != wanted.group:
        return False
    if wanted.kind is not None and kind_of(link) != wanted.kind:
        return False
    return wanted.slave_kind is None or (link.port is not None and wanted.slave_kind == "bridge")


def is_dumped(link: Link, wanted: LinkFilter) -> bool:
    """Whether the kernel puts a device into its answer (`link_dump_filtered`)."""
    if wanted.master is not None and link.master != (wanted.master if wanted.master > 0 else None):
        return False
    return wanted.kind not in KINDS or kind_of(link) == wanted.kind


def show(wanted: LinkFilter, scene: Scene, is_one: bool) -> str:
    """All that `ip link show` prints; `is_one` where a device is named, which RTM_GETLINK gives unfiltered."""
    printer = Printer(
        scene.options.json, scene.options.pretty, "\\" if scene.options.oneline else "\n", scene.options.color
    )
    if not scene.platform.has("iproute2.asks_for_peers"):
        known = (
            link for link in scene.view.links if (link.ifindex == wanted.ifindex if is_one else is_dumped(link, wanted))
        )
        scene = replace(scene, dumped=frozenset(link.ifindex for link in known))
    for link in scene.view.links:
        if not is_dumped(link, wanted) and not is_one:
            continue
        if is_one and link.ifindex != wanted.ifindex:
            continue
        printer.open_object()
        if is_wanted(link, wanted) and is_dumped(link, wanted):
            print_link(printer, link, scene, is_link=True)
        printer.close_object()
    return printer.close()


def print_link(printer: Printer, link: Link, scene: Scene, is_link: bool, is_one: bool = True) -> None:
    """One device, to the end of its own lines; `is_link` for `ip link`, `is_one` where it alone was asked for."""
    if scene.options.brief:
        _print_brief(printer, link, scene)
        return
    if scene.options.family == 6 and not is_one:
        _print_inet6(printer, link, scene)
        return
    printer.any("ifindex", "%d: ", link.ifindex)
    is_peer_down = _print_name(printer, link, scene, "%s: ")
    _print_flags(printer, link.flags, is_peer_down)
    printer.any("mtu", "mtu %d ", link.mtu)
    printer.any("qdisc", "qdisc %s ", link.qdisc)
    if link.master is not None:
        printer.any("master", "master %s ", scene.name_of(link.master))
    printer.any("operstate", "state %s ", operstate_of(link), STATE_TINTS.get(operstate_of(link), ""))
    if is_link:
        printer.any("linkmode", "mode %s ", LINK_MODES[link.linkmode])
    printer.any("group", "group %s ", group_name(link.group))
    if link.txqlen:
        printer.any("txqlen", "qlen %d", link.txqlen)
    if scene.options.family in (0, LINK) or scene.options.details:
        _print_address(printer, link)
    if link.link_netnsid is not None:
        _print_netnsid(printer, link.link_netnsid, scene)
    if scene.options.details:
        print_details(printer, link, scene, is_link)
    _print_names(printer, link, scene, is_link)
    printer.text("\n")


def _print_inet6(printer: Printer, link: Link, scene: Scene) -> None:
    """A device of an AF_INET6 dump, which tells little of it (net/ipv6/addrconf.c, inet6_fill_ifinfo)."""
    if scene.options.details or scene.options.statistics:
        raise UnsupportedError("ip -6 -d address and ip -6 -s address")
    printer.any("ifindex", "%d: ", link.ifindex)
    told = link.link if link.link != link.ifindex else None
    is_peer_down = _print_name(printer, replace(link, link=told, link_netnsid=None), scene, "%s: ")
    _print_flags(printer, link.flags, is_peer_down)
    printer.any("mtu", "mtu %d ", link.mtu)
    printer.any("operstate", "state %s ", operstate_of(link), STATE_TINTS.get(operstate_of(link), ""))
    if link.txqlen:
        printer.any("txqlen", "qlen %d", link.txqlen)
    printer.text("\n")


def _print_names(printer: Printer, link: Link, scene: Scene, is_link: bool) -> None:
    if link.alias and (is_link or scene.options.details):
        printer.text(printer.line_end + "    ")
        printer.any("ifalias", "alias %s", link.alias)
    if is_link and scene.options.statistics:
        printer.newline()
        print_stats(printer, link, scene)
    if link.altnames and scene.platform.has("iproute2.altname"):
        printer.open_array("altnames")
        for name in link.altnames:
            printer.text(printer.line_end + "    altname ")
            printer.any(None, "%s", name)
        printer.close_array()


def _print_name(printer: Printer, link: Link, scene: Scene, form: str) -> bool:
    """The name with its lower device (`print_name_and_link`). Returns whether to say M-DOWN."""
    if link.link is None:
        printer.any("ifname", form, link.name, "ifname")
        return False
    is_elsewhere = link.link_netnsid is not None
    if is_elsewhere and scene.options.brief and not scene.platform.has("iproute2.brief_knows_netns"):
        is_elsewhere = False
    if is_elsewhere:
        printer.field("link_index", link.link)
    else:
        printer.field("link", scene.name_of(link.link))
    lower = f"if{link.link}" if is_elsewhere else scene.name_of(link.link)
    printer.any("ifname", form, link.name if printer.json else f"{link.name}@{lower}", "ifname")
    here = scene.link(link.link) if not is_elsewhere and scene.is_known(link.link) else None
    return here is not None and not here.flags & IFF_UP


def _print_flags(printer: Printer, flags: int, is_peer_down: bool) -> None:
    names = flag_names(flags)
    printer.open_array("flags", "<")
    for n, name in enumerate(names):
        printer.any(None, "%s," if n + 1 < len(names) else "%s", name)
    if is_peer_down:
        printer.any(None, ",%s", "M-DOWN")
    printer.close_array("> ")


def _print_address(printer: Printer, link: Link) -> None:
    printer.newline()
    printer.any("link_type", "    link/%s ", LINK_TYPES.get(link.kind, f"[{link.kind}]"))
    printer.any("address", "%s", link.address, "mac")
    if link.flags & IFF_POINTOPOINT:
        printer.text(" peer ")
        printer.field("link_pointtopoint", True)
    else:
        printer.text(" brd ")
    printer.any("broadcast", "%s", link.broadcast, "mac")


def _print_netnsid(printer: Printer, nsid: int, scene: Scene) -> None:
    name = scene.netns_names.get(nsid) if scene.platform.has("iproute2.link_netns") else None
    printer.field("link_netnsid", nsid)
    printer.text(f" link-netnsid {nsid}" if name is None else f" link-netns {name}")


def _print_brief(printer: Printer, link: Link, scene: Scene) -> None:
    is_peer_down = _print_name(printer, link, scene, "%-16s ")
    printer.any("operstate", "%-14s ", operstate_of(link), STATE_TINTS.get(operstate_of(link), ""))
    if scene.options.family == LINK:
        printer.any("address", "%s ", link.address, "mac")
        _print_flags(printer, link.flags, is_peer_down)
        printer.text("\n")
