"""`ip link` (ip/iplink.c): from words to requests and from a snapshot to text."""

from __future__ import annotations

from dataclasses import replace

from netmodel.commands.ip import link_render
from netmodel.commands.ip.addr_parse import parse_show
from netmodel.commands.ip.link_parse import LinkLine, Pid, mac_of, parse
from netmodel.commands.ip.options import LINK, Help
from netmodel.commands.ip.session import Session
from netmodel.commands.system import Running, Write
from netmodel.commands.usage import text
from netmodel.commands.words import Refused, Words, garbage, matches, missing_device, wrong
from netmodel.errors import UnsupportedError
from netmodel.request import (
    AltName,
    Bridge,
    BridgeOptions,
    BridgeSet,
    Dev,
    LinkAdd,
    LinkChange,
    LinkDel,
    LinkKind,
    LinkReply,
    LinkSet,
    LinkSpec,
    PortOptions,
    PortSet,
    Veth,
)
from netmodel.snapshot import Bridge as BridgeInfo, Link, Veth as VethInfo

VERBS = ("add", "set", "change", "replace", "delete", "show", "lst", "list", "xstats", "afstats", "property", "help")


def run(words: Words, session: Session) -> Running:
    """`ip link …`. Raises `Refused`, `Help`, `UnsupportedError`."""
    verb = next((verb for verb in VERBS if matches(words.peek(), verb)), None) if words else "show"
    if verb is None:
        raise Refused(f'Command "{words.peek()}" is unknown, try "ip link help".\n', 255)
    if words:
        words.take()
    if verb in ("show", "lst", "list"):
        yield Write(_show(words, session))
    elif verb == "add":
        _add(words, session)
    elif verb in ("set", "change"):
        _set(parse(words, session.scene(), is_new=False), session)
    elif verb == "delete":
        _delete(parse(words, session.scene(), is_new=False), session)
    elif verb == "property":
        _property(words, session)
    elif verb == "help":
        if words.peek() in ("bridge", "bridge_slave", "veth"):
            yield Write(text(f"link {words.take()}", session.system.platform))
            return 0
        raise Help("link")
    else:
        raise UnsupportedError(f"ip link {verb}")
    return 0


def _show(words: Words, session: Session) -> str:
    wanted = parse_show(words, session.scene(), "link")
    is_one = wanted.link.ifindex is not None and wanted.link.group is None
    session.look(wanted.link.ifindex if is_one else None)
    scene = session.scene()
    shown = replace(scene, options=replace(scene.options, family=LINK))
    if is_one and wanted.link.ifindex is not None and scene.link(wanted.link.ifindex) is None:
        raise Refused(
            "RTNETLINK answers: No such device\nCannot send link get request: No such device\n", 1, exits=True
        )
    return link_render.show(wanted.link, shown, is_one)


def _netns(netns: int | Pid | None, session: Session) -> int | None:
    if not isinstance(netns, Pid):
        return netns
    found = session.system.netns_files.at(f"/proc/{netns.pid}/ns/net")
    if found is None:
        raise Refused("RTNETLINK answers: No such process\n", 2, exits=False)
    return found


def _spec(line: LinkLine, session: Session, default_name: str) -> LinkSpec:
    """The part of a line that RTM_NEWLINK gives to the new device itself."""
    given = line.given
    address = given.get("address")
    if isinstance(address, tuple) and len(address) != 6:
        raise Refused("RTNETLINK answers: Invalid argument\n", 2, exits=False)
    netns = _netns(line.netns, session)
    return LinkSpec(
        netns=session.netns if netns is None else netns,
        name=line.name or default_name,
        ifindex=line.index,
        address=mac_of(address),
        mtu=_number(given.get("mtu")),
        txqueuelen=_number(given.get("txqueuelen")),
        up=given.get("up") is True,
    )


