//! Network devices: `lo`, physical-like ones, veth pairs, bridges. Models net/core/dev.c and rtnetlink.c.
//!
//! `create` and `delete` say how a device comes and goes, `name` what it is called, `set` what RTM_SETLINK changes and
//! in which order, `flags` going up and down, `watch` carrier and operstate, `netns_move` the way to another namespace,
//! `notify` who is told.

mod create;
mod delete;
mod flags;
mod name;
mod netns_move;
mod notify;
mod set;
mod watch;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, IfIndex, Mac, NetnsId};
use crate::bridge::Bridge;
use crate::ifaddr::Ifaddr;
use crate::ipv6::Inet6;
use crate::kernel::Kernel;
use crate::neigh::NeighTable;
use crate::snapshot::Stats;
use crate::sysctl::Devconf;
use crate::time::Instant;

/// What a device is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DevKind {
    /// `lo`.
    Loopback,
    /// A device with a wire to outside.
    Phys {
        /// The queueing discipline that it gets when it first goes up.
        qdisc: String,
    },
    /// One end of a pair.
    Veth {
        /// The other end.
        peer: DevId,
    },
    /// A bridge.
    Bridge(Box<Bridge>),
}

/// A network device (`struct net_device`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Device {
    /// Its id in the Kernel.
    pub id: DevId,
    /// The namespace it is in.
    pub netns: NetnsId,
    /// Its index there.
    pub ifindex: IfIndex,
    /// Its name there.
    pub name: String,
    /// Other names.
    pub altnames: Vec<String>,
    /// Free text.
    pub alias: Option<String>,
    /// What it is.
    pub kind: DevKind,
    /// Hardware address.
    pub address: Mac,
    /// Hardware broadcast address.
    pub broadcast: Mac,
    /// 0 permanent, 1 random, 3 set.
    pub addr_assign_type: u8,
    /// Bytes.
    pub mtu: u32,
    /// Packets.
    pub txqlen: u32,
    /// Group number.
    pub group: u32,
    /// 0 default, 1 dormant.
    pub linkmode: u8,
    /// `IFF_UP`.
    pub up: bool,
    /// `netif_carrier_ok`.
    pub carrier: bool,
    /// `IF_OPER_*`, as link-watch last stored it.
    pub operstate: u8,
    /// The queueing discipline's name.
    pub qdisc: String,
    /// The qdisc is in use, not only attached: with carrier, after link-watch has seen it (`dev_activate`,
    /// `dev_deactivate`).
    pub qdisc_active: bool,
    /// `IFF_PROMISC` set by the user.
    pub promisc: bool,
    /// `IFF_ALLMULTI` set by the user.
    pub allmulti: bool,
    /// `IFF_MULTICAST`.
    pub multicast: bool,
    /// `IFF_NOARP`.
    pub noarp: bool,
    /// Users of promiscuity besides the flag (a bridge).
    pub promiscuity: u32,
    /// Users of allmulti besides the flag.
    pub allmulti_users: u32,
    /// The bridge it is a port of.
    pub master: Option<DevId>,
    /// How far it is known to the rest of the kernel.
    pub reg: RegState,
    /// Hardware address of a device that has one of its own.
    pub perm_address: Option<Mac>,
    /// `/proc/sys/net/ipv4/conf/DEV`.
    pub conf4: Devconf,
    /// `/proc/sys/net/ipv6/conf/DEV`.
    pub conf6: Devconf,
    /// `/proc/sys/net/ipv4/neigh/DEV`.
    pub neigh4: Devconf,
    /// `/proc/sys/net/ipv6/neigh/DEV`.
    pub neigh6: Devconf,
    /// IPv4 addresses in list order.
    pub ifaddrs: Vec<Ifaddr>,
    /// IPv6 on this device.
    pub inet6: Inet6,
    /// Neighbours.
    pub neighs: NeighTable,
    /// IPv4 multicast groups.
    pub igmp: crate::igmp::Groups,
    /// Link-layer multicast list, an entry for each user.
    pub mc: Vec<Mac>,
    /// Counters.
    pub stats: Stats,
}

/// How far a device is known to the rest of the kernel (`dev->reg_state`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegState {
    /// Not yet in any list.
    Uninitialized,
    /// Known.
    Registered,
    /// On its way out: no link message names it any more.
    Unregistering,
}

