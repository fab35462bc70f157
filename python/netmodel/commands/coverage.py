"""What of each network tool is modelled, from the very tables that the tools parse with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from netmodel.commands import brctl, bridge, ip, sysctl
from netmodel.commands.bridge import fdb, link as bridge_link
from netmodel.commands.busybox import ip as busybox_ip
from netmodel.commands.ip import addr, link, neigh, netns, options, route, rule
from netmodel.commands.ip.kind_words import BRIDGE_WORDS, PORT_WORDS
from netmodel.commands.ip.link_words import LINK_WORDS, OTHER_TYPES
from netmodel.commands.programs import APPLETS

# Verbs that a tool knows and the model refuses by name; the tools' own tables hold the words alone.
REFUSED = {
    "ip link": ("replace", "xstats", "afstats"),
    "ip address": ("save", "showdump", "restore"),
    "ip route": ("test", "save", "restore", "showdump"),
    "ip rule": ("save", "restore", "add", "delete", "flush"),
    "ip netns": ("list-id", "monitor"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One word of a tool: where it stands, and whether the model has it."""

    tool: str
    word: str
    is_modelled: bool


def rows() -> Iterator[Row]:
    """Every option, object, verb and keyword, tool by tool, in the order of the tables."""
    for option in options.OPTIONS:
        yield Row("ip", option.word, option.is_modelled)
    for name, function in ip.OBJECTS:
        yield Row("ip", name, function is not None or name == "help")
    yield from _verbs("ip link", link.VERBS)
    yield from _verbs("ip address", tuple(name for name, _, _ in addr.VERBS))
    yield from _verbs("ip route", tuple(name for name, _, _ in route.VERBS))
    yield from _verbs("ip neighbour", tuple(name for name, _, _ in neigh.VERBS))
    yield from _verbs("ip rule", rule.VERBS)
    yield from _verbs("ip netns", tuple(name for name, _ in netns.VERBS))
    for word in LINK_WORDS:
        yield Row("ip link set", word.word, word.is_modelled)
    yield from (Row("ip link type", kind, True) for kind in ("veth", "bridge", "bridge_slave"))
    yield from (Row("ip link type", kind, False) for kind in sorted(OTHER_TYPES))
    for known in BRIDGE_WORDS:
        yield Row("ip link type bridge", known.word, known.is_modelled)
    for known in PORT_WORDS:
        yield Row("ip link type bridge_slave", known.word, known.is_modelled)
    yield from _bridge()
    yield from (Row("brctl", command.name, True) for command in brctl.COMMANDS)
    for setting in sysctl.OPTIONS:
        name = f"--{setting.long}" if setting.long else f"-{setting.letters[0]}"
        yield Row("sysctl", name, setting.is_modelled)
    yield from (Row("busybox", name, True) for name in APPLETS)
    for name, applet in busybox_ip.OBJECTS.items():
        yield Row("busybox ip", name, applet is not None)


def _verbs(tool: str, names: tuple[str, ...]) -> Iterator[Row]:
    yield from (Row(tool, name, name not in REFUSED.get(tool, ())) for name in names)


def _bridge() -> Iterator[Row]:
    for word, field in bridge.OPTIONS:
        yield Row("bridge", word, bool(field))
    for name, function in bridge.OBJECTS:
        yield Row("bridge", name, function is not None or name == "help")
    for name, field in bridge_link.ON_OFF.items():
        yield Row("bridge link set", name, bool(field))
    yield from (Row("bridge link set", name, True) for name in ("cost", "priority", "state"))
    yield from (Row("bridge link set", name, False) for name in bridge_link.OTHERS)
    yield from (Row("bridge fdb", name, True) for name, _, _ in fdb.VERBS)
    yield from (Row("bridge fdb add", name, False) for name in (*fdb.OTHER_WORDS, "vlan", "router", "use"))
