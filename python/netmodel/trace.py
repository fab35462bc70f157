# Written by rust/netmodel/codegen from the Rust types: change those, then `make generate`.

"""Where a packet enters, and what became of it and of every copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from netmodel.request import Dev, NetnsId
from netmodel.step import Step

Instant: TypeAlias = int
"""A point in a Kernel's time, in nanoseconds since its boot."""


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a packet (a frame, its clone by flooding, or an answer), from where it came to its end."""

    parent: int | None
    """The copy it was made from; `None` for the first."""
    summary: str
    """One line that says what it is, in tcpdump's words."""
    bytes: bytes
    """The frame or packet as it was when this copy began."""
    steps: tuple[Step, ...]
    """What happened to it; the last is terminal."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A packet, all that became of it and was answered to it."""

    at: Instant
    """When it entered."""
    cost_ns: int
    """Nanoseconds that its steps take, by the cost model."""
    copies: tuple[Copy, ...]
    """The copies, in the order in which they were made."""

    def __str__(self) -> str:
        """The copies, and under each its hops, one a line."""
        from netmodel.explain import text

        return text(self)


@dataclass(frozen=True, slots=True)
class Rx:
    """From the wire: the device receives a frame."""

    dev: Dev
    """The receiving device."""


@dataclass(frozen=True, slots=True)
class Xmit:
    """From a packet socket of a process: the frame is sent by the device (AF_PACKET)."""

    dev: Dev
    """The sending device."""


@dataclass(frozen=True, slots=True)
class Local:
    """From a process's raw IP socket: an IP packet, routed first, then OUTPUT."""

    netns: NetnsId
    """The namespace of the process."""


Origin: TypeAlias = Rx | Xmit | Local
"""Where a packet enters."""
