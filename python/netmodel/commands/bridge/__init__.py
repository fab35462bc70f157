"""`bridge` of iproute2 (bridge/bridge.c)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from netmodel.commands.bridge import fdb, link
from netmodel.commands.ip import netns
from netmodel.commands.ip.batch import lines
from netmodel.commands.ip.link_details import bridge_of
from netmodel.commands.ip.link_render import IFF_UP
from netmodel.commands.ip.options import Help, Options
from netmodel.commands.ip.session import Session
from netmodel.commands.printer import Printer
from netmodel.commands.system import Running, System, Write
from netmodel.commands.usage import usage
from netmodel.commands.words import Refused, Words, matches
from netmodel.errors import UnsupportedError

# Word, field of `Options` (empty: not modelled), in the order of comparison.
OPTIONS: tuple[tuple[str, str], ...] = (
    ("-help", "help"),
    ("-Version", "version"),
    ("-statistics", "statistics"),
    ("-stats", "statistics"),
    ("-details", "details"),
    ("-oneline", "oneline"),
    ("-timestamp", ""),
    ("-family", ""),
    ("-4", ""),
    ("-6", ""),
    ("-netns", "netns"),
    ("-color", ""),
    ("-compressvlans", ""),
    ("-force", "force"),
    ("-json", "json"),
    ("-pretty", "pretty"),
    ("-batch", "batch"),
)

OBJECTS: tuple[tuple[str, Callable[[Words, Session], Running] | None], ...] = (
    ("link", link.run),
    ("fdb", fdb.run),
    ("mdb", None),
    ("vlan", None),
    ("vni", None),
    ("monitor", None),
    ("help", None),
)


def run(argv: Sequence[str], system: System) -> Running:
    """`bridge ARGV[1:]`. Raises `UnsupportedError` for what is not modelled."""
    words = Words(list(argv[1:]))
    try:
        if not system.platform.has("iproute2.json"):
            raise UnsupportedError(f"bridge of {system.platform.name}")
        options = _options(words)
        if options.version:
            yield Write("bridge utility, 6.1.0\n")
            return 0
        session = Session(system, system.netns, options)
        if options.netns is not None:
            session.netns = netns.switch(options.netns, session)
        if options.batch is not None:
            return (yield from _batch(options.batch, session))
        if not words:
            raise Help("bridge")
        return (yield from _object(words, session))
    except Help as asked:
        yield usage(asked.of, system.platform, asked.stderr)
        return asked.code
    except Refused as refused:
        yield Write(stderr=refused.stderr)
        return refused.code


def _options(words: Words) -> Options:
    options = Options()
    while words.peek().startswith("-"):
        word = words.take()
        if word == "--":
            break
        short = word[1:] if word.startswith("--") else word
        found = next((field for name, field in OPTIONS if matches(short, name)), None)
        if found is None:
            raise Refused(f'Option "{short}" is unknown, try "bridge help".\n', 255)
        if found == "help" or (found == "batch" and not words):
            raise Help("bridge")
        if not found:
            raise UnsupportedError(f"bridge {short}")
        if found in ("netns", "batch"):
            options = replace(options, **{found: words.value()})  # type: ignore[arg-type]
        elif found in ("statistics", "details"):
            options = replace(options, **{found: getattr(options, found) + 1})
        else:
            options = replace(options, **{found: True})  # type: ignore[arg-type]
        if options.version:
            break
    return options


def _object(words: Words, session: Session) -> Running:
    word = words.take()
    name = next((name for name, _ in OBJECTS if matches(word, name)), None)
    if name is None:
        raise Refused(f'Object "{word}" is unknown, try "bridge help".\n', 255, exits=False)
    function = dict(OBJECTS)[name]
    if function is not None:
        return (yield from function(words, session))
    if name == "help":
        raise Help("bridge")
    if name not in ("mdb", "vlan") or (
        words and not any(matches(words.peek(), verb) for verb in ("show", "list", "lst"))
    ):
        raise UnsupportedError(f"bridge {name} {words.peek()}".rstrip())
    if name == "mdb" and any(bridge_of(one) and one.flags & IFF_UP for one in session.view().links):
        raise UnsupportedError("bridge mdb of a bridge that is up")
    yield Write(_empty(name, session))
    return 0


def _empty(name: str, session: Session) -> str:
    """What is shown where bridges filter no VLANs and no multicast group was joined."""
    options = session.options
    if name == "vlan":
        return Printer(True, options.pretty).close() if options.json else "port              vlan-id  \n"
    if not options.json:
        return ""
    printer = Printer(True, options.pretty)
    printer.open_object()
    printer.open_array("mdb")
    printer.close_array()
    printer.open_object("router")
    printer.close_object()
    printer.close_object()
    return printer.close()


def _batch(name: str, session: Session) -> Running:
    text = session.system.stdin if name == "-" else session.system.read_file(name)
    if text is None:
        raise Refused(f'Cannot open file "{name}" for reading: No such file or directory\n', 1)
    code = 0
    for number, argv in lines(text):
        try:
            failed = yield from _object(Words(argv), session)
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
