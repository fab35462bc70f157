//! A network namespace: its devices by index and name, its ids for others, its tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, IfIndex, NetnsId};
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::route::Fib;
use crate::sysctl::Sysctls;

/// A network namespace (`struct net`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Netns {
    /// Its id in the Kernel.
    pub id: NetnsId,
    /// Devices by index: the order of every dump.
    pub by_index: BTreeMap<IfIndex, DevId>,
    /// Devices by name and altname.
    pub by_name: BTreeMap<String, DevId>,
    /// The last index the cyclic counter gave.
    pub last_ifindex: u32,
    /// Ids of other namespaces as seen from here.
    pub nsids: BTreeMap<u32, NetnsId>,
    /// Routing tables and rules.
    pub fib: Fib,
    /// `/proc/sys/net`.
    pub sysctls: Sysctls,
    /// Counters of the ICMP error limits and of IP identification.
    pub icmp: crate::icmp::Limits,
}

impl Kernel {
    pub(crate) fn netns_new(&mut self) -> NetnsId {
        self.last_netns += 1;
        NetnsId(self.last_netns)
    }

    pub(crate) fn netns_del(&mut self, _netns: NetnsId) -> Result {
        Err(Error::unsupported("cleanup_net"))
    }

    pub(crate) fn cleanup_net(&mut self, _netns: NetnsId) {}

    pub(crate) fn nsid_set(&mut self, _netns: NetnsId, _peer: NetnsId, _nsid: i32) -> Result<i32> {
        Err(Error::unsupported("RTM_NEWNSID"))
    }
}
