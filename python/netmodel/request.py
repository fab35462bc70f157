# Written by rust/netmodel/codegen from the Rust types: change those, then `make generate`.

"""How people change a Kernel: one request for each entry point, and its replies."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from netmodel.trace import Trace

NetnsId: TypeAlias = int
"""A network namespace, numbered in order of creation and never reused; 0 is `init_net`."""

IfIndex: TypeAlias = int
"""A device's number within its namespace; `lo` is 1."""


@dataclass(frozen=True, slots=True)
class LinkSpec:
    """What a creation says of one device."""

    netns: NetnsId = 0
    """The namespace the device is born in."""
    name: str = ""
    """Its name; empty or with `%d` to take the lowest free number."""
    ifindex: IfIndex | None = None
    """A wanted index, which does not move the counter."""
    address: str | None = None
    """A given MAC; else it is drawn."""
    mtu: int | None = None
    """A given mtu in bytes."""
    txqueuelen: int | None = None
    """A given transmit queue length in packets."""
    up: bool = False
    """`IFF_UP` in the creating message."""


@dataclass(frozen=True, slots=True)
class BridgeOptions:
    """Options of a bridge (`IFLA_BR_*`); `None` leaves a value alone. Times in USER_HZ (1/100 s) as netlink carries
    them.
    """

    forward_delay: int | None = None
    """`IFLA_BR_FORWARD_DELAY`, 1/100 s."""
    hello_time: int | None = None
    """`IFLA_BR_HELLO_TIME`, 1/100 s."""
    max_age: int | None = None
    """`IFLA_BR_MAX_AGE`, 1/100 s."""
    ageing_time: int | None = None
    """`IFLA_BR_AGEING_TIME`, 1/100 s."""
    stp_state: bool | None = None
    """`IFLA_BR_STP_STATE`."""
    priority: int | None = None
    """`IFLA_BR_PRIORITY`."""
    vlan_filtering: bool | None = None
    """`IFLA_BR_VLAN_FILTERING`; `true` is not modelled."""
    group_fwd_mask: int | None = None
    """`IFLA_BR_GROUP_FWD_MASK`."""
    mcast_snooping: bool | None = None
    """`IFLA_BR_MCAST_SNOOPING`."""
    nf_call_iptables: bool | None = None
    """`IFLA_BR_NF_CALL_IPTABLES`."""
    fdb_max_learned: int | None = None
    """`IFLA_BR_FDB_MAX_LEARNED`."""
    fdb_flush: bool = False
    """`IFLA_BR_FDB_FLUSH`: non-static entries go."""


@dataclass(frozen=True, slots=True)
class Veth:
    """A pair; the peer is registered first."""

    peer: LinkSpec
    """The other end. Its `name` empty: `veth%d`."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge, with what was given at creation."""

    value: BridgeOptions


LinkKind: TypeAlias = Veth | Bridge
"""What kind of device to create (`IFLA_INFO_KIND`)."""


@dataclass(frozen=True, slots=True)
class Dev:
    """A device named as a netlink message names it: by namespace and index."""

    netns: NetnsId
    """The namespace the message is sent in."""
    ifindex: IfIndex
    """The device's index there."""


@dataclass(frozen=True, slots=True)
class LinkChange:
    """One attribute of RTM_SETLINK; a command may send several in one `LinkSet`, carried out in `do_setlink`'s
    order.
    """

    netns: NetnsId | None = None
    """`IFLA_NET_NS_FD`: the namespace to move to."""
    name: str | None = None
    """`IFLA_IFNAME`: the new name."""
    address: str | None = None
    """`IFLA_ADDRESS`."""
    broadcast: str | None = None
    """`IFLA_BROADCAST`."""
    mtu: int | None = None
    """`IFLA_MTU`, bytes."""
    txqueuelen: int | None = None
    """`IFLA_TXQLEN`, packets."""
    group: int | None = None
    """`IFLA_GROUP`."""
    alias: str | None = None
    """`IFLA_IFALIAS`; empty removes it."""
    linkmode: int | None = None
    """`IFLA_LINKMODE`: 0 default, 1 dormant."""
    master: IfIndex | None = None
    """`IFLA_MASTER`: a bridge's index, 0 for none. Moves a port that has a master."""
    up: bool | None = None
    """`IFF_UP`."""
    promisc: bool | None = None
    """`IFF_PROMISC`."""
    allmulti: bool | None = None
    """`IFF_ALLMULTI`."""
    multicast: bool | None = None
    """`IFF_MULTICAST`."""
    noarp: bool | None = None
    """`IFF_NOARP`."""
    carrier: bool | None = None
    """`IFLA_CARRIER` of a bridge; on veth refused."""


