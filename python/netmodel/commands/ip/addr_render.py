"""Addresses as `ip addr` prints them (ip/ipaddress.c, print_addrinfo, ipaddr_filter)."""

from __future__ import annotations

import fnmatch
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from netmodel.commands.ip.link_render import IFF_UP, LinkFilter, is_dumped, is_wanted, print_link
from netmodel.commands.ip.link_stats import print_stats
from netmodel.commands.ip.options import LINK
from netmodel.commands.ip.scene import Scene
from netmodel.commands.printer import Printer
from netmodel.commands.words import UINT_MAX, Prefix
from netmodel.snapshot import Addr, Link

SECONDARY, NODAD, DADFAILED, HOME, DEPRECATED = 0x01, 0x02, 0x08, 0x10, 0x20
TENTATIVE, PERMANENT, MANAGETEMPADDR, NOPREFIXROUTE = 0x40, 0x80, 0x100, 0x200
OPTIMISTIC, MCAUTOJOIN, STABLE_PRIVACY = 0x04, 0x400, 0x800

# In the order they are printed; of equal masks the first.
FLAGS: tuple[tuple[int, str], ...] = (
    (SECONDARY, "secondary"),
    (NODAD, "nodad"),
    (OPTIMISTIC, "optimistic"),
    (DADFAILED, "dadfailed"),
    (HOME, "home"),
    (DEPRECATED, "deprecated"),
    (TENTATIVE, "tentative"),
    (PERMANENT, "permanent"),
    (MANAGETEMPADDR, "mngtmpaddr"),
    (NOPREFIXROUTE, "noprefixroute"),
    (MCAUTOJOIN, "autojoin"),
    (STABLE_PRIVACY, "stable-privacy"),
)

# iproute2 before 4.18.
OLD_FLAGS: tuple[tuple[int, str], ...] = (
    (SECONDARY, "secondary"),
    (TENTATIVE, "tentative"),
    (DEPRECATED, "deprecated"),
    (HOME, "home"),
    (NODAD, "nodad"),
    (MANAGETEMPADDR, "mngtmpaddr"),
    (NOPREFIXROUTE, "noprefixroute"),
    (MCAUTOJOIN, "autojoin"),
    (PERMANENT, "permanent"),
    (DADFAILED, "dadfailed"),
)

SCOPES: Mapping[int, str] = {0: "global", 200: "site", 253: "link", 254: "host", 255: "nowhere"}


@dataclass(frozen=True, slots=True)
class AddrFilter:
    """Which addresses are wanted. `family` is 0 for any, 4, 6 or `LINK` for none."""

    link: LinkFilter = field(default_factory=LinkFilter)
    family: int = 0
    scope: int | None = None
    flags: int = 0
    flag_mask: int = 0
    label: str | None = None
    prefix: Prefix | None = None


def family_of(addr: Addr) -> int:
    """4 or 6."""
    return 6 if ":" in addr.local else 4


def scope_name(scope: int) -> str:
    """`rtnl_rtscope_n2a`."""
    return SCOPES.get(scope, str(scope))


def is_wanted_addr(addr: Addr, wanted: AddrFilter, link: Link) -> bool:
    """Whether an address passes the filter."""
    if wanted.family and family_of(addr) != wanted.family:
        return False
    if wanted.scope is not None and addr.scope != wanted.scope:
        return False
    if (wanted.flags ^ addr.flags) & wanted.flag_mask:
        return False
    if wanted.label is not None and not fnmatch.fnmatchcase(addr.label or link.name, wanted.label):
        return False
    if wanted.prefix is None or wanted.prefix.length == 0:
        return True
    if wanted.prefix.family != family_of(addr):
        return False
    local = ipaddress.ip_address(addr.local.partition("/")[0])
    return local in ipaddress.ip_network(wanted.prefix.cidr, strict=False)


def show(wanted: AddrFilter, scene: Scene) -> str:
    """All that `ip addr show` prints."""
    options = scene.options
    printer = Printer(options.json, options.pretty, "\\" if options.oneline else "\n", options.color)
    links = scene.view.links if wanted.link.ifindex is None else [scene.link(wanted.link.ifindex)]
    for link in links:
        if link is None or not _has_any(link, wanted):
            continue
        if wanted.link.ifindex is None and not is_dumped(link, wanted.link):
            continue
        printer.open_object()
        is_listed = _print_head(printer, link, wanted, scene)
        if is_listed and wanted.family != LINK:
            _print_addrs(printer, link, wanted, scene)
        if is_listed and options.statistics and not options.brief and not options.oneline:
            print_stats(printer, link, scene)
            printer.newline()
        printer.close_object()
    return printer.close()


