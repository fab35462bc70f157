//! Duplicate address detection: is somebody else using this address? Models `addrconf_dad_*` of net/ipv6/addrconf.c.

use core::net::{IpAddr, Ipv6Addr};

use super::mld::jiffies;
use super::{Inet6Ifaddr, icmpv6, ifa, key, rt_scope};
use crate::addr::DevId;
use crate::kernel::Kernel;
use crate::path::{Observer, Walk};
use crate::time::Duration;
use crate::timer::{Timer, wheel};

/// Jiffies in a second.
const HZ: u64 = 250;
/// `NEIGH_VAR(RETRANS_TIME)`: how long an answer is waited for.
const RETRANS_TIME: Duration = Duration::secs(1);

impl Kernel {
    /// An address of a device.
    pub(super) fn inet6_ifa(&mut self, dev: DevId, addr: Ipv6Addr) -> Option<&mut Inet6Ifaddr> {
        self.devs.get_mut(&dev)?.inet6.addrs.iter_mut().find(|ifa| ifa.addr == addr)
    }

    /// A tentative address is checked, if the device is ready and checks at all (`addrconf_dad_begin`). One that is not to
    /// be checked is valid at once.
    pub(super) fn addrconf_dad_begin(&mut self, dev: DevId, addr: Ipv6Addr) {
        self.addrconf_join_solict(dev, addr);
        let conf = self.idev_conf(dev);
        let (loopback, noarp, ready) = (self.dev(dev).is_loopback(), self.dev(dev).noarp, self.dev(dev).inet6.ready);
        let name = self.dev(dev).name.clone();
        let Some(ifa) = self.inet6_ifa(dev, addr) else { return };
        if loopback || noarp || !conf.accept_dad || ifa.flags & ifa::TENTATIVE == 0 || ifa.flags & ifa::NODAD != 0 {
            ifa.flags &= !(ifa::TENTATIVE | ifa::DADFAILED);
            return self.walk_event(|walk| walk.addrconf_dad_completed(dev, addr));
        }
        if !ready {
            return;
        }
        // `addrconf_dad_kick`.
        ifa.dad_probes = conf.dad_transmits;
        let nonce = self.entropy.next("dad-nonce", &name, 6);
        let delay = self.entropy.below("dad-delay", &name, conf.rtr_solicit_delay * HZ);
        if let Some(ifa) = self.inet6_ifa(dev, addr) {
            ifa.dad_nonce = nonce;
        }
        self.timers.arm(Timer::Dad(dev, key(addr)), wheel(self.now, jiffies(delay)));
    }

    /// The device has become ready: addresses that waited for that are checked now (`addrconf_dad_run`).
    pub(super) fn addrconf_dad_run(&mut self, dev: DevId) {
        let waiting: Vec<Ipv6Addr> =
            self.dev(dev).inet6.addrs.iter().filter(|ifa| self.waits(dev, ifa)).map(|ifa| ifa.addr).collect();
        for addr in waiting {
            self.addrconf_dad_begin(dev, addr);
        }
    }

    fn waits(&self, dev: DevId, ifa: &Inet6Ifaddr) -> bool {
        let tentative = ifa.flags & (ifa::TENTATIVE | ifa::DADFAILED) == ifa::TENTATIVE;
        tentative && self.timers.due(&Timer::Dad(dev, key(ifa.addr))).is_none()
    }

    /// Somebody else has it (`addrconf_dad_failure`): it stays, tentative for good.
    pub(super) fn addrconf_dad_failure(&mut self, dev: DevId, addr: Ipv6Addr) {
        self.timers.cancel(&Timer::Dad(dev, key(addr)));
        if let Some(ifa) = self.inet6_ifa(dev, addr) {
            ifa.flags |= ifa::TENTATIVE | ifa::DADFAILED;
        }
    }

    /// Whoever has an address listens to its solicited-node group, but for `lo`.
    fn addrconf_join_solict(&mut self, dev: DevId, addr: Ipv6Addr) {
        let device = self.dev(dev);
        if device.is_loopback() || device.noarp {
            return;
        }
        let group = icmpv6::solicited_node(addr);
        let Some(ifa) = self.inet6_ifa(dev, addr) else { return };
        if !core::mem::replace(&mut ifa.joined, true) {
            self.ipv6_dev_mc_inc(dev, group);
        }
    }

    /// The address goes, and with it the group.
    pub(super) fn addrconf_leave_solict(&mut self, dev: DevId, ifa: &Inet6Ifaddr) {
        if ifa.joined {
            self.ipv6_dev_mc_dec(dev, icmpv6::solicited_node(ifa.addr));
        }
    }
}

impl<O: Observer> Walk<'_, O> {
    /// `addrconf_dad_work`: solicit, or be content that nobody answered.
    pub(crate) fn dad_work(&mut self, dev: DevId, addr: IpAddr) {
        let IpAddr::V6(addr) = addr else { return };
        let now = self.kernel.now;
        let Some(ifa) = self.kernel.inet6_ifa(dev, addr) else { return };
        if ifa.dad_probes == 0 {
            ifa.flags &= !(ifa::TENTATIVE | ifa::DADFAILED);
            return self.addrconf_dad_completed(dev, addr);
        }
        ifa.dad_probes -= 1;
        let solicitation = icmpv6::dad_solicitation(addr, &ifa.dad_nonce);
        self.kernel.timers.arm(Timer::Dad(dev, key(addr)), wheel(now, RETRANS_TIME));
        self.ip6_output(dev, solicitation);
    }

    /// The address is valid (`addrconf_dad_completed`). With the first valid link-local one, groups are reported with it,
    /// and routers are asked for.
    pub(super) fn addrconf_dad_completed(&mut self, dev: DevId, addr: Ipv6Addr) {
        let forwarding = self.kernel.idev_conf(dev).forwarding;
        if let Some(ifa) = self.kernel.inet6_ifa(dev, addr).filter(|_| forwarding).cloned() {
            self.kernel.addrconf_join_anycast(dev, &ifa);
        }
        let inet6 = &self.kernel.dev(dev).inet6;
        let is_valid_ll = |ifa: &&Inet6Ifaddr| rt_scope(ifa.addr) == 253 && ifa.flags & ifa::TENTATIVE == 0;
        let lonely = rt_scope(addr) == 253 && inet6.addrs.iter().filter(is_valid_ll).count() == 1;
        if !lonely || !inet6.ready {
            return;
        }
        self.ipv6_mc_dad_complete(dev);
        let conf = self.kernel.idev_conf(dev);
        if conf.accept_ra && conf.rtr_solicits != 0 && !self.kernel.dev(dev).is_loopback() {
            self.router_solicit_first(dev);
        }
    }
}
