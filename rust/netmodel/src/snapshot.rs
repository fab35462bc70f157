//! What a Kernel holds, in canonical order: comparable, and what showing commands render.

use core::net::{IpAddr, SocketAddr};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::addr::{Cidr, IfIndex, Mac, NetnsId, SocketId};
use crate::request::{Nud, SocketKind};
use crate::time::Instant;

/// Everything held, namespaces by id.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Snapshot {
    /// The Kernel's time.
    pub now: Instant,
    /// Every live namespace.
    pub netns: Vec<NetnsView>,
}

/// One namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NetnsView {
    /// Its id.
    pub id: NetnsId,
    /// nsid → namespace, as far as allocated here.
    pub nsids: BTreeMap<u32, NetnsId>,
    /// Devices by ascending ifindex: the order of every dump.
    pub links: Vec<Link>,
    /// Routes of all tables, in dump order: main before local.
    pub routes: Vec<Route>,
    /// Neighbours by device and address.
    pub neighs: Vec<Neigh>,
    /// Policy rules.
    pub rules: Vec<Rule>,
    /// Sockets by id.
    pub sockets: Vec<Socket>,
    /// Values below `/proc/sys/net`, by path (`ipv4/conf/all/forwarding`).
    pub sysctls: BTreeMap<String, String>,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Link {
    /// Index in its namespace.
    pub ifindex: IfIndex,
    /// Name.
    pub name: String,
    /// Altnames in order of addition.
    pub altnames: Vec<String>,
    /// `IFLA_IFALIAS`.
    pub alias: Option<String>,
    /// `IFLA_LINK`: the peer's index, wherever that is; `None` if it equals the own (no lower device).
    pub link: Option<IfIndex>,
    /// `IFLA_LINK_NETNSID`, if the peer is in another namespace and an id is allocated.
    pub link_netnsid: Option<u32>,
    /// `IFF_*` as RTM_NEWLINK carries them (`dev_get_flags`): `UP` 0x1 … `RUNNING` 0x40 … `LOWER_UP` 0x10000.
    pub flags: u32,
    /// Bytes.
    pub mtu: u32,
    /// `noop`, `noqueue`, `pfifo_fast`, `fq_codel`, …
    pub qdisc: String,
    /// Transmit queue length; 0 is not shown.
    pub txqlen: u32,
    /// `IF_OPER_*` as RTM_NEWLINK carries it (down for what is not up): 0 unknown, 2 down, 3 lowerlayerdown, 5 dormant,
    /// 6 up.
    pub operstate: u8,
    /// 0 default, 1 dormant.
    pub linkmode: u8,
    /// Group number.
    pub group: u32,
    /// Index of the bridge it is a port of.
    pub master: Option<IfIndex>,
    /// `ARPHRD_*`: 1 ether, 772 loopback.
    pub kind: u16,
    /// Hardware address.
    pub address: Mac,
    /// Hardware broadcast address.
    pub broadcast: Mac,
    /// `addr_assign_type`: 0 permanent, 1 random, 3 set.
    pub addr_assign_type: u8,
    /// Users of promiscuity.
    pub promiscuity: u32,
    /// Users of allmulti.
    pub allmulti: u32,
    /// Least mtu.
    pub min_mtu: u32,
    /// Greatest mtu; 0 is none.
    pub max_mtu: u32,
    /// What it is.
    pub info: LinkInfo,
    /// As a bridge port.
    pub port: Option<Port>,
    /// Addresses in the order of a dump: IPv4, then IPv6.
    pub addrs: Vec<Addr>,
    /// Link-layer multicast list (`dev->mc`), as `bridge fdb` shows it in `self` entries.
    pub mc: Vec<Mac>,
    /// Counters.
    pub stats: Stats,
}

/// Counters of a device (`rtnl_link_stats64`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stats {
    pub rx_bytes: u64,
    pub rx_packets: u64,
    pub rx_errors: u64,
    pub rx_dropped: u64,
    pub rx_missed: u64,
    pub multicast: u64,
    pub tx_bytes: u64,
    pub tx_packets: u64,
    pub tx_errors: u64,
    pub tx_dropped: u64,
    pub tx_carrier: u64,
    pub collisions: u64,
}

/// `IFLA_INFO_KIND` and its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum LinkInfo {
    /// `lo`.
    Loopback,
    /// A device with a wire to outside.
    Phys,
    /// One end of a pair.
    Veth {
        /// The namespace of the other end.
        peer_netns: NetnsId,
    },
    /// A bridge.
    Bridge(Bridge),
}