@dataclass(frozen=True, slots=True)
class PortOptions:
    """Options of a bridge port (`IFLA_BRPORT_*`); `None` leaves a value alone."""

    state: int | None = None
    """`IFLA_BRPORT_STATE`: 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking."""
    priority: int | None = None
    """`IFLA_BRPORT_PRIORITY`, 0 to 63."""
    cost: int | None = None
    """`IFLA_BRPORT_COST`, 1 to 65535."""
    hairpin: bool | None = None
    """`IFLA_BRPORT_MODE`: hairpin."""
    guard: bool | None = None
    """`IFLA_BRPORT_GUARD`."""
    root_block: bool | None = None
    """`IFLA_BRPORT_PROTECT`: root_block."""
    fastleave: bool | None = None
    """`IFLA_BRPORT_FAST_LEAVE`."""
    learning: bool | None = None
    """`IFLA_BRPORT_LEARNING`."""
    flood: bool | None = None
    """`IFLA_BRPORT_UNICAST_FLOOD`."""
    mcast_flood: bool | None = None
    """`IFLA_BRPORT_MCAST_FLOOD`."""
    bcast_flood: bool | None = None
    """`IFLA_BRPORT_BCAST_FLOOD`."""
    isolated: bool | None = None
    """`IFLA_BRPORT_ISOLATED`."""
    locked: bool | None = None
    """`IFLA_BRPORT_LOCKED`."""
    neigh_suppress: bool | None = None
    """`IFLA_BRPORT_NEIGH_SUPPRESS`; `true` is not modelled."""


class FdbState(StrEnum):
    """What sort of FDB entry `bridge fdb add` asks for."""

    Permanent = "Permanent"
    """`local` / `permanent`: frames to it are delivered up."""
    Static = "Static"
    """`static`: does not age, but moves."""
    Dynamic = "Dynamic"
    """`dynamic`: ages."""


class How(StrEnum):
    """How an addition meets what exists (`NLM_F_*` of iproute2's verbs)."""

    Add = "Add"
    """`add`: refused if it exists."""
    Append = "Append"
    """`append`: after what exists."""
    Prepend = "Prepend"
    """`prepend`: before what exists."""
    Change = "Change"
    """`change`: refused if it does not exist."""
    Replace = "Replace"
    """`replace`: either."""


@dataclass(frozen=True, slots=True)
class AddrSpec:
    """What an address message carries."""

    local: str
    """The local address and prefix length."""
    peer: str | None = None
    """The other end of a point-to-point address."""
    broadcast: str | None = None
    """`IFA_BROADCAST`."""
    scope: int | None = None
    """`ifa_scope`; `None`: as the kernel derives it."""
    label: str | None = None
    """`IFA_LABEL`; the device's name if absent."""
    valid_lft: int | None = None
    """Seconds; `None` is forever."""
    preferred_lft: int | None = None
    """Seconds; `None` is forever."""
    noprefixroute: bool = False
    """`IFA_F_NOPREFIXROUTE`."""
    nodad: bool = False
    """`IFA_F_NODAD`."""
    metric: int = 0
    """`IFA_RT_PRIORITY`."""


@dataclass(frozen=True, slots=True)
class RouteSpec:
    """What a route message carries. Family from `dst`."""

    dst: str
    """Destination prefix; 0.0.0.0/0 is the default route."""
    kind: int
    """`rtm_type`: 1 unicast, 2 local, 3 broadcast, 6 blackhole, 7 unreachable, 8 prohibit, 9 throw."""
    table: int
    """Table number; 254 main, 255 local."""
    protocol: int | None = None
    """`rtm_protocol`; 2 kernel, 3 boot, 4 static. On deletion `None` matches any."""
    scope: int | None = None
    """`rtm_scope`; `None`: as iproute2 and the kernel derive it."""
    tos: int = 0
    """Type of service."""
    via: str | None = None
    """Gateway."""
    oif: IfIndex | None = None
    """Output device."""
    src: str | None = None
    """Preferred source."""
    metric: int | None = None
    """`RTA_PRIORITY`; on deletion `None` matches any."""
    onlink: bool = False
    """`RTNH_F_ONLINK`."""
    mtu: int | None = None
    """`RTAX_MTU`, bytes."""


