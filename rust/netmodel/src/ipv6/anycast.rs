//! What a device listens to while it forwards: the routers' groups, and of each of its subnets the routers' anycast
//! address. Models `dev_forward_change` of net/ipv6/addrconf.c and net/ipv6/anycast.c.

use core::net::Ipv6Addr;

use super::{Inet6Ifaddr, icmpv6, ifa};
use crate::addr::{DevId, mask6};
use crate::kernel::Kernel;

/// `ff02::2`, `ff01::2`, `ff05::2`.
const ALL_ROUTERS: [Ipv6Addr; 3] =
    [icmpv6::ALL_ROUTERS, Ipv6Addr::new(0xff01, 0, 0, 0, 0, 0, 0, 2), Ipv6Addr::new(0xff05, 0, 0, 0, 0, 0, 0, 2)];

/// The anycast address of the routers of an address's subnet; none if that has no room for one.
fn subnet_router(ifa: &Inet6Ifaddr) -> Option<Ipv6Addr> {
    let subnet = Ipv6Addr::from(u128::from(ifa.addr) & mask6(ifa.len));
    (ifa.len < 127 && !subnet.is_unspecified()).then_some(subnet)
}

impl Kernel {
    /// `forwarding` of a device changed (`dev_forward_change`).
    pub(crate) fn dev_forward_change(&mut self, dev: DevId) {
        let on = self.idev_conf(dev).forwarding;
        let device = self.dev(dev);
        if !device.inet6.present {
            return;
        }
        if device.multicast {
            for group in ALL_ROUTERS {
                if on { self.ipv6_dev_mc_inc(dev, group) } else { self.ipv6_dev_mc_dec(dev, group) }
            }
        }
        let valid = |ifa: &&Inet6Ifaddr| ifa.flags & ifa::TENTATIVE == 0;
        let addrs: Vec<Inet6Ifaddr> = self.dev(dev).inet6.addrs.iter().filter(valid).cloned().collect();
        for ifa in addrs {
            if on { self.addrconf_join_anycast(dev, &ifa) } else { self.addrconf_leave_anycast(dev, &ifa) }
        }
    }

    /// A device that forwards has a valid address more.
    pub(super) fn addrconf_join_anycast(&mut self, dev: DevId, ifa: &Inet6Ifaddr) {
        let Some(addr) = subnet_router(ifa) else { return };
        let held = &mut self.dev_mut(dev).inet6.anycast;
        held.push(addr);
        if held.iter().filter(|other| **other == addr).count() == 1 && !self.dev(dev).is_loopback() {
            self.ipv6_dev_mc_inc(dev, icmpv6::solicited_node(addr));
        }
    }

    /// An address goes, or the device forwards no more.
    pub(super) fn addrconf_leave_anycast(&mut self, dev: DevId, ifa: &Inet6Ifaddr) {
        let Some(addr) = subnet_router(ifa) else { return };
        let held = &mut self.dev_mut(dev).inet6.anycast;
        let Some(at) = held.iter().position(|other| *other == addr) else { return };
        held.remove(at);
        if !held.contains(&addr) && !self.dev(dev).is_loopback() {
            self.ipv6_dev_mc_dec(dev, icmpv6::solicited_node(addr));
        }
    }
}
