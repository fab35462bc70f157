//! Bridges. Models net/bridge: `input` (a frame came in), `forward` (where it goes), `fdb` (what is remembered), `port`
//! (joining, leaving), `stp` (states), `snooping` (multicast), `netlink` (requests), `view` (what is shown).

pub mod fdb;
pub mod forward;
pub mod index;
mod input;
mod netlink;
mod port;
mod snooping;
mod stp;
mod view;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, Mac};
use crate::kernel::Kernel;
use crate::link::DevKind;
use crate::time::{Duration, Instant};
use fdb::{Ageing, Fdb};

/// A bridge (`struct net_bridge`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bridge {
    /// Its ports, the newest first (`port_list`): the order of flooding.
    pub ports: Vec<Port>,
    /// The forwarding database.
    pub fdb: Fdb,
    /// The address half of the bridge id: zero until a port or the user gave one.
    pub bridge_id: Mac,
    /// The priority half of the bridge id.
    pub priority: u16,
    /// How long a port listens, and learns.
    pub forward_delay: Duration,
    /// Between two configuration BPDUs.
    pub hello_time: Duration,
    /// How long a BPDU's information holds.
    pub max_age: Duration,
    /// After which an address expires: `bridge_ageing_time`, shorter during a topology change.
    pub ageing_time: Duration,
    /// `ageing_time` as configured.
    pub bridge_ageing_time: Duration,
    /// The kernel's STP is on.
    pub stp: bool,
    /// A topology change is being propagated.
    pub topology_change: bool,
    /// One was detected.
    pub topology_change_detected: bool,
    /// Groups 01:80:c2:00:00:0X that are forwarded.
    pub group_fwd_mask: u16,
    /// `fdb_max_learned`.
    pub fdb_max_learned: u32,
    /// Multicast snooping is on.
    pub mcast_snooping: bool,
    /// Which queries were seen.
    pub querier: snooping::Querier,
    /// `nf_call_iptables`.
    pub nf_call_iptables: bool,
    /// The greatest segment that is handed to it, bytes: the least of its ports', kept when they leave.
    pub tso_max_size: u32,
    /// The mtu was set by the user: it no longer follows the ports'.
    pub mtu_set_by_user: bool,
}

/// A port (`struct net_bridge_port`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Port {
    /// Its device.
    pub dev: DevId,
    /// Its number in the bridge, from 1.
    pub port_no: u16,
    /// 0 to 63.
    pub priority: u16,
    /// Path cost.
    pub path_cost: u32,
    /// The path cost was set by the user (`BR_ADMIN_COST`).
    pub admin_cost: bool,
    /// `BR_STATE_*`.
    pub state: State,
    /// `HAIRPIN_MODE`, `LEARNING`, …
    pub flags: u16,
    /// The priority of the bridge as this port last told it: a disabled port keeps what it told before.
    pub designated_priority: u16,
    /// A BPDU waits for the hold timer.
    pub config_pending: bool,
}

/// `BR_HAIRPIN_MODE`: frames may leave by the port they came in at.
pub const HAIRPIN_MODE: u16 = 1;
/// `BR_BPDU_GUARD`: a received BPDU disables the port.
pub const BPDU_GUARD: u16 = 1 << 1;
/// `BR_ROOT_BLOCK`.
pub const ROOT_BLOCK: u16 = 1 << 2;
/// `BR_MULTICAST_FAST_LEAVE`.
pub const MULTICAST_FAST_LEAVE: u16 = 1 << 3;
/// `BR_LEARNING`: source addresses are learned.
pub const LEARNING: u16 = 1 << 4;
/// `BR_FLOOD`: frames to unknown addresses leave here.
pub const FLOOD: u16 = 1 << 5;
/// `BR_MCAST_FLOOD`: frames to unknown groups leave here.
pub const MCAST_FLOOD: u16 = 1 << 6;
/// `BR_BCAST_FLOOD`: broadcasts leave here.
pub const BCAST_FLOOD: u16 = 1 << 7;
/// `BR_ISOLATED`: no traffic with other isolated ports.
pub const ISOLATED: u16 = 1 << 8;
/// `BR_PORT_LOCKED`: only known sources may come in.
pub const PORT_LOCKED: u16 = 1 << 9;

