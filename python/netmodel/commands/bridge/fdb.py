"""`bridge fdb` (bridge/fdb.c)."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from netmodel.commands.bridge.fdb_render import DYNAMIC, PERMANENT, STALE, STATIC, FdbFilter, entries, show, show_one
from netmodel.commands.ip.link_details import bridge_of
from netmodel.commands.ip.options import Help
from netmodel.commands.ip.scene import Scene
from netmodel.commands.ip.session import Session
from netmodel.commands.system import Running, Write
from netmodel.commands.words import Refused, Words, garbage, mac_text, matches, missing_device, unsigned, wrong
from netmodel.errors import UnsupportedError
from netmodel.request import Dev, FdbAdd, FdbDel, FdbFlush, FdbState, How

# Verb, what it is, and whether it must be whole; in the order of comparison.
VERBS: tuple[tuple[str, str, bool], ...] = (
    ("add", "add", False),
    ("append", "append", False),
    ("replace", "replace", False),
    ("delete", "delete", False),
    ("get", "get", False),
    ("show", "show", False),
    ("lst", "show", False),
    ("list", "show", False),
    ("flush", "flush", True),
    ("help", "help", False),
)
HOW = {"add": How.Add, "append": How.Append, "replace": How.Replace}
STATES = (("permanent", PERMANENT), ("static", STATIC), ("temp", STATIC), ("stale", STALE), ("reachable", DYNAMIC))


def run(words: Words, session: Session) -> Running:
    """`bridge fdb …`. Raises `Refused`, `Help`, `UnsupportedError`."""
    session.look(None)
    word = words.take() if words else "show"
    verb = next((verb for name, verb, whole in VERBS if word == name or (not whole and matches(word, name))), None)
    if verb is None:
        raise Refused(f'Command "{word}" is unknown, try "bridge fdb help".\n', 255)
    if verb == "help":
        raise Help("bridge fdb")
    if verb == "show":
        scene = session.scene()
        yield Write(show(_parse_filter(words, scene), scene))
    elif verb == "get":
        yield Write(_get(words, session))
    elif verb == "flush":
        _flush(words, session)
    else:
        _modify(verb, words, session)
    return 0


def _failed(text: str) -> Refused:
    return Refused(text, 255, exits=False)


def _parse_filter(words: Words, scene: Scene) -> FdbFilter:
    """Words that say nothing to the tool are passed over, as it does."""
    device, bridge, wanted = "", "", FdbFilter()
    while words:
        word = words.take()
        if word in ("brport", "dev"):
            device = words.value()
        elif word == "br":
            bridge = words.value()
        elif word == "vlan":
            wanted = replace(wanted, vlan=_atoi(words.value()))
        elif word == "state":
            wanted = replace(wanted, states=wanted.states | _state(words.value()))
        elif word == "dynamic":
            wanted = replace(wanted, is_dynamic=True)
        elif matches(word, "help"):
            raise Help("bridge fdb")
    if bridge:
        wanted = replace(wanted, bridge=_bridge_index(bridge, scene))
    if device:
        wanted = replace(wanted, ifindex=_index(device, scene))
    return wanted


def _index(name: str, scene: Scene) -> int:
    ifindex = scene.index_of(name)
    if ifindex == 0:
        raise _failed(missing_device(name).stderr)
    return ifindex


def _bridge_index(name: str, scene: Scene) -> int:
    ifindex = scene.index_of(name)
    if ifindex == 0:
        raise _failed(f'Cannot find bridge device "{name}"\n')
    return ifindex


def _atoi(text: str) -> int:
    found = re.match(r"\s*([+-]?\d+)", text)
    return int(found[1]) if found else 0


def _state(word: str) -> int:
    """`state_a2n`."""
    for name, bits in (*STATES, ("dynamic", DYNAMIC)):
        if matches(word, name):
            return bits
    number = 0xFFFF if word == "all" else unsigned(word)
    if number is None:
        raise wrong("invalid state", word)
    return number


def _mac(text: str) -> str:
    """`sscanf("%hhx:…")`: six numbers, of which eight bits count. Raises `Refused`."""
    found = re.match(r"(?:0[xX])?([0-9a-fA-F]+)" + r":(?:0[xX])?([0-9a-fA-F]+)" * 5, text)
    if found is None:
        raise _failed(f"Invalid mac address {text}\n")
    return mac_text([int(octet, 16) % 256 for octet in found.groups()])


@dataclass
class _Line:
    """The words of `bridge fdb add` and its like."""

    dev: str = ""
    mac: str = ""
    own: bool = False
    master: bool = False
    states: int = STATIC
    sticky: bool = False


OTHER_WORDS = ("dst", "nhid", "port", "vni", "src_vni", "via")


def _parse_line(words: Words) -> _Line:
    line = _Line()
    while words:
        word = words.take()
        if word == "dev":
            line.dev = words.value()
        elif word in OTHER_WORDS:
            raise UnsupportedError(f"bridge fdb {word}")
        elif word == "self":
            line.own = True
        elif matches(word, "master"):
            line.master = True
        elif matches(word, "router"):
            raise UnsupportedError("bridge fdb router")
        elif matches(word, "local") or matches(word, "permanent"):
            line.states |= PERMANENT
        elif matches(word, "temp") or matches(word, "static"):
            line.states |= DYNAMIC
        elif matches(word, "dynamic"):
            line.states = (line.states | DYNAMIC) & ~STATIC
        elif any(matches(word, other) for other in ("vlan", "use", "extern_learn")):
            raise UnsupportedError(f"bridge fdb {word}")
        elif matches(word, "sticky"):
            line.sticky = True
        else:
            word = words.value() if word == "to" else word
            if matches(word, "help"):
                raise Help("bridge fdb")
            if line.mac:
                raise garbage("to", word)
            line.mac = word
    return line


def _modify(verb: str, words: Words, session: Session) -> None:
    line = _parse_line(words)
    if not line.dev or not line.mac:
        raise _failed("Device and address are required arguments.\n")
    mac = _mac(line.mac)
    ifindex = _index(line.dev, session.scene())
    if line.own and line.master:
        raise UnsupportedError("bridge fdb with self and master")
    dev = Dev(netns=session.netns, ifindex=ifindex)
    own = not line.master
    if verb == "delete":
        session.apply(FdbDel(dev=dev, mac=mac, own=own), code=255)
        return
    if line.states & PERMANENT or not line.states & DYNAMIC:
        state = FdbState.Permanent
    else:
        state = FdbState.Static if line.states & STATIC else FdbState.Dynamic
    session.apply(FdbAdd(dev=dev, mac=mac, state=state, sticky=line.sticky, own=own, how=HOW[verb]), code=255)


def _get(words: Words, session: Session) -> str:
    device, bridge, mac = "", "", ""
    while words:
        word = words.take()
        if word in ("brport", "dev"):
            device = words.value()
        elif word == "br":
            bridge = words.value()
        elif word in ("vni", "self") or any(matches(word, other) for other in ("master", "vlan", "dynamic")):
            raise UnsupportedError(f"bridge fdb get {word}")
        else:
            word = words.value() if word == "to" else word
            if matches(word, "help"):
                raise Help("bridge fdb")
            if mac:
                raise garbage("to", word)
            mac = word
    if not (device or bridge) or not mac:
        raise _failed("Device or master and address are required arguments.\n")
    text, scene = _mac(mac), session.scene()
    ifindex = _index(device, scene) if device else None
    master = _bridge_index(bridge, scene) if bridge else None
    if master is None:
        port = scene.link(ifindex or 0)
        master = port.master if port is not None and port.master is not None else ifindex
    link = scene.link(master or 0)
    if link is None or bridge_of(link) is None:
        raise UnsupportedError("bridge fdb get of a device that is neither bridge nor port")
    found = [entry for entry in entries(scene) if entry.bridge == master and entry.mac == text and not entry.own]
    if not found:
        raise Refused("Error: Fdb entry not found.\n", 254, exits=False)
    return show_one(found[0], scene)


def _flush(words: Words, session: Session) -> None:
    device, own = "", True
    while words:
        word = words.take()
        if word == "dev":
            device = words.value()
        elif word in ("self", "master"):
            own = word == "self"
        else:
            raise UnsupportedError(f"bridge fdb flush {word}")
    if not device:
        raise _failed("Device is a required argument.\n")
    ifindex = _bridge_index(device, session.scene())
    session.apply(FdbFlush(dev=Dev(netns=session.netns, ifindex=ifindex), own=own), code=255)
