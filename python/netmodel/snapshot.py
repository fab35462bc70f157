# Written by rust/netmodel/codegen from the Rust types: change those, then `make generate`.

"""What a Kernel holds, in canonical order; what showing commands render."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from netmodel.request import IfIndex, NetnsId, Nud, SocketId, SocketKind
from netmodel.trace import Instant


@dataclass(frozen=True, slots=True)
class FdbEntry:
    """One entry of a bridge's FDB."""

    mac: str
    vlan: int
    """VLAN; 0 without filtering."""
    port: IfIndex
    """The port's index, or the bridge's own."""
    local: bool
    """`BR_FDB_LOCAL`: shown as permanent."""
    is_static: bool
    """`BR_FDB_STATIC`."""
    sticky: bool
    extern_learn: bool
    added_by_user: bool
    used: int
    """Nanoseconds since it was last used as destination."""
    updated: int
    """Nanoseconds since it was last refreshed."""
    stale: bool
    """Expired but not yet swept."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge. Times in 1/100 s."""

    forward_delay: int
    hello_time: int
    max_age: int
    ageing_time: int
    stp_state: int
    priority: int
    vlan_filtering: bool
    bridge_id: str
    """The MAC half of the bridge id: zero until a port gave it or it was set."""
    group_fwd_mask: int
    mcast_snooping: bool
    nf_call_iptables: bool
    fdb_n_learned: int
    fdb_max_learned: int
    tso_max_size: int
    """`IFLA_TSO_MAX_SIZE`: the least of its ports', kept when they leave."""
    topology_change: bool
    """A topology change is being told."""
    topology_change_detected: bool
    """A topology change was seen."""
    hello_timer: int
    """Time left to the next BPDU, 0 without STP."""
    topology_change_timer: int
    """Time left of a topology change."""
    gc_timer: int
    """Time left to the next sweep of the FDB."""
    fdb: tuple[FdbEntry, ...]
    """The FDB in dump order: of each device (the bridge first), newest first."""


@dataclass(frozen=True, slots=True)
class Loopback:
    """`lo`."""


@dataclass(frozen=True, slots=True)
class Phys:
    """A device with a wire to outside."""


@dataclass(frozen=True, slots=True)
class Veth:
    """One end of a pair."""

    peer_netns: NetnsId
    """The namespace of the other end."""


LinkInfo: TypeAlias = Loopback | Phys | Veth | Bridge
"""`IFLA_INFO_KIND` and its data."""


@dataclass(frozen=True, slots=True)
class Port:
    """A bridge port."""

    state: int
    """0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking."""
    priority: int
    cost: int
    port_no: int
    hairpin: bool
    guard: bool
    root_block: bool
    fastleave: bool
    learning: bool
    flood: bool
    mcast_flood: bool
    bcast_flood: bool
    isolated: bool
    locked: bool
    neigh_suppress: bool
    designated_priority: int
    """The priority half of the designated bridge's id, which is this bridge's but for a disabled port."""
    hold_timer: int
    """1/100 s left in which no BPDU is sent."""
    config_pending: bool
    """A BPDU waits for that."""
    forward_delay_timer: int
    """1/100 s left of the forward-delay timer."""


@dataclass(frozen=True, slots=True)
class Addr:
    """An address of a device."""

    local: str
    peer: str | None
    broadcast: str | None
    scope: int
    """0 global, 200 site, 253 link, 254 host."""
    flags: int
    """`IFA_F_*`: 0x01 secondary, 0x02 nodad, 0x08 dadfailed, 0x20 deprecated, 0x40 tentative, 0x80 permanent, 0x200
    noprefixroute.
    """
    label: str
    valid_lft: int | None
    """Seconds left, rounded down; `None` is forever."""
    preferred_lft: int | None
    """Seconds left, rounded down; `None` is forever."""
    metric: int


@dataclass(frozen=True, slots=True)
class Stats:
    """Counters of a device (`rtnl_link_stats64`)."""

    rx_bytes: int
    rx_packets: int
    rx_errors: int
    rx_dropped: int
    rx_missed: int
    multicast: int
    tx_bytes: int
    tx_packets: int
    tx_errors: int
    tx_dropped: int
    tx_carrier: int
    collisions: int


