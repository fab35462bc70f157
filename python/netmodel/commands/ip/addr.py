"""`ip address` (ip/ipaddress.c): from words to requests and from a snapshot to text."""

from __future__ import annotations

from netmodel.commands.ip import addr_render
from netmodel.commands.ip.addr_parse import AddrLine, parse_modify, parse_show
from netmodel.commands.ip.addr_render import NODAD, NOPREFIXROUTE, SECONDARY, AddrFilter, is_wanted_addr
from netmodel.commands.ip.options import LINK, Help
from netmodel.commands.ip.session import Session
from netmodel.commands.system import Running, Write
from netmodel.commands.words import Prefix, Refused, Words, matches
from netmodel.errors import UnsupportedError
from netmodel.request import AddrAdd, AddrDel, AddrSpec, Dev, How

VERBS: tuple[tuple[str, str, bool], ...] = (
    ("add", "add", False),
    ("change", "change", False),
    ("chg", "change", True),
    ("replace", "replace", False),
    ("delete", "delete", False),
    ("list", "show", False),
    ("show", "show", False),
    ("lst", "show", False),
    ("flush", "flush", False),
    ("save", "save", False),
    ("showdump", "showdump", False),
    ("restore", "restore", False),
    ("help", "help", False),
)
HOW = {"add": How.Add, "change": How.Change, "replace": How.Replace}
ROUNDS = 10


def run(words: Words, session: Session) -> Running:
    """`ip address …`. Raises `Refused`, `Help`, `UnsupportedError`."""
    word = words.take() if words else "show"
    verb = next((verb for name, verb, whole in VERBS if word == name or (not whole and matches(word, name))), None)
    if verb is None:
        raise Refused(f'Command "{word}" is unknown, try "ip address help".\n', 255)
    if verb == "show":
        yield Write(_show(words, session))
    elif verb == "flush":
        yield from _flush(words, session)
    elif verb in HOW or verb == "delete":
        line = parse_modify(words, session.scene(), verb == "delete")
        session.look(line.dev)
        yield Write(stderr=line.warnings)
        _modify(line, verb, session)
    elif verb == "help":
        raise Help("address")
    else:
        raise UnsupportedError(f"ip address {verb}")
    return 0


def _show(words: Words, session: Session) -> str:
    wanted = parse_show(words, session.scene(), "address")
    session.look(wanted.link.ifindex)
    scene = session.scene()
    if wanted.link.ifindex is not None and scene.link(wanted.link.ifindex) is None:
        raise Refused("RTNETLINK answers: No such device\nCannot send link request: No such device\n", 0, exits=False)
    return addr_render.show(wanted, scene)


def _modify(line: AddrLine, verb: str, session: Session) -> None:
    dev = Dev(netns=session.netns, ifindex=line.dev)
    if line.local is None:
        raise Refused("RTNETLINK answers: Operation not supported\n", 2, exits=False)
    if session.system.platform.has("iproute2.label_begins_with_dev"):
        _check_label(line, session)
    if verb == "delete":
        if line.label is not None:
            raise UnsupportedError("ip address delete label")
        is_wildcard = line.local.family == 4 and not line.local.has_length and line.peer is None
        length = None if is_wildcard else (line.peer or line.local).length
        session.apply(AddrDel(dev=dev, local=line.local.address, len=length))
        return
    session.apply(AddrAdd(dev=dev, addr=_spec(line, line.local), how=HOW[verb]))


def _check_label(line: AddrLine, session: Session) -> None:
    name = session.scene().name_of(line.dev)
    if line.label is not None and not line.label.startswith(name):
        raise Refused(f'"dev" ({name}) must match "label" ({line.label}).\n', 1)


def _spec(line: AddrLine, local: Prefix) -> AddrSpec:
    default_scope = 254 if local.address.startswith("127.") else 0
    return AddrSpec(
        local=f"{local.address}/{(line.peer or local).length}",
        peer=line.peer.address if line.peer is not None else None,
        broadcast=line.broadcast,
        scope=default_scope if line.scope is None else line.scope,
        label=line.label,
        valid_lft=line.valid_lft,
        preferred_lft=line.preferred_lft,
        noprefixroute=bool(line.flags & NOPREFIXROUTE),
        nodad=bool(line.flags & NODAD),
        metric=line.metric,
    )


def _flush(words: Words, session: Session) -> Running:
    """`ipaddr_flush`: dump and delete until nothing is left that passes the filter."""
    wanted = parse_show(words, session.scene(), "address", is_flush=True)
    statistics = session.options.statistics
    if statistics > 1:
        raise UnsupportedError("ip -s -s address flush")
    if wanted.family == LINK:
        raise Refused("Cannot flush link addresses.\n", 1)
    for turn in range(ROUNDS):
        doomed = _doomed(wanted, session)
        if not doomed:
            yield Write(_flushed(turn) if statistics else "")
            return 0
        for request in doomed:
            _try(request, session)
        if statistics:
            yield Write(f"\n*** Round {turn + 1}, deleting {len(doomed)} addresses ***\n")
        if wanted.flag_mask & SECONDARY and not wanted.flags & SECONDARY:
            yield Write(_flushed(turn + 1) if statistics else "")
            return 0
    raise Refused(f"*** Flush remains incomplete after {ROUNDS} rounds. ***\n", 1, exits=False)


def _flushed(rounds: int) -> str:
    if rounds == 0:
        return "Nothing to flush.\n"
    return f"*** Flush is complete after {rounds} round{'s' if rounds > 1 else ''} ***\n"


def _doomed(wanted: AddrFilter, session: Session) -> list[AddrDel]:
    return [
        AddrDel(
            dev=Dev(netns=session.netns, ifindex=link.ifindex),
            local=addr.local.partition("/")[0],
            len=int(addr.local.partition("/")[2]),
        )
        for link in session.view().links
        if wanted.link.ifindex in (None, link.ifindex)
        for addr in link.addrs
        if is_wanted_addr(addr, wanted, link)
    ]


def _try(request: AddrDel, session: Session) -> None:
    """A primary takes its secondaries with it: that one of them is gone is no error (`flush_update`)."""
    try:
        session.apply(request)
    except Refused:
        return
