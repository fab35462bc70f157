//! Every way state can change: one variant for each entry point of the kernel, not for a wish.

use core::net::{IpAddr, SocketAddr};

use serde::{Deserialize, Serialize};

use crate::addr::{Cidr, IfIndex, Mac, NetnsId, SocketId};

/// A device named as a netlink message names it: by namespace and index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dev {
    /// The namespace the message is sent in.
    pub netns: NetnsId,
    /// The device's index there.
    pub ifindex: IfIndex,
}

/// What kind of device to create (`IFLA_INFO_KIND`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LinkKind {
    /// A pair; the peer is registered first.
    Veth {
        /// The other end. Its `name` empty: `veth%d`.
        peer: LinkSpec,
    },
    /// A bridge, with what was given at creation.
    Bridge(BridgeOptions),
}

/// What a creation says of one device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LinkSpec {
    /// The namespace the device is born in.
    pub netns: NetnsId,
    /// Its name; empty or with `%d` to take the lowest free number.
    pub name: String,
    /// A wanted index, which does not move the counter.
    pub ifindex: Option<IfIndex>,
    /// A given MAC; else it is drawn.
    pub address: Option<Mac>,
    /// A given mtu in bytes.
    pub mtu: Option<u32>,
    /// A given transmit queue length in packets.
    pub txqueuelen: Option<u32>,
    /// `IFF_UP` in the creating message.
    pub up: bool,
}

/// Options of a bridge (`IFLA_BR_*`); `None` leaves a value alone. Times in USER_HZ (1/100 s) as netlink carries them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct BridgeOptions {
    /// `IFLA_BR_FORWARD_DELAY`, 1/100 s.
    pub forward_delay: Option<u32>,
    /// `IFLA_BR_HELLO_TIME`, 1/100 s.
    pub hello_time: Option<u32>,
    /// `IFLA_BR_MAX_AGE`, 1/100 s.
    pub max_age: Option<u32>,
    /// `IFLA_BR_AGEING_TIME`, 1/100 s.
    pub ageing_time: Option<u32>,
    /// `IFLA_BR_STP_STATE`.
    pub stp_state: Option<bool>,
    /// `IFLA_BR_PRIORITY`.
    pub priority: Option<u16>,
    /// `IFLA_BR_VLAN_FILTERING`; `true` is not modelled.
    pub vlan_filtering: Option<bool>,
    /// `IFLA_BR_GROUP_FWD_MASK`.
    pub group_fwd_mask: Option<u16>,
    /// `IFLA_BR_MCAST_SNOOPING`.
    pub mcast_snooping: Option<bool>,
    /// `IFLA_BR_NF_CALL_IPTABLES`.
    pub nf_call_iptables: Option<bool>,
    /// `IFLA_BR_FDB_MAX_LEARNED`.
    pub fdb_max_learned: Option<u32>,
    /// `IFLA_BR_FDB_FLUSH`: non-static entries go.
    pub fdb_flush: bool,
}

/// Options of a bridge port (`IFLA_BRPORT_*`); `None` leaves a value alone.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct PortOptions {
    /// `IFLA_BRPORT_STATE`: 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking.
    pub state: Option<u8>,
    /// `IFLA_BRPORT_PRIORITY`, 0 to 63.
    pub priority: Option<u16>,
    /// `IFLA_BRPORT_COST`, 1 to 65535.
    pub cost: Option<u32>,
    /// `IFLA_BRPORT_MODE`: hairpin.
    pub hairpin: Option<bool>,
    /// `IFLA_BRPORT_GUARD`.
    pub guard: Option<bool>,
    /// `IFLA_BRPORT_PROTECT`: root_block.
    pub root_block: Option<bool>,
    /// `IFLA_BRPORT_FAST_LEAVE`.
    pub fastleave: Option<bool>,
    /// `IFLA_BRPORT_LEARNING`.
    pub learning: Option<bool>,
    /// `IFLA_BRPORT_UNICAST_FLOOD`.
    pub flood: Option<bool>,
    /// `IFLA_BRPORT_MCAST_FLOOD`.
    pub mcast_flood: Option<bool>,
    /// `IFLA_BRPORT_BCAST_FLOOD`.
    pub bcast_flood: Option<bool>,
    /// `IFLA_BRPORT_ISOLATED`.
    pub isolated: Option<bool>,
    /// `IFLA_BRPORT_LOCKED`.
    pub locked: Option<bool>,
    /// `IFLA_BRPORT_NEIGH_SUPPRESS`; `true` is not modelled.
    pub neigh_suppress: Option<bool>,
}

