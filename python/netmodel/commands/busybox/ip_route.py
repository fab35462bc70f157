"""busybox's `ip route`, `ip neigh` and `ip rule` (networking/libiproute/iproute.c, ipneigh.c, iprule.c)."""

from __future__ import annotations

from dataclasses import replace

from netmodel.commands.busybox.applet import Applet, index_in
from netmodel.commands.busybox.ip_addr import next_word, prefix
from netmodel.commands.busybox.ip_render import show_found, show_neighs, show_routes
from netmodel.commands.ip.addr_parse import scope_number
from netmodel.commands.ip.neigh import NOARP, PERMANENT, state_bits
from netmodel.commands.ip.neigh_render import NEVER_GIVEN, NeighFilter, is_wanted
from netmodel.commands.ip.options import LINK
from netmodel.commands.ip.route import HOW
from netmodel.commands.ip.route_names import protocol_number, table_name, table_number, type_number
from netmodel.commands.ip.route_render import RouteFilter, is_wanted as is_wanted_route
from netmodel.commands.words import Refused, Words, read_address, unsigned
from netmodel.errors import UnsupportedError
from netmodel.request import Dev, NeighDel, RouteAdd, RouteDel, RouteGet, RouteReply, RouteSpec

VERBS = ("add", "append", "change", "chg", "delete", "get", "list", "show", "prepend", "replace", "test", "flush")


def _family(applet: Applet) -> int:
    if applet.options.family == 6:
        raise UnsupportedError("busybox ip -6 route")
    return 4


def run(words: Words, applet: Applet) -> str:
    """`ip route …`. Raises `Refused`, `UnsupportedError`."""
    word = words.take() if words else "show"
    verb = "delete" if word in ("d", "de", "del") else index_in(word, VERBS)
    if verb is None:
        raise applet.invalid(word, applet.name)
    if verb in ("list", "show"):
        wanted = _parse_filter(words, applet)
        return show_routes(wanted, applet.scene())
    if verb == "flush":
        return _flush(words, applet)
    if verb == "get":
        return _get(words, applet)
    if verb == "test":
        raise UnsupportedError("busybox ip route test")
    spec = _parse_route(words, applet, is_deletion=verb == "delete")
    netns = applet.system.netns
    if verb == "delete":
        applet.apply(RouteDel(netns=netns, route=spec))
    else:
        applet.apply(RouteAdd(netns=netns, route=spec, how=HOW["change" if verb == "chg" else verb]))
    return ""


def _parse_filter(words: Words, applet: Applet) -> RouteFilter:
    family = _family(applet)
    wanted = RouteFilter()
    while words:
        word = words.take()
        if word in ("proto", "protocol"):
            value = next_word(words, applet)
            number = protocol_number(value)
            if number is None and value != "all":
                raise applet.invalid(value, "protocol")
            wanted = replace(wanted, protocol=number)
        elif word in ("dev", "oif"):
            wanted = replace(wanted, oif=applet.index_of(next_word(words, applet), applet.scene()))
        elif word == "table":
            wanted = replace(wanted, table=_table(next_word(words, applet), applet))
        elif word == "via":
            wanted = replace(wanted, via=prefix(next_word(words, applet), family, applet))
        elif word == "src":
            wanted = replace(wanted, src=prefix(next_word(words, applet), family, applet))
        elif word in ("cache", "from", "iif", "scope", "type", "root", "match", "exact"):
            raise UnsupportedError(f"busybox ip route show {word}")
        else:
            found = prefix(next_word(words, applet) if word == "to" else word, family, applet)
            wanted = replace(wanted, root=found, match=found)
    if wanted.table == 0:
        raise UnsupportedError("busybox ip route show table all")
    return wanted


def _table(word: str, applet: Applet) -> int:
    number = table_number(word)
    if number is None and word != "all":
        raise applet.invalid(word, "table")
    return number or 0


def _flush(words: Words, applet: Applet) -> str:
    if not words:
        raise applet.refused('"ip route flush" requires an argument')
    wanted = _parse_filter(words, applet)
    for route in applet.scene().view.routes:
        if not is_wanted_route(route, wanted):
            continue
        spec = RouteSpec(
            dst=route.dst,
            kind=route.kind,
            table=route.table,
            protocol=route.protocol,
            scope=route.scope,
            tos=route.tos,
            via=route.via,
            oif=route.oif,
            metric=route.metric,
        )
        try:
            applet.apply(RouteDel(netns=applet.system.netns, route=spec))
        except Refused:
            continue
    return ""


def _get(words: Words, applet: Applet) -> str:
    word = words.take() if words else ""
    found = read_address(word, _family(applet)) if word else None
    if found is None:
        raise applet.refused("need at least destination address")
    if words:
        raise UnsupportedError(f"busybox ip route get {word} {words.peek()}")
    reply = applet.apply(RouteGet(netns=applet.system.netns, dst=found.address, src=None, iif=None, oif=None))
    return show_found(reply.value, found.address, applet.scene()) if isinstance(reply, RouteReply) else ""


