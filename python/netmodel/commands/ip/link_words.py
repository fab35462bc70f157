"""The words of `ip link add` and `ip link set`, in iproute2's order of comparison (ip/iplink.c, iplink_parse)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto

from netmodel.commands.words import matches


class Takes(Enum):
    """What follows a word."""

    NOTHING = auto()
    NAME = auto()
    INDEX = auto()
    LLADDR = auto()
    NUMBER = auto()
    ON_OFF = auto()
    NETNS = auto()
    MASTER = auto()
    TYPE = auto()
    ALIAS = auto()
    GROUP = auto()
    MODE = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class LinkWord:
    """One word: the field it sets, what it takes, whether it must be whole, and whether the model has it."""

    word: str
    field: str
    takes: Takes
    is_whole: bool = False
    is_modelled: bool = True

    def is_met(self, word: str) -> bool:
        """Whether `word` is this one."""
        return word == self.word if self.is_whole else matches(word, self.word)


def _other(word: str, is_whole: bool = False) -> LinkWord:
    return LinkWord(word, word, Takes.TEXT, is_whole, is_modelled=False)


LINK_WORDS: tuple[LinkWord, ...] = (
    LinkWord("up", "up", Takes.NOTHING, is_whole=True),
    LinkWord("down", "down", Takes.NOTHING, is_whole=True),
    LinkWord("name", "name", Takes.NAME, is_whole=True),
    LinkWord("index", "index", Takes.INDEX, is_whole=True),
    _other("link"),
    LinkWord("address", "address", Takes.LLADDR),
    LinkWord("broadcast", "broadcast", Takes.LLADDR),
    LinkWord("brd", "broadcast", Takes.LLADDR, is_whole=True),
    LinkWord("txqueuelen", "txqueuelen", Takes.NUMBER),
    LinkWord("qlen", "txqueuelen", Takes.NUMBER, is_whole=True),
    LinkWord("txqlen", "txqueuelen", Takes.NUMBER),
    LinkWord("mtu", "mtu", Takes.NUMBER, is_whole=True),
    _other("xdpgeneric", is_whole=True),
    _other("xdpdrv", is_whole=True),
    _other("xdpoffload", is_whole=True),
    _other("xdp", is_whole=True),
    LinkWord("netns", "netns", Takes.NETNS, is_whole=True),
    LinkWord("multicast", "multicast", Takes.ON_OFF, is_whole=True),
    LinkWord("allmulticast", "allmulti", Takes.ON_OFF, is_whole=True),
    LinkWord("promisc", "promisc", Takes.ON_OFF, is_whole=True),
    _other("trailers", is_whole=True),
    LinkWord("arp", "arp", Takes.ON_OFF, is_whole=True),
    LinkWord("carrier", "carrier", Takes.ON_OFF, is_whole=True),
    _other("vf", is_whole=True),
    LinkWord("master", "master", Takes.MASTER),
    _other("vrf", is_whole=True),
    LinkWord("nomaster", "nomaster", Takes.NOTHING),
    _other("dynamic"),
    LinkWord("type", "type", Takes.TYPE),
    LinkWord("alias", "alias", Takes.ALIAS),
    LinkWord("group", "group", Takes.GROUP, is_whole=True),
    LinkWord("mode", "mode", Takes.MODE, is_whole=True),
    _other("state", is_whole=True),
    _other("numtxqueues"),
    _other("numrxqueues"),
    _other("addrgenmode"),
    _other("link-netns"),
    _other("link-netnsid"),
    _other("protodown", is_whole=True),
    _other("protodown_reason", is_whole=True),
    _other("gso_max_size", is_whole=True),
    _other("gso_max_segs", is_whole=True),
    _other("gro_max_size", is_whole=True),
    _other("parentdev", is_whole=True),
)

# Kinds that iproute2 has words for and the model does not (`iplink_types_usage`).
OTHER_TYPES = frozenset(
    (
        *("amt", "bareudp", "bond", "bond_slave", "can", "dsa", "dummy", "erspan", "geneve", "gre", "gretap", "gtp"),
        *("hsr", "ifb", "ip6erspan", "ip6gre", "ip6gretap", "ip6tnl", "ipip", "ipoib", "ipvlan", "ipvtap", "macsec"),
        *("macvlan", "macvtap", "netdevsim", "nlmon", "rmnet", "sit", "team", "team_slave", "tun", "vcan", "virt_wifi"),
        *("vlan", "vrf", "vti", "vxcan", "vxlan", "wwan", "xfrm"),
    )
)
