"""busybox's `route` and `netstat -r`: showing routes (networking/route.c, bb_displayroutes)."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

from netmodel.commands.busybox.applet import Applet, system_words
from netmodel.commands.ip.route_render import MAIN
from netmodel.commands.ip.scene import Scene
from netmodel.commands.system import Running, System, Write
from netmodel.errors import UnsupportedError
from netmodel.snapshot import Route

REJECTED = (7, 8)  # RTN_UNREACHABLE and RTN_PROHIBIT (net/ipv4/fib_trie.c, fib_flag_trans)
HEAD = "Kernel IP routing table\nDestination     Gateway         Genmask         Flags {} Iface\n"


def run(argv: Sequence[str], system: System) -> Running:
    """`busybox route [-n] [-e]`. Raises `UnsupportedError` for what changes routes."""
    yield Write(_show(set(_letters(system_words(argv), "ne", "route")), Applet(system, "route")))
    return 0


def run_netstat(argv: Sequence[str], system: System) -> Running:
    """`busybox netstat -r`. Raises `UnsupportedError` for what shows sockets."""
    letters = set(_letters(system_words(argv), "nre", "netstat"))
    if "r" not in letters:
        raise UnsupportedError("busybox netstat without -r")
    yield Write(_show(letters | {"e"}, Applet(system, "netstat")))
    return 0


def _letters(words: Sequence[str], known: str, name: str) -> str:
    for word in words:
        if not word.startswith("-") or set(word[1:]) - set(known):
            raise UnsupportedError(f"busybox {name} {word}")
    return "".join(word[1:] for word in words)


def _show(letters: set[str], applet: Applet) -> str:
    scene = applet.seen()
    is_extended, is_numeric = "e" in letters, "n" in letters
    text = HEAD.format("  MSS Window  irtt" if is_extended else "Metric Ref    Use")
    for route in scene.view.routes:
        if route.table == MAIN and ":" not in route.dst and route.kind not in (3, 5):
            text += _line(route, scene, is_extended, is_numeric)
    return text


def _line(route: Route, scene: Scene, is_extended: bool, is_numeric: bool) -> str:
    network = ipaddress.ip_network(route.dst)
    target, gateway = str(network.network_address), route.via or "0.0.0.0"
    if not is_numeric:
        target = "default" if network.prefixlen == 0 else target
        gateway = route.via or "*"
    flags = "!" if route.kind in REJECTED else "U" + "G" * (route.via is not None) + "H" * (network.prefixlen == 32)
    iface = scene.name_of(route.oif) if route.oif is not None else "*"
    numbers = f"{route.mtu or 0:5} {0:<5} {0:6}" if is_extended else f"{route.metric:<6} {0:<2} {0:7}"
    return f"{target:<15} {gateway:<15} {network.netmask!s:<16}{flags:<6}{numbers} {iface}\n"
