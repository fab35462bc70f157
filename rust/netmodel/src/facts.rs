//! What differs between kernels, as named booleans. The default is Linux 6.18.

use serde::{Deserialize, Serialize};

/// What a kernel does where others do something else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default, deny_unknown_fields)]
pub struct Facts {
    /// Without carrier a veth is `LOWERLAYERDOWN` wherever its peer is (`default_operstate` before it looked the peer up
    /// in the own namespace).
    pub operstate_across_netns: bool,
    /// An address brings a broadcast route for the network's lowest address, too (`fib_add_ifaddr` before Linux 5.14).
    pub local_net_broadcast_routes: bool,
    /// A device that is up can be renamed (`dev_change_name` without `-EBUSY`).
    pub rename_while_up: bool,
    /// A bridge is created with a transmit queue length of 1000 (`br_dev_setup`, `DEFAULT_TX_QUEUE_LEN`); else 0.
    pub bridge_txqueuelen: bool,
}

impl Default for Facts {
    fn default() -> Facts {
        Facts {
            operstate_across_netns: false,
            local_net_broadcast_routes: false,
            rename_while_up: true,
            bridge_txqueuelen: true,
        }
    }
}