def _number(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None


# What LinkSpec does not hold is set right after creation, as rtnl_newlink_create does (net/core/rtnetlink.c).
LATER = ("master", "group", "multicast", "allmulti", "promisc", "arp")


def _add(words: Words, session: Session) -> None:
    line = parse(words, session.scene(), is_new=True)
    for part in (line, line.peer):
        for key in ("alias", "broadcast", "carrier", "linkmode"):
            if part is not None and key in part.given:
                raise UnsupportedError(f"ip link add {key}")
        if part is line.peer and part is not None and any(key in part.given for key in LATER):
            raise UnsupportedError("ip link add … peer with more than name, address, mtu, txqueuelen, netns, up, index")
    if line.kind not in ("veth", "bridge"):
        raise _unknown_type(session)
    kind = _kind(line, session)
    spec = _spec(line, session, f"{line.kind}%d")
    reply = session.apply(LinkAdd(spec=spec, kind=kind))
    change = _change(line, session, LATER)
    if change != LinkChange() and isinstance(reply, LinkReply):
        _set_after(Dev(netns=spec.netns, ifindex=reply.value), change, session)


def _set_after(dev: Dev, change: LinkChange, session: Session) -> None:
    try:
        session.apply(LinkSet(dev=dev, change=change))
    except Refused:
        session.apply(LinkDel(dev=dev))
        raise


def _kind(line: LinkLine, session: Session) -> LinkKind:
    if line.kind == "veth":
        peer = _spec(line.peer, session, "veth%d") if line.peer else LinkSpec(netns=session.netns, name="veth%d")
        return Veth(peer=peer)
    options = line.options if isinstance(line.options, BridgeOptions) else BridgeOptions()
    return Bridge(options)


def _unknown_type(session: Session) -> Refused:
    if session.has_sentences:
        return Refused("Error: Unknown device type.\n", 2, exits=False)
    return Refused("RTNETLINK answers: Operation not supported\n", 2, exits=False)


def _change(line: LinkLine, session: Session, keys: tuple[str, ...] | None = None) -> LinkChange:
    given = {key: value for key, value in line.given.items() if keys is None or key in keys}
    if "arp" in given:
        given["noarp"] = not given.pop("arp")
    for key in ("address", "broadcast"):
        octets = given.pop(key, None)
        if isinstance(octets, tuple):
            given[key] = mac_of(octets) or ""
    given.pop("index", None)
    fields: dict[str, object] = dict(given)
    if keys is None:
        fields["netns"] = _netns(line.netns, session)
        fields["name"] = line.name
    return LinkChange(**fields)  # type: ignore[arg-type]


def _members(line: LinkLine, session: Session) -> list[Link]:
    return [link for link in session.view().links if link.group == line.given["group"]]


def _set_group(line: LinkLine, session: Session) -> None:
    """`rtnl_group_changelink`: one device after the other, until one refuses."""
    change = _change(line, session)
    members = _members(line, session)
    if not members:
        raise Refused("RTNETLINK answers: No such device\n", 2, exits=False)
    for link in members:
        session.apply(LinkSet(dev=Dev(netns=session.netns, ifindex=link.ifindex), change=change))


def _delete_group(line: LinkLine, session: Session) -> None:
    """`rtnl_group_dellink`: all or none; the default group cannot be deleted."""
    if line.given["group"] == 0:
        raise Refused("RTNETLINK answers: Operation not permitted\n", 2, exits=False)
    members = _members(line, session)
    if not members:
        raise Refused("RTNETLINK answers: No such device\n", 2, exits=False)
    if not all(isinstance(link.info, (VethInfo, BridgeInfo)) for link in members):
        raise Refused("RTNETLINK answers: Operation not supported\n", 2, exits=False)
    for link in members:
        if any(left.ifindex == link.ifindex for left in session.view().links):
            session.apply(LinkDel(dev=Dev(netns=session.netns, ifindex=link.ifindex)))


def _set(line: LinkLine, session: Session) -> None:
    if line.ifindex == 0:
        _set_group(line, session)
        return
    if line.index is not None:
        raise UnsupportedError("ip link set index")
    session.look(line.ifindex)
    dev = Dev(netns=session.netns, ifindex=line.ifindex)
    if isinstance(line.options, BridgeOptions):
        session.apply(BridgeSet(dev=dev, options=line.options))
    elif isinstance(line.options, PortOptions):
        session.apply(PortSet(dev=dev, options=line.options))
    change = _change(line, session)
    if change != LinkChange():
        session.apply(LinkSet(dev=dev, change=change))


def _delete(line: LinkLine, session: Session) -> None:
    if line.ifindex == 0:
        _delete_group(line, session)
        return
    session.look(line.ifindex)
    session.apply(LinkDel(dev=Dev(netns=session.netns, ifindex=line.ifindex)))


def _property(words: Words, session: Session) -> None:
    """`iplink_prop`: altnames are taken one by one, and those before a refused one stay."""
    if not words:
        raise Help("link")
    verb = next((verb for verb in ("add", "del", "help") if matches(words.peek(), verb)), None)
    if verb is None:
        raise Refused("Operator required\n", 255)
    if verb == "help":
        raise Help("link")
    words.take()
    names, device = [], ""
    while words:
        word = words.take()
        if matches(word, "altname"):
            names.append(words.value())
            continue
        if matches(word, "help"):
            raise Help("link")
        if word == "dev":
            word = words.value()
        if device:
            raise garbage("dev", word)
        if not word:
            raise wrong('"dev" not a valid ifname', word)
        device = word
    if not device:
        raise Refused('Not enough of information: "dev" argument is required.\n', 255)
    ifindex = session.scene().index_of(device)
    if ifindex == 0:
        raise missing_device(device)
    session.look(ifindex)
    for name in names:
        session.apply(AltName(dev=Dev(netns=session.netns, ifindex=ifindex), name=name, add=verb == "add"))
