"""busybox's `ip link` (networking/libiproute/iplink.c). What it sets by ioctl is refused in ioctl's words."""

from __future__ import annotations

from netmodel.commands.busybox.applet import Applet, index_in
from netmodel.commands.busybox.ip_addr import next_word, parse_filter
from netmodel.commands.busybox.ip_render import AddrFilter, show
from netmodel.commands.ip.options import LINK
from netmodel.commands.ip.scene import Scene
from netmodel.commands.words import Refused, Words, link_address, mac_text, unsigned
from netmodel.errors import UnsupportedError
from netmodel.request import (
    Bridge,
    BridgeOptions,
    Dev,
    LinkAdd,
    LinkChange,
    LinkDel,
    LinkKind,
    LinkSet,
    LinkSpec,
    Veth,
)

VERBS = ("add", "delete", "set", "show", "lst", "list")
FLAGS = {"multicast": "multicast", "arp": "noarp", "promisc": "promisc"}


def run(words: Words, applet: Applet) -> str:
    """`ip link …`. Raises `Refused`, `UnsupportedError`."""
    applet.code = 2
    if not words:
        return _show(words, applet)
    word = words.take()
    verb = index_in(word, VERBS)
    if verb is None:
        raise applet.invalid(word, applet.name)
    if verb in ("show", "lst", "list"):
        return _show(words, applet)
    if verb == "set":
        _set(words, applet)
    elif verb == "add":
        _add(words, applet)
    else:
        _delete(words, applet)
    return ""


def _show(words: Words, applet: Applet) -> str:
    wanted, device = parse_filter(words, applet, LINK)
    scene = applet.scene()
    ifindex = applet.index_of(device, scene) if device else None
    return show(AddrFilter(LINK, ifindex, wanted.is_up), scene)


def _set(words: Words, applet: Applet) -> None:
    """The settings in the order of `do_set`: name, qlen, mtu, address by ioctl, master and netns by netlink, flags."""
    device = ""
    given: dict[str, object] = {}
    scene = applet.scene()
    while words:
        word = words.take()
        if word in ("up", "down"):
            given["up"] = word == "up"
        elif word in FLAGS:
            given[FLAGS[word]] = _on_off(word, next_word(words, applet), applet) is not (word == "arp")
        elif word in ("mtu", "qlen"):
            value = next_word(words, applet)
            number = unsigned(value)
            if number is None:
                raise applet.invalid(value, word)
            given["mtu" if word == "mtu" else "txqueuelen"] = number
        elif word == "name":
            given["name"] = next_word(words, applet)
        elif word == "address":
            given["address"] = next_word(words, applet)
        elif word in ("master", "nomaster"):
            given["master"] = 0 if word == "nomaster" else applet.index_of(next_word(words, applet), scene)
        elif word == "netns":
            given["netns"] = _netns(next_word(words, applet), applet)
        else:
            if word == "dev":
                word = next_word(words, applet)
            if device:
                raise applet.refused(f'either "dev" is duplicate, or "{word}" is garbage')
            device = word
    if not device:
        raise applet.refused('"dev" requires an argument')
    _change(device, given, scene, applet)


def _change(device: str, given: dict[str, object], scene: Scene, applet: Applet) -> None:
    link = next((link for link in scene.view.links if link.name == device), None)
    if link is None:
        raise applet.refused("SIOCGIFFLAGS: No such device")
    if isinstance(given.get("address"), str):
        given["address"] = _address(str(given["address"]), applet)
    dev = Dev(netns=applet.system.netns, ifindex=link.ifindex)
    for keys, prefix in (
        (("name",), "SIOCSIFNAME"),
        (("txqueuelen",), "SIOCSIFTXQLEN"),
        (("mtu",), "SIOCSIFMTU"),
        (("address",), "SIOCSIFHWADDR"),
        (("master",), "RTNETLINK answers"),
        (("netns",), "RTNETLINK answers"),
        (("up", "noarp", "multicast", "promisc"), "SIOCSIFFLAGS"),
    ):
        some = {key: given[key] for key in keys if key in given}
        if some:
            applet.apply(LinkSet(dev=dev, change=LinkChange(**some)), prefix)  # type: ignore[arg-type]


def _address(text: str, applet: Applet) -> str:
    try:
        octets = link_address(text)
    except Refused as refused:
        raise Refused(f'{applet.name}: "{text}" is invalid lladdr\n', 1) from refused
    if len(octets) != 6:
        raise UnsupportedError("busybox ip link set address of another length")
    return mac_text(octets)


def _netns(text: str, applet: Applet) -> int:
    pid = unsigned(text)
    if pid is None:
        raise applet.invalid(text, "netns")
    found = applet.system.netns_files.at(f"/proc/{pid}/ns/net")
    if found is None:
        raise applet.refused("RTNETLINK answers: No such process")
    return found


def _on_off(key: str, word: str, applet: Applet) -> bool:
    if word not in ("on", "off"):
        raise applet.refused(f'argument of "{key}" must be "on" or "off"')
    return word == "on"


def _add(words: Words, applet: Applet) -> None:
    """Words after the type say nothing: `peer name B` does not name the peer."""
    name, kind, address = "", "", None
    while words:
        word = words.take()
        if word == "link":
            raise UnsupportedError("busybox ip link add link")
        if word == "type":
            kind = next_word(words, applet)
            words.rest()
        elif word == "address":
            address = _address(next_word(words, applet), applet)
        else:
            if word in ("name", "dev"):
                word = next_word(words, applet)
            name = word
    if len(name.encode()) > 15:
        raise applet.invalid(name, "name")
    netns = applet.system.netns
    kinds: dict[str, LinkKind] = {
        "veth": Veth(peer=LinkSpec(netns=netns, name="veth%d")),
        "bridge": Bridge(BridgeOptions()),
    }
    if kind not in kinds:
        if kind in ("vlan", "dummy", "vrf", "macvlan", "ipvlan"):
            raise UnsupportedError(f"busybox ip link add type {kind}")
        raise applet.refused("RTNETLINK answers: Operation not supported")
    spec = LinkSpec(netns=netns, name=name or f"{kind}%d", address=address)
    applet.apply(LinkAdd(spec=spec, kind=kinds[kind]))


def _delete(words: Words, applet: Applet) -> None:
    device = ""
    while words:
        word = words.take()
        if word == "type":
            words.rest()
            break
        device = next_word(words, applet) if word in ("name", "dev") else word
    if not device:
        raise Refused("", 1)
    ifindex = applet.index_of(device, applet.scene())
    applet.apply(LinkDel(dev=Dev(netns=applet.system.netns, ifindex=ifindex)))
