//! Addresses of a device and what makes them come and go. Models net/ipv6/addrconf.c.

use core::net::{IpAddr, Ipv6Addr};

use super::{Inet6, Inet6Ifaddr, ifa, key, rt_scope};
use crate::addr::DevId;
use crate::bridge::NetdevEvent;
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::request::{AddrSpec, How};
use crate::time::{Duration, Instant};
use crate::timer::Timer;

/// `IPV6_MIN_MTU`: below, a device has no IPv6.
const IPV6_MIN_MTU: u32 = 1280;

impl Kernel {
    /// Something happened to a device (`addrconf_notify`).
    pub(crate) fn addrconf_notify(&mut self, dev: DevId, event: NetdevEvent) {
        match event {
            NetdevEvent::Register => self.ipv6_add_dev(dev),
            NetdevEvent::Up => {
                self.ip_mc_up(dev);
                self.addrconf_link_event(dev);
            }
            NetdevEvent::Change => self.addrconf_link_event(dev),
            NetdevEvent::Down => {
                self.ip_mc_down(dev);
                self.addrconf_ifdown(dev);
            }
            NetdevEvent::Unregister => self.ipv6_del_dev(dev),
            NetdevEvent::ChangeMtu => self.addrconf_mtu_event(dev),
            NetdevEvent::ChangeName | NetdevEvent::ChangeAddr => {}
        }
    }

    fn ipv6_add_dev(&mut self, dev: DevId) {
        if self.dev(dev).mtu < IPV6_MIN_MTU {
            return;
        }
        self.dev_mut(dev).inet6 = Inet6 { present: true, ..Inet6::default() };
        self.ipv6_mc_init_dev(dev);
    }

    /// IPv6 leaves the device altogether (`addrconf_ifdown` with `unregister`).
    fn ipv6_del_dev(&mut self, dev: DevId) {
        self.addrconf_ifdown(dev);
        self.timers.cancel(&Timer::Mld(dev));
        self.dev_mut(dev).inet6 = Inet6::default();
    }

    fn addrconf_mtu_event(&mut self, dev: DevId) {
        let (present, mtu, loopback) = (self.dev(dev).inet6.present, self.dev(dev).mtu, self.dev(dev).is_loopback());
        match mtu < IPV6_MIN_MTU {
            true if present && !loopback => self.ipv6_del_dev(dev),
            true if present => self.addrconf_ifdown(dev),
            false if !present => {
                self.ipv6_add_dev(dev);
                self.addrconf_link_event(dev);
            }
            _ => {}
        }
    }

    /// Up and with carrier (`addrconf_link_ready`): without it the qdisc is the noop one.
    fn addrconf_link_ready(&self, dev: DevId) -> bool {
        let device = self.dev(dev);
        device.up && device.carrier && matches!(device.operstate, 0 | 6)
    }

    /// The device went up, or something changed about it: it is configured once it is ready. A carrier that comes back may
    /// lead elsewhere, so groups are reported again.
    fn addrconf_link_event(&mut self, dev: DevId) {
        let inet6 = &self.dev(dev).inet6;
        if !inet6.present || self.idev_conf(dev).disable_ipv6 || !self.addrconf_link_ready(dev) {
            return;
        }
        if inet6.ready {
            return self.ipv6_mc_up(dev);
        }
        self.dev_mut(dev).inet6.ready = true;
        self.addrconf_dev_config(dev);
        self.addrconf_dad_run(dev);
    }

    /// `addrconf_dev_config`, `init_loopback`.
    fn addrconf_dev_config(&mut self, dev: DevId) {
        if self.dev(dev).up {
            self.ipv6_mc_up(dev);
        }
        let ifa = if self.dev(dev).is_loopback() {
            self.new_ifa(Ipv6Addr::LOCALHOST, 128)
        } else if self.idev_conf(dev).eui64 {
            self.new_ifa(self.dev(dev).address.link_local(), 64)
        } else {
            return;
        };
        let addr = ifa.addr;
        if self.ipv6_link_dev_addr(dev, ifa) {
            self.addrconf_dad_begin(dev, addr);
        }
    }

    /// Another `addr_gen_mode`: the address that it gives comes at once (`addrconf_init_auto_addrs`).
    pub(crate) fn addrconf_init_auto_addrs(&mut self, dev: DevId) {
        if self.dev(dev).inet6.present && !self.dev(dev).is_loopback() && !self.idev_conf(dev).disable_ipv6 {
            self.addrconf_dev_config(dev);
        }
    }

