"""The FDB as `bridge fdb show` prints it (bridge/fdb.c, print_fdb), in the order of rtnl_fdb_dump."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netmodel.commands.ip.link_details import bridge_of
from netmodel.commands.ip.scene import Scene
from netmodel.commands.printer import Printer
from netmodel.snapshot import FdbEntry, Link

PERMANENT, STATIC, STALE, DYNAMIC = 0x80, 0x40, 0x04, 0x02  # NUD_PERMANENT, NUD_NOARP, NUD_STALE, NUD_REACHABLE
STATE_WORDS = {PERMANENT: "permanent", STATIC: "static", STALE: "stale", DYNAMIC: ""}
ETHER = 1
SECOND = 1_000_000_000


@dataclass(frozen=True, slots=True)
class FdbFilter:
    """Which entries are wanted. `states` 0 is any."""

    ifindex: int | None = None
    bridge: int | None = None
    vlan: int = 0
    states: int = 0
    is_dynamic: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of the dump. `own` entries are a device's address list, which has no ages."""

    mac: str
    dev: int
    state: int
    vlan: int = 0
    own: bool = False
    bridge: int | None = None
    flags: tuple[str, ...] = ()
    used: int = 0
    updated: int = 0


def entries(scene: Scene) -> Iterator[Shown]:
    """Device by device: of a port its bridge's entries, then its own list; of a bridge its own list first."""
    bridges = {link.ifindex: bridge for link in scene.view.links if (bridge := bridge_of(link)) is not None}
    for link in scene.view.links:
        if link.ifindex in bridges:
            yield from _own(link)
        above = link.ifindex if link.ifindex in bridges else link.master
        if above in bridges:
            yield from (_held(entry, above) for entry in bridges[above].fdb if entry.port == link.ifindex)
        if link.ifindex not in bridges:
            yield from _own(link)


def _own(link: Link) -> Iterator[Shown]:
    """`ndo_dflt_fdb_dump`: Ethernet devices alone."""
    if link.kind == ETHER:
        yield from (Shown(mac, link.ifindex, PERMANENT, own=True, flags=("self",)) for mac in link.mc)


def _held(entry: FdbEntry, bridge: int) -> Shown:
    """`fdb_to_nud`."""
    state = PERMANENT if entry.local else STATIC if entry.is_static else STALE if entry.stale else DYNAMIC
    flags = ("extern_learn",) * entry.extern_learn + ("sticky",) * entry.sticky
    return Shown(entry.mac, entry.port, state, entry.vlan, False, bridge, flags, entry.used, entry.updated)


def show(wanted: FdbFilter, scene: Scene) -> str:
    """All that `bridge fdb show` prints."""
    printer = Printer(scene.options.json, scene.options.pretty)
    for entry in entries(scene):
        if _is_wanted(entry, wanted, scene):
            _print(printer, entry, scene, with_dev=wanted.ifindex is None)
    return printer.close()


def show_one(entry: Shown, scene: Scene) -> str:
    """What `bridge fdb get` prints."""
    printer = Printer(scene.options.json, scene.options.pretty)
    _print(printer, entry, scene, with_dev=True)
    return printer.close()


def _is_wanted(entry: Shown, wanted: FdbFilter, scene: Scene) -> bool:
    if wanted.ifindex not in (None, entry.dev):
        return False
    if wanted.bridge is not None and wanted.bridge != entry.dev:
        link = scene.link(entry.dev)
        if link is None or link.master != wanted.bridge:
            return False
    if wanted.states and not entry.state & wanted.states:
        return False
    if wanted.vlan and wanted.vlan != entry.vlan:
        return False
    return not (wanted.is_dynamic and entry.state == PERMANENT)


def _print(printer: Printer, entry: Shown, scene: Scene, with_dev: bool) -> None:
    printer.open_object()
    printer.any("mac", "%s ", entry.mac)
    if with_dev:
        printer.any("ifname", "dev %s ", scene.name_of(entry.dev))
    if entry.vlan:
        printer.any("vlan", "vlan %d ", entry.vlan)
    if scene.options.statistics and not entry.own:
        printer.text(f"used {entry.used // SECOND}/{entry.updated // SECOND} ")
        printer.field("used", entry.used // SECOND)
        printer.field("updated", entry.updated // SECOND)
    printer.open_array("flags")
    for flag in entry.flags:
        printer.any(None, "%s ", flag)
    printer.close_array()
    if entry.bridge is not None:
        printer.any("master", "master %s ", scene.name_of(entry.bridge))
    printer.any("state", "%s\n", STATE_WORDS[entry.state])
    printer.close_object()
