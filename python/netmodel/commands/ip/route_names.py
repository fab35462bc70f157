"""Names of tables, protocols and types of routes: /etc/iproute2 as iproute2 ships it, and ip/rtm_map.c."""

from __future__ import annotations

from collections.abc import Mapping

from netmodel.commands.words import matches, unsigned

TABLES: Mapping[str, int] = {"unspec": 0, "default": 253, "main": 254, "local": 255}

PROTOCOLS: Mapping[str, int] = {
    "unspec": 0,
    "redirect": 1,
    "kernel": 2,
    "boot": 3,
    "static": 4,
    "gated": 8,
    "ra": 9,
    "mrt": 10,
    "zebra": 11,
    "bird": 12,
    "dnrouted": 13,
    "xorp": 14,
    "ntk": 15,
    "dhcp": 16,
    "keepalived": 18,
    "babel": 42,
    "openr": 99,
    "bgp": 186,
    "isis": 187,
    "ospf": 188,
    "rip": 189,
    "eigrp": 192,
}

# Name, number and whether it must be whole; in the order of comparison (`rtnl_rtntype_a2n`).
TYPES: tuple[tuple[str, int, bool], ...] = (
    ("local", 2, True),
    ("nat", 10, True),
    ("broadcast", 3, False),
    ("brd", 3, True),
    ("anycast", 4, False),
    ("multicast", 5, False),
    ("prohibit", 8, False),
    ("unreachable", 7, False),
    ("blackhole", 6, False),
    ("xresolve", 11, False),
    ("unicast", 1, False),
    ("throw", 9, True),
)


def table_number(word: str) -> int | None:
    """`rtnl_rttable_a2n`."""
    return TABLES[word] if word in TABLES else unsigned(word)


def table_name(number: int) -> str:
    """`rtnl_rttable_n2a`."""
    return next((name for name, known in TABLES.items() if known == number), str(number))


def protocol_number(word: str) -> int | None:
    """`rtnl_rtprot_a2n`."""
    return PROTOCOLS[word] if word in PROTOCOLS else unsigned(word, 255)


def protocol_name(number: int) -> str:
    """`rtnl_rtprot_n2a`."""
    return next((name for name, known in PROTOCOLS.items() if known == number), str(number))


def type_number(word: str) -> int | None:
    """`rtnl_rtntype_a2n`."""
    for name, number, is_whole in TYPES:
        if word == name or (not is_whole and matches(word, name)):
            return number
    return unsigned(word, 255)


def type_name(number: int) -> str:
    """`rtnl_rtntype_n2a`."""
    return next((name for name, known, _ in TYPES if known == number and name != "brd"), str(number))