@dataclass(frozen=True, slots=True)
class Link:
    """A device."""

    ifindex: IfIndex
    """Index in its namespace."""
    name: str
    """Name."""
    altnames: tuple[str, ...]
    """Altnames in order of addition."""
    alias: str | None
    """`IFLA_IFALIAS`."""
    link: IfIndex | None
    """`IFLA_LINK`: the peer's index, wherever that is; `None` if it equals the own (no lower device)."""
    link_netnsid: int | None
    """`IFLA_LINK_NETNSID`, if the peer is in another namespace and an id is allocated."""
    flags: int
    """`IFF_*` as RTM_NEWLINK carries them (`dev_get_flags`): `UP` 0x1 … `RUNNING` 0x40 … `LOWER_UP` 0x10000."""
    mtu: int
    """Bytes."""
    qdisc: str
    """`noop`, `noqueue`, `pfifo_fast`, `fq_codel`, …"""
    txqlen: int
    """Transmit queue length; 0 is not shown."""
    operstate: int
    """`IF_OPER_*` as RTM_NEWLINK carries it (down for what is not up): 0 unknown, 2 down, 3 lowerlayerdown, 5
    dormant, 6 up.
    """
    linkmode: int
    """0 default, 1 dormant."""
    group: int
    """Group number."""
    master: IfIndex | None
    """Index of the bridge it is a port of."""
    kind: int
    """`ARPHRD_*`: 1 ether, 772 loopback."""
    address: str
    """Hardware address."""
    broadcast: str
    """Hardware broadcast address."""
    addr_assign_type: int
    """`addr_assign_type`: 0 permanent, 1 random, 3 set."""
    promiscuity: int
    """Users of promiscuity."""
    allmulti: int
    """Users of allmulti."""
    min_mtu: int
    """Least mtu."""
    max_mtu: int
    """Greatest mtu; 0 is none."""
    info: LinkInfo
    """What it is."""
    port: Port | None
    """As a bridge port."""
    addrs: tuple[Addr, ...]
    """Addresses in the order of a dump: IPv4, then IPv6."""
    mc: tuple[str, ...]
    """Link-layer multicast list (`dev->mc`), as `bridge fdb` shows it in `self` entries."""
    stats: Stats
    """Counters."""


@dataclass(frozen=True, slots=True)
class Route:
    """A route."""

    dst: str
    kind: int
    table: int
    protocol: int
    scope: int
    tos: int
    via: str | None
    oif: IfIndex | None
    src: str | None
    metric: int
    flags: int
    """`RTNH_F_*`: 1 dead, 4 onlink, 16 linkdown."""
    mtu: int | None = None


@dataclass(frozen=True, slots=True)
class Neigh:
    """A neighbour."""

    dev: IfIndex
    dst: str
    lladdr: str | None
    state: Nud
    proxy: bool
    router: bool
    used: int
    """Nanoseconds since used, confirmed, updated."""
    confirmed: int
    updated: int
    probes: int
    """Probes sent."""
    refcnt: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy rule."""

    pref: int
    table: int


@dataclass(frozen=True, slots=True)
class Socket:
    """A socket."""

    id: SocketId
    kind: SocketKind
    local: str | None
    remote: str | None
    state: str
    """TCP state by the kernel's name (`LISTEN`, `ESTABLISHED`, …), `UNCONN` or `ESTAB` for UDP."""
    backlog: int
    recv_q: int
    """Bytes or connections waiting to be read."""


@dataclass(frozen=True, slots=True)
class NetnsView:
    """One namespace."""

    id: NetnsId
    """Its id."""
    nsids: dict[int, NetnsId]
    """nsid → namespace, as far as allocated here."""
    links: tuple[Link, ...]
    """Devices by ascending ifindex: the order of every dump."""
    routes: tuple[Route, ...]
    """Routes of all tables, in dump order: main before local."""
    neighs: tuple[Neigh, ...]
    """Neighbours by device and address."""
    rules: tuple[Rule, ...]
    """Policy rules."""
    sockets: tuple[Socket, ...]
    """Sockets by id."""
    sysctls: dict[str, str]
    """Values below `/proc/sys/net`, by path (`ipv4/conf/all/forwarding`)."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything held, namespaces by id."""

    now: Instant
    """The Kernel's time."""
    netns: tuple[NetnsView, ...]
    """Every live namespace."""