    /// A permanent address, tentative.
    fn new_ifa(&self, addr: Ipv6Addr, len: u8) -> Inet6Ifaddr {
        Inet6Ifaddr {
            addr,
            len,
            peer: None,
            flags: ifa::PERMANENT | ifa::TENTATIVE,
            valid_lft: None,
            preferred_lft: None,
            tstamp: self.now,
            metric: 0,
            dad_probes: 0,
            joined: false,
            dad_nonce: Vec::new(),
        }
    }

    /// Put an address in its place; false if the device has it.
    fn ipv6_link_dev_addr(&mut self, dev: DevId, ifa: Inet6Ifaddr) -> bool {
        let addrs = &mut self.dev_mut(dev).inet6.addrs;
        if addrs.iter().any(|held| held.addr == ifa.addr) {
            return false;
        }
        let at = addrs.iter().position(|held| rank(ifa.addr) >= rank(held.addr)).unwrap_or(addrs.len());
        addrs.insert(at, ifa);
        true
    }

    /// The device goes down: all addresses go (`addrconf_ifdown`, `keep_addr_on_down` 0).
    fn addrconf_ifdown(&mut self, dev: DevId) {
        if !self.dev(dev).inet6.present {
            return;
        }
        let inet6 = &mut self.dev_mut(dev).inet6;
        let was_ready = core::mem::take(&mut inet6.ready);
        for ifa in core::mem::take(&mut inet6.addrs) {
            self.ipv6_del_addr(dev, &ifa);
        }
        self.timers.cancel(&Timer::RouterSolicit(dev));
        self.timers.cancel(&Timer::Addr6Lifetime(dev));
        // A device that was not ready keeps its groups ("repeated down detection").
        if was_ready {
            self.ipv6_mc_down(dev);
        }
    }

    /// An address has been taken out of the list.
    fn ipv6_del_addr(&mut self, dev: DevId, ifa: &Inet6Ifaddr) {
        self.timers.cancel(&Timer::Dad(dev, key(ifa.addr)));
        self.addrconf_leave_anycast(dev, ifa);
        self.addrconf_leave_solict(dev, ifa);
    }

    /// `disable_ipv6` of a device changed (`dev_disable_change`).
    pub(crate) fn dev_disable_change(&mut self, dev: DevId) {
        if self.idev_conf(dev).disable_ipv6 {
            self.addrconf_ifdown(dev);
        } else {
            self.addrconf_link_event(dev);
        }
    }

    /// RTM_NEWADDR of an IPv6 address (`inet6_rtm_newaddr`). `ip addr change` of one that is missing adds it, too.
    pub(crate) fn addr6_add(&mut self, dev: DevId, spec: AddrSpec, how: How) -> Result {
        let IpAddr::V6(addr) = spec.local.addr else { return Err(Errno::EINVAL.into()) };
        self.check_lifetimes(&spec)?;
        if !self.dev(dev).inet6.present {
            // A mtu below 1280 (`ipv6_find_idev`).
            return Err(Error::extack(Errno::EINVAL, "IPv6 is disabled on this device"));
        }
        if self.dev(dev).up {
            self.ipv6_mc_up(dev);
        }
        let held = self.dev(dev).inet6.addrs.iter().position(|held| held.addr == addr);
        match held {
            Some(_) if !matches!(how, How::Change | How::Replace) => {
                Err(Error::extack(Errno::EEXIST, "ipv6: address already assigned"))
            }
            Some(at) => {
                self.inet6_addr_modify(dev, at, &spec);
                Ok(())
            }
            None => self.inet6_addr_add(dev, addr, &spec),
        }
    }

    fn check_lifetimes(&self, spec: &AddrSpec) -> Result {
        let valid = spec.valid_lft.unwrap_or(u32::MAX);
        if valid == 0 || spec.preferred_lft.unwrap_or(u32::MAX) > valid {
            return Err(Error::extack(Errno::EINVAL, "ipv6: address lifetime invalid"));
        }
        Ok(())
    }

