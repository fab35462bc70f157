"""`ip netns` (ip/ipnetns.c, lib/namespace.c, lib/exec.c)."""

from __future__ import annotations

from netmodel.commands.ip.options import Help
from netmodel.commands.ip.session import Session
from netmodel.commands.printer import Printer
from netmodel.commands.system import Running, Spawn, Write
from netmodel.commands.words import Refused, Words, integer, matches, wrong
from netmodel.errors import UnsupportedError
from netmodel.request import NetnsNew, NetnsReply, NsidSet

# In the order of comparison.
VERBS: tuple[tuple[str, str], ...] = (
    ("list", "list"),
    ("show", "list"),
    ("lst", "list"),
    ("list-id", "list-id"),
    ("help", "help"),
    ("add", "add"),
    ("set", "set"),
    ("delete", "delete"),
    ("identify", "identify"),
    ("pids", "pids"),
    ("exec", "exec"),
    ("monitor", "monitor"),
    ("attach", "attach"),
)


def run(words: Words, session: Session) -> Running:
    """`ip netns …`. Raises `Refused`, `Help`, `UnsupportedError`."""
    word = words.take() if words else "list"
    if words and not session.options.all and _is_bad_name(words.peek()) and session.system.platform.has(NAME_CHECK):
        raise Refused(f'Invalid netns name "{words.peek()}"\n', 255)
    verb = next((verb for name, verb in VERBS if matches(word, name)), None)
    if verb == "list":
        yield Write(_list(session))
    elif verb == "help":
        raise Help("netns")
    elif verb == "exec":
        return (yield from _exec(words, session))
    elif verb in ("identify", "pids"):
        yield Write(_identify(words, session) if verb == "identify" else _pids(words, session))
    elif verb in ("add", "attach"):
        _add(words, session, is_new=verb == "add")
    elif verb == "set":
        _set(words, session)
    elif verb == "delete":
        _delete(words, session)
    elif verb is None:
        raise Refused(f'Command "{word}" is unknown, try "ip netns help".\n', 255)
    else:
        raise UnsupportedError(f"ip netns {verb}")
    return 0


NAME_CHECK = "iproute2.checks_netns_names"


def _is_bad_name(name: str) -> bool:
    """`invalid_name`."""
    return not name or len(name.encode()) > 255 or "/" in name or name in (".", "..")


def _list(session: Session) -> str:
    ids = {netns: int(nsid) for nsid, netns in session.view().nsids.items()}
    printer = Printer(session.options.json, session.options.pretty)
    for name, netns in session.system.netns_files.names().items():
        printer.open_object()
        printer.any("name", "%s", name)
        if netns in ids and session.system.platform.has("kernel.netns_ids"):
            printer.any("id", " (id: %d)", ids[netns])
        printer.text("\n")
        printer.close_object()
    return printer.close()


def _no_name() -> Refused:
    return Refused("No netns name specified\n", 1)


def _add(words: Words, session: Session, is_new: bool) -> None:
    if is_new and not words:
        raise _no_name()
    if not is_new and len(words) < 2:
        raise Refused("No netns name and PID specified\n", 1)
    name = words.take()
    files = session.system.netns_files
    pid = 0
    if not is_new:
        text = words.take()
        pid = integer(text) or 0
        if not pid:
            raise Refused(f"Invalid PID: {text}\n", 1)
    path = f"{session.system.platform.netns_dir}/{name}"
    if name in files.names():
        raise Refused(f'Cannot create namespace file "{path}": File exists\n', 1)
    if is_new:
        reply = session.apply(NetnsNew())
        if isinstance(reply, NetnsReply):
            files.add(name, reply.value)
        return
    found = files.at(f"/proc/{pid}/ns/net")
    if found is None:
        raise Refused(f"Bind /proc/{pid}/ns/net -> {path} failed: No such file or directory\n", 1)
    files.add(name, found)


def _set(words: Words, session: Session) -> None:
    if not words:
        raise _no_name()
    name = words.take()
    if not words:
        raise Refused("No nsid specified\n", 1)
    word = words.take()
    nsid = -1 if word == "auto" else integer(word)
    if nsid is None:
        raise wrong('Invalid "netnsid" value', word)
    if nsid < 0 and word != "auto":
        raise wrong('"netnsid" value should be >= 0', word)
    session.apply(NsidSet(netns=session.netns, peer=_opened(name, session, 1), nsid=nsid))


def _delete(words: Words, session: Session) -> None:
    files = session.system.netns_files
    if session.options.all:
        for name in list(files.names()):
            files.remove(name)
        return
    if not words:
        raise _no_name()
    name = words.take()
    if name not in files.names():
        path = f"{session.system.platform.netns_dir}/{name}"
        raise Refused(f'Cannot remove namespace file "{path}": No such file or directory\n', 1)
    files.remove(name)


def _opened(name: str, session: Session, code: int) -> int:
    """A namespace by its name. Raises `Refused` with `netns_switch`'s words."""
    netns = session.system.netns_files.names().get(name)
    if netns is None:
        raise Refused(f'Cannot open network namespace "{name}": No such file or directory\n', code, exits=False)
    return netns


def switch(name: str, session: Session) -> int:
    """`-netns NAME`. Raises `Refused`."""
    try:
        return _opened(name, session, 255)
    except Refused as refused:
        raise Refused(refused.stderr, 255) from refused


def _exec(words: Words, session: Session) -> Running:
    if session.options.all:
        return (yield from _exec_all(words, session))
    if not words:
        raise _no_name()
    name = words.take()
    if not words:
        raise Refused("No command specified\n", 1)
    code = 255 if session.system.platform.has("iproute2.exec_fails_255") else 1
    netns = _opened(name, session, code)
    return (yield from _run(words.rest(), netns, replace=not session.is_batch))


def _exec_all(words: Words, session: Session) -> Running:
    if not words:
        raise Refused("No command specified\n", 1)
    argv = words.rest()
    for name, netns in list(session.system.netns_files.names().items()):
        yield Write(f"\nnetns: {name}\n")
        yield from _run(argv, netns, replace=False)
    return 0


def _run(argv: list[str], netns: int, replace: bool) -> Running:
    code = yield Spawn(tuple(argv), netns, replace)
    if code is None:
        yield Write(stderr=f'exec of "{argv[0]}" failed: No such file or directory\n')
        return 1
    return code


def _identify(words: Words, session: Session) -> str:
    if len(words) > 1:
        raise Refused("extra arguments specified\n", 1)
    netns: int | None = session.netns
    if words:
        pid = words.take()
        if not pid.isdigit():
            raise Refused(f"Specified string '{pid}' is not a pid\n", 1)
        netns = session.system.netns_files.at(f"/proc/{pid}/ns/net")
        if netns is None:
            raise Refused("Cannot open network namespace: No such file or directory\n", 1)
    names = [name for name, held in session.system.netns_files.names().items() if held == netns]
    return f"{names[-1] if names else ''}\n"


def _pids(words: Words, session: Session) -> str:
    if not words:
        raise _no_name()
    name = words.take()
    if words:
        raise Refused("extra arguments specified\n", 1)
    netns = session.system.netns_files.names().get(name)
    if netns is None:
        raise Refused("Cannot open network namespace: No such file or directory\n", 1)
    return "".join(f"{pid}\n" for pid in session.system.netns_files.pids(netns))
