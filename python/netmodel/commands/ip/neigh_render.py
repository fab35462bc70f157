"""Neighbours as `ip neighbour` prints them (ip/ipneigh.c, print_neigh)."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass

from netmodel.commands.ip.scene import Scene
from netmodel.commands.printer import Printer
from netmodel.commands.words import Prefix
from netmodel.snapshot import Neigh

BITS: Mapping[str, int] = {
    "NONE": 0x00,
    "INCOMPLETE": 0x01,
    "REACHABLE": 0x02,
    "STALE": 0x04,
    "DELAY": 0x08,
    "PROBE": 0x10,
    "FAILED": 0x20,
    "NOARP": 0x40,
    "PERMANENT": 0x80,
}
NEVER_GIVEN = 0x100  # the filter's bit for an entry without a state
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class NeighFilter:
    """Which entries are wanted. `only` is the one that RTM_GETNEIGH gave."""

    family: int = 0
    ifindex: int | None = None
    states: int = 0xFF & ~0x40
    is_proxy: bool = False
    prefix: Prefix | None = None
    only: Neigh | None = None


def state_of(neigh: Neigh) -> str:
    """`NUD_…` without that."""
    return neigh.state.name


def tint_of(neigh: Neigh) -> str:
    """`ifa_family_color`."""
    return "inet6" if ":" in neigh.dst else "inet"


def is_wanted(neigh: Neigh, wanted: NeighFilter) -> bool:
    """Whether an entry passes the filter. Proxy entries are dumped only if asked for."""
    if wanted.only is not None:
        return neigh == wanted.only
    if neigh.proxy != wanted.is_proxy:
        return False
    family = 6 if ":" in neigh.dst else 4
    if wanted.family and family != wanted.family:
        return False
    if wanted.ifindex is not None and neigh.dev != wanted.ifindex:
        return False
    bits = BITS[state_of(neigh)]
    if not (wanted.states & bits) and not neigh.proxy and (bits or not wanted.states & NEVER_GIVEN):
        return False
    if wanted.prefix is None or wanted.prefix.length == 0:
        return True
    return ipaddress.ip_address(neigh.dst) in ipaddress.ip_network(wanted.prefix.cidr, strict=False)


def show(wanted: NeighFilter, scene: Scene) -> str:
    """All that `ip neigh show` prints."""
    options = scene.options
    printer = Printer(options.json and wanted.only is None, options.pretty, color=options.color)
    for neigh in scene.view.neighs:
        if not is_wanted(neigh, wanted):
            continue
        printer.open_object()
        if options.brief:
            _print_brief(printer, neigh, wanted, scene)
        elif scene.platform.has("iproute2.json"):
            _print(printer, neigh, wanted, scene)
        else:
            printer.text(_old_line(neigh, wanted, scene))
        printer.close_object()
    return printer.close()


def _print_brief(printer: Printer, neigh: Neigh, wanted: NeighFilter, scene: Scene) -> None:
    printer.any("dst", "%-39s ", neigh.dst, tint_of(neigh))
    if wanted.ifindex is None:
        printer.any("dev", "%-16s ", scene.name_of(neigh.dev), "ifname")
    if neigh.lladdr is not None:
        printer.any("lladdr", "%s", neigh.lladdr, "mac")
    printer.text("\n")


def _print(printer: Printer, neigh: Neigh, wanted: NeighFilter, scene: Scene) -> None:
    printer.any("dst", "%s ", neigh.dst, tint_of(neigh))
    if wanted.ifindex is None:
        printer.any("dev", "dev %s ", scene.name_of(neigh.dev), "ifname")
    if neigh.lladdr is not None:
        printer.any("lladdr", "lladdr %s ", neigh.lladdr, "mac")
    if neigh.router:
        printer.raw("router", "router ", "null")
    if neigh.proxy:
        printer.raw("proxy", "proxy ", "null")
    if scene.options.statistics and not neigh.proxy:
        _print_ages(printer, neigh)
    if BITS[state_of(neigh)]:
        printer.open_array("state")
        printer.any(None, "%s ", state_of(neigh))
        printer.close_array()
    printer.text("\n")


def _print_ages(printer: Printer, neigh: Neigh) -> None:
    if neigh.refcnt:
        printer.any("refcnt", " ref %d", neigh.refcnt)
    printer.any("used", " used %d", neigh.used // SECOND)
    printer.any("confirmed", "/%d", neigh.confirmed // SECOND)
    printer.any("updated", "/%d", neigh.updated // SECOND)
    printer.any("probes", "probes %d ", neigh.probes)


def _old_line(neigh: Neigh, wanted: NeighFilter, scene: Scene) -> str:
    """iproute2 4.11: no blank at the end, one before each later part."""
    line = f"{neigh.dst} "
    if wanted.ifindex is None:
        line += f"dev {scene.name_of(neigh.dev)} "
    if neigh.lladdr is not None:
        line += f"lladdr {neigh.lladdr}"
    line += " router" * neigh.router + " proxy" * neigh.proxy
    if scene.options.statistics and not neigh.proxy:
        line += f" ref {neigh.refcnt}" if neigh.refcnt else ""
        line += " used " + "/".join(str(age // SECOND) for age in (neigh.used, neigh.confirmed, neigh.updated))
        line += f" probes {neigh.probes}"
    if BITS[state_of(neigh)]:
        line += f" {state_of(neigh)}"
    return line + "\n"
