# Written by rust/netmodel/codegen from the Rust types: change those, then `make generate`.

"""What can happen to a packet, one class for each step, and the kernel's reasons to drop it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from netmodel.request import IfIndex, NetnsId, SocketId


class DropReason(StrEnum):
    """Why a packet ended: the kernel's `skb_drop_reason` names, without `SKB_DROP_REASON_`."""

    NOT_SPECIFIED = "NOT_SPECIFIED"
    """No more specific reason in Linux either."""
    NO_SOCKET = "NO_SOCKET"
    """No socket listens there."""
    PKT_TOO_SMALL = "PKT_TOO_SMALL"
    """Shorter than its headers say."""
    TCP_CSUM = "TCP_CSUM"
    """A TCP checksum that does not hold."""
    UDP_CSUM = "UDP_CSUM"
    """A UDP checksum that does not hold."""
    IP_CSUM = "IP_CSUM"
    """An IP checksum that does not hold."""
    IP_INHDR = "IP_INHDR"
    """A malformed IP header."""
    IP_RPFILTER = "IP_RPFILTER"
    """Reverse path filter."""
    UNICAST_IN_L2_MULTICAST = "UNICAST_IN_L2_MULTICAST"
    """A unicast packet in a link-layer broadcast."""
    IP_NOPROTO = "IP_NOPROTO"
    """An unknown IP protocol."""
    IP_INVALID_SOURCE = "IP_INVALID_SOURCE"
    """A source that must not come from the wire."""
    IP_INVALID_DEST = "IP_INVALID_DEST"
    """A destination that must not come from the wire."""
    IP_LOCAL_SOURCE = "IP_LOCAL_SOURCE"
    """A local source address from the wire."""
    IP_LOCALNET = "IP_LOCALNET"
    """A localnet address from the wire."""
    NETFILTER_DROP = "NETFILTER_DROP"
    """Netfilter dropped it."""
    OTHERHOST = "OTHERHOST"
    """For another host."""
    IP_OUTNOROUTES = "IP_OUTNOROUTES"
    """No route."""
    IP_INNOROUTES = "IP_INNOROUTES"
    """No route on input."""
    IP_ROUTE_REFUSED = "IP_ROUTE_REFUSED"
    """A route refuses it (blackhole, unreachable, prohibit)."""
    IP_FORWARDING_OFF = "IP_FORWARDING_OFF"
    """Forwarding is off."""
    IP_TTL_EXPIRED = "IP_TTL_EXPIRED"
    """TTL ran out."""
    PKT_TOO_BIG = "PKT_TOO_BIG"
    """Longer than a mtu allows: with DF set, or at a receiving device."""
    NEIGH_FAILED = "NEIGH_FAILED"
    """The neighbour could not be resolved."""
    NEIGH_QUEUEFULL = "NEIGH_QUEUEFULL"
    """The neighbour's queue is full."""
    NEIGH_DEAD = "NEIGH_DEAD"
    """The neighbour entry is gone."""
    NEIGH_CREATEFAIL = "NEIGH_CREATEFAIL"
    """The neighbour entry could not be made."""
    DEV_READY = "DEV_READY"
    """Device down or without carrier."""
    FULL_RING = "FULL_RING"
    """Longer than the receiving device allows."""
    UNHANDLED_PROTO = "UNHANDLED_PROTO"
    """No protocol takes it."""
    SOCKET_RCVBUFF = "SOCKET_RCVBUFF"
    """A receive buffer is full."""
    ICMP_CSUM = "ICMP_CSUM"
    """An ICMP checksum that does not hold."""
    INVALID_PROTO = "INVALID_PROTO"
    """An ICMP type that is not answered."""
    TCP_INVALID_SEQUENCE = "TCP_INVALID_SEQUENCE"
    """A TCP segment that fits no socket state."""
    TCP_FLAGS = "TCP_FLAGS"
    """A TCP flag combination that means nothing."""
    IPV6DISABLED = "IPV6DISABLED"
    """IPv6 is disabled on the device."""
    ARP_IGNORED = "ARP_IGNORED"
    """An ARP packet that nobody answers."""
    BRIDGE_INVALID_SOURCE = "BRIDGE_INVALID_SOURCE"
    """A source MAC that is multicast or zero, at a bridge."""
    BRIDGE_PORT_STATE = "BRIDGE_PORT_STATE"
    """The bridge port does not forward in its state."""
    BRIDGE_NO_EGRESS = "BRIDGE_NO_EGRESS"
    """No bridge port may send it on."""
    BRIDGE_LINK_LOCAL = "BRIDGE_LINK_LOCAL"
    """A pause frame or another frame that a bridge never forwards."""
    BRIDGE_LOCKED = "BRIDGE_LOCKED"
    """A locked port."""
    ICMP_RATELIMIT = "ICMP_RATELIMIT"
    """The rate limit of ICMP errors."""
    FRAG_REASM_TIMEOUT = "FRAG_REASM_TIMEOUT"
    """Fragments of it did not come in time."""
    FRAG_REASM_FAILED = "FRAG_REASM_FAILED"
    """The fragments do not fit together."""


