//! IPv4 addresses of a device and what comes and goes with them. Models net/ipv4/devinet.c.

use core::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

use crate::addr::{Cidr, DevId, Mac, mask4};
use crate::bridge::NetdevEvent;
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::request::{AddrSpec, Dev, How};
use crate::route::scope;
use crate::snapshot::Addr;
use crate::sysctl::Ipv4;
use crate::time::{Duration, Instant};
use crate::timer::Timer;

/// `IFA_F_*`.
mod flag {
    /// Another address of the subnet was there first.
    pub(super) const SECONDARY: u32 = 0x01;
    /// Its preferred lifetime is over.
    pub(super) const DEPRECATED: u32 = 0x20;
    /// It lives forever.
    pub(super) const PERMANENT: u32 = 0x80;
    /// Without a connected route.
    pub(super) const NOPREFIXROUTE: u32 = 0x200;
}

/// 01:00:5e:00:00:01, the frames of 224.0.0.1, which every host listens to.
const ALL_HOSTS: Mac = Mac([0x01, 0, 0x5e, 0, 0, 0x01]);

/// An IPv4 address of a device (`struct in_ifaddr`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ifaddr {
    /// Address and prefix length.
    pub local: Cidr,
    /// The other end of a point-to-point address.
    pub peer: Option<Ipv4Addr>,
    /// Broadcast address, if given.
    pub broadcast: Option<Ipv4Addr>,
    /// Scope.
    pub scope: u8,
    /// `IFA_F_*`.
    pub flags: u32,
    /// Label.
    pub label: String,
    /// When it expires.
    pub valid_until: Option<Instant>,
    /// When it is deprecated.
    pub preferred_until: Option<Instant>,
    /// Metric of the connected route.
    pub metric: u32,
}

impl Ifaddr {
    /// The address (`ifa_local`).
    pub fn addr(&self) -> Ipv4Addr {
        match self.local.addr {
            IpAddr::V4(addr) => addr,
            IpAddr::V6(_) => unreachable!("an Ifaddr is made of IPv4 only"),
        }
    }

    /// The subnet (`ifa_address & ifa_mask`): the peer's, if there is one.
    pub(crate) fn prefix(&self) -> u32 {
        u32::from(self.peer.unwrap_or(self.addr())) & mask4(self.local.len)
    }

    /// Whether an address lies in the subnet (`inet_ifa_match`).
    pub(crate) fn holds(&self, addr: Ipv4Addr) -> bool {
        u32::from(addr) & mask4(self.local.len) == self.prefix()
    }

    /// Whether both have the same mask and subnet.
    pub(crate) fn same_subnet(&self, other: &Ifaddr) -> bool {
        (self.local.len, self.prefix()) == (other.local.len, other.prefix())
    }

    /// Whether another address of the subnet was there first.
    pub fn is_secondary(&self) -> bool {
        self.flags & flag::SECONDARY != 0
    }

    pub(crate) fn is_noprefixroute(&self) -> bool {
        self.flags & flag::NOPREFIXROUTE != 0
    }

    /// `set_ifa_lifetime`: from now on, in seconds; `None` is forever.
    fn set_lifetime(&mut self, valid: Option<u32>, preferred: Option<u32>, now: Instant) {
        let at = |seconds: u32| now + Duration::secs(u64::from(seconds));
        self.flags &= !(flag::PERMANENT | flag::DEPRECATED);
        self.flags |= if valid.is_none() { flag::PERMANENT } else { 0 };
        self.flags |= if preferred == Some(0) { flag::DEPRECATED } else { 0 };
        self.valid_until = valid.map(at);
        self.preferred_until = preferred.filter(|_| valid.is_some()).map(at);
    }
}

/// The scope of an address that nobody gave one: 127/8 stays on the host.
fn default_scope(addr: Ipv4Addr) -> u8 {
    if addr.is_loopback() { scope::HOST } else { scope::UNIVERSE }
}

