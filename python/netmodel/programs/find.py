"""Which program a name starts: on the machine, and in a container by its image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module, resources

from netmodel.commands import programs as commands
from netmodel.commands.system import Write
from netmodel.errors import UnsupportedError
from netmodel.programs.image_files import base_name
from netmodel.programs.process import Context, Life, Program

# Name to module and function; a module is loaded when its program is first started.
COREUTILS: Mapping[str, str] = {
    "cat": "files:cat",
    "date": "clock:date",
    "echo": "applets:gnu_echo",
    "false": "applets:false",
    "grep": "grep:grep",
    "hostname": "applets:debian_hostname",
    "sed": "sed:gnu",
    "sh": "sh:dash",
    "dash": "sh:dash",
    "sleep": "clock:gnu_sleep",
    "timeout": "clock:gnu_timeout",
    "true": "applets:true",
}
DEBIAN: Mapping[str, str] = {**COREUTILS, "ping": "ping:iputils_ping"}
BUSYBOX: Mapping[str, str] = {
    "ash": "sh:ash",
    "cat": "files:busybox_cat",
    "date": "clock:date",
    "echo": "applets:busybox_echo",
    "false": "applets:false",
    "grep": "grep:grep",
    "hostname": "applets:busybox_hostname",
    "sed": "sed:busybox",
    "killall": "killall:busybox_killall",
    "ping": "ping:busybox_ping",
    "sh": "sh:ash",
    "sleep": "clock:busybox_sleep",
    "timeout": "clock:busybox_timeout",
    "true": "applets:true",
}
NGINX: Mapping[str, str] = {**COREUTILS, "nginx": "nginx:run"}
DIRECTORIES = ("/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin")


@cache
def _names(file: str) -> frozenset[str]:
    """The programs that are there in reality."""
    return frozenset((resources.files("netmodel.programs") / file).read_text(encoding="utf-8").split())


def find(argv: Sequence[str], context: Context) -> Program | None:
    """The program that `argv` starts, `None` if there is none of that name.

    Raises `UnsupportedError` for one that is there in reality and is not modelled.
    """
    directory, _, name = argv[0].rpartition("/")
    if directory and context.path(argv[0]).rpartition("/")[0] not in DIRECTORIES:
        return None
    if context.image is None:
        return _on_host(argv, name)
    image = base_name(context.image)
    if image == "busybox":
        if directory and context.path(argv[0]).rpartition("/")[0] != "/bin":
            return None
        return _multi_call(argv) if name == "busybox" else _applet(argv)
    if image == "nginx":
        return _known(NGINX, name, "debian.txt", outside="netbase.txt")
    raise UnsupportedError(f"the programs of the image {context.image}")


def _on_host(argv: Sequence[str], name: str) -> Program | None:
    if name == "busybox":
        return _multi_call(argv)
    if name in ("docker", "dockerd", "systemctl"):
        return _load(f"daemon:{'docker' if name == 'docker' else 'dockerd'}")
    found = commands.program(argv)
    return found if found is not None else _known(DEBIAN, name, "debian.txt", "netbase.txt")


def _multi_call(argv: Sequence[str]) -> Program | None:
    """`busybox APPLET …`: the applet, which sees its own name first."""
    if len(argv) < 2:
        raise UnsupportedError("busybox without an applet")
    applet = _applet(argv[1:])
    if applet is None:
        return _no_applet
    found = applet
    return lambda argv, context: found(argv[1:], context)


def _no_applet(argv: Sequence[str], context: Context) -> Life:
    """What busybox says of a name that it does not know (libbb/appletlib.c)."""
    yield Write(stderr=f"{argv[1]}: applet not found\n")
    return 127


def _applet(argv: Sequence[str]) -> Program | None:
    name = argv[0].rpartition("/")[2]
    if name in BUSYBOX:
        return _load(BUSYBOX[name])
    if name in commands.APPLETS:
        return commands.program(["busybox", *argv])
    if name in _names("applets.txt"):
        raise UnsupportedError(f"busybox {name}")
    return None


def _known(table: Mapping[str, str], name: str, file: str, outside: str) -> Program | None:
    if name in table:
        return _load(table[name])
    if name in _names(file) or (table is DEBIAN and name in _names(outside)):
        raise UnsupportedError(name)
    return None


def _load(place: str) -> Program:
    module, _, function = place.partition(":")
    found: Program = getattr(import_module(f"netmodel.programs.{module}"), function)
    return found
