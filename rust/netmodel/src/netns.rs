//! A network namespace: its devices by index and name, its ids for others, its tables.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, IfIndex, NetnsId};
use crate::error::{Errno, Error, Result};
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
    /// Devices in order of their coming (`net->dev_base_head`).
    pub dev_base: Vec<DevId>,
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

/// The greatest number an IDR gives.
const IDR_MAX: u32 = i32::MAX as u32;

impl Netns {
    fn new(id: NetnsId, sysctls: Sysctls) -> Netns {
        Netns {
            id,
            by_index: BTreeMap::new(),
            by_name: BTreeMap::new(),
            dev_base: Vec::new(),
            last_ifindex: 0,
            nsids: BTreeMap::new(),
            fib: Fib::default(),
            sysctls,
            icmp: Default::default(),
        }
    }

    /// The id of another namespace as seen from here (`peernet2id`).
    pub fn nsid_of(&self, peer: NetnsId) -> Option<u32> {
        self.nsids.iter().find(|(_, held)| **held == peer).map(|(nsid, _)| *nsid)
    }

    /// `lo`.
    pub(crate) fn loopback(&self) -> DevId {
        *self.by_index.get(&IfIndex(1)).expect("a namespace has its lo until it dies")
    }
}

impl Kernel {
    /// Set a namespace up: `lo`, down (`setup_net`).
    pub(crate) fn setup_net(&mut self, id: NetnsId) {
        let init = self.netns.get(&NetnsId(0)).map(|init| &init.sysctls);
        let net = Netns::new(id, Sysctls::new(init));
        self.netns.insert(id, net);
        self.loopback_net_init(id);
    }

    pub(crate) fn netns_new(&mut self) -> NetnsId {
        self.last_netns += 1;
        let id = NetnsId(self.last_netns);
        self.setup_net(id);
        id
    }

    /// The last reference is gone. Linux does the rest in a work queue, milliseconds later; here it is done at once.
    pub(crate) fn netns_del(&mut self, netns: NetnsId) -> Result {
        self.net(netns)?;
        if netns == NetnsId(0) {
            // Processes that never end live in it.
            return Err(Errno::EBUSY.into());
        }
        self.cleanup_net(netns);
        Ok(())
    }

    /// A namespace dies: others forget its id, then its devices and sockets go (`cleanup_net`).
    pub(crate) fn cleanup_net(&mut self, netns: NetnsId) {
        if !self.netns.contains_key(&netns) {
            return;
        }
        for net in self.netns.values_mut() {
            net.nsids.retain(|_, held| *held != netns);
        }
        self.socket_exit_net(netns);
        self.default_device_exit_net(netns);
        for net in self.netns.values_mut() {
            net.nsids.retain(|_, held| *held != netns);
        }
        self.netns.remove(&netns);
    }

    /// The id of `peer` as seen from `netns`, the lowest free one if it had none (`peernet2id_alloc`).
    pub(crate) fn peernet2id_alloc(&mut self, netns: NetnsId, peer: NetnsId) {
        if netns == peer {
            return;
        }
        let Some(net) = self.netns.get_mut(&netns) else { return };
        if net.nsid_of(peer).is_none() {
            let free = (0..=IDR_MAX).find(|nsid| !net.nsids.contains_key(nsid));
            net.nsids.insert(free.expect("fewer namespaces than ids"), peer);
        }
    }

    /// RTM_NEWNSID (`rtnl_net_newid`); a negative id is any.
    pub(crate) fn nsid_set(&mut self, netns: NetnsId, peer: NetnsId, nsid: i32) -> Result<i32> {
        self.net(peer)?;
        let net = self.net_mut(netns)?;
        if net.nsid_of(peer).is_some() {
            return Err(Error::extack(Errno::EEXIST, "Peer netns already has a nsid assigned"));
        }
        let want = u32::try_from(nsid).ok();
        if want.is_some_and(|want| net.nsids.contains_key(&want)) {
            return Err(Error::extack(Errno::EEXIST, "The specified nsid is already used"));
        }
        let nsid = want.or_else(|| (0..=IDR_MAX).find(|nsid| !net.nsids.contains_key(nsid))).ok_or(Errno::ENOSPC)?;
        net.nsids.insert(nsid, peer);
        Ok(nsid as i32)
    }
}