class Nud(StrEnum):
    """State given to a neighbour (`NUD_*`)."""

    NONE = "NONE"
    INCOMPLETE = "INCOMPLETE"
    REACHABLE = "REACHABLE"
    STALE = "STALE"
    DELAY = "DELAY"
    PROBE = "PROBE"
    FAILED = "FAILED"
    NOARP = "NOARP"
    PERMANENT = "PERMANENT"


@dataclass(frozen=True, slots=True)
class Tcp:
    """SOCK_STREAM."""


@dataclass(frozen=True, slots=True)
class Udp:
    """SOCK_DGRAM."""


@dataclass(frozen=True, slots=True)
class Icmp:
    """SOCK_RAW or a ping socket, IPPROTO_ICMP; `ident` is its ICMP id."""

    ident: int
    """ICMP id of its echo requests."""


SocketKind: TypeAlias = Tcp | Udp | Icmp
"""What a socket speaks."""

SocketId: TypeAlias = int
"""A socket; never reused."""


@dataclass(frozen=True, slots=True)
class ReuseAddr:
    """`SO_REUSEADDR`."""

    value: bool


@dataclass(frozen=True, slots=True)
class ReusePort:
    """`SO_REUSEPORT`."""

    value: bool


@dataclass(frozen=True, slots=True)
class Broadcast:
    """`SO_BROADCAST`."""

    value: bool


@dataclass(frozen=True, slots=True)
class V6Only:
    """`IPV6_V6ONLY`."""

    value: bool


@dataclass(frozen=True, slots=True)
class BindToDevice:
    """`SO_BINDTODEVICE`; empty unbinds."""

    value: str


@dataclass(frozen=True, slots=True)
class Ttl:
    """`IP_TTL`."""

    value: int


@dataclass(frozen=True, slots=True)
class Tos:
    """`IP_TOS`."""

    value: int


@dataclass(frozen=True, slots=True)
class DontFragment:
    """`IP_MTU_DISCOVER`: `true` sets DF (`IP_PMTUDISC_DO`), `false` is `IP_PMTUDISC_DONT`."""

    value: bool


SocketOption: TypeAlias = ReuseAddr | ReusePort | Broadcast | V6Only | BindToDevice | Ttl | Tos | DontFragment
"""One option of a socket."""


@dataclass(frozen=True, slots=True)
class NetnsNew:
    """`unshare(CLONE_NEWNET)`: a namespace with `lo` down. Replies `Netns`."""


@dataclass(frozen=True, slots=True)
class NetnsDel:
    """The last reference to a namespace is gone (`cleanup_net`): virtual devices die, physical ones go to
    `init_net`.
    """

    netns: NetnsId


@dataclass(frozen=True, slots=True)
class NsidSet:
    """RTM_NEWNSID; `nsid` -1 for `auto`. Replies `Nsid`."""

    netns: NetnsId
    peer: NetnsId
    nsid: int


@dataclass(frozen=True, slots=True)
class LinkAdd:
    """RTM_NEWLINK with NLM_F_CREATE|NLM_F_EXCL. Replies `Link`."""

    spec: LinkSpec
    kind: LinkKind


@dataclass(frozen=True, slots=True)
class PhysAdd:
    """A physical device appears in `init_net` with a wire to outside; `qdisc` is attached when it first goes up.
    Replies `Link`.
    """

    name: str
    address: str
    qdisc: str = "pfifo_fast"


@dataclass(frozen=True, slots=True)
class LinkDel:
    """RTM_DELLINK."""

    dev: Dev


@dataclass(frozen=True, slots=True)
class LinkSet:
    """RTM_SETLINK (`do_setlink`). State set by earlier attributes stays when a later one is refused, as in Linux."""

    dev: Dev
    change: LinkChange


@dataclass(frozen=True, slots=True)
class AltName:
    """RTM_NEWLINKPROP or RTM_DELLINKPROP: an altname."""

    dev: Dev
    name: str
    add: bool


@dataclass(frozen=True, slots=True)
class LinkGet:
    """RTM_GETLINK: a dump (or of one device) in this namespace, which allocates the nsids that it names."""

    netns: NetnsId
    dev: IfIndex | None = None


@dataclass(frozen=True, slots=True)
class BridgeSet:
    """RTM_NEWLINK with `IFLA_INFO_DATA` for a bridge."""

    dev: Dev
    options: BridgeOptions