impl Kernel {
    /// RTM_NEWADDR (`inet_rtm_newaddr`).
    pub(crate) fn addr_add(&mut self, dev: Dev, addr: AddrSpec, how: How) -> Result {
        let device = self.dev_id(dev).map_err(|_| Error::extack(Errno::ENODEV, "ipv4: Device not found"));
        if addr.local.addr.is_ipv6() {
            return self.addr6_add(device.map_err(|_| Errno::ENODEV)?, addr, how);
        }
        let dev = device?;
        let mut new = self.rtm_to_ifaddr(dev, &addr)?;
        self.dev_mut(dev).conf4.set_all();
        new.set_lifetime(addr.valid_lft, addr.preferred_lft, self.now);
        let list = &self.dev(dev).ifaddrs;
        match list.iter().position(|ifa| ifa.same_subnet(&new) && ifa.addr() == new.addr()) {
            None => self.inet_insert_ifa(dev, new),
            Some(at) if matches!(how, How::Change | How::Replace) => {
                self.inet_change_ifa(dev, at, new);
                Ok(())
            }
            Some(_) => Err(Error::extack(Errno::EEXIST, "ipv4: Address already assigned")),
        }
    }

    fn rtm_to_ifaddr(&self, dev: DevId, spec: &AddrSpec) -> Result<Ifaddr> {
        let (IpAddr::V4(addr), None | Some(IpAddr::V4(_))) = (spec.local.addr, spec.peer) else {
            return Err(Errno::EINVAL.into());
        };
        if spec.local.len > 32 {
            return Err(Errno::EINVAL.into());
        }
        let preferred = spec.preferred_lft.unwrap_or(u32::MAX);
        if spec.valid_lft.is_some_and(|valid| valid == 0 || (spec.preferred_lft.is_some() && preferred > valid)) {
            return Err(Error::extack(Errno::EINVAL, "ipv4: address lifetime invalid"));
        }
        Ok(Ifaddr {
            local: spec.local,
            peer: match spec.peer {
                Some(IpAddr::V4(peer)) if peer != addr => Some(peer),
                _ => None,
            },
            broadcast: spec.broadcast.filter(|broadcast| !broadcast.is_unspecified()),
            scope: spec.scope.unwrap_or(default_scope(addr)),
            flags: if spec.noprefixroute { flag::NOPREFIXROUTE } else { 0 },
            label: spec.label.clone().unwrap_or_else(|| self.dev(dev).name.clone()),
            valid_until: None,
            preferred_until: None,
            metric: spec.metric,
        })
    }

    /// Put an address into the list: primaries by scope, the nearest first, each secondary at the end
    /// (`__inet_insert_ifa`). 0.0.0.0 is taken and forgotten.
    fn inet_insert_ifa(&mut self, dev: DevId, mut new: Ifaddr) -> Result {
        if new.addr().is_unspecified() {
            return Ok(());
        }
        let list = &self.dev(dev).ifaddrs;
        let subnet: Vec<&Ifaddr> = list.iter().filter(|ifa| ifa.same_subnet(&new)).collect();
        if subnet.iter().any(|ifa| ifa.scope != new.scope) {
            return Err(Error::extack(Errno::EINVAL, "ipv4: Invalid scope value"));
        }
        new.flags |= if subnet.is_empty() { 0 } else { flag::SECONDARY };
        let after = list.iter().rposition(|ifa| !ifa.is_secondary() && new.scope <= ifa.scope);
        let at = if new.is_secondary() { list.len() } else { after.map_or(0, |at| at + 1) };
        self.dev_mut(dev).ifaddrs.insert(at, new.clone());
        self.arm_lifetime(dev);
        self.fib_add_ifaddr(dev, &new);
        Ok(())
    }

    /// A known address gets another metric and lifetime.
    fn inet_change_ifa(&mut self, dev: DevId, at: usize, new: Ifaddr) {
        let old = self.dev(dev).ifaddrs[at].clone();
        let ifa = &mut self.dev_mut(dev).ifaddrs[at];
        let keep = flag::SECONDARY | flag::NOPREFIXROUTE;
        ifa.flags = (old.flags & keep) | (new.flags & !keep);
        (ifa.valid_until, ifa.preferred_until, ifa.metric) = (new.valid_until, new.preferred_until, new.metric);
        if old.metric != new.metric {
            let changed = ifa.clone();
            self.fib_modify_prefix_metric(dev, &changed, old.metric);
        }
        self.arm_lifetime(dev);
    }

