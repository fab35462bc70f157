"""`ip` of iproute2 (ip/ip.c)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from netmodel.commands.ip import addr, link, neigh, netns, route, rule
from netmodel.commands.ip.batch import lines
from netmodel.commands.ip.options import Help, Options, parse
from netmodel.commands.ip.session import Session
from netmodel.commands.system import Running, System, Write
from netmodel.commands.usage import usage
from netmodel.commands.words import NoAddress, Refused, Words, matches
from netmodel.errors import UnsupportedError

Object = Callable[[Words, Session], Running]

# In the order of comparison: `ip a` is address, `ip n` neighbor, `ip r` route. Without a function: not modelled.
OBJECTS: tuple[tuple[str, Object | None], ...] = (
    ("address", addr.run),
    ("addrlabel", None),
    ("maddress", None),
    ("route", route.run),
    ("rule", rule.run),
    ("neighbor", neigh.run),
    ("neighbour", neigh.run),
    ("ntable", None),
    ("ntbl", None),
    ("link", link.run),
    ("l2tp", None),
    ("fou", None),
    ("ila", None),
    ("macsec", None),
    ("tunnel", None),
    ("tunl", None),
    ("tuntap", None),
    ("tap", None),
    ("token", None),
    ("tcpmetrics", None),
    ("tcp_metrics", None),
    ("monitor", None),
    ("xfrm", None),
    ("mroute", None),
    ("mrule", None),
    ("netns", netns.run),
    ("netconf", None),
    ("vrf", None),
    ("sr", None),
    ("nexthop", None),
    ("mptcp", None),
    ("ioam", None),
    ("help", None),
    ("stats", None),
)

VERSIONS: Mapping[str, str] = {
    "debian12": "ip utility, iproute2-6.1.0, libbpf 1.1.2\n",
    "centos7-2018": "ip utility, iproute2-ss170501\n",
}


def run(argv: Sequence[str], system: System) -> Running:
    """`ip ARGV[1:]`. Raises `UnsupportedError` for what is not modelled."""
    words = Words(list(argv[1:]))
    try:
        options = parse(words, system.platform)
        if options.version:
            yield Write(_version(system))
            return 0
        session = Session(system, system.netns, options)
        if options.netns is not None:
            session.netns = netns.switch(options.netns, session)
        if options.batch is not None:
            return (yield from _batch(options.batch, session))
        if not words:
            raise Help("ip")
        return (yield from _object(words, session))
    except Help as asked:
        yield usage(asked.of, system.platform, asked.stderr)
        return asked.code
    except NoAddress as refused:
        is_older = not system.platform.has("iproute2.any_valid_prefix")
        yield Write(stderr=refused.older if is_older else refused.stderr)
        return refused.code
    except Refused as refused:
        yield Write(stderr=refused.stderr)
        return refused.code


def _version(system: System) -> str:
    if system.platform.name not in VERSIONS:
        raise UnsupportedError(f"ip -Version of {system.platform.name}")
    return VERSIONS[system.platform.name]


def _object(words: Words, session: Session) -> Running:
    word = words.take()
    for name, function in OBJECTS:
        if matches(word, name):
            if name == "help":
                raise Help("ip")
            if function is None:
                raise UnsupportedError(f"ip {name}")
            return (yield from function(words, session))
    raise Refused(f'Object "{word}" is unknown, try "ip help".\n', 1)


def _batch(name: str, session: Session) -> Running:
    """Commands from a file, one a line, until one fails (`do_batch` of lib/utils.c)."""
    text = session.system.stdin if name == "-" else session.system.read_file(name)
    if text is None:
        raise Refused(f'Cannot open file "{name}" for reading: No such file or directory\n', 1)
    code = 0
    for number, argv in lines(text):
        inner = Session(session.system, session.netns, replace(session.options, batch=None), is_batch=True)
        try:
            failed = yield from _object(Words(argv), inner)
        except Refused as refused:
            if refused.exits:
                raise
            yield Write(stderr=refused.stderr)
            failed = refused.code
        if failed:
            yield Write(stderr=f"Command failed {name}:{number}\n")
            code = 1
            if not session.options.force:
                break
    return code


__all__ = ["OBJECTS", "Options", "run"]
