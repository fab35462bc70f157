"""What follows `type bridge` and `type bridge_slave` (ip/iplink_bridge.c, ip/iplink_bridge_slave.c)."""

from __future__ import annotations

from dataclasses import dataclass

from netmodel.commands.ip.options import Help
from netmodel.commands.words import Refused, Words, matches, unsigned, wrong
from netmodel.errors import UnsupportedError
from netmodel.request import BridgeOptions, PortOptions

BITS = {8: 2**8 - 1, 16: 2**16 - 1, 32: 2**32 - 1}


@dataclass(frozen=True, slots=True)
class KindWord:
    """One option: its word, the bits its number may have (0: `on` or `off`; -1: takes nothing), whether it is modelled.

    `is_flag` says that the number is taken as no or yes.
    """

    word: str
    bits: int = 8
    is_modelled: bool = True
    is_flag: bool = False


def _others(*words: str) -> tuple[KindWord, ...]:
    return tuple(KindWord(word, is_modelled=False) for word in words)


BRIDGE_WORDS: tuple[KindWord, ...] = (
    KindWord("forward_delay", 32),
    KindWord("hello_time", 32),
    KindWord("max_age", 32),
    KindWord("ageing_time", 32),
    KindWord("stp_state", 32, is_flag=True),
    KindWord("priority", 16),
    KindWord("vlan_filtering", 8, is_flag=True),
    *_others("vlan_protocol"),
    KindWord("group_fwd_mask", 16),
    *_others("group_address", "no_linklocal_learn"),
    KindWord("fdb_flush", -1),
    *_others("vlan_default_pvid", "vlan_stats_enabled", "vlan_stats_per_port", "mcast_router"),
    KindWord("mcast_snooping", 8, is_flag=True),
    *_others(
        "mcast_vlan_snooping",
        "mcast_query_use_ifaddr",
        "mcast_querier",
        "mcast_hash_elasticity",
        "mcast_hash_max",
        "mcast_last_member_count",
        "mcast_startup_query_count",
        "mcast_last_member_interval",
        "mcast_membership_interval",
        "mcast_querier_interval",
        "mcast_query_interval",
        "mcast_query_response_interval",
        "mcast_startup_query_interval",
        "mcast_stats_enabled",
        "mcast_igmp_version",
        "mcast_mld_version",
    ),
    KindWord("nf_call_iptables", 8, is_flag=True),
    *_others("nf_call_ip6tables", "nf_call_arptables"),
)

PORT_WORDS: tuple[KindWord, ...] = (
    *_others("fdb_flush"),
    KindWord("state", 8),
    KindWord("priority", 16),
    KindWord("cost", 32),
    KindWord("hairpin", 0),
    KindWord("guard", 0),
    KindWord("root_block", 0),
    KindWord("fastleave", 0),
    KindWord("learning", 0),
    KindWord("flood", 0),
    KindWord("mcast_flood", 0),
    KindWord("bcast_flood", 0),
    *_others("mcast_to_unicast", "proxy_arp", "proxy_arp_wifi", "mcast_router", "mcast_fast_leave"),
    KindWord("neigh_suppress", 0),
    *_others("group_fwd_mask", "vlan_tunnel"),
    KindWord("isolated", 0),
    KindWord("locked", 0),
    *_others("backup_port", "nobackup_port"),
)


def on_off(key: str, word: str, code: int = 1) -> bool:
    """`parse_on_off`: both may be shortened; `o` is `off`, the first in its list. Raises `Refused`."""
    for choice in ("off", "on"):
        if matches(word, choice):
            return choice == "on"
    raise Refused(f'Error: argument of "{key}" must be one of "off", "on", not "{word}"\n', code, exits=code == 1)


def parse_bridge(words: Words) -> BridgeOptions:
    """`type bridge OPTIONS`. Raises `Refused`, `Help`, `UnsupportedError`."""
    given = _parse(words, "bridge", BRIDGE_WORDS)
    return BridgeOptions(**given)  # type: ignore[arg-type]


def parse_port(words: Words) -> PortOptions:
    """`type bridge_slave OPTIONS`. Raises `Refused`, `Help`, `UnsupportedError`."""
    given = _parse(words, "bridge_slave", PORT_WORDS)
    return PortOptions(**given)  # type: ignore[arg-type]


def _parse(words: Words, kind: str, table: tuple[KindWord, ...]) -> dict[str, int | bool]:
    given: dict[str, int | bool] = {}
    while words:
        word = words.take()
        known = next((known for known in table if matches(word, known.word)), None)
        if known is None:
            if matches(word, "help"):
                raise Help(f"link {kind}", 1)
            noun = "command" if kind == "bridge" else "option"
            raise Help(f"link {kind}", 1, f'{kind}: unknown {noun} "{word}"?\n')
        if not known.is_modelled:
            raise UnsupportedError(f"ip link type {kind} {known.word}")
        given[known.word] = _value(known, words, kind)
    return given


def _value(known: KindWord, words: Words, kind: str) -> int | bool:
    if known.bits < 0:
        return True
    word = words.value()
    if known.bits == 0:
        return on_off(known.word, word)
    number = unsigned(word, BITS[known.bits])
    if number is None:
        is_named_first = kind == "bridge_slave"
        raise wrong(f"{known.word} is invalid" if is_named_first else f"invalid {known.word}", word)
    return bool(number) if known.is_flag else number