    /// RTM_DELADDR (`inet_rtm_deladdr`).
    pub(crate) fn addr_del(&mut self, dev: Dev, local: IpAddr, len: Option<u8>) -> Result {
        let device = self.dev_id(dev).map_err(|_| Error::extack(Errno::ENODEV, "ipv4: Device not found"));
        let IpAddr::V4(addr) = local else {
            return self.addr6_del(device.map_err(|_| Errno::ENODEV)?, local, len);
        };
        let dev = device?;
        // With a length the message names the subnet too; a peer's subnet is not the address's own.
        let fits = |ifa: &Ifaddr| {
            ifa.addr() == addr && len.is_none_or(|len| ifa.local.len == len && (ifa.peer.is_some() || ifa.holds(addr)))
        };
        let at = self.dev(dev).ifaddrs.iter().position(fits);
        let at = at.ok_or_else(|| Error::extack(Errno::EADDRNOTAVAIL, "ipv4: Address not found"))?;
        self.inet_del_ifa(dev, at);
        Ok(())
    }

    /// Take an address out (`__inet_del_ifa`): of a primary all secondaries go with it, or the first takes its place.
    fn inet_del_ifa(&mut self, dev: DevId, at: usize) {
        let gone = self.dev(dev).ifaddrs[at].clone();
        let mut promoted = None;
        if !gone.is_secondary() {
            if self.in_dev_conf(dev, Ipv4::PromoteSecondaries) == 0 {
                self.delete_secondaries(dev, &gone);
            } else {
                promoted = self.dev(dev).ifaddrs.iter().find(|ifa| **ifa != gone && ifa.same_subnet(&gone)).cloned();
                if promoted.is_some() {
                    self.each_secondary(dev, &gone, |kernel, ifa| kernel.fib_del_ifaddr(dev, ifa, Some(&gone)));
                }
            }
        }
        self.unlink_ifa(dev, &gone);
        if let Some(promoted) = promoted {
            self.promote(dev, &gone, promoted);
        }
    }

    fn each_secondary(&mut self, dev: DevId, of: &Ifaddr, mut each: impl FnMut(&mut Kernel, &Ifaddr)) {
        let list = self.dev(dev).ifaddrs.clone();
        list.iter().filter(|ifa| ifa.is_secondary() && ifa.same_subnet(of)).for_each(|ifa| each(self, ifa));
    }

    fn delete_secondaries(&mut self, dev: DevId, primary: &Ifaddr) {
        self.each_secondary(dev, primary, |kernel, ifa| kernel.unlink_ifa(dev, ifa));
    }

    /// An address is out of the list and its routes are gone; after the last one IP is off (`fib_inetaddr_event`).
    fn unlink_ifa(&mut self, dev: DevId, ifa: &Ifaddr) {
        self.dev_mut(dev).ifaddrs.retain(|other| other != ifa);
        self.fib_del_ifaddr(dev, ifa, None);
        if self.dev(dev).ifaddrs.is_empty() {
            self.fib_disable_addresses(dev);
        }
    }

    /// The first secondary stands where its scope puts it, and the others of its subnet name it.
    fn promote(&mut self, dev: DevId, gone: &Ifaddr, mut promoted: Ifaddr) {
        let list = &mut self.dev_mut(dev).ifaddrs;
        list.retain(|ifa| *ifa != promoted);
        let after = list.iter().rposition(|ifa| !ifa.is_secondary() && gone.scope <= ifa.scope);
        promoted.flags &= !flag::SECONDARY;
        list.insert(after.map_or(0, |at| at + 1), promoted.clone());
        self.fib_add_ifaddr(dev, &promoted);
        self.each_secondary(dev, gone, |kernel, ifa| kernel.fib_add_ifaddr(dev, ifa));
    }

    fn arm_lifetime(&mut self, dev: DevId) {
        let limits =
            |ifa: &Ifaddr| [ifa.valid_until, ifa.preferred_until.filter(|_| ifa.flags & flag::DEPRECATED == 0)];
        let next = self.dev(dev).ifaddrs.iter().flat_map(limits).flatten().min();
        match next {
            Some(at) => self.timers.arm(Timer::AddrLifetime(dev), at.max(self.now)),
            None => self.timers.cancel(&Timer::AddrLifetime(dev)),
        }
    }