@dataclass(frozen=True, slots=True)
class Rx:
    """A frame came in on a device (`__netif_receive_skb_core`)."""

    netns: NetnsId
    dev: IfIndex
    name: str


@dataclass(frozen=True, slots=True)
class Xmit:
    """A frame was handed to a device to send (`dev_hard_start_xmit`)."""

    netns: NetnsId
    dev: IfIndex
    name: str


@dataclass(frozen=True, slots=True)
class FdbLearn:
    """The bridge learned or moved a source address."""

    netns: NetnsId
    port: str
    mac: str
    moved_from: str | None = None


@dataclass(frozen=True, slots=True)
class Bridge:
    """The bridge decided (`br_handle_frame_finish`): ports in order, and whether it goes up."""

    netns: NetnsId
    bridge: str
    egress: tuple[str, ...]
    flood: bool
    local: bool


@dataclass(frozen=True, slots=True)
class Route:
    """Routing decided: `local`, `unicast`, `broadcast`, …, by which table."""

    netns: NetnsId
    kind: int
    table: int
    oif: str
    via: str | None = None


@dataclass(frozen=True, slots=True)
class Hook:
    """A hook of netfilter let it pass."""

    netns: NetnsId
    hook: str


@dataclass(frozen=True, slots=True)
class Neigh:
    """The next hop's link-layer address was known."""

    netns: NetnsId
    dev: str
    dst: str
    lladdr: str


@dataclass(frozen=True, slots=True)
class Forward:
    """TTL went down."""

    netns: NetnsId
    ttl: int


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to this packet was made: echo reply, ARP reply, ICMP error, RST."""

    netns: NetnsId
    what: str


@dataclass(frozen=True, slots=True)
class Fragment:
    """Split to fit a mtu."""

    netns: NetnsId
    mtu: int
    pieces: int


@dataclass(frozen=True, slots=True)
class Consumed:
    """The stack itself consumed it: echo request, ARP, a frame of a protocol handled in the kernel."""

    netns: NetnsId
    by: str


@dataclass(frozen=True, slots=True)
class Deliver:
    """A socket got it."""

    netns: NetnsId
    socket: SocketId


@dataclass(frozen=True, slots=True)
class Egress:
    """It left this Kernel by a physical device."""

    netns: NetnsId
    dev: IfIndex
    name: str


@dataclass(frozen=True, slots=True)
class Queued:
    """It waits for a neighbour's address or for fragments; a later event ends it."""

    netns: NetnsId
    why: str


@dataclass(frozen=True, slots=True)
class Drop:
    """It ended."""

    netns: NetnsId
    dev: str | None
    reason: DropReason


@dataclass(frozen=True, slots=True)
class Unsupported:
    """Something Linux would go on with and the model does not."""

    what: str


@dataclass(frozen=True, slots=True)
class Storm:
    """The step budget ran out: a loop."""


Step: TypeAlias = (
    Rx
    | Xmit
    | FdbLearn
    | Bridge
    | Route
    | Hook
    | Neigh
    | Forward
    | Answer
    | Fragment
    | Consumed
    | Deliver
    | Egress
    | Queued
    | Drop
    | Unsupported
    | Storm
)
"""One thing that happened to a packet."""