    /// `ipv6_add_addr`.
    fn inet6_addr_add(&mut self, dev: DevId, addr: Ipv6Addr, spec: &AddrSpec) -> Result {
        let refuse = |errno, text: &str| Err(Error::extack(errno, &format!("ipv6: {text}")));
        if addr.is_unspecified() {
            return refuse(Errno::EADDRNOTAVAIL, "Invalid address");
        }
        if addr.is_multicast() {
            return refuse(Errno::EADDRNOTAVAIL, "Cannot assign multicast address without \"IFA_F_MCAUTOJOIN\" flag");
        }
        if addr.is_loopback() && !self.dev(dev).is_loopback() {
            return refuse(Errno::EADDRNOTAVAIL, "Cannot assign loopback address on this device");
        }
        if self.idev_conf(dev).disable_ipv6 {
            return refuse(Errno::EACCES, "IPv6 is disabled on this device");
        }
        let mut ifa = self.new_ifa(addr, spec.local.len);
        ifa.peer = match spec.peer {
            Some(IpAddr::V6(peer)) if peer != addr => Some(peer),
            _ => None,
        };
        ifa.flags &= if spec.nodad { !ifa::TENTATIVE } else { !0 };
        set_lifetimes(&mut ifa, spec, self.now);
        self.ipv6_link_dev_addr(dev, ifa);
        self.addrconf_dad_begin(dev, addr);
        self.addrconf_verify(dev);
        Ok(())
    }

    fn inet6_addr_modify(&mut self, dev: DevId, at: usize, spec: &AddrSpec) {
        let now = self.now;
        set_lifetimes(&mut self.dev_mut(dev).inet6.addrs[at], spec, now);
        self.addrconf_verify(dev);
    }

    /// RTM_DELADDR of an IPv6 address (`inet6_addr_del`): the prefix length has to fit.
    pub(crate) fn addr6_del(&mut self, dev: DevId, local: IpAddr, len: Option<u8>) -> Result {
        let addrs = &mut self.dev_mut(dev).inet6.addrs;
        let fits = |held: &Inet6Ifaddr| key(held.addr) == local && held.len == len.unwrap_or(128);
        let missing = || Error::extack(Errno::EADDRNOTAVAIL, "ipv6: address not found");
        let at = addrs.iter().position(fits).ok_or_else(missing)?;
        let gone = addrs.remove(at);
        self.ipv6_del_addr(dev, &gone);
        Ok(())
    }

    /// Lifetimes that have run out (`addrconf_verify_rtnl`), and when the next does.
    pub(crate) fn addrconf_verify(&mut self, dev: DevId) {
        let now = self.now;
        let addrs = &mut self.dev_mut(dev).inet6.addrs;
        let (gone, kept): (Vec<_>, Vec<_>) =
            core::mem::take(addrs).into_iter().partition(|ifa| expires(ifa, ifa.valid_lft).is_some_and(|at| at <= now));
        *addrs = kept;
        for ifa in addrs.iter_mut().filter(|ifa| expires(ifa, ifa.preferred_lft).is_some_and(|at| at <= now)) {
            ifa.flags |= ifa::DEPRECATED;
        }
        let times = addrs.iter().flat_map(|ifa| [expires(ifa, ifa.valid_lft), expires(ifa, ifa.preferred_lft)]);
        let next = times.flatten().filter(|at| *at > now).min();
        for ifa in gone {
            self.ipv6_del_addr(dev, &ifa);
        }
        match next {
            Some(at) => self.timers.arm(Timer::Addr6Lifetime(dev), at),
            None => self.timers.cancel(&Timer::Addr6Lifetime(dev)),
        }
    }
}

/// Where an address stands in the list by its scope (`ipv6_addr_src_scope`).
fn rank(addr: Ipv6Addr) -> u8 {
    match rt_scope(addr) {
        0 => 14,
        200 => 5,
        _ => 2,
    }
}

/// When a lifetime is over.
fn expires(ifa: &Inet6Ifaddr, lft: Option<u32>) -> Option<Instant> {
    lft.map(|secs| ifa.tstamp + Duration::secs(u64::from(secs)))
}

fn set_lifetimes(ifa: &mut Inet6Ifaddr, spec: &AddrSpec, now: Instant) {
    let flags = [
        (spec.valid_lft.is_none(), ifa::PERMANENT),
        (spec.preferred_lft == Some(0), ifa::DEPRECATED),
        (spec.noprefixroute, ifa::NOPREFIXROUTE),
        (spec.nodad, ifa::NODAD),
    ];
    for (on, flag) in flags {
        ifa.flags = if on { ifa.flags | flag } else { ifa.flags & !flag };
    }
    (ifa.valid_lft, ifa.preferred_lft, ifa.tstamp, ifa.metric) = (spec.valid_lft, spec.preferred_lft, now, spec.metric);
}