/// What a port does (`BR_STATE_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum State {
    /// Down, without carrier, or the bridge is down.
    Disabled = 0,
    /// Listens to BPDUs only.
    Listening = 1,
    /// Learns addresses, forwards nothing.
    Learning = 2,
    /// Takes part.
    Forwarding = 3,
    /// Kept out of the loop.
    Blocking = 4,
}

/// What happens to a device (`NETDEV_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetdevEvent {
    /// It appeared in a namespace.
    Register,
    /// Its name changed.
    ChangeName,
    /// It went up.
    Up,
    /// It is about to go or went down.
    Down,
    /// Carrier or flags changed.
    Change,
    /// Its mtu changed.
    ChangeMtu,
    /// Its MAC changed.
    ChangeAddr,
    /// It is being deleted or moved away.
    Unregister,
}

/// `TSO_LEGACY_MAX_SIZE`: what a device has that says nothing.
const TSO_LEGACY_MAX_SIZE: u32 = 65536;
/// `TSO_MAX_SIZE`: what a veth has.
const TSO_MAX_SIZE: u32 = 524_280;

impl Bridge {
    /// A bridge with the kernel's defaults (`br_dev_setup`), its FDB hashed with `seed`.
    pub fn new(seed: u64) -> Bridge {
        Bridge {
            ports: Vec::new(),
            fdb: Fdb::new(seed),
            bridge_id: Mac::ZERO,
            priority: 0x8000,
            forward_delay: Duration::secs(15),
            hello_time: Duration::secs(2),
            max_age: Duration::secs(20),
            ageing_time: Duration::secs(300),
            bridge_ageing_time: Duration::secs(300),
            stp: false,
            topology_change: false,
            topology_change_detected: false,
            group_fwd_mask: 0,
            fdb_max_learned: 0,
            mcast_snooping: true,
            querier: snooping::Querier::default(),
            nf_call_iptables: false,
            tso_max_size: TSO_LEGACY_MAX_SIZE,
            mtu_set_by_user: false,
        }
    }

    /// The port a device is.
    pub fn port(&self, dev: DevId) -> Option<&Port> {
        self.ports.iter().find(|port| port.dev == dev)
    }

    /// The port a device is, to change it.
    pub fn port_mut(&mut self, dev: DevId) -> Option<&mut Port> {
        self.ports.iter_mut().find(|port| port.dev == dev)
    }

    /// Another priority, which ports that are not disabled tell from now on (`br_stp_set_bridge_priority`).
    fn set_priority(&mut self, priority: u16) {
        self.priority = priority;
        for port in self.ports.iter_mut().filter(|port| port.state != State::Disabled) {
            port.designated_priority = priority;
        }
    }

    /// How addresses age now.
    pub fn ageing(&self, now: Instant) -> Ageing {
        Ageing { hold: self.hold_time(), max_learned: self.fdb_max_learned, now }
    }

    /// `hold_time`.
    pub fn hold_time(&self) -> Duration {
        if self.topology_change { self.forward_delay } else { self.ageing_time }
    }
}

impl Port {
    /// Whether a flag is set.
    pub fn is(&self, flag: u16) -> bool {
        self.flags & flag != 0
    }

    /// `br_make_port_id`.
    pub fn port_id(&self) -> u16 {
        self.priority << 10 | (self.port_no & 0x3ff)
    }
}

impl Kernel {
    /// The bridge that a device is, if it is one.
    pub(crate) fn as_bridge(&self, dev: DevId) -> Option<&Bridge> {
        match &self.devs.get(&dev)?.kind {
            DevKind::Bridge(bridge) => Some(bridge),
            _ => None,
        }
    }

    /// A device that is known to be a bridge.
    pub(crate) fn bridge(&self, dev: DevId) -> &Bridge {
        self.as_bridge(dev).expect("the master of a port is a bridge")
    }

    /// A device that is known to be a bridge.
    pub(crate) fn bridge_mut(&mut self, dev: DevId) -> &mut Bridge {
        match &mut self.dev_mut(dev).kind {
            DevKind::Bridge(bridge) => bridge,
            _ => unreachable!("the master of a port is a bridge"),
        }
    }

    /// A device that is known to be a port of this bridge.
    fn port_of(&mut self, bridge: DevId, dev: DevId) -> &mut Port {
        self.bridge_mut(bridge).port_mut(dev).expect("a device with a bridge as master is its port")
    }
}