/// When link-watch last ran, and what waits for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Linkwatch {
    /// The next run of events that are not urgent.
    pub next_event: Instant,
    /// Devices whose operstate has to catch up.
    pub pending: Vec<DevId>,
}

/// Interface flags (`IFF_*`).
pub mod iff {
    /// Administratively up.
    pub const UP: u32 = 0x1;
    /// Has a broadcast address.
    pub const BROADCAST: u32 = 0x2;
    /// Is `lo`.
    pub const LOOPBACK: u32 = 0x8;
    /// Operationally up.
    pub const RUNNING: u32 = 0x40;
    /// Speaks no ARP.
    pub const NOARP: u32 = 0x80;
    /// Receives all frames, by the user's wish.
    pub const PROMISC: u32 = 0x100;
    /// Receives all multicast, by the user's wish.
    pub const ALLMULTI: u32 = 0x200;
    /// Speaks multicast.
    pub const MULTICAST: u32 = 0x1000;
    /// Has carrier.
    pub const LOWER_UP: u32 = 0x10000;
    /// Waits for something above.
    pub const DORMANT: u32 = 0x20000;
}

/// Operational states (`IF_OPER_*`).
pub mod oper {
    /// Never set.
    pub const UNKNOWN: u8 = 0;
    /// No carrier.
    pub const DOWN: u8 = 2;
    /// No carrier, nor has the lower device.
    pub const LOWERLAYERDOWN: u8 = 3;
    /// Carrier, but waiting.
    pub const DORMANT: u8 = 5;
    /// Carrier.
    pub const UP: u8 = 6;
}

impl Device {
    /// Whether it is `lo`.
    pub fn is_loopback(&self) -> bool {
        matches!(self.kind, DevKind::Loopback)
    }

    /// Whether it is a bridge.
    pub fn is_bridge(&self) -> bool {
        matches!(self.kind, DevKind::Bridge(_))
    }

    /// Least mtu in bytes (`dev->min_mtu`).
    pub fn min_mtu(&self) -> u32 {
        if self.is_loopback() { 0 } else { 68 }
    }

    /// Greatest mtu in bytes, 0 for none (`dev->max_mtu`).
    pub fn max_mtu(&self) -> u32 {
        match self.kind {
            DevKind::Loopback => 0,
            DevKind::Phys { .. } => 1500,
            DevKind::Veth { .. } | DevKind::Bridge(_) => 65535,
        }
    }

    /// Operationally up (`netif_oper_up`).
    pub fn oper_up(&self) -> bool {
        matches!(self.operstate, oper::UP | oper::UNKNOWN)
    }

    /// The flags as a link message carries them (`dev_get_flags`).
    pub fn flags(&self) -> u32 {
        let kind = if self.is_loopback() { iff::LOOPBACK } else { iff::BROADCAST };
        let running = self.up && self.oper_up();
        let bits = [
            (self.up, iff::UP),
            (running, iff::RUNNING),
            (self.noarp, iff::NOARP),
            (self.promisc, iff::PROMISC),
            (self.allmulti, iff::ALLMULTI),
            (self.multicast, iff::MULTICAST),
            (self.up && self.carrier, iff::LOWER_UP),
        ];
        bits.iter().filter(|(set, _)| *set).fold(kind, |flags, (_, bit)| flags | bit)
    }
}

impl Kernel {
    /// The other end of a veth, once it is there and as long as it is (`rtnl_dereference(priv->peer)`).
    pub(crate) fn veth_peer(&self, dev: DevId) -> Option<DevId> {
        let device = self.dev(dev);
        let DevKind::Veth { peer } = device.kind else { return None };
        let there = self.devs.get(&peer).is_some_and(|peer| peer.reg == RegState::Registered);
        (there && device.reg == RegState::Registered).then_some(peer)
    }

    /// The index of the device below, the own one for none (`dev_get_iflink`).
    pub(crate) fn dev_get_iflink(&self, dev: DevId) -> IfIndex {
        match self.dev(dev).kind {
            DevKind::Veth { .. } => self.veth_peer(dev).map_or(IfIndex(0), |peer| self.dev(peer).ifindex),
            _ => self.dev(dev).ifindex,
        }
    }
}