/// A bridge. Times in 1/100 s.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Bridge {
    pub forward_delay: u32,
    pub hello_time: u32,
    pub max_age: u32,
    pub ageing_time: u32,
    pub stp_state: u32,
    pub priority: u16,
    pub vlan_filtering: bool,
    /// The MAC half of the bridge id: zero until a port gave it or it was set.
    pub bridge_id: Mac,
    pub group_fwd_mask: u16,
    pub mcast_snooping: bool,
    pub nf_call_iptables: bool,
    pub fdb_n_learned: u32,
    pub fdb_max_learned: u32,
    /// `IFLA_TSO_MAX_SIZE`: the least of its ports', kept when they leave.
    pub tso_max_size: u32,
    /// A topology change is being told.
    pub topology_change: bool,
    /// A topology change was seen.
    pub topology_change_detected: bool,
    /// Time left to the next BPDU, 0 without STP.
    pub hello_timer: u32,
    /// Time left of a topology change.
    pub topology_change_timer: u32,
    /// Time left to the next sweep of the FDB.
    pub gc_timer: u32,
    /// The FDB in dump order: of each device (the bridge first), newest first.
    pub fdb: Vec<FdbEntry>,
}

/// One entry of a bridge's FDB.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FdbEntry {
    pub mac: Mac,
    /// VLAN; 0 without filtering.
    pub vlan: u16,
    /// The port's index, or the bridge's own.
    pub port: IfIndex,
    /// `BR_FDB_LOCAL`: shown as permanent.
    pub local: bool,
    /// `BR_FDB_STATIC`.
    pub is_static: bool,
    pub sticky: bool,
    pub extern_learn: bool,
    pub added_by_user: bool,
    /// Nanoseconds since it was last used as destination.
    pub used: u64,
    /// Nanoseconds since it was last refreshed.
    pub updated: u64,
    /// Expired but not yet swept.
    pub stale: bool,
}

/// A bridge port.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Port {
    /// 0 disabled, 1 listening, 2 learning, 3 forwarding, 4 blocking.
    pub state: u8,
    pub priority: u16,
    pub cost: u32,
    pub port_no: u16,
    pub hairpin: bool,
    pub guard: bool,
    pub root_block: bool,
    pub fastleave: bool,
    pub learning: bool,
    pub flood: bool,
    pub mcast_flood: bool,
    pub bcast_flood: bool,
    pub isolated: bool,
    pub locked: bool,
    pub neigh_suppress: bool,
    /// The priority half of the designated bridge's id, which is this bridge's but for a disabled port.
    pub designated_priority: u16,
    /// 1/100 s left in which no BPDU is sent.
    pub hold_timer: u32,
    /// A BPDU waits for that.
    pub config_pending: bool,
    /// 1/100 s left of the forward-delay timer.
    pub forward_delay_timer: u32,
}

/// An address of a device.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Addr {
    pub local: Cidr,
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub peer: Option<IpAddr>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub broadcast: Option<IpAddr>,
    /// 0 global, 200 site, 253 link, 254 host.
    pub scope: u8,
    /// `IFA_F_*`: 0x01 secondary, 0x02 nodad, 0x08 dadfailed, 0x20 deprecated, 0x40 tentative, 0x80 permanent, 0x200 noprefixroute.
    pub flags: u32,
    pub label: String,
    /// Seconds left, rounded down; `None` is forever.
    pub valid_lft: Option<u32>,
    /// Seconds left, rounded down; `None` is forever.
    pub preferred_lft: Option<u32>,
    pub metric: u32,
}

/// A route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Route {
    pub dst: Cidr,
    pub kind: u8,
    pub table: u32,
    pub protocol: u8,
    pub scope: u8,
    pub tos: u8,
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub via: Option<IpAddr>,
    pub oif: Option<IfIndex>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub src: Option<IpAddr>,
    pub metric: u32,
    /// `RTNH_F_*`: 1 dead, 4 onlink, 16 linkdown.
    pub flags: u32,
    pub mtu: Option<u32>,
}

/// A neighbour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Neigh {
    pub dev: IfIndex,
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub dst: IpAddr,
    pub lladdr: Option<Mac>,
    pub state: Nud,
    pub proxy: bool,
    pub router: bool,
    /// Nanoseconds since used, confirmed, updated.
    pub used: u64,
    pub confirmed: u64,
    pub updated: u64,
    /// Probes sent.
    pub probes: u32,
    pub refcnt: u32,
}

/// A policy rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Rule {
    pub pref: u32,
    pub table: u32,
}

/// A socket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Socket {
    pub id: SocketId,
    pub kind: SocketKind,
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub local: Option<SocketAddr>,
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub remote: Option<SocketAddr>,
    /// TCP state by the kernel's name (`LISTEN`, `ESTABLISHED`, …), `UNCONN` or `ESTAB` for UDP.
    pub state: String,
    pub backlog: u32,
    /// Bytes or connections waiting to be read.
    pub recv_q: u32,
}