def _parse_route(words: Words, applet: Applet, is_deletion: bool) -> RouteSpec:
    family = _family(applet)
    given: dict[str, object] = {}
    dst, kind, device = "0.0.0.0/0", None, ""
    while words:
        word = words.take()
        if word in ("src", "via"):
            given[word] = _gateway(next_word(words, applet), applet)
        elif word in ("metric", "mtu"):
            value = next_word(words, applet)
            given[word] = unsigned(value)
            if given[word] is None:
                raise applet.invalid(value, word)
        elif word in ("proto", "protocol", "table", "scope"):
            value = next_word(words, applet)
            read = {"table": table_number, "scope": scope_number}.get(word, protocol_number)
            key = "protocol" if word == "proto" else word
            given[key] = read(value)
            if given[key] is None:
                raise applet.invalid(value, key)
        elif word in ("dev", "oif"):
            device = next_word(words, applet)
        elif word == "onlink":
            given["onlink"] = True
        elif word in ("advmss", "nexthop", "tos", "from"):
            raise UnsupportedError(f"busybox ip route add {word}")
        else:
            word = next_word(words, applet) if word == "to" else word
            if not word[:1].isdigit() and type_number(word) is not None:
                kind = type_number(word)
                word = next_word(words, applet)
            dst = _destination(word, family)
    if device:
        given["oif"] = applet.index_of(device, applet.scene())
    return _spec(dst, kind, given, is_deletion)


def _gateway(word: str, applet: Applet) -> str:
    found = read_address(word, 4)
    if found is None:
        raise applet.refused(f'an inet address is expected rather than "{word}"')
    return found.address


def _destination(word: str, family: int) -> str:
    """A word that is no prefix leaves the destination unset, which is the default route."""
    head, slash, _ = word.partition("/")
    if read_address(head, family) is None and not slash:
        return "0.0.0.0/0"
    found = read_address(head, family)
    if found is None:
        raise UnsupportedError("busybox ip route with a malformed prefix")
    length = word.partition("/")[2] or str(found.length)
    return f"{found.address}/{length}"


def _spec(dst: str, kind: int | None, given: dict[str, object], is_deletion: bool) -> RouteSpec:
    number = kind if kind is not None else 0 if is_deletion else 1
    scope = given.pop("scope", None)
    if scope is None:
        is_plain = number in (0, 1)
        scope = 255 if is_deletion else 253 if is_plain and "via" not in given else 0
    given.setdefault("protocol", None if is_deletion else 3)
    table = given.pop("table", 254)
    return RouteSpec(dst=dst, kind=number, table=table, scope=scope, **given)  # type: ignore[arg-type]


def run_neigh(words: Words, applet: Applet) -> str:
    """`ip neigh show` and `flush`. Raises `Refused`, `UnsupportedError`."""
    word = words.take() if words else "show"
    verb = index_in(word, ("show", "flush"))
    if verb is None:
        raise applet.invalid(word, applet.name)
    is_flush = verb == "flush"
    if is_flush and not words:
        raise applet.refused('"ip neigh flush" requires an argument')
    wanted = _parse_neigh(words, applet, is_flush)
    return _flush_neigh(wanted, applet) if is_flush else show_neighs(wanted, applet.scene())


def _parse_neigh(words: Words, applet: Applet, is_flush: bool) -> NeighFilter:
    family = applet.options.family if applet.options.family != LINK else 0
    wanted = NeighFilter(family=family, states=~(PERMANENT | NOARP) if is_flush else 0xFF & ~NOARP)
    is_given = False
    while words:
        word = words.take()
        if word == "dev":
            wanted = replace(wanted, ifindex=applet.index_of(next_word(words, applet), applet.scene()))
        elif word == "nud":
            value = next_word(words, applet)
            bits = state_bits(value)
            if bits is None and value != "all":
                raise applet.invalid(value, "nud state")
            bits = ~0 if bits is None else bits or NEVER_GIVEN
            wanted = replace(wanted, states=(wanted.states if is_given else 0) | bits)
            is_given = True
        else:
            found = prefix(next_word(words, applet) if word == "to" else word, family, applet)
            wanted = replace(wanted, prefix=found, family=family or found.family)
    return wanted


def _flush_neigh(wanted: NeighFilter, applet: Applet) -> str:
    """What is deleted is shown: the applet keeps its debugging messages."""
    text, turn = "", 0
    while True:
        scene = applet.scene()
        doomed = [neigh for neigh in scene.view.neighs if not neigh.proxy and is_wanted(neigh, wanted)]
        if not doomed:
            break
        turn += 1
        text += show_neighs(wanted, scene)
        for neigh in doomed:
            applet.apply(NeighDel(dev=Dev(netns=applet.system.netns, ifindex=neigh.dev), dst=neigh.dst, proxy=False))
        text += f"\n*** Round {turn}, deleting {len(doomed)} entries ***\n"
        wanted = replace(wanted, states=wanted.states & ~0x20)
    return text + (f"*** Flush is complete after {turn} round(s) ***\n" if turn else "Nothing to flush\n")


def run_rule(words: Words, applet: Applet) -> str:
    """`ip rule list`. Raises `UnsupportedError` for what would change a rule."""
    word = words.take() if words else "list"
    if index_in(word, ("list", "show", "lst")) is None or words:
        raise UnsupportedError(f"busybox ip rule {word}")
    return "".join(f"{rule.pref}:\tfrom all lookup {table_name(rule.table)} \n" for rule in applet.scene().view.rules)
