"""`ip neighbour` (ip/ipneigh.c): from words to requests and from a snapshot to text."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from netmodel.commands.ip.neigh_render import NEVER_GIVEN, NeighFilter, is_wanted, show
from netmodel.commands.ip.options import LINK, Help
from netmodel.commands.ip.scene import Scene
from netmodel.commands.ip.session import Session
from netmodel.commands.system import Running, Write
from netmodel.commands.words import (
    Prefix,
    Refused,
    Words,
    address,
    duplicate,
    garbage,
    link_address,
    mac_text,
    matches,
    missing_device,
    prefix,
    unsigned,
    wrong,
)
from netmodel.errors import UnsupportedError
from netmodel.request import Dev, How, NeighAdd, NeighDel, Nud
from netmodel.snapshot import Neigh

# Verb, what it is, and whether it must be whole; in the order of comparison.
VERBS: tuple[tuple[str, str, bool], ...] = (
    ("add", "add", False),
    ("change", "change", False),
    ("chg", "change", True),
    ("replace", "replace", False),
    ("delete", "delete", False),
    ("get", "get", False),
    ("show", "show", False),
    ("lst", "show", False),
    ("list", "show", False),
    ("flush", "flush", False),
    ("help", "help", False),
)
HOW = {"add": How.Add, "change": How.Change, "replace": How.Replace}

# `NUD_*` bits; the first three and the last may be shortened.
STATES: tuple[tuple[str, int, bool], ...] = (
    ("permanent", 0x80, False),
    ("reachable", 0x02, False),
    ("noarp", 0x40, True),
    ("none", 0x00, True),
    ("stale", 0x04, True),
    ("incomplete", 0x01, True),
    ("delay", 0x08, True),
    ("probe", 0x10, True),
    ("failed", 0x20, False),
)
PERMANENT, NOARP, FAILED = 0x80, 0x40, 0x20
ROUNDS = 10


def run(words: Words, session: Session) -> Running:
    """`ip neighbour …`. Raises `Refused`, `Help`, `UnsupportedError`."""
    word = words.take() if words else "show"
    verb = next((verb for name, verb, whole in VERBS if word == name or (not whole and matches(word, name))), None)
    if verb is None:
        raise Refused(f'Command "{word}" is unknown, try "ip neigh help".\n', 255)
    if verb == "show":
        wanted = _parse_filter(words, session.scene(), is_flush=False)
        session.look(None)
        yield Write(show(wanted, session.scene()))
    elif verb == "flush":
        yield from _flush(words, session)
    elif verb == "get":
        yield Write(_get(words, session))
    elif verb == "help":
        raise Help("neighbour")
    else:
        _modify(words, session, verb)
    return 0


def state_bits(word: str) -> int | None:
    """`nud_state_a2n`."""
    for name, bits, is_whole in STATES:
        if word == name or (not is_whole and matches(word, name)):
            return bits
    number = unsigned(word)
    return None if number is None or number >= 0x100 or number & (number - 1) else number


def _parse_filter(words: Words, scene: Scene, is_flush: bool) -> NeighFilter:
    if is_flush and not words:
        raise Refused("Flush requires arguments.\n", 1)
    family = scene.options.family if scene.options.family != LINK else 0
    states = ~(PERMANENT | NOARP) if is_flush else 0xFF & ~NOARP
    is_given, is_proxy, subject, device = False, False, None, ""
    while words:
        word = words.take()
        if word == "dev":
            word = words.value()
            if device:
                raise duplicate("dev", word)
            device = word
        elif word in ("master", "vrf", "nomaster", "unused") or matches(word, "protocol"):
            raise UnsupportedError(f"ip neigh show {word}")
        elif word == "nud":
            states = _state(words, 0 if not is_given else states, is_flush)
            is_given = True
        elif word == "proxy":
            is_proxy = True
        else:
            subject = _subject(word, words, family)
            family = family or subject.family
    ifindex = scene.index_of(device) if device else None
    if ifindex == 0:
        raise missing_device(device)
    return NeighFilter(family=family, ifindex=ifindex, states=states, is_proxy=is_proxy, prefix=subject)


def _state(words: Words, states: int, is_flush: bool) -> int:
    word = words.value()
    bits = state_bits(word)
    if bits is None:
        if word != "all":
            raise wrong("nud state is bad", word)
        bits = ~NOARP if is_flush else ~0
    return states | (bits or NEVER_GIVEN)


def _subject(word: str, words: Words, family: int) -> Prefix:
    if word == "to":
        word = words.value()
    if matches(word, "help"):
        raise Help("neighbour")
    return prefix(word, family)


@dataclass
class _Line:
    """The words of `ip neigh add` and its like."""

    dst: Prefix | None = None
    dev: str | None = None
    lladdr: str | None = None
    state: int = PERMANENT
    is_proxy: bool = False


def _parse_line(words: Words, scene: Scene) -> _Line:
    line = _Line()
    family = scene.options.family if scene.options.family != LINK else 0
    while words:
        word = words.take()
        if matches(word, "lladdr"):
            word = words.value()
            if line.lladdr is not None:
                raise duplicate("lladdr", word)
            line.lladdr = word
        elif word == "nud":
            word = words.value()
            bits = state_bits(word)
            if bits is None:
                raise wrong("nud state is bad", word)
            line.state = bits
        elif matches(word, "proxy"):
            word = words.value()
            if matches(word, "help"):
                raise Help("neighbour")
            if line.dst is not None:
                raise duplicate("address", word)
            line.dst, line.is_proxy = address(word, family), True
        elif word in ("router", "use", "managed") or matches(word, "extern_learn"):
            raise UnsupportedError(f"ip neigh {word}")
        elif word == "dev":
            line.dev = words.value()
        elif matches(word, "protocol"):
            raise UnsupportedError("ip neigh protocol")
        else:
            _take_destination(line, word, words, family)
    return line


def _take_destination(line: _Line, word: str, words: Words, family: int) -> None:
    if word == "to":
        word = words.value()
    if matches(word, "help"):
        word = words.value()
    if line.dst is not None:
        raise garbage("to", word)
    line.dst = address(word, family)


def _modify(words: Words, session: Session, verb: str) -> None:
    scene = session.scene()
    line = _parse_line(words, scene)
    if (line.dev is None and not line.is_proxy) or line.dst is None or line.dst.family == 0:
        raise Refused("Device and destination are required arguments.\n", 255)
    octets = link_address(line.lladdr) if line.lladdr not in (None, "null") else None
    session.look(None)
    if line.dev is None:
        raise UnsupportedError("ip neigh proxy without dev")
    ifindex = scene.index_of(line.dev)
    if ifindex == 0:
        raise missing_device(line.dev)
    dev = Dev(netns=session.netns, ifindex=ifindex)
    if verb == "delete":
        _apply(NeighDel(dev=dev, dst=line.dst.address, proxy=line.is_proxy), session)
        return
    if octets is not None and len(octets) != 6:
        text = "Error: Invalid link address.\n" if session.has_sentences else "RTNETLINK answers: Invalid argument\n"
        raise Refused(text, 2, exits=True)
    _apply(
        NeighAdd(
            dev=dev,
            dst=line.dst.address,
            lladdr=mac_text(octets) if octets is not None else None,
            state=_nud(line.state),
            proxy=line.is_proxy,
            how=HOW[verb],
        ),
        session,
    )


def _nud(bits: int) -> Nud:
    name = next(name for name, known, _ in STATES if known == bits)
    return Nud[name.upper()]


def _apply(request: NeighAdd | NeighDel, session: Session) -> None:
    """`ipneigh_modify` leaves by exit(2) where the kernel refuses."""
    try:
        session.apply(request)
    except Refused as refused:
        raise Refused(refused.stderr, 2, exits=True) from refused


def _get(words: Words, session: Session) -> str:
    scene = session.scene()
    line = _parse_line(words, scene)
    if (line.dev is None and not line.is_proxy) or line.dst is None or line.dst.family == 0:
        raise Refused("Device and address are required arguments.\n", 1)
    ifindex = scene.index_of(line.dev) if line.dev is not None else None
    if ifindex == 0:
        raise missing_device(line.dev or "")
    wanted = ipaddress.ip_address(line.dst.address)
    found = [
        neigh
        for neigh in scene.view.neighs
        if neigh.dev == ifindex and neigh.proxy == line.is_proxy and ipaddress.ip_address(neigh.dst) == wanted
    ]
    if not found:
        text = "Error: Neighbour entry not found.\n"
        raise Refused(
            text if session.has_sentences else "RTNETLINK answers: No such file or directory\n", 2, exits=False
        )
    return show(NeighFilter(states=~0 | NEVER_GIVEN, only=found[0]), scene)


def _flush(words: Words, session: Session) -> Running:
    """`do_show_or_flush`: what is FAILED already is not deleted once more."""
    wanted = _parse_filter(words, session.scene(), is_flush=True)
    statistics = session.options.statistics
    if statistics > 1:
        raise UnsupportedError("ip -s -s neigh flush")
    session.look(None)
    for turn in range(ROUNDS):
        doomed = [neigh for neigh in session.view().neighs if is_wanted(neigh, wanted)]
        if not doomed:
            yield Write(_flushed(turn) if statistics else "")
            return 0
        for neigh in doomed:
            _delete(neigh, session)
        if statistics:
            yield Write(f"\n*** Round {turn + 1}, deleting {len(doomed)} entries ***\n")
        wanted = NeighFilter(
            family=wanted.family,
            ifindex=wanted.ifindex,
            states=wanted.states & ~FAILED,
            is_proxy=wanted.is_proxy,
            prefix=wanted.prefix,
        )
    yield Write(f"*** Flush not complete bailing out after {ROUNDS} rounds\n")
    return 1


def _flushed(rounds: int) -> str:
    if rounds == 0:
        return "Nothing to flush.\n"
    return f"*** Flush is complete after {rounds} round{'s' if rounds > 1 else ''} ***\n"


def _delete(neigh: Neigh, session: Session) -> None:
    try:
        session.apply(NeighDel(dev=Dev(netns=session.netns, ifindex=neigh.dev), dst=neigh.dst, proxy=neigh.proxy))
    except Refused:
        return
