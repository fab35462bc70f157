# Written by rust/netmodel/codegen from the Rust types: change those, then `make generate`.

"""What can happen while time passes."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from netmodel import trace
from netmodel.request import IfIndex, NetnsId, SocketId
from netmodel.trace import Instant


class Errno(StrEnum):
    """The errnos that Linux gives to a request, by their kernel names."""

    EPERM = "EPERM"
    ENOENT = "ENOENT"
    ESRCH = "ESRCH"
    ENXIO = "ENXIO"
    E2BIG = "E2BIG"
    EBADF = "EBADF"
    EAGAIN = "EAGAIN"
    ENOMEM = "ENOMEM"
    EACCES = "EACCES"
    EBUSY = "EBUSY"
    EEXIST = "EEXIST"
    EXDEV = "EXDEV"
    ENODEV = "ENODEV"
    EINVAL = "EINVAL"
    EMFILE = "EMFILE"
    ENOSPC = "ENOSPC"
    EPIPE = "EPIPE"
    ERANGE = "ERANGE"
    ELOOP = "ELOOP"
    ENONET = "ENONET"
    EDESTADDRREQ = "EDESTADDRREQ"
    EMSGSIZE = "EMSGSIZE"
    ENOPROTOOPT = "ENOPROTOOPT"
    EPROTONOSUPPORT = "EPROTONOSUPPORT"
    EOPNOTSUPP = "EOPNOTSUPP"
    EAFNOSUPPORT = "EAFNOSUPPORT"
    EADDRINUSE = "EADDRINUSE"
    EADDRNOTAVAIL = "EADDRNOTAVAIL"
    ENETDOWN = "ENETDOWN"
    ENETUNREACH = "ENETUNREACH"
    ECONNRESET = "ECONNRESET"
    ENOBUFS = "ENOBUFS"
    EISCONN = "EISCONN"
    ENOTCONN = "ENOTCONN"
    ETIMEDOUT = "ETIMEDOUT"
    ECONNREFUSED = "ECONNREFUSED"
    EHOSTDOWN = "EHOSTDOWN"
    EHOSTUNREACH = "EHOSTUNREACH"
    EALREADY = "EALREADY"
    EINPROGRESS = "EINPROGRESS"


@dataclass(frozen=True, slots=True)
class Trace:
    """A packet that a timer sent, or a queued one that went on, walked to its end."""

    trace: trace.Trace


@dataclass(frozen=True, slots=True)
class Readable:
    """A socket has something to read, to accept, or has connected."""

    at: Instant
    socket: SocketId


@dataclass(frozen=True, slots=True)
class SocketError:
    """A socket has an error to read."""

    at: Instant
    socket: SocketId
    errno: Errno


@dataclass(frozen=True, slots=True)
class Link:
    """A device's operstate or carrier changed."""

    at: Instant
    netns: NetnsId
    dev: IfIndex


@dataclass(frozen=True, slots=True)
class Egress:
    """A frame left by a physical device: the wire's other end gets it."""

    at: Instant
    netns: NetnsId
    dev: IfIndex
    frame: bytes


@dataclass(frozen=True, slots=True)
class Log:
    """A line of the kernel's log."""

    at: Instant
    line: str


Event: TypeAlias = Trace | Readable | SocketError | Link | Egress | Log
"""Something that happened while time passed."""
