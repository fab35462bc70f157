"""`ip route` (ip/iproute.c): from words to requests and from a snapshot to text."""

from __future__ import annotations

from netmodel.commands.ip.options import Help
from netmodel.commands.ip.route_parse import parse_filter, parse_get, parse_route
from netmodel.commands.ip.route_render import Asked, RouteFilter, is_wanted, show, show_found
from netmodel.commands.ip.scene import Scene
from netmodel.commands.ip.session import Session
from netmodel.commands.system import Running, Write
from netmodel.commands.words import Refused, Words, matches
from netmodel.errors import UnsupportedError
from netmodel.request import How, RouteAdd, RouteDel, RouteGet, RouteReply, RouteSpec
from netmodel.snapshot import Route

# Verb, what it is, and whether it must be whole; in the order of comparison.
VERBS: tuple[tuple[str, str, bool], ...] = (
    ("add", "add", False),
    ("change", "change", False),
    ("chg", "change", True),
    ("replace", "replace", False),
    ("prepend", "prepend", False),
    ("append", "append", False),
    ("test", "test", False),
    ("delete", "delete", False),
    ("list", "show", False),
    ("show", "show", False),
    ("lst", "show", False),
    ("get", "get", False),
    ("flush", "flush", False),
    ("save", "save", False),
    ("restore", "restore", False),
    ("showdump", "showdump", False),
    ("help", "help", False),
)
HOW = {
    "add": How.Add,
    "change": How.Change,
    "replace": How.Replace,
    "prepend": How.Prepend,
    "append": How.Append,
}
DEFAULT_TABLES = (253, 254, 255)


def run(words: Words, session: Session) -> Running:
    """`ip route …`. Raises `Refused`, `Help`, `UnsupportedError`."""
    word = words.take() if words else "show"
    verb = next((verb for name, verb, whole in VERBS if word == name or (not whole and matches(word, name))), None)
    if verb is None:
        raise Refused(f'Command "{word}" is unknown, try "ip route help".\n', 255)
    if verb == "show":
        wanted = parse_filter(words, session.scene(), is_flush=False)
        scene = session.scene()
        _check_table(wanted, scene, session)
        _look_at({route.oif for route in scene.view.routes if is_wanted(route, wanted)}, session)
        yield Write(show(wanted, scene))
    elif verb == "flush":
        yield from _flush(words, session)
    elif verb == "get":
        yield from _get(words, session)
    elif verb == "help":
        raise Help("route")
    elif verb == "delete":
        route = parse_route(words, session.scene(), is_deletion=True)
        _look_at({route.oif}, session)
        session.apply(RouteDel(netns=session.netns, route=route))
    elif verb in HOW:
        route = parse_route(words, session.scene(), is_deletion=False)
        _look_at({route.oif}, session)
        session.apply(RouteAdd(netns=session.netns, route=route, how=HOW[verb]))
    else:
        raise UnsupportedError(f"ip route {verb}")
    return 0


def _look_at(indexes: set[int | None], session: Session) -> None:
    """The tool asks for each device that it names or is told of (`ll_link_get`)."""
    for ifindex in sorted(index for index in indexes if index is not None):
        session.look(ifindex)


def _check_table(wanted: RouteFilter, scene: Scene, session: Session) -> None:
    """`inet_dump_fib`: a table that was never made is an error since Linux 4.20."""
    if not wanted.table or wanted.table in DEFAULT_TABLES or not session.has_sentences:
        return
    if not any(route.table == wanted.table for route in scene.view.routes):
        raise Refused("Error: ipv4: FIB table does not exist.\nDump terminated\n", 2, exits=False)


def _get(words: Words, session: Session) -> Running:
    question = parse_get(words, session.scene())
    yield Write(stderr=question.warning)
    _look_at({question.iif, question.oif}, session)
    reply = session.apply(
        RouteGet(netns=session.netns, dst=question.dst, src=question.src, iif=question.iif, oif=question.oif)
    )
    if isinstance(reply, RouteReply):
        yield Write(show_found(reply.value, Asked(question.dst, question.src, question.iif), session.scene()))
    return 0


def _flush(words: Words, session: Session) -> Running:
    wanted = parse_filter(words, session.scene(), is_flush=True)
    statistics = session.options.statistics
    if statistics > 1:
        raise UnsupportedError("ip -s -s route flush")
    turn = 0
    while True:
        doomed = [route for route in session.view().routes if is_wanted(route, wanted)]
        if not doomed:
            break
        turn += 1
        for route in doomed:
            _delete(route, session)
        if statistics:
            yield Write(f"\n*** Round {turn}, deleting {len(doomed)} entries ***\n")
        if turn == 10:
            raise UnsupportedError("ip route flush of routes that cannot be deleted")
    if statistics:
        many = "s" if turn > 1 else ""
        yield Write(f"*** Flush is complete after {turn} round{many} ***\n" if turn else "Nothing to flush.\n")
    return 0


def _delete(route: Route, session: Session) -> None:
    try:
        session.apply(RouteDel(netns=session.netns, route=_spec(route)))
    except Refused:
        return


def _spec(route: Route) -> RouteSpec:
    return RouteSpec(
        dst=route.dst,
        kind=route.kind,
        table=route.table,
        protocol=route.protocol,
        scope=route.scope,
        tos=route.tos,
        via=route.via,
        oif=route.oif,
        src=route.src,
        metric=route.metric,
        onlink=bool(route.flags & 4),
        mtu=route.mtu,
    )
