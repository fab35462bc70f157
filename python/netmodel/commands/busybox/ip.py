"""busybox's `ip` (networking/ip.c, networking/libiproute/)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from netmodel.commands.busybox import ip_addr, ip_link, ip_route
from netmodel.commands.busybox.applet import Applet, index_in, usage
from netmodel.commands.ip.options import LINK, Options
from netmodel.commands.system import Running, System, Write
from netmodel.commands.words import Refused, Words
from netmodel.errors import UnsupportedError

USAGE = """\
Usage: ip [OPTIONS] address|route|link|tunnel|neigh|rule [ARGS]

OPTIONS := -f[amily] inet|inet6|link | -o[neline]

ip addr add|del IFADDR dev IFACE | show|flush [dev IFACE] [to PREFIX]
ip route list|flush|add|del|change|append|replace|test ROUTE
ip link set IFACE [up|down] [arp on|off] [multicast on|off]
	[promisc on|off] [mtu NUM] [name NAME] [qlen NUM] [address MAC]
	[master IFACE | nomaster] [netns PID]
ip tunnel add|change|del|show [NAME]
	[mode ipip|gre|sit] [remote ADDR] [local ADDR] [ttl TTL]
ip neigh show|flush [to PREFIX] [dev DEV] [nud STATE]
ip rule [list] | add|del SELECTOR ACTION
"""

OPTIONS = ("oneline", "family", "4", "6", "0")
FAMILIES: Mapping[str, int] = {"inet": 4, "inet6": 6, "link": LINK}
OBJECTS: Mapping[str, Callable[[Words, Applet], str] | None] = {
    "address": ip_addr.run,
    "route": ip_route.run,
    "link": ip_link.run,
    "tunnel": None,
    "neigh": ip_route.run_neigh,
    "rule": ip_route.run_rule,
}


def run(argv: Sequence[str], system: System) -> Running:
    """`busybox ip …` or `ip …` where that is busybox. Raises `UnsupportedError` for what is not modelled."""
    argv = argv[1:] if argv[0].rpartition("/")[2] == "busybox" else argv
    words = Words(list(argv[1:]))
    applet = Applet(system, "ip")
    if words.peek() == "--help":
        yield Write(stderr=usage(USAGE, system))
        return 0
    try:
        options = _options(words, applet)
        found = index_in(words.take(), tuple(OBJECTS)) if words and options is not None else None
        if found is None:
            yield Write(stderr=usage(USAGE, system))
            return 1
        function = OBJECTS[found]
        if function is None:
            raise UnsupportedError(f"busybox ip {found}")
        applet.options = options or Options()
        yield Write(function(words, applet))
    except Refused as refused:
        yield Write(stderr=refused.stderr)
        return refused.code
    return 0


def _options(words: Words, applet: Applet) -> Options | None:
    """The options, or `None` where the usage text is the answer."""
    options = Options()
    while words.peek().startswith("-"):
        word = words.take()
        if word == "--":
            break
        name = index_in(word.lstrip("-"), OPTIONS)
        if name is None or (name == "family" and not words):
            return None
        if name == "oneline":
            options = replace(options, oneline=True)
        elif name == "family":
            value = words.take()
            if value not in FAMILIES:
                raise applet.invalid(value, "family")
            options = replace(options, family=FAMILIES[value])
        else:
            options = replace(options, family=int(name) or LINK)
    return options
