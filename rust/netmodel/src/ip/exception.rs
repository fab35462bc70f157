//! What is remembered of single destinations: a path mtu, a better gateway. Models the `fib_nh_exception`s of
//! net/ipv4/route.c.

use core::net::Ipv4Addr;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::addr::NetnsId;
use crate::kernel::Kernel;
use crate::time::{Duration, Instant};

/// `net.ipv4.route.mtu_expires`.
const MTU_EXPIRES: Duration = Duration::secs(600);
/// `net.ipv4.route.gc_timeout`.
const GC_TIMEOUT: Duration = Duration::secs(300);
/// `net.ipv4.route.min_pmtu`.
const MIN_PMTU: u32 = 552;

/// The exceptions of a namespace, by destination.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Exceptions {
    mtus: BTreeMap<Ipv4Addr, (u32, Instant)>,
    gateways: BTreeMap<Ipv4Addr, (Ipv4Addr, Instant)>,
}

/// What holds for a destination.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Exception {
    /// The path mtu in bytes.
    pub mtu: Option<u32>,
    /// Until when that holds.
    pub mtu_until: Option<Instant>,
    /// The gateway that a redirect named.
    pub gateway: Option<Ipv4Addr>,
}

impl Kernel {
    /// What holds now for a destination.
    pub(crate) fn exception(&self, netns: NetnsId, dst: Ipv4Addr) -> Exception {
        let Some(net) = self.netns.get(&netns) else { return Exception::default() };
        let held = &net.icmp.exceptions;
        let mtu = held.mtus.get(&dst).filter(|entry| self.now < entry.1);
        let gateway = held.gateways.get(&dst).filter(|entry| self.now < entry.1).map(|entry| entry.0);
        Exception { mtu: mtu.map(|entry| entry.0), mtu_until: mtu.map(|entry| entry.1), gateway }
    }

    /// A router said that no more than `mtu` bytes pass (`__ip_rt_update_pmtu`); `old` is what was believed.
    pub(crate) fn update_pmtu(&mut self, netns: NetnsId, dst: Ipv4Addr, (old, mtu): (u32, u32)) {
        let until = self.now + MTU_EXPIRES;
        let mtu = if mtu < MIN_PMTU { old.min(MIN_PMTU) } else { mtu };
        if old < mtu {
            return;
        }
        if let Some(net) = self.netns.get_mut(&netns) {
            net.icmp.exceptions.mtus.insert(dst, (mtu, until));
        }
    }

    /// A router said that another is nearer (`__ip_do_redirect`).
    pub(crate) fn update_gateway(&mut self, netns: NetnsId, dst: Ipv4Addr, gateway: Ipv4Addr) {
        let until = self.now + GC_TIMEOUT;
        if let Some(net) = self.netns.get_mut(&netns) {
            net.icmp.exceptions.gateways.insert(dst, (gateway, until));
        }
    }
}
