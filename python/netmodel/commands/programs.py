"""The network tools of a machine, by the name they are started under."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from netmodel.commands.system import Running, System

Program = Callable[[Sequence[str], System], Running]

# Name to module, and the function where that is not `run`; a module is loaded when its program is first started.
PROGRAMS: Mapping[str, str] = {
    "ip": "netmodel.commands.ip",
    "brctl": "netmodel.commands.brctl",
    "bridge": "netmodel.commands.bridge",
    "sysctl": "netmodel.commands.sysctl",
}
APPLETS: Mapping[str, str] = {
    "ip": "netmodel.commands.busybox.ip",
    "brctl": "netmodel.commands.busybox.brctl",
    "ifconfig": "netmodel.commands.busybox.ifconfig",
    "route": "netmodel.commands.busybox.route",
    "netstat": "netmodel.commands.busybox.route:run_netstat",
    "sysctl": "netmodel.commands.busybox.sysctl",
}


def program(argv: Sequence[str]) -> Program | None:
    """The program that `argv` starts, `busybox APPLET` included, or `None` if there is none of that name here."""
    name = argv[0].rpartition("/")[2]
    if name == "busybox":
        return _load(APPLETS.get(argv[1])) if len(argv) > 1 else None
    return _load(PROGRAMS.get(name))


def _load(module: str | None) -> Program | None:
    if module is None:
        return None
    place, _, function = module.partition(":")
    found: Program = getattr(import_module(place), function or "run")
    return found
