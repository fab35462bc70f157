"""`ip route …` as values (ip/iproute.c)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from netmodel.commands.ip.addr_parse import scope_number
from netmodel.commands.ip.options import LINK, Help
from netmodel.commands.ip.route_names import protocol_number, table_number, type_number
from netmodel.commands.ip.route_render import RouteFilter
from netmodel.commands.ip.scene import Scene
from netmodel.commands.words import (
    Prefix,
    Refused,
    Words,
    address,
    garbage,
    matches,
    missing_device,
    prefix,
    unsigned,
    wrong,
)
from netmodel.errors import UnsupportedError
from netmodel.request import RouteSpec

FAMILIES = ("inet", "inet6", "link", "mpls", "bridge")
LOCAL_TYPES = (2, 3, 4, 10)
HOST, LINK_SCOPE, NOWHERE = 254, 253, 255


def _family(scene: Scene) -> int:
    family = scene.options.family
    if family == 6:
        raise UnsupportedError("ip -6 route")
    return 4 if family == 4 else 0 if family != LINK else family


def dsfield(word: str, message: str) -> int:
    """`rtnl_dsfield_a2n` for numbers, which are hexadecimal. Raises `Refused`."""
    number = int(word, 16) if word and all(letter in "0123456789abcdefABCDEF" for letter in word) else None
    if number is None and word[:2].lower() == "0x":
        number = unsigned(word, 255)
    if number is None or number > 255:
        raise wrong(message, word)
    return number


def _metric(words: Words) -> int:
    word = words.value()
    number = unsigned(word)
    if number is None:
        raise wrong('"metric" value is invalid\n', word)
    return number


def _is_metric(word: str) -> bool:
    return matches(word, "metric") or matches(word, "priority") or word == "preference"


# Words of a filter or a route that iproute2 has and the model does not, whole and shortened.
OTHER_FILTERS = (("iif", "mark"), ("vrf", "cached", "cloned", "realms", "from"))
OTHER_WORDS = (
    ("as", "from", "expires", "hoplimit", "advmss", "rtt", "rto_min", "nexthop", "nhid", "encap", "ttl-propagate"),
    (
        "reordering",
        "window",
        "cwnd",
        "initcwnd",
        "initrwnd",
        "features",
        "quickack",
        "congctl",
        "rttvar",
        "ssthresh",
        "realms",
        "vrf",
        "pref",
        "fastopen_no_cookie",
    ),
)


def _refuse_other(word: str, others: tuple[tuple[str, ...], tuple[str, ...]], of: str) -> None:
    whole, short = others
    for other in (*(w for w in whole if w == word), *(w for w in short if matches(word, w))):
        raise UnsupportedError(f"{of} {other}")


def parse_filter(words: Words, scene: Scene, is_flush: bool) -> RouteFilter:
    """What `ip route show` or `flush` asks for. Raises `Refused`, `Help`, `UnsupportedError`."""
    if is_flush and not words:
        raise Refused('"ip route flush" requires arguments.\n', 1)
    family = _family(scene)
    wanted, device = RouteFilter(), ""
    while words:
        word = words.take()
        if matches(word, "table"):
            wanted = replace(wanted, table=_table_filter(words))
        elif word == "tos" or matches(word, "dsfield"):
            wanted = replace(wanted, tos=dsfield(words.value(), "TOS value is invalid\n"))
        elif matches(word, "protocol"):
            wanted = replace(wanted, protocol=_or_all(words, protocol_number, 'invalid "protocol"\n'))
        elif matches(word, "scope"):
            wanted = replace(wanted, scope=_or_all(words, scope_number, 'invalid "scope"\n'))
        elif matches(word, "type"):
            wanted = replace(wanted, kind=_type(words))
        elif word in ("dev", "oif"):
            device = words.value()
        elif _is_metric(word):
            wanted = replace(wanted, metric=_metric(words))
        elif word == "via":
            wanted = replace(wanted, via=_via(words, family, prefix))
        elif word == "src":
            wanted = replace(wanted, src=prefix(words.value(), family))
        else:
            _refuse_other(word, OTHER_FILTERS, "ip route show")
            wanted = _destination_filter(wanted, word, words, scene)
    if wanted.table == 0 and family == 0:
        raise UnsupportedError("ip route show table all without -4")
    if device:
        ifindex = scene.index_of(device)
        if ifindex == 0:
            raise missing_device(device)
        wanted = replace(wanted, oif=ifindex)
    return wanted


def _table_filter(words: Words) -> int:
    word = words.value()
    number = table_number(word)
    if number is not None:
        return number
    if word == "all":
        return 0
    if word == "cache":
        raise UnsupportedError("ip route show table cache")
    if word == "help":
        raise Help("route")
    raise wrong("table id value is invalid\n", word)


def _or_all(words: Words, read: Callable[[str], int | None], message: str) -> int | None:
    word = words.value()
    number = read(word)
    if number is None and word != "all":
        raise wrong(message, word)
    return number


def _type(words: Words) -> int:
    word = words.value()
    number = type_number(word)
    if number is None:
        raise wrong("node type value is invalid\n", word)
    return number


def _via(words: Words, family: int, read: Callable[[str, int], Prefix]) -> Prefix:
    word = words.value()
    if word in FAMILIES:
        if word not in ("inet", "inet6"):
            raise UnsupportedError(f"ip route via {word}")
        family = 4 if word == "inet" else 6
        word = words.value()
    return read(word, family)


def _destination_filter(wanted: RouteFilter, word: str, words: Words, scene: Scene) -> RouteFilter:
    family = _family(scene)
    if matches(word, "to"):
        word = words.value()
    if matches(word, "root"):
        return replace(wanted, root=prefix(words.value(), family))
    if matches(word, "match"):
        return replace(wanted, match=prefix(words.value(), family))
    if matches(word, "exact"):
        word = words.value()
    found = prefix(word, family)
    if found.is_word and not (found.has_length and scene.platform.has("iproute2.default_is_a_prefix")):
        return replace(wanted, match=found)
    return replace(wanted, root=found, match=replace(found, is_word=False))


@dataclass
class _Line:
    """The words of a route as they are read."""

    family: int
    dst: Prefix | None = None
    kind: int | None = None
    via: Prefix | None = None
    src: Prefix | None = None
    dev: str | None = None
    tos: int = 0
    metric: int | None = None
    scope: int | None = None
    mtu: int | None = None
    protocol: int | None = None
    table: int | None = None
    onlink: bool = False


def parse_route(words: Words, scene: Scene, is_deletion: bool) -> RouteSpec:
    """A route to add or to delete. Raises `Refused`, `Help`, `UnsupportedError`."""
    line = _Line(_family(scene))
    while words:
        _take(line, words.take(), words)
    if line.dst is None:
        raise Help("route")
    if 6 in (line.family, line.dst.family):
        raise UnsupportedError("ip -6 route")
    ifindex = scene.index_of(line.dev) if line.dev is not None else None
    if ifindex == 0:
        raise missing_device(line.dev or "")
    kind = line.kind if line.kind is not None else 0 if is_deletion else 1
    table = line.table if line.table is not None else 255 if kind in LOCAL_TYPES else 254
    return RouteSpec(
        dst=line.dst.cidr,
        kind=kind,
        table=table,
        protocol=line.protocol if line.protocol is not None else None if is_deletion else 3,
        scope=_scope(line, kind, is_deletion),
        tos=line.tos,
        via=line.via.address if line.via is not None else None,
        oif=ifindex,
        src=line.src.address if line.src is not None else None,
        metric=line.metric,
        onlink=line.onlink,
        mtu=line.mtu,
    )


def _scope(line: _Line, kind: int, is_deletion: bool) -> int:
    if line.scope is not None:
        return line.scope
    if kind in (2, 10):
        return HOST
    if kind in (3, 4, 5):
        return LINK_SCOPE
    if kind in (0, 1):
        if is_deletion:
            return NOWHERE
        return LINK_SCOPE if line.via is None else 0
    return NOWHERE if is_deletion else 0


def _take(line: _Line, word: str, words: Words) -> None:
    if word == "src":
        line.src = address(words.value(), line.family)
        line.family = line.family or line.src.family
    elif word == "via":
        if line.via is not None:
            raise wrong("use nexthop syntax to specify multiple via\n", word)
        line.via = _via(words, line.family, address)
        line.family = line.family or line.via.family
    elif word == "tos" or matches(word, "dsfield"):
        line.tos = dsfield(words.value(), '"tos" value is invalid\n')
    elif _is_metric(word):
        line.metric = _metric(words)
    elif word == "scope":
        line.scope = _number(words, scope_number, 'invalid "scope" value\n')
    elif word == "mtu":
        line.mtu = _mtu(words)
    elif word == "onlink":
        line.onlink = True
    elif matches(word, "protocol"):
        line.protocol = _number(words, protocol_number, '"protocol" value is invalid\n')
    elif matches(word, "table"):
        line.table = _number(words, table_number, '"table" value is invalid\n')
    elif word in ("dev", "oif"):
        line.dev = words.value()
    else:
        _refuse_other(word, OTHER_WORDS, "ip route add")
        _take_destination(line, word, words)


def _number(words: Words, read: Callable[[str], int | None], message: str) -> int:
    word = words.value()
    number = read(word)
    if number is None:
        raise wrong(message, word)
    return number


def _mtu(words: Words) -> int:
    word = words.value()
    if word == "lock":
        raise UnsupportedError("ip route add mtu lock")
    number = unsigned(word)
    if number is None:
        raise wrong('"mtu" value is invalid\n', word)
    return number


def _take_destination(line: _Line, word: str, words: Words) -> None:
    if word == "to":
        word = words.value()
    if not word[:1].isdigit():
        kind = type_number(word)
        if kind is not None:
            line.kind = kind
            word = words.value()
    if matches(word, "help"):
        raise Help("route")
    if line.dst is not None:
        raise garbage("to", word)
    line.dst = prefix(word, line.family)
    line.family = line.family or line.dst.family


@dataclass(frozen=True, slots=True)
class Question:
    """What `ip route get` asks; `warning` goes to stderr."""

    dst: str
    src: str | None
    iif: int | None
    oif: int | None
    warning: str


def parse_get(words: Words, scene: Scene) -> Question:
    """A destination to look up. Raises `Refused`, `Help`, `UnsupportedError`."""
    family = _family(scene)
    dst: Prefix | None = None
    src: Prefix | None = None
    devices: dict[str, str] = {}
    warning = ""
    while words:
        word = words.take()
        if matches(word, "from"):
            src = prefix(words.value(), family)
            family = family or src.family
        elif matches(word, "iif"):
            devices["iif"] = words.value()
        elif matches(word, "oif") or word == "dev":
            devices["oif"] = words.value()
        elif word in ("tos", "as") or any(matches(word, other) for other in OTHER_QUESTIONS):
            raise UnsupportedError(f"ip route get {word}")
        else:
            word = words.value() if word == "to" else word
            if matches(word, "help"):
                raise Help("route")
            dst = prefix(word, family)
            family = family or dst.family
            if dst.family == 4 and dst.length != 32:
                warning += f"Warning: /{dst.length} as prefix is invalid, only /32 (or none) is supported.\n"
    if dst is None:
        raise Refused("need at least a destination address\n", 1)
    if family == 6:
        raise UnsupportedError("ip -6 route get")
    indexes = {}
    for key, name in devices.items():
        indexes[key] = scene.index_of(name)
        if indexes[key] == 0:
            refused = missing_device(name)
            raise Refused(warning + refused.stderr, refused.code)
    return Question(dst.address, src.address if src else None, indexes.get("iif"), indexes.get("oif"), warning)


OTHER_QUESTIONS = ("dsfield", "mark", "notify", "connected", "vrf", "uid", "fibmatch", "sport", "dport", "ipproto")
