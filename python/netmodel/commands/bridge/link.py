"""`bridge link` (bridge/link.c)."""

from __future__ import annotations

import re

from netmodel.commands.ip.kind_words import on_off
from netmodel.commands.ip.link_details import PORT_STATES
from netmodel.commands.ip.link_render import IFF_UP, flag_names
from netmodel.commands.ip.options import Help
from netmodel.commands.ip.scene import Scene
from netmodel.commands.ip.session import Session
from netmodel.commands.printer import Printer
from netmodel.commands.system import Running, Write
from netmodel.commands.words import Refused, Words, duplicate, matches, missing_device, strtol
from netmodel.errors import UnsupportedError
from netmodel.request import Dev, PortOptions, PortSet
from netmodel.snapshot import Link, Port

VERBS = ("set", "change", "show", "lst", "list", "help")

# Options that take `on` or `off`; those without a field are not modelled.
ON_OFF = {
    "guard": "guard",
    "hairpin": "hairpin",
    "fastleave": "fastleave",
    "root_block": "root_block",
    "learning": "learning",
    "learning_sync": "",
    "flood": "flood",
    "mcast_flood": "mcast_flood",
    "bcast_flood": "bcast_flood",
    "mcast_to_unicast": "",
    "neigh_suppress": "neigh_suppress",
    "vlan_tunnel": "",
    "isolated": "isolated",
    "locked": "locked",
}
OTHERS = ("mcast_router", "hwmode", "backup_port", "nobackup_port")
EINVAL_CODE = 234  # parse_on_off gives -EINVAL, which exit(3) cuts to eight bits


def run(words: Words, session: Session) -> Running:
    """`bridge link …`. Raises `Refused`, `Help`, `UnsupportedError`."""
    session.look(None)
    word = words.take() if words else "show"
    verb = next((verb for verb in VERBS if matches(word, verb)), None)
    if verb is None:
        raise Refused(f'Command "{word}" is unknown, try "bridge link help".\n', 255)
    if verb == "help":
        raise Help("bridge link")
    if verb in ("set", "change"):
        _set(words, session)
    else:
        yield Write(_show(words, session.scene()))
    return 0


def _set(words: Words, session: Session) -> None:
    device = ""
    given: dict[str, int | bool] = {}
    is_self = False
    while words:
        word = words.take()
        if word == "dev":
            device = words.value()
        elif word in ON_OFF:
            value = on_off(word, words.value(), EINVAL_CODE)
            if not ON_OFF[word]:
                raise UnsupportedError(f"bridge link set {word}")
            given[ON_OFF[word]] = value
        elif word in OTHERS:
            raise UnsupportedError(f"bridge link set {word}")
        elif word in ("cost", "priority"):
            _number(word, words.value(), given)
        elif word == "state":
            given["state"] = _state(words.value())
        elif word in ("self", "master"):
            is_self = is_self or word == "self"
        else:
            raise Help("bridge link")
    if not device:
        raise Refused("Device is a required argument.\n", 255, exits=False)
    ifindex = session.scene().index_of(device)
    if ifindex == 0:
        raise Refused(f'Cannot find bridge device "{device}"\n', 255, exits=False)
    if is_self:
        raise Refused("RTNETLINK answers: Operation not supported\n", 255, exits=False)
    options = PortOptions(**given)  # type: ignore[arg-type]
    session.apply(PortSet(dev=Dev(netns=session.netns, ifindex=ifindex), options=options), code=255)


def _number(word: str, text: str, given: dict[str, int | bool]) -> None:
    """atoi(3); a cost of nothing and a priority below zero are not sent."""
    found = re.match(r"\s*([+-]?\d+)", text)
    number = int(found[1]) if found else 0
    if number > 0 or (word == "priority" and number == 0):
        given[word] = number


def _state(text: str) -> int:
    number = strtol(text, 10)
    if number is not None:
        return number % 256
    if text not in PORT_STATES:
        raise Refused("Error: invalid STP port state\n", 255, exits=False)
    return PORT_STATES.index(text)


def _show(words: Words, scene: Scene) -> str:
    """Only `dev` is looked at: other words are passed over."""
    device = ""
    while words:
        if words.take() == "dev":
            word = words.value()
            if device:
                raise duplicate("dev", word)
            device = word
    ifindex = scene.index_of(device) if device else None
    if ifindex == 0:
        refused = missing_device(device)
        raise Refused(refused.stderr, 255, exits=False)
    printer = Printer(scene.options.json, scene.options.pretty, "\\" if scene.options.oneline else "\n")
    for link in scene.view.links:
        if link.port is not None and ifindex in (None, link.ifindex):
            printer.open_object()
            _print(printer, link, link.port, scene)
            printer.close_object()
    return printer.close()


def _print(printer: Printer, link: Link, port: Port, scene: Scene) -> None:
    """One port. The message has no namespace id: a peer's index is looked up here, wherever the peer is."""
    printer.any("ifindex", "%d: ", link.ifindex)
    is_told = link.link is not None and link.link != link.ifindex  # br_fill_ifinfo
    lower = scene.name_of(link.link) if link.link is not None and is_told else ""
    if lower:
        printer.field("link", lower)
    printer.any("ifname", "%s: ", f"{link.name}@{lower}" if lower and not printer.json else link.name)
    names = flag_names(link.flags)
    printer.open_array("flags", "<")
    for n, name in enumerate(names):
        printer.any(None, "%s," if n + 1 < len(names) else "%s", name)
    here = scene.link(link.link) if link.link is not None and is_told else None
    if here is not None and not here.flags & IFF_UP:
        printer.any(None, ",%s", "M-DOWN")
    printer.close_array("> ")
    printer.any("mtu", "mtu %d ", link.mtu)
    printer.any("master", "master %s ", scene.name_of(link.master or 0))
    printer.any("state", "state %s ", PORT_STATES[port.state])
    printer.any("priority", "priority %d ", port.priority)
    printer.any("cost", "cost %d ", port.cost)
    if scene.options.details:
        _print_flags(printer, port)
    printer.text("\n")


def _print_flags(printer: Printer, port: Port) -> None:
    printer.text(printer.line_end + "    ")
    for word in ("hairpin", "guard", "root_block", "fastleave", "learning", "flood", "mcast_flood", "bcast_flood"):
        _on_off(printer, word, getattr(port, word))
    printer.any("mcast_router", "mcast_router %d ", 1)
    _on_off(printer, "mcast_to_unicast", False)
    _on_off(printer, "neigh_suppress", port.neigh_suppress)
    _on_off(printer, "vlan_tunnel", False)
    _on_off(printer, "isolated", port.isolated)
    _on_off(printer, "locked", port.locked)


def _on_off(printer: Printer, word: str, value: bool) -> None:
    printer.raw(word, f"{word} {'on' if value else 'off'} ", "true" if value else "false")
