"""Routes as `ip route` prints them (ip/iproute.c, filter_nlmsg and print_route)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from netmodel.commands.ip.addr_render import scope_name
from netmodel.commands.ip.route_names import protocol_name, table_name, type_name
from netmodel.commands.ip.scene import Scene
from netmodel.commands.printer import Printer
from netmodel.commands.words import Prefix
from netmodel.request import RouteFound
from netmodel.snapshot import Route

MAIN, BOOT, UNICAST = 254, 3, 1
RTNH_FLAGS = ((1, "dead"), (4, "onlink"), (16, "linkdown"))


@dataclass(frozen=True, slots=True)
class RouteFilter:
    """Which routes are wanted; what is asked for is not printed again. Table 0 is every table.

    `root` is a prefix that the route's must lie in, `match` one that must lie in the route's; both for `exact`.
    """

    table: int = MAIN
    protocol: int | None = None
    scope: int | None = None
    kind: int | None = None
    tos: int | None = None
    oif: int | None = None
    metric: int | None = None
    via: Prefix | None = None
    src: Prefix | None = None
    root: Prefix | None = None
    match: Prefix | None = None


def is_wanted(route: Route, wanted: RouteFilter) -> bool:
    """Whether a route passes the filter."""
    plain = (
        (wanted.table or None, route.table),
        (wanted.protocol, route.protocol),
        (wanted.scope, route.scope),
        (wanted.kind, route.kind),
        (wanted.tos, route.tos),
        (wanted.oif, route.oif or 0),
        (wanted.metric, route.metric),
    )
    if any(want is not None and want != has for want, has in plain):
        return False
    if not _is_inside(route.via, wanted.via) or not _is_inside(route.src, wanted.src):
        return False
    dst = ipaddress.ip_network(route.dst)
    if wanted.root is not None and not _covers(_network(wanted.root), dst):
        return False
    return wanted.match is None or wanted.match.is_word or _covers(dst, _network(wanted.match))


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(prefix: Prefix) -> Network:
    return ipaddress.ip_network(prefix.cidr, strict=False)


def _covers(outer: Network, inner: Network) -> bool:
    return outer.version == inner.version and outer.prefixlen <= inner.prefixlen and inner.network_address in outer


def _is_inside(address: str | None, wanted: Prefix | None) -> bool:
    if wanted is None or wanted.length == 0:
        return True
    return ipaddress.ip_address(address or "0.0.0.0") in _network(wanted)


def show(wanted: RouteFilter, scene: Scene) -> str:
    """All that `ip route show` prints."""
    printer = Printer(scene.options.json, scene.options.pretty, color=scene.options.color)
    for route in scene.view.routes:
        if is_wanted(route, wanted):
            printer.open_object()
            print_route(printer, route, wanted, scene)
            printer.close_object()
    return printer.close()


def _destination(dst: str) -> str:
    address, _, length = dst.partition("/")
    if int(length) == 0:
        return "default"
    return address if int(length) == (128 if ":" in address else 32) else dst


def print_route(printer: Printer, route: Route, wanted: RouteFilter, scene: Scene) -> None:
    """One route."""
    details = bool(scene.options.details)
    if route.kind != UNICAST or details:
        printer.any("type", "%s ", type_name(route.kind))
    dst = _destination(route.dst)
    printer.any("dst", "%s ", dst, "" if dst == "default" else "inet")
    if route.tos and wanted.tos is None:
        printer.any("tos", "tos %s ", f"0x{route.tos:02x}")
    if route.via is not None and (wanted.via is None or wanted.via.length != 32):
        printer.any("gateway", "via %s ", route.via, "inet")
    if route.oif is not None and wanted.oif is None:
        printer.any("dev", "dev %s ", scene.name_of(route.oif), "ifname")
    if (route.table != MAIN or details) and not wanted.table:
        printer.any("table", "table %s ", table_name(route.table))
    if (route.protocol != BOOT or details) and wanted.protocol is None:
        printer.any("protocol", "proto %s ", protocol_name(route.protocol))
    if (route.scope != 0 or details) and wanted.scope is None:
        printer.any("scope", "scope %s ", scope_name(route.scope))
    if route.src is not None and (wanted.src is None or wanted.src.length != 32):
        printer.any("prefsrc", "src %s ", route.src, "inet")
    if route.metric and wanted.metric is None:
        printer.any("metric", "metric %d ", route.metric)
    _print_tail(printer, route)


def _print_tail(printer: Printer, route: Route) -> None:
    printer.open_array("flags")
    for bit, name in RTNH_FLAGS:
        if route.flags & bit:
            printer.any(None, "%s ", name)
    printer.close_array()
    if route.mtu is not None:
        printer.open_array("metrics")
        printer.open_object()
        printer.any("mtu", "mtu %d ", route.mtu)
        printer.close_object()
        printer.close_array()
    printer.text("\n")


# RTCF_* in the order in which `print_cache_flags` names them.
CACHE_FLAGS = ((0x80000000, "local"), (0x20000000, "mc"), (0x10000000, "brd"), (0x01000000, "redirect"))


@dataclass(frozen=True, slots=True)
class Asked:
    """What `ip route get` asked, as far as the answer repeats it."""

    dst: str
    src: str | None = None
    iif: int | None = None


def show_found(found: RouteFound, asked: Asked, scene: Scene) -> str:
    """What `ip route get` prints."""
    printer = Printer(
        scene.options.json, scene.options.pretty, "\\" if scene.options.oneline else "\n", scene.options.color
    )
    printer.open_object()
    if found.kind != UNICAST or scene.options.details:
        printer.any("type", "%s ", type_name(found.kind))
    printer.any("dst", "%s ", asked.dst, "inet")
    if asked.src is not None:
        printer.any("from", "from %s ", asked.src, "inet")
    if found.via is not None:
        printer.any("gateway", "via %s ", found.via, "inet")
    printer.any("dev", "dev %s ", scene.name_of(found.oif), "ifname")
    is_other_table = found.table != MAIN and found.kind == UNICAST
    if is_other_table or scene.options.details:
        printer.any("table", "table %s ", table_name(found.table))
    if found.src is not None and asked.src is None:
        printer.any("prefsrc", "src %s ", found.src, "inet")
    printer.open_array("flags")
    printer.close_array()
    if scene.platform.has("kernel.route_uid") and asked.iif is None:
        printer.any("uid", "uid %d ", 0)
    _print_cache(printer, found, asked, scene)
    printer.text("\n")
    printer.close_object()
    return printer.close()


def _print_cache(printer: Printer, found: RouteFound, asked: Asked, scene: Scene) -> None:
    names = [name for flag, name in CACHE_FLAGS if found.flags & flag]
    printer.text(printer.line_end + "    cache ")
    printer.open_array("cache", "<" if names else "")
    for n, name in enumerate(names):
        printer.any(None, "%s," if n + 1 < len(names) else "%s> ", name)
    printer.close_array()
    if found.mtu is not None:
        mtu, seconds = found.mtu
        if seconds:
            printer.any("expires", "expires %dsec ", seconds)
        printer.open_array("metrics")
        printer.open_object()
        printer.any("mtu", "mtu %d ", mtu)
        printer.close_object()
        printer.close_array()
    if asked.iif is not None:
        printer.any("iif", "iif %s ", scene.name_of(asked.iif))
