//! Bridges. Models net/bridge: `input` (a frame came in), `forward` (where it goes), `fdb` (what is remembered),
//! `port` (joining, leaving, state).

use serde::{Deserialize, Serialize};

use crate::addr::DevId;
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::path::{Observer, Walk};
use crate::request::{BridgeOptions, Reply, Request};
use crate::skb::Skb;

/// A bridge (`struct net_bridge`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Bridge {}

/// A port (`struct net_bridge_port`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Port {}

/// What happens to a device (`NETDEV_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetdevEvent {
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

impl Kernel {
    /// A bridge device is created: its state, with what was given (`br_dev_newlink`).
    pub(crate) fn bridge_new(&mut self, _dev: DevId, _options: &BridgeOptions) -> Result<Bridge> {
        Err(Error::unsupported("bridge"))
    }

    pub(crate) fn bridge_request(&mut self, _request: Request) -> Result<Reply> {
        Err(Error::unsupported("bridge"))
    }

    /// `IFLA_MASTER` (`br_add_slave`, `br_del_slave`): `None` leaves.
    pub(crate) fn set_master(&mut self, _dev: DevId, _master: Option<DevId>) -> Result {
        Err(Error::unsupported("bridge"))
    }

    /// Something happened to a device: ports react (`br_device_event`), and so does a bridge itself going up or down
    /// (`br_dev_open`, `br_dev_stop`).
    pub(crate) fn br_device_event(&mut self, _dev: DevId, _event: NetdevEvent) {}

    pub(crate) fn fdb_cleanup(&mut self, _bridge: DevId) {}

    pub(crate) fn forward_delay_timer(&mut self, _port: DevId) {}
}

impl<O: Observer> Walk<'_, O> {
    /// A frame came in at a port (`br_handle_frame`). What goes up is received again on the bridge device.
    pub(crate) fn br_handle_frame(&mut self, _port: DevId, _skb: Skb) {}

    /// The bridge device itself sends a frame (`br_dev_xmit`).
    pub(crate) fn br_dev_xmit(&mut self, _bridge: DevId, _skb: Skb) {}
}
