"""`ip addr …` and `ip link show …` as values (ip/ipaddress.c)."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from netmodel.commands.ip.addr_render import FLAGS, NODAD, NOPREFIXROUTE, PERMANENT, SECONDARY, AddrFilter
from netmodel.commands.ip.groups import group_number
from netmodel.commands.ip.link_render import LinkFilter
from netmodel.commands.ip.options import LINK, Help
from netmodel.commands.ip.scene import Scene
from netmodel.commands.words import (
    UINT_MAX,
    Prefix,
    Refused,
    Words,
    address,
    duplicate,
    garbage,
    matches,
    missing_device,
    prefix,
    read_prefix,
    unsigned,
    wrong,
)
from netmodel.errors import UnsupportedError

SCOPES: Mapping[str, int] = {"global": 0, "nowhere": 255, "host": 254, "link": 253, "site": 200}
V6_FLAGS = ("nodad", "optimistic", "home", "mngtmpaddr")
SETTABLE = (*V6_FLAGS, "noprefixroute", "autojoin")


def scope_number(word: str) -> int | None:
    """`rtnl_rtscope_a2n`."""
    if word in SCOPES:
        return SCOPES[word]
    return unsigned(word, 255)


def parse_show(words: Words, scene: Scene, of: str, is_flush: bool = False) -> AddrFilter:
    """What `ip addr show`, `ip addr flush` or `ip link show` (`of` says which object) asks for. Raises `Refused`."""
    family = LINK if of == "link" else scene.options.family
    if is_flush and not words:
        raise Refused("Flush requires arguments.\n", 1)
    if is_flush and family == LINK:
        raise Refused("Cannot flush link addresses.\n", 1)
    wanted, device = AddrFilter(family=family), ""
    while words:
        word = words.take()
        if word in FILTERS:
            wanted = FILTERS[word](wanted, words, scene)
            continue
        flagged = _filter_flag(wanted, word)
        if flagged is not None:
            wanted = flagged
            continue
        if word == "dev":
            word = words.value()
        elif matches(word, "help"):
            raise Help(of)
        if device:
            raise garbage("dev", word)
        device = word
    if device:
        ifindex = scene.index_of(device)
        if ifindex == 0:
            raise Refused(f'Device "{device}" does not exist.\n', 1)
        wanted = replace(wanted, link=replace(wanted.link, ifindex=ifindex))
    return wanted


def _filter_flag(wanted: AddrFilter, word: str) -> AddrFilter | None:
    """`get_filter`."""
    is_off, name = word.startswith("-"), word.removeprefix("-")
    if name in ("dynamic", "primary"):
        is_off, name = not is_off, {"dynamic": "permanent", "primary": "secondary"}[name]
    if name == "temporary":
        name = "secondary"
    mask = next((mask for mask, flag in FLAGS if flag == name), None)
    if mask is None:
        return None
    flags = wanted.flags & ~mask if is_off else wanted.flags | mask
    return replace(wanted, flags=flags, flag_mask=wanted.flag_mask | mask)


def _to(wanted: AddrFilter, words: Words, scene: Scene) -> AddrFilter:
    word = words.value()
    found = read_prefix(word, wanted.family if wanted.family != LINK else 0)
    if found is None:
        raise prefix_refusal(word, wanted.family)
    return replace(wanted, prefix=found, family=wanted.family or found.family)


def prefix_refusal(word: str, family: int) -> Refused:
    """What `get_prefix` says of a word that is no prefix."""
    try:
        prefix(word, family if family != LINK else 0)
    except Refused as refused:
        return refused
    raise AssertionError(word)


def _scope(wanted: AddrFilter, words: Words, scene: Scene) -> AddrFilter:
    word = words.value()
    scope = scope_number(word)
    if scope is None and word != "all":
        raise wrong('invalid "scope"\n', word)
    return replace(wanted, scope=scope)


def _link(wanted: AddrFilter, **changes: object) -> AddrFilter:
    return replace(wanted, link=replace(wanted.link, **changes))  # type: ignore[arg-type]


def _group(wanted: AddrFilter, words: Words, scene: Scene) -> AddrFilter:
    word = words.value()
    number = group_number(word)
    if number is None:
        raise wrong('Invalid "group" value\n', word)
    return _link(wanted, group=number)


def _master(wanted: AddrFilter, words: Words, scene: Scene) -> AddrFilter:
    word = words.value()
    ifindex = scene.index_of(word)
    if ifindex == 0:
        raise wrong("Device does not exist\n", word)
    return _link(wanted, master=ifindex)


def _vrf(wanted: AddrFilter, words: Words, scene: Scene) -> AddrFilter:
    raise wrong("Not a valid VRF name\n", words.value())


def _type(wanted: AddrFilter, words: Words, scene: Scene) -> AddrFilter:
    word = words.value()
    if word.endswith("_slave"):
        return _link(wanted, slave_kind=word.removesuffix("_slave"))
    return _link(wanted, kind=word)


FILTERS: Mapping[str, Callable[[AddrFilter, Words, Scene], AddrFilter]] = {
    "to": _to,
    "scope": _scope,
    "up": lambda wanted, words, scene: _link(wanted, up=True),
    "label": lambda wanted, words, scene: replace(wanted, label=words.value()),
    "group": _group,
    "master": _master,
    "vrf": _vrf,
    "nomaster": lambda wanted, words, scene: _link(wanted, master=-1),
    "type": _type,
}


@dataclass(frozen=True, slots=True)
class AddrLine:
    """What `ip addr add` and its like say. Lifetimes in seconds; `None` is forever. `warnings` go to stderr first."""

    dev: int
    local: Prefix | None
    peer: Prefix | None
    broadcast: str | None
    scope: int | None
    label: str | None
    metric: int
    valid_lft: int | None
    preferred_lft: int | None
    flags: int
    warnings: str


class _Line:
    """The words of an address line as they are read."""

    def __init__(self, scene: Scene, is_deletion: bool) -> None:
        self.scene = scene
        self.is_deletion = is_deletion
        self.family = scene.options.family if scene.options.family != LINK else 0
        self.local: Prefix | None = None
        self.local_word = ""
        self.peer: Prefix | None = None
        self.broadcast: str | None = None
        self.scope: int | None = None
        self.dev: str | None = None
        self.label: str | None = None
        self.metric = 0
        self.lifetimes: dict[str, int | None] = {}
        self.flags = 0
        self.warnings = ""

    def read(self, words: Words) -> None:
        while words:
            word = words.take()
            keyword = _keyword(word)
            if keyword is not None:
                getattr(self, f"_{keyword}")(words)
            elif any(word == flag for _, flag in FLAGS) or word == "temporary":
                self._flag(word)
            else:
                self._address(word, words)

    def _peer(self, words: Words) -> None:
        word = words.value()
        if self.peer is not None:
            raise duplicate("peer", word)
        self.peer = prefix(word, self.family)
        self.family = self.family or self.peer.family

    def _broadcast(self, words: Words) -> None:
        word = words.value()
        if self.broadcast is not None:
            raise duplicate("broadcast", word)
        if word in ("+", "-"):
            self.broadcast = word
            return
        found = address(word, self.family)
        self.family = self.family or found.family
        self.broadcast = found.address

    def _anycast(self, words: Words) -> None:
        raise UnsupportedError("ip addr add anycast")

    def _scope(self, words: Words) -> None:
        word = words.value()
        self.scope = scope_number(word)
        if self.scope is None:
            raise wrong("invalid scope value.", word)

    def _dev(self, words: Words) -> None:
        self.dev = words.value()

    def _label(self, words: Words) -> None:
        self.label = words.value()

    def _metric(self, words: Words) -> None:
        word = words.value()
        metric = unsigned(word)
        if metric is None:
            raise wrong('"metric" value is invalid\n', word)
        self.metric = metric

    def _valid_lft(self, words: Words) -> None:
        self._lifetime("valid_lft", words)

    def _preferred_lft(self, words: Words) -> None:
        self._lifetime("preferred_lft", words)

    def _lifetime(self, key: str, words: Words) -> None:
        if key in self.lifetimes:
            raise duplicate(key, words.peek())
        word = words.value()
        seconds = unsigned(word)
        if seconds is None and word != "forever":
            raise wrong(f"{key} value", word)
        self.lifetimes[key] = None if seconds in (None, UINT_MAX) else seconds

    def _flag(self, word: str) -> None:
        if word not in SETTABLE:
            self.warnings += f"Warning: {word} option is not mutable from userspace\n"
        elif word in V6_FLAGS and self.family != 6:
            self.warnings += f"Warning: {word} option can be set only for IPv6 addresses\n"
        elif word not in ("nodad", "noprefixroute"):
            raise UnsupportedError(f"ip addr add {word}")
        else:
            self.flags |= NODAD if word == "nodad" else NOPREFIXROUTE

    def _address(self, word: str, words: Words) -> None:
        if word == "local":
            word = words.value()
        if matches(word, "help"):
            raise Help("address")
        if self.local is not None:
            raise garbage("local", word)
        self.local_word = word
        self.local = prefix(word, self.family)
        self.family = self.family or self.local.family

    def value(self) -> AddrLine:
        """The line, looked through as `ipaddr_modify` does after the last word."""
        if self.dev is None:
            raise self._refused('Not enough information: "dev" argument is required.\n', 1)
        if self.peer is None and self.local is not None and self._is_wildcard():
            self.warnings += WILDCARD % (self.local_word, 32)
        broadcast = self.broadcast
        if broadcast in ("+", "-") and not self.is_deletion:
            broadcast = self._computed_broadcast(broadcast)
        ifindex = self.scene.index_of(self.dev)
        if ifindex == 0:
            refused = missing_device(self.dev)
            raise self._refused(refused.stderr, refused.code)
        valid, preferred = self._lifetimes()
        return AddrLine(
            dev=ifindex,
            local=self.local,
            peer=self.peer,
            broadcast=None if self.is_deletion else broadcast,
            scope=self.scope,
            label=self.label,
            metric=self.metric,
            valid_lft=valid,
            preferred_lft=preferred,
            flags=self.flags,
            warnings=self.warnings,
        )

    def _refused(self, text: str, code: int) -> Refused:
        return Refused(self.warnings + text, code)

    def _is_wildcard(self) -> bool:
        return self.is_deletion and self.local is not None and self.local.family == 4 and not self.local.has_length

    def _computed_broadcast(self, sign: str) -> str | None:
        subject = self.peer or self.local
        if self.family != 4:
            raise self._refused("Broadcast can be set only for IPv4 addresses\n", 1)
        if subject is None or subject.length > 30:
            return None
        network = ipaddress.ip_network(subject.cidr, strict=False)
        return str(network.broadcast_address if sign == "+" else network.network_address)

    def _lifetimes(self) -> tuple[int | None, int | None]:
        valid, preferred = self.lifetimes.get("valid_lft"), self.lifetimes.get("preferred_lft")
        if not self.lifetimes:
            return None, None
        if valid == 0:
            raise self._refused("valid_lft is zero\n", 1)
        if valid is not None and (preferred is None or valid < preferred):
            raise self._refused("preferred_lft is greater than valid_lft\n", 1)
        return valid, preferred


WILDCARD = (
    "Warning: Executing wildcard deletion to stay compatible with old scripts.\n"
    "         Explicitly specify the prefix length (%s/%d) to avoid this warning.\n"
    "         This special behaviour is likely to disappear in further releases,\n"
    "         fix your scripts!\n"
)

# Word, method, and whether it must be whole; in the order of comparison.
WORDS: tuple[tuple[str, str, bool], ...] = (
    ("peer", "peer", True),
    ("remote", "peer", True),
    ("broadcast", "broadcast", False),
    ("brd", "broadcast", True),
    ("anycast", "anycast", True),
    ("scope", "scope", True),
    ("dev", "dev", True),
    ("label", "label", True),
    ("metric", "metric", False),
    ("priority", "metric", False),
    ("preference", "metric", False),
    ("valid_lft", "valid_lft", False),
    ("preferred_lft", "preferred_lft", False),
)


def _keyword(word: str) -> str | None:
    for keyword, method, is_whole in WORDS:
        if word == keyword or (not is_whole and matches(word, keyword)):
            return method
    return None


def parse_modify(words: Words, scene: Scene, is_deletion: bool) -> AddrLine:
    """What `ip addr add`, `change`, `replace` or `delete` says. Raises `Refused`, `Help`, `UnsupportedError`."""
    line = _Line(scene, is_deletion)
    line.read(words)
    return line.value()


__all__ = ["PERMANENT", "SECONDARY", "AddrLine", "LinkFilter", "parse_modify", "parse_show", "scope_number"]