@dataclass(frozen=True, slots=True)
class PortSet:
    """RTM_SETLINK of a port (`AF_BRIDGE` or `type bridge_slave`)."""

    dev: Dev
    options: PortOptions


@dataclass(frozen=True, slots=True)
class BridgeAddIf:
    """`SIOCBRADDIF`: refused if the device has a master."""

    bridge: Dev
    port: IfIndex


@dataclass(frozen=True, slots=True)
class BridgeDelIf:
    """`SIOCBRDELIF`: refused if the device is not a port of this bridge."""

    bridge: Dev
    port: IfIndex


@dataclass(frozen=True, slots=True)
class BridgeDel:
    """`SIOCBRDELBR`: refused while the bridge is up."""

    netns: NetnsId
    name: str


@dataclass(frozen=True, slots=True)
class FdbAdd:
    """RTM_NEWNEIGH, `AF_BRIDGE`, `NTF_MASTER` (or `NTF_SELF` with `own`)."""

    dev: Dev
    mac: str
    state: FdbState
    sticky: bool
    own: bool
    how: How


@dataclass(frozen=True, slots=True)
class FdbDel:
    """RTM_DELNEIGH, `AF_BRIDGE`."""

    dev: Dev
    mac: str
    own: bool


@dataclass(frozen=True, slots=True)
class FdbFlush:
    """RTM_DELNEIGH, `AF_BRIDGE`, `NLM_F_BULK`, without filters: every entry of a bridge goes (`own`: `NTF_SELF`), or
    of a port (`NTF_MASTER`), local ones too.
    """

    dev: Dev
    own: bool


@dataclass(frozen=True, slots=True)
class AddrAdd:
    """RTM_NEWADDR."""

    dev: Dev
    addr: AddrSpec
    how: How


@dataclass(frozen=True, slots=True)
class AddrDel:
    """RTM_DELADDR; without a prefix length the first entry of that address."""

    dev: Dev
    local: str
    len: int | None = None


@dataclass(frozen=True, slots=True)
class RouteAdd:
    """RTM_NEWROUTE."""

    netns: NetnsId
    route: RouteSpec
    how: How


@dataclass(frozen=True, slots=True)
class RouteDel:
    """RTM_DELROUTE: the first route that fits."""

    netns: NetnsId
    route: RouteSpec


@dataclass(frozen=True, slots=True)
class RouteGet:
    """RTM_GETROUTE for one destination (`ip route get`). Replies `Route`."""

    netns: NetnsId
    dst: str
    src: str | None = None
    iif: IfIndex | None = None
    oif: IfIndex | None = None


@dataclass(frozen=True, slots=True)
class NeighAdd:
    """RTM_NEWNEIGH."""

    dev: Dev
    dst: str
    lladdr: str | None
    state: Nud
    proxy: bool
    how: How


@dataclass(frozen=True, slots=True)
class NeighDel:
    """RTM_DELNEIGH."""

    dev: Dev
    dst: str
    proxy: bool


@dataclass(frozen=True, slots=True)
class SysctlSet:
    """A write below `/proc/sys/net`, path without that prefix (`ipv4/ip_forward`)."""

    netns: NetnsId
    path: str
    value: str


@dataclass(frozen=True, slots=True)
class SysctlGet:
    """A read below `/proc/sys/net`. Replies `Value`."""

    netns: NetnsId
    path: str


@dataclass(frozen=True, slots=True)
class Socket:
    """`socket(2)`. `privileged`: CAP_NET_BIND_SERVICE; `v6`: AF_INET6. Replies `Socket`."""

    netns: NetnsId
    kind: SocketKind
    v6: bool
    privileged: bool


@dataclass(frozen=True, slots=True)
class SocketSet:
    """`setsockopt(2)`."""

    socket: SocketId
    option: SocketOption


@dataclass(frozen=True, slots=True)
class Bind:
    """`bind(2)`; port 0 draws one. Replies `Address`."""

    socket: SocketId
    addr: str


@dataclass(frozen=True, slots=True)
class Listen:
    """`listen(2)`."""

    socket: SocketId
    backlog: int


@dataclass(frozen=True, slots=True)
class Connect:
    """`connect(2)`, non-blocking: a TCP socket answers EINPROGRESS by reply `Trace`, then an event."""

    socket: SocketId
    addr: str