/// One attribute of RTM_SETLINK; a command may send several in one `LinkSet`, carried out in `do_setlink`'s order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct LinkChange {
    /// `IFLA_NET_NS_FD`: the namespace to move to.
    pub netns: Option<NetnsId>,
    /// `IFLA_IFNAME`: the new name.
    pub name: Option<String>,
    /// `IFLA_ADDRESS`.
    pub address: Option<Mac>,
    /// `IFLA_BROADCAST`.
    pub broadcast: Option<Mac>,
    /// `IFLA_MTU`, bytes.
    pub mtu: Option<u32>,
    /// `IFLA_TXQLEN`, packets.
    pub txqueuelen: Option<u32>,
    /// `IFLA_GROUP`.
    pub group: Option<u32>,
    /// `IFLA_IFALIAS`; empty removes it.
    pub alias: Option<String>,
    /// `IFLA_LINKMODE`: 0 default, 1 dormant.
    pub linkmode: Option<u8>,
    /// `IFLA_MASTER`: a bridge's index, 0 for none. Moves a port that has a master.
    pub master: Option<IfIndex>,
    /// `IFF_UP`.
    pub up: Option<bool>,
    /// `IFF_PROMISC`.
    pub promisc: Option<bool>,
    /// `IFF_ALLMULTI`.
    pub allmulti: Option<bool>,
    /// `IFF_MULTICAST`.
    pub multicast: Option<bool>,
    /// `IFF_NOARP`.
    pub noarp: Option<bool>,
    /// `IFLA_CARRIER` of a bridge; on veth refused.
    pub carrier: Option<bool>,
}

/// What an address message carries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AddrSpec {
    /// The local address and prefix length.
    pub local: Cidr,
    /// The other end of a point-to-point address.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub peer: Option<IpAddr>,
    /// `IFA_BROADCAST`.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub broadcast: Option<core::net::Ipv4Addr>,
    /// `ifa_scope`; `None`: as the kernel derives it.
    #[serde(default)]
    pub scope: Option<u8>,
    /// `IFA_LABEL`; the device's name if absent.
    #[serde(default)]
    pub label: Option<String>,
    /// Seconds; `None` is forever.
    #[serde(default)]
    pub valid_lft: Option<u32>,
    /// Seconds; `None` is forever.
    #[serde(default)]
    pub preferred_lft: Option<u32>,
    /// `IFA_F_NOPREFIXROUTE`.
    #[serde(default)]
    pub noprefixroute: bool,
    /// `IFA_F_NODAD`.
    #[serde(default)]
    pub nodad: bool,
    /// `IFA_RT_PRIORITY`.
    #[serde(default)]
    pub metric: u32,
}

/// What a route message carries. Family from `dst`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RouteSpec {
    /// Destination prefix; 0.0.0.0/0 is the default route.
    pub dst: Cidr,
    /// `rtm_type`: 1 unicast, 2 local, 3 broadcast, 6 blackhole, 7 unreachable, 8 prohibit, 9 throw.
    pub kind: u8,
    /// Table number; 254 main, 255 local.
    pub table: u32,
    /// `rtm_protocol`; 2 kernel, 3 boot, 4 static. On deletion `None` matches any.
    #[serde(default)]
    pub protocol: Option<u8>,
    /// `rtm_scope`; `None`: as iproute2 and the kernel derive it.
    #[serde(default)]
    pub scope: Option<u8>,
    /// Type of service.
    #[serde(default)]
    pub tos: u8,
    /// Gateway.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub via: Option<IpAddr>,
    /// Output device.
    #[serde(default)]
    pub oif: Option<IfIndex>,
    /// Preferred source.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub src: Option<IpAddr>,
    /// `RTA_PRIORITY`; on deletion `None` matches any.
    #[serde(default)]
    pub metric: Option<u32>,
    /// `RTNH_F_ONLINK`.
    #[serde(default)]
    pub onlink: bool,
    /// `RTAX_MTU`, bytes.
    #[serde(default)]
    pub mtu: Option<u32>,
}

/// How an addition meets what exists (`NLM_F_*` of iproute2's verbs).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum How {
    /// `add`: refused if it exists.
    Add,
    /// `append`: after what exists.
    Append,
    /// `prepend`: before what exists.
    Prepend,
    /// `change`: refused if it does not exist.
    Change,
    /// `replace`: either.
    Replace,
}

/// State given to a neighbour (`NUD_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[allow(clippy::upper_case_acronyms)]
pub enum Nud {
    NONE,
    INCOMPLETE,
    REACHABLE,
    STALE,
    DELAY,
    PROBE,
    FAILED,
    NOARP,
    PERMANENT,
}