def _print_head(printer: Printer, link: Link, wanted: AddrFilter, scene: Scene) -> bool:
    """The device's own lines, if -oneline leaves them. Returns whether its addresses follow."""
    if scene.options.oneline and not scene.options.brief and wanted.family != LINK:
        return True
    if not is_wanted(link, wanted.link):
        return False
    if wanted.label is None:
        seen = replace(scene, options=replace(scene.options, family=wanted.family))
        print_link(printer, link, seen, is_link=False, is_one=wanted.link.ifindex is not None)
    return True


def _has_any(link: Link, wanted: AddrFilter) -> bool:
    """`ipaddr_filter`: a device stays if an address of it passes, or if it has none and no family is asked for."""
    if wanted.family == LINK:
        return True
    if not link.addrs:
        return wanted.family == 0
    return any(is_wanted_addr(addr, wanted, link) for addr in link.addrs)


def _print_addrs(printer: Printer, link: Link, wanted: AddrFilter, scene: Scene) -> None:
    printer.open_array("addr_info")
    for addr in link.addrs:
        if wanted.family and family_of(addr) != wanted.family:
            continue
        if wanted.link.up and not link.flags & IFF_UP:
            continue
        printer.open_object()
        if is_wanted_addr(addr, wanted, link):
            print_addr(printer, addr, link, scene)
        printer.close_object()
    printer.close_array()
    if scene.options.brief:
        printer.text("\n")


def print_addr(printer: Printer, addr: Addr, link: Link, scene: Scene) -> None:
    """One address."""
    is_brief = scene.options.brief
    if not is_brief:
        if scene.options.oneline:
            printer.field("index", link.ifindex)
            printer.field("dev", link.name)
            printer.text(f"{link.ifindex}: {link.name}")
        printer.any("family", "    %s ", "inet6" if family_of(addr) == 6 else "inet")
    local, _, length = addr.local.partition("/")
    tint = "inet6" if family_of(addr) == 6 else "inet"
    printer.any("local", "%s", local, tint)
    if addr.peer is not None and addr.peer != local:
        printer.text(" peer ")
        printer.any("address", "%s", addr.peer, tint)
    printer.any("prefixlen", "/%d ", int(length))
    if addr.metric and scene.platform.has("iproute2.addr_metric"):
        printer.any("metric", "metric %d ", addr.metric)
    if is_brief:
        return
    if addr.broadcast is not None:
        printer.text("brd ")
        printer.any("broadcast", "%s ", addr.broadcast, tint)
    printer.any("scope", "scope %s ", scope_name(addr.scope))
    _print_flags(printer, addr, scene)
    if family_of(addr) == 4:
        printer.any("label", "%s", addr.label)
    _print_lifetimes(printer, addr)
    printer.text("\n")


def _print_flags(printer: Printer, addr: Addr, scene: Scene) -> None:
    is_v6 = family_of(addr) == 6
    left = addr.flags
    for mask, name in FLAGS if scene.platform.has("iproute2.dynamic_first") else OLD_FLAGS:
        if mask == PERMANENT:
            if not left & mask:
                printer.flag("dynamic", "dynamic ")
        elif left & mask:
            word = "temporary" if mask == SECONDARY and is_v6 else name
            printer.flag(word, f"{word} ")
        left &= ~mask
    if left:
        printer.text(f"flags {left:02x} ")
        printer.field("ifa_flags", f"{left:02x}")


def _print_lifetimes(printer: Printer, addr: Addr) -> None:
    printer.newline()
    for word, key, seconds in (
        ("       valid_lft ", "valid_life_time", addr.valid_lft),
        (" preferred_lft ", "preferred_life_time", addr.preferred_lft),
    ):
        printer.text(word)
        if seconds is None:
            printer.field(key, UINT_MAX)
            printer.text("forever")
        else:
            printer.any(key, "%dsec", seconds)
