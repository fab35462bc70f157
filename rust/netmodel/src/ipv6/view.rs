//! IPv6 addresses and the routes that come with them, as a snapshot shows them. Models `inet6_fill_ifaddr`.

use core::net::IpAddr;

use super::{Inet6Ifaddr, rt_scope};
use crate::addr::{Cidr, DevId, NetnsId};
use crate::kernel::Kernel;
use crate::snapshot::{Addr, Route};
use crate::time::Instant;

impl Kernel {
    /// The IPv6 addresses of a device in the order of a dump.
    pub(crate) fn inet6_view(&self, dev: DevId) -> Vec<Addr> {
        self.dev(dev).inet6.addrs.iter().map(|ifa| addr_view(ifa, self.now)).collect()
    }

    /// The IPv6 routes of a namespace in the order of a dump.
    pub(crate) fn route6_view(&self, _netns: NetnsId) -> Vec<Route> {
        Vec::new()
    }
}

fn addr_view(ifa: &Inet6Ifaddr, now: Instant) -> Addr {
    let left = |lft: Option<u32>| lft.map(|secs| secs.saturating_sub(now.since(ifa.tstamp).as_secs() as u32));
    Addr {
        local: Cidr { addr: IpAddr::V6(ifa.addr), len: ifa.len },
        peer: ifa.peer.map(IpAddr::V6),
        broadcast: None,
        scope: rt_scope(ifa.addr),
        flags: ifa.flags,
        label: String::new(),
        valid_lft: left(ifa.valid_lft),
        preferred_lft: left(ifa.preferred_lft),
        metric: ifa.metric,
    }
}