/// What sort of FDB entry `bridge fdb add` asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum FdbState {
    /// `local` / `permanent`: frames to it are delivered up.
    Permanent,
    /// `static`: does not age, but moves.
    Static,
    /// `dynamic`: ages.
    Dynamic,
}

/// What a socket speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SocketKind {
    /// SOCK_STREAM.
    Tcp,
    /// SOCK_DGRAM.
    Udp,
    /// SOCK_RAW or a ping socket, IPPROTO_ICMP; `ident` is its ICMP id.
    Icmp {
        /// ICMP id of its echo requests.
        ident: u16,
    },
}

/// One option of a socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum SocketOption {
    /// `SO_REUSEADDR`.
    ReuseAddr(bool),
    /// `SO_REUSEPORT`.
    ReusePort(bool),
    /// `SO_BROADCAST`.
    Broadcast(bool),
    /// `IPV6_V6ONLY`.
    V6Only(bool),
    /// `SO_BINDTODEVICE`; empty unbinds.
    BindToDevice(String),
    /// `IP_TTL`.
    Ttl(u8),
    /// `IP_TOS`.
    Tos(u8),
    /// `IP_MTU_DISCOVER`: `true` sets DF (`IP_PMTUDISC_DO`), `false` is `IP_PMTUDISC_DONT`.
    DontFragment(bool),
}

/// An entry point of the kernel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Request {
    /// `unshare(CLONE_NEWNET)`: a namespace with `lo` down. Replies `Netns`.
    NetnsNew,
    /// The last reference to a namespace is gone (`cleanup_net`): virtual devices die, physical ones go to `init_net`.
    NetnsDel { netns: NetnsId },
    /// RTM_NEWNSID; `nsid` -1 for `auto`. Replies `Nsid`.
    NsidSet { netns: NetnsId, peer: NetnsId, nsid: i32 },
    /// RTM_NEWLINK with NLM_F_CREATE|NLM_F_EXCL. Replies `Link`.
    LinkAdd { spec: LinkSpec, kind: LinkKind },
    /// A physical device appears in `init_net` with a wire to outside; `qdisc` is attached when it first goes up.
    /// Replies `Link`.
    PhysAdd {
        name: String,
        address: Mac,
        #[serde(default = "pfifo_fast")]
        qdisc: String,
    },
    /// RTM_DELLINK.
    LinkDel { dev: Dev },
    /// RTM_SETLINK (`do_setlink`). State set by earlier attributes stays when a later one is refused, as in Linux.
    LinkSet { dev: Dev, change: LinkChange },
    /// RTM_NEWLINKPROP or RTM_DELLINKPROP: an altname.
    AltName { dev: Dev, name: String, add: bool },
    /// RTM_GETLINK: a dump (or of one device) in this namespace, which allocates the nsids that it names.
    LinkGet { netns: NetnsId, dev: Option<IfIndex> },
    /// RTM_NEWLINK with `IFLA_INFO_DATA` for a bridge.
    BridgeSet { dev: Dev, options: BridgeOptions },
    /// RTM_SETLINK of a port (`AF_BRIDGE` or `type bridge_slave`).
    PortSet { dev: Dev, options: PortOptions },
    /// `SIOCBRADDIF`: refused if the device has a master.
    BridgeAddIf { bridge: Dev, port: IfIndex },
    /// `SIOCBRDELIF`: refused if the device is not a port of this bridge.
    BridgeDelIf { bridge: Dev, port: IfIndex },
    /// `SIOCBRDELBR`: refused while the bridge is up.
    BridgeDel { netns: NetnsId, name: String },
    /// RTM_NEWNEIGH, `AF_BRIDGE`, `NTF_MASTER` (or `NTF_SELF` with `own`).
    FdbAdd { dev: Dev, mac: Mac, state: FdbState, sticky: bool, own: bool, how: How },
    /// RTM_DELNEIGH, `AF_BRIDGE`.
    FdbDel { dev: Dev, mac: Mac, own: bool },
    /// RTM_DELNEIGH, `AF_BRIDGE`, `NLM_F_BULK`, without filters: every entry of a bridge goes (`own`: `NTF_SELF`), or of a
    /// port (`NTF_MASTER`), local ones too.
    FdbFlush { dev: Dev, own: bool },
    /// RTM_NEWADDR.
    AddrAdd { dev: Dev, addr: AddrSpec, how: How },
    /// RTM_DELADDR; without a prefix length the first entry of that address.
    AddrDel {
        dev: Dev,
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        local: IpAddr,
        len: Option<u8>,
    },
    /// RTM_NEWROUTE.
    RouteAdd { netns: NetnsId, route: RouteSpec, how: How },
    /// RTM_DELROUTE: the first route that fits.
    RouteDel { netns: NetnsId, route: RouteSpec },
    /// RTM_GETROUTE for one destination (`ip route get`). Replies `Route`.
    RouteGet {
        netns: NetnsId,
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        dst: IpAddr,
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        src: Option<IpAddr>,
        iif: Option<IfIndex>,
        oif: Option<IfIndex>,
    },
    /// RTM_NEWNEIGH.
    NeighAdd {
        dev: Dev,
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        dst: IpAddr,
        lladdr: Option<Mac>,
        state: Nud,
        proxy: bool,
        how: How,
    },
    /// RTM_DELNEIGH.
    NeighDel {
        dev: Dev,
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        dst: IpAddr,
        proxy: bool,
    },
    /// A write below `/proc/sys/net`, path without that prefix (`ipv4/ip_forward`).
    SysctlSet { netns: NetnsId, path: String, value: String },
    /// A read below `/proc/sys/net`. Replies `Value`.
    SysctlGet { netns: NetnsId, path: String },
    /// `socket(2)`. `privileged`: CAP_NET_BIND_SERVICE; `v6`: AF_INET6. Replies `Socket`.
    Socket { netns: NetnsId, kind: SocketKind, v6: bool, privileged: bool },
    /// `setsockopt(2)`.
    SocketSet { socket: SocketId, option: SocketOption },
    /// `bind(2)`; port 0 draws one. Replies `Address`.
    Bind {
        socket: SocketId,
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        addr: SocketAddr,
    },
    /// `listen(2)`.
    Listen { socket: SocketId, backlog: u32 },
    /// `connect(2)`, non-blocking: a TCP socket answers EINPROGRESS by reply `Trace`, then an event.
    Connect {
        socket: SocketId,
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        addr: SocketAddr,
    },
    /// `accept(2)`. Replies `Socket`; EAGAIN if none waits.
    Accept { socket: SocketId },
    /// `sendto(2)` or `send(2)`. Replies `Trace`.
    SendTo {
        socket: SocketId,
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        addr: Option<SocketAddr>,
        data: Vec<u8>,
    },
    /// `recvfrom(2)`. Replies `Datagram`; EAGAIN if nothing waits; a pending error is given once.
    Recv { socket: SocketId },
    /// `getsockname(2)`. Replies `Address`.
    SockName { socket: SocketId },
    /// `close(2)`. Replies `Trace`.
    Close { socket: SocketId },
    /// Say what a draw gives: declared entropy.
    Declare { kind: String, owner: String, n: u64, value: Vec<u8> },
    /// Declared draws that nothing asked for. Replies `Names`.
    Undrawn,
    /// Set the next index a namespace gives (`ifindex` of its cyclic counter): what an unseen past used up.
    IfIndexNext { netns: NetnsId, ifindex: IfIndex },
}

