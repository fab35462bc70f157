"""`ip rule show` (ip/iprule.c). Policy rules are shown, never changed."""

from __future__ import annotations

from netmodel.commands.ip.options import Help
from netmodel.commands.ip.route_names import table_name, table_number
from netmodel.commands.ip.scene import Scene
from netmodel.commands.ip.session import Session
from netmodel.commands.printer import Printer
from netmodel.commands.system import Running, Write
from netmodel.commands.words import Refused, Words, matches, wrong
from netmodel.errors import UnsupportedError

VERBS = ("list", "lst", "show", "save", "restore", "add", "delete", "flush", "help")


def run(words: Words, session: Session) -> Running:
    """`ip rule …`. Raises `Refused`, `Help`, `UnsupportedError`."""
    word = words.take() if words else "list"
    verb = next((verb for verb in VERBS if matches(word, verb)), None)
    if verb is None:
        raise Refused(f'Command "{word}" is unknown, try "ip rule help".\n', 255)
    if verb == "help":
        raise Help("rule")
    if verb not in ("list", "lst", "show"):
        raise UnsupportedError(f"ip rule {verb}")
    if session.options.family not in (0, 4):
        raise UnsupportedError("ip -6 rule")
    yield Write(_show(_table(words), session.scene()))
    return 0


def _table(words: Words) -> int | None:
    table = None
    while words:
        word = words.take()
        if not (matches(word, "lookup") or matches(word, "table")):
            raise UnsupportedError(f"ip rule show {word}")
        word = words.value()
        table = table_number(word)
        if table is None:
            raise wrong("invalid table id\n", word)
    return table


def _show(table: int | None, scene: Scene) -> str:
    printer = Printer(scene.options.json, scene.options.pretty)
    blank = "" if scene.platform.has("iproute2.rule_without_blank") else " "
    for rule in scene.view.rules:
        if table is not None and rule.table != table:
            continue
        printer.open_object()
        printer.any("priority", "%d:\t", rule.pref)
        printer.any("src", "from %s", "all")
        printer.any("table", " lookup %s" + blank, table_name(rule.table))
        if scene.options.details and scene.platform.has("iproute2.json"):
            printer.any("protocol", " proto %s", "kernel")
        printer.text("\n")
        printer.close_object()
    return printer.close()