@dataclass(frozen=True, slots=True)
class Accept:
    """`accept(2)`. Replies `Socket`; EAGAIN if none waits."""

    socket: SocketId


@dataclass(frozen=True, slots=True)
class SendTo:
    """`sendto(2)` or `send(2)`. Replies `Trace`."""

    socket: SocketId
    addr: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Recv:
    """`recvfrom(2)`. Replies `Datagram`; EAGAIN if nothing waits; a pending error is given once."""

    socket: SocketId


@dataclass(frozen=True, slots=True)
class SockName:
    """`getsockname(2)`. Replies `Address`."""

    socket: SocketId


@dataclass(frozen=True, slots=True)
class Close:
    """`close(2)`. Replies `Trace`."""

    socket: SocketId


@dataclass(frozen=True, slots=True)
class Declare:
    """Say what a draw gives: declared entropy."""

    kind: str
    owner: str
    n: int
    value: bytes


@dataclass(frozen=True, slots=True)
class Undrawn:
    """Declared draws that nothing asked for. Replies `Names`."""


@dataclass(frozen=True, slots=True)
class IfIndexNext:
    """Set the next index a namespace gives (`ifindex` of its cyclic counter): what an unseen past used up."""

    netns: NetnsId
    ifindex: IfIndex


Request: TypeAlias = (
    NetnsNew
    | NetnsDel
    | NsidSet
    | LinkAdd
    | PhysAdd
    | LinkDel
    | LinkSet
    | AltName
    | LinkGet
    | BridgeSet
    | PortSet
    | BridgeAddIf
    | BridgeDelIf
    | BridgeDel
    | FdbAdd
    | FdbDel
    | FdbFlush
    | AddrAdd
    | AddrDel
    | RouteAdd
    | RouteDel
    | RouteGet
    | NeighAdd
    | NeighDel
    | SysctlSet
    | SysctlGet
    | Socket
    | SocketSet
    | Bind
    | Listen
    | Connect
    | Accept
    | SendTo
    | Recv
    | SockName
    | Close
    | Declare
    | Undrawn
    | IfIndexNext
)
"""An entry point of the kernel."""


@dataclass(frozen=True, slots=True)
class RouteFound:
    """What `ip route get` shows."""

    kind: int
    """`rtm_type` as in `RouteSpec`."""
    via: str | None
    """Gateway, if one is used."""
    oif: IfIndex
    """Output device."""
    table: int
    """The table that answered."""
    src: str | None
    """Source the kernel selects."""
    mtu: tuple[int, int] | None
    """Path mtu exception in bytes, with seconds left."""
    flags: int
    """`RTCF_*`: 0x80000000 local, 0x20000000 multicast, 0x10000000 broadcast, 0x01000000 a redirect is due."""


@dataclass(frozen=True, slots=True)
class DoneReply:
    """Done; nothing to say."""


@dataclass(frozen=True, slots=True)
class NetnsReply:
    """A new namespace."""

    value: NetnsId


@dataclass(frozen=True, slots=True)
class NsidReply:
    """A namespace id."""

    value: int


@dataclass(frozen=True, slots=True)
class LinkReply:
    """A new device's index in the namespace it was asked for."""

    value: IfIndex


@dataclass(frozen=True, slots=True)
class ValueReply:
    """A value read."""

    value: str


@dataclass(frozen=True, slots=True)
class SocketReply:
    """A socket."""

    value: SocketId


@dataclass(frozen=True, slots=True)
class AddressReply:
    """A socket's address."""

    value: str


@dataclass(frozen=True, slots=True)
class DatagramReply:
    """Bytes received."""

    from_: str
    """The sender."""
    data: bytes
    """What came; empty on TCP: the other side closed. For ICMP the IP packet from its header on."""


@dataclass(frozen=True, slots=True)
class RouteReply:
    """A route found."""

    value: RouteFound


@dataclass(frozen=True, slots=True)
class TraceReply:
    """The packets that the call sent, each walked to its end."""

    value: tuple[Trace, ...]


@dataclass(frozen=True, slots=True)
class NamesReply:
    """Names, in order."""

    value: tuple[str, ...]


Reply: TypeAlias = (
    DoneReply
    | NetnsReply
    | NsidReply
    | LinkReply
    | ValueReply
    | SocketReply
    | AddressReply
    | DatagramReply
    | RouteReply
    | TraceReply
    | NamesReply
)
"""What a request that was carried out answers."""
