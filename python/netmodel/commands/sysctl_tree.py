"""Names below /proc/sys as `sysctl` takes them, and the reading and writing behind them.

A name is written with dots or with slashes, by whichever of the two comes first in it; the other then stands for
itself: `net.ipv4.conf.a/b.rp_filter` and `net/ipv4/conf/a.b/rp_filter` are the same file.
"""

from __future__ import annotations

from netmodel.commands.system import System
from netmodel.errors import KernelError, UnsupportedError
from netmodel.request import SysctlGet, SysctlSet, ValueReply


def path_of(name: str) -> str:
    """The file's path below /proc/sys."""
    first = next((letter for letter in name if letter in "./"), "/")
    return name if first == "/" else name.translate(str.maketrans("./", "/."))


def dotted(name: str) -> str:
    """The name as it is printed."""
    return path_of(name).translate(str.maketrans("./", "/."))


def values(system: System) -> dict[str, str]:
    """All values of the namespace by path below /proc/sys, `net/` included, sorted as the tool lists them."""
    view = next(view for view in system.kernel.snapshot().netns if view.id == system.netns)
    return {f"net/{path}": value for path, value in sorted(view.sysctls.items())}


def read(name: str, system: System) -> str | None:
    """A value, or `None` if there is no such file. Raises `UnsupportedError` for what is not below /proc/sys/net."""
    path = path_of(name)
    if not path.startswith("net/"):
        if path.partition("/")[0] in ("kernel", "vm", "fs", "dev", "abi", "debug", "user", "crypto"):
            raise UnsupportedError(f"sysctl {dotted(name)}")
        return None
    try:
        reply = system.kernel.apply(SysctlGet(netns=system.netns, path=path.removeprefix("net/")))
    except KernelError:
        return None
    return reply.value if isinstance(reply, ValueReply) else None


def write(name: str, value: str, system: System) -> None:
    """Set a value. Raises `KernelError`, `UnsupportedError`."""
    path = path_of(name).removeprefix("net/")
    system.kernel.apply(SysctlSet(netns=system.netns, path=path, value=value))


def is_folder(name: str, system: System) -> bool:
    """Whether there are values below a name."""
    prefix = path_of(name).rstrip("/") + "/"
    return any(path.startswith(prefix) for path in values(system))
