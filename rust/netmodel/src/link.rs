//! Network devices: `lo`, physical-like ones, veth pairs, bridges.

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, IfIndex, Mac, NetnsId};
use crate::bridge::{Bridge, Port};
use crate::error::{Error, Result};
use crate::ifaddr::Ifaddr;
use crate::ipv6::Inet6;
use crate::kernel::Kernel;
use crate::neigh::NeighTable;
use crate::request::{Dev, LinkChange, LinkKind, LinkSpec};
use crate::snapshot::Stats;
use crate::time::Instant;

/// What a device is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DevKind {
    /// `lo`.
    Loopback,
    /// A device with a wire to outside; carrier is on.
    Phys,
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
    /// As a bridge port.
    pub port: Option<Box<Port>>,
    /// IPv4 addresses in list order.
    pub ifaddrs: Vec<Ifaddr>,
    /// IPv6 on this device.
    pub inet6: Inet6,
    /// Neighbours.
    pub neighs: NeighTable,
    /// Link-layer multicast list.
    pub mc: Vec<Mac>,
    /// Counters.
    pub stats: Stats,
}

/// When link-watch last ran, and what waits for it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Linkwatch {
    /// The next run of events that are not urgent.
    pub next_event: Instant,
    /// Devices whose operstate has to catch up.
    pub pending: Vec<DevId>,
}

impl Kernel {
    pub(crate) fn link_add(&mut self, _spec: LinkSpec, _kind: LinkKind) -> Result<IfIndex> {
        Err(Error::unsupported("RTM_NEWLINK"))
    }

    pub(crate) fn phys_add(&mut self, _name: &str, _address: Mac) -> Result<IfIndex> {
        Err(Error::unsupported("a physical device"))
    }

    pub(crate) fn link_del(&mut self, _dev: Dev) -> Result {
        Err(Error::unsupported("RTM_DELLINK"))
    }

    pub(crate) fn link_set(&mut self, _dev: Dev, _change: LinkChange) -> Result {
        Err(Error::unsupported("RTM_SETLINK"))
    }

    pub(crate) fn altname(&mut self, _dev: Dev, _name: &str, _add: bool) -> Result {
        Err(Error::unsupported("RTM_NEWLINKPROP"))
    }

    pub(crate) fn link_get(&mut self, _netns: NetnsId, _dev: Option<IfIndex>) -> Result {
        Err(Error::unsupported("RTM_GETLINK"))
    }

    pub(crate) fn ifindex_next(&mut self, _netns: NetnsId, _ifindex: IfIndex) -> Result {
        Err(Error::unsupported("ifindex"))
    }

    pub(crate) fn linkwatch_event(&mut self) {}
}

impl Kernel {
    /// `netif_carrier_on`.
    pub(crate) fn netif_carrier_on(&mut self, dev: DevId) {
        self.dev_mut(dev).carrier = true;
    }

    /// `netif_carrier_off`.
    pub(crate) fn netif_carrier_off(&mut self, dev: DevId) {
        self.dev_mut(dev).carrier = false;
    }
}
