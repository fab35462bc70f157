"""busybox's `ip address` (networking/libiproute/ipaddress.c)."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass

from netmodel.commands.busybox.applet import Applet, index_in
from netmodel.commands.busybox.ip_render import AddrFilter, show
from netmodel.commands.ip.addr_parse import scope_number
from netmodel.commands.ip.options import LINK
from netmodel.commands.words import Prefix, Refused, Words, read_prefix
from netmodel.errors import KernelError, UnsupportedError
from netmodel.request import AddrAdd, AddrDel, AddrSpec, Dev, How
from netmodel.snapshot import Link

VERBS = ("add", "change", "chg", "replace", "delete", "list", "show", "lst", "flush")
HOW = {"add": How.Add, "change": How.Change, "chg": How.Change, "replace": How.Replace}


def next_word(words: Words, applet: Applet) -> str:
    """`NEXT_ARG`. Raises `Refused`."""
    if not words:
        raise applet.refused('command line is not complete, try "help"')
    return words.take()


def run(words: Words, applet: Applet) -> str:
    """`ip address …`. Raises `Refused`, `UnsupportedError`."""
    if not words:
        return _show(words, applet)
    word = words.take()
    verb = index_in(word, VERBS)
    if verb is None:
        raise applet.invalid(word, applet.name)
    if verb in ("list", "show", "lst"):
        return _show(words, applet)
    if verb == "flush":
        return _flush(words, applet)
    _modify(verb, words, applet)
    return ""


def parse_filter(words: Words, applet: Applet, family: int) -> tuple[AddrFilter, str]:
    """What is to be shown or flushed, and the device's name if one is given. Raises `Refused`, `UnsupportedError`."""
    wanted, device = AddrFilter(family=family), ""
    while words:
        word = words.take()
        if word == "to":
            found = prefix(next_word(words, applet), wanted.family, applet)
            wanted = AddrFilter(wanted.family or found.family, is_up=wanted.is_up, scope=wanted.scope, prefix=found)
        elif word == "scope":
            wanted = _with_scope(wanted, next_word(words, applet), applet)
        elif word == "up":
            wanted = AddrFilter(wanted.family, is_up=True, scope=wanted.scope, prefix=wanted.prefix)
        elif word == "label":
            raise UnsupportedError("busybox ip address show label")
        else:
            if word == "dev":
                word = next_word(words, applet)
            if device:
                raise applet.refused(f'either "dev" is duplicate, or "{word}" is garbage')
            device = word
    return wanted, device


def _with_scope(wanted: AddrFilter, word: str, applet: Applet) -> AddrFilter:
    scope = scope_number(word)
    if scope is None and word != "all":
        raise applet.invalid(word, "scope")
    return AddrFilter(wanted.family, is_up=wanted.is_up, scope=scope, prefix=wanted.prefix)


def prefix(word: str, family: int, applet: Applet) -> Prefix:
    """`get_prefix`. Raises `Refused`."""
    found = read_prefix(word, family if family != LINK else 0)
    if found is None:
        head = word.partition("/")[0]
        raise applet.refused(f'an inet prefix is expected rather than "{head}"')
    return found


def _show(words: Words, applet: Applet) -> str:
    wanted, device = parse_filter(words, applet, applet.options.family)
    scene = applet.scene()
    if device:
        ifindex = applet.index_of(device, scene)
        wanted = AddrFilter(wanted.family, ifindex, wanted.is_up, wanted.scope, wanted.prefix)
    return show(wanted, scene)


def _flush(words: Words, applet: Applet) -> str:
    if not words:
        raise applet.refused("flush requires an argument")
    wanted, device = parse_filter(words, applet, applet.options.family)
    scene = applet.scene()
    ifindex = applet.index_of(device, scene) if device else None
    for link in scene.view.links:
        if ifindex in (None, link.ifindex):
            _flush_link(link, wanted, applet)
    return ""