    /// Addresses whose time is over go, or are deprecated (`check_lifetime`).
    pub(crate) fn check_lifetime(&mut self, dev: DevId) {
        let now = self.now;
        let over = |limit: Option<Instant>| limit.is_some_and(|at| at <= now);
        while let Some(at) = self.dev(dev).ifaddrs.iter().position(|ifa| over(ifa.valid_until)) {
            self.inet_del_ifa(dev, at);
        }
        for ifa in self.dev_mut(dev).ifaddrs.iter_mut().filter(|ifa| over(ifa.preferred_until)) {
            ifa.flags |= flag::DEPRECATED;
        }
        self.arm_lifetime(dev);
    }

    /// Something happened to a device (`inetdev_event`).
    pub(crate) fn inetdev_event(&mut self, dev: DevId, event: NetdevEvent) {
        match event {
            NetdevEvent::Register => self.devconf_init(dev),
            NetdevEvent::Up => {
                self.loopback_address(dev);
                if !self.dev(dev).is_loopback() {
                    self.dev_mc_add(dev, ALL_HOSTS);
                }
            }
            NetdevEvent::Down => self.dev_mc_del(dev, ALL_HOSTS),
            NetdevEvent::Unregister => self.inetdev_destroy(dev),
            NetdevEvent::ChangeName => self.inetdev_changename(dev),
            NetdevEvent::Change | NetdevEvent::ChangeMtu | NetdevEvent::ChangeAddr => {}
        }
    }

    /// `lo` gets 127.0.0.1/8 when it goes up, beside what it has (`inetdev_event`).
    fn loopback_address(&mut self, dev: DevId) {
        let device = self.dev(dev);
        let is_held = |ifa: &Ifaddr| ifa.local == Cidr::v4(Ipv4Addr::LOCALHOST, 8);
        if !device.is_loopback() || device.ifaddrs.iter().any(is_held) {
            return;
        }
        let localhost = Ifaddr {
            local: Cidr::v4(Ipv4Addr::LOCALHOST, 8),
            peer: None,
            broadcast: None,
            scope: scope::HOST,
            flags: flag::PERMANENT,
            label: device.name.clone(),
            valid_until: None,
            preferred_until: None,
            metric: 0,
        };
        // Refused where 127/8 is held with another scope; Linux ignores that, too.
        let _ = self.inet_insert_ifa(dev, localhost);
    }

    /// The device is going: so are its addresses (`inetdev_destroy`).
    fn inetdev_destroy(&mut self, dev: DevId) {
        while !self.dev(dev).ifaddrs.is_empty() {
            self.inet_del_ifa(dev, 0);
        }
        self.timers.cancel(&Timer::AddrLifetime(dev));
    }

    /// Labels follow the device's name; the second and later get a number unless they have a suffix
    /// (`inetdev_changename`).
    fn inetdev_changename(&mut self, dev: DevId) {
        let name = self.dev(dev).name.clone();
        for (at, ifa) in self.dev_mut(dev).ifaddrs.iter_mut().enumerate() {
            let suffix = match ifa.label.find(':') {
                Some(colon) => ifa.label[colon..].to_string(),
                None => format!(":{}", at + 1),
            };
            let room = 15usize.saturating_sub(suffix.len());
            ifa.label = match at {
                0 => name.clone(),
                _ => format!("{}{suffix}", &name[..name.len().min(room)]),
            };
        }
    }

    /// A device's IPv4 addresses in list order.
    pub(crate) fn ifaddr_view(&self, dev: DevId) -> Vec<Addr> {
        let left = |limit: Option<Instant>| limit.map(|at| at.since(self.now).0.div_ceil(1_000_000_000) as u32);
        let show = |ifa: &Ifaddr| Addr {
            local: ifa.local,
            peer: ifa.peer.map(IpAddr::V4),
            broadcast: ifa.broadcast.map(IpAddr::V4),
            scope: ifa.scope,
            flags: ifa.flags,
            label: ifa.label.clone(),
            valid_lft: left(ifa.valid_until),
            preferred_lft: left(ifa.preferred_until),
            metric: ifa.metric,
        };
        self.dev(dev).ifaddrs.iter().map(show).collect()
    }

    /// Whether a device forgets its neighbours when it loses carrier.
    pub(crate) fn arp_evicts_nocarrier(&self, dev: DevId) -> bool {
        self.in_dev_conf(dev, Ipv4::ArpEvictNocarrier) != 0
    }
}