/// The default of `net.core.default_qdisc` in a kernel that nobody configured.
fn pfifo_fast() -> String {
    "pfifo_fast".to_string()
}

/// What a request that was carried out answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Reply {
    /// Done; nothing to say.
    Done,
    /// A new namespace.
    Netns(NetnsId),
    /// A namespace id.
    Nsid(i32),
    /// A new device's index in the namespace it was asked for.
    Link(IfIndex),
    /// A value read.
    Value(String),
    /// A socket.
    Socket(SocketId),
    /// A socket's address.
    Address(#[cfg_attr(feature = "schema", schemars(with = "String"))] SocketAddr),
    /// Bytes received.
    Datagram {
        /// The sender.
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        from: SocketAddr,
        /// What came; empty on TCP: the other side closed. For ICMP the IP packet from its header on.
        data: Vec<u8>,
    },
    /// A route found.
    Route(RouteFound),
    /// The packets that the call sent, each walked to its end.
    Trace(Vec<crate::trace::Trace>),
    /// Names, in order.
    Names(Vec<String>),
}

/// What `ip route get` shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RouteFound {
    /// `rtm_type` as in `RouteSpec`.
    pub kind: u8,
    /// Gateway, if one is used.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub via: Option<IpAddr>,
    /// Output device.
    pub oif: IfIndex,
    /// The table that answered.
    pub table: u32,
    /// Source the kernel selects.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub src: Option<IpAddr>,
    /// Path mtu exception in bytes, with seconds left.
    pub mtu: Option<(u32, u32)>,
    /// `RTCF_*`: 0x80000000 local, 0x20000000 multicast, 0x10000000 broadcast, 0x01000000 a redirect is due.
    pub flags: u32,
}