def _flush_link(link: Link, wanted: AddrFilter, applet: Applet) -> None:
    dev = Dev(netns=applet.system.netns, ifindex=link.ifindex)
    for addr in link.addrs:
        local, _, length = addr.local.partition("/")
        if wanted.family and wanted.family != (6 if ":" in local else 4):
            continue
        if wanted.scope not in (None, addr.scope):
            continue
        if wanted.prefix and ipaddress.ip_address(local) not in ipaddress.ip_network(wanted.prefix.cidr, strict=False):
            continue
        try:
            applet.apply(AddrDel(dev=dev, local=local, len=int(length)))
        except Refused as refused:
            cause = refused.__cause__
            if isinstance(cause, KernelError) and cause.name == "EPERM":
                raise applet.refused("can't send flush request: Operation not permitted") from cause


@dataclass
class _Line:
    """The words of `ip address add` and its like."""

    local: Prefix | None = None
    peer: Prefix | None = None
    device: str = ""
    label: str | None = None
    broadcast: str | None = None
    scope: int | None = None


def _parse_line(words: Words, applet: Applet) -> _Line:
    line = _Line()
    family = applet.options.family if applet.options.family != LINK else 0
    while words:
        word = words.take()
        if word in ("peer", "remote"):
            line.peer = prefix(next_word(words, applet), family, applet)
        elif word in ("broadcast", "brd"):
            line.broadcast = next_word(words, applet)
        elif word == "anycast":
            raise UnsupportedError("busybox ip address add anycast")
        elif word == "scope":
            word = next_word(words, applet)
            line.scope = scope_number(word)
            if line.scope is None:
                raise applet.invalid(word, "scope")
        elif word == "dev":
            line.device = next_word(words, applet)
        elif word == "label":
            line.label = next_word(words, applet)
        else:
            word = next_word(words, applet) if word == "local" else word
            if line.local is not None:
                raise applet.refused(f'either "local" is duplicate, or "{word}" is garbage')
            line.local = _local(word, family, applet)
    return line


def _modify(verb: str, words: Words, applet: Applet) -> None:
    line = _parse_line(words, applet)
    if not line.device:
        raise applet.refused('need "dev IFACE"')
    if line.label is not None and not line.label.startswith(line.device):
        raise applet.refused(f'"dev" ({line.device}) must match "label" ({line.label})')
    ifindex = applet.index_of(line.device, applet.scene())
    local, peer = line.local, line.peer
    if local is None:
        raise Refused(f"{applet.name}: RTNETLINK answers: Operation not supported\n", 2)
    dev = Dev(netns=applet.system.netns, ifindex=ifindex)
    length = (peer or local).length
    if verb == "delete":
        is_wildcard = local.family == 4 and not local.has_length and peer is None
        applet.apply(AddrDel(dev=dev, local=local.address, len=None if is_wildcard else length))
        return
    default_scope = 254 if local.address.startswith("127.") else 0
    spec = AddrSpec(
        local=f"{local.address}/{length}",
        peer=peer.address if peer is not None else None,
        broadcast=_broadcast(line.broadcast, peer or local),
        scope=line.scope if line.scope is not None else default_scope,
        label=line.label,
    )
    applet.apply(AddrAdd(dev=dev, addr=spec, how=HOW[verb]))


def _local(word: str, family: int, applet: Applet) -> Prefix:
    """The kernel refuses what busybox did not read as an address (`get_addr_1` leaves it unset)."""
    found = read_prefix(word, family)
    if found is None and read_prefix(word.partition("/")[0], family) is None:
        raise Refused(f"{applet.name}: RTNETLINK answers: Numerical result out of range\n", 2)
    return found or prefix(word, family, applet)


def _broadcast(word: str | None, subject: Prefix) -> str | None:
    if word not in ("+", "-"):
        return word
    if subject.length > 30:
        return None
    network = ipaddress.ip_network(subject.cidr, strict=False)
    return str(network.broadcast_address if word == "+" else network.network_address)
