"""A kernel as a process without CAP_NET_ADMIN sees it: it may look, and use sockets, but change nothing.

rtnetlink asks for the capability before anything else (net/core/rtnetlink.c, `rtnetlink_rcv_msg`), the bridge's ioctls in
net/bridge/br_ioctl.c. In a container `/proc/sys` is mounted read-only, capability or not (runc's `ReadonlyPaths`).
"""

from __future__ import annotations

from netmodel.errors import KernelError
from netmodel.event import Event
from netmodel.kernel import Kernel
from netmodel.request import (
    AddrAdd,
    AddrDel,
    AltName,
    BridgeAddIf,
    BridgeDel,
    BridgeDelIf,
    BridgeSet,
    FdbAdd,
    FdbDel,
    FdbFlush,
    LinkAdd,
    LinkDel,
    LinkSet,
    NeighAdd,
    NeighDel,
    NetnsNew,
    NsidSet,
    PortSet,
    Reply,
    Request,
    RouteAdd,
    RouteDel,
    SysctlSet,
)
from netmodel.snapshot import Snapshot
from netmodel.trace import Origin, Trace

EPERM, EROFS = 1, 30
NET_ADMIN = "CAP_NET_ADMIN"
ADMINISTRATION = (
    LinkAdd
    | LinkDel
    | LinkSet
    | AltName
    | BridgeSet
    | PortSet
    | BridgeAddIf
    | BridgeDelIf
    | BridgeDel
    | FdbAdd
    | FdbDel
) | (FdbFlush | AddrAdd | AddrDel | RouteAdd | RouteDel | NeighAdd | NeighDel | NsidSet | NetnsNew)


class Confined(Kernel):
    """The same kernel, for a process in a container with these capabilities. It holds nothing of its own."""

    __slots__ = ("_capabilities", "_whole")

    def __init__(self, whole: Kernel, capabilities: frozenset[str]) -> None:
        self._core = whole._core
        self._snapshot = None
        self._whole = whole
        self._capabilities = capabilities

    def apply(self, request: Request) -> Reply:
        """Carry out a request, if it may be made. Raises `KernelError`: EPERM, EROFS or what the kernel says."""
        if isinstance(request, SysctlSet):
            raise KernelError(EROFS, "EROFS")
        if isinstance(request, ADMINISTRATION) and NET_ADMIN not in self._capabilities:
            raise KernelError(EPERM, "EPERM")
        return self._whole.apply(request)

    def send(self, origin: Origin, packet: bytes) -> Trace:
        """A packet enters."""
        return self._whole.send(origin, packet)

    def advance(self, until: int) -> tuple[Event, ...]:
        """Let time pass."""
        return self._whole.advance(until)

    def snapshot(self) -> Snapshot:
        """What is held."""
        return self._whole.snapshot()
