//! Multicast groups of a device and the reports of joining and leaving them. Models net/ipv6/mcast.c, MLDv2.

use core::net::Ipv6Addr;

use serde::{Deserialize, Serialize};

use super::icmpv6::{self, ALL_NODES};
use super::ifa;
use crate::addr::DevId;
use crate::kernel::Kernel;
use crate::path::{Observer, Walk};
use crate::time::{Duration, Instant};
use crate::timer::{JIFFY, Timer, wheel};

/// A group that a device is in (`struct ifmcaddr6`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Group {
    /// The group.
    pub addr: Ipv6Addr,
    /// How often it was joined.
    pub users: u32,
    /// Change reports that still name it (`mca_crcount`).
    pub crcount: u8,
    /// It is in the device's list (`MAF_LOADED`).
    pub loaded: bool,
}

/// A group that was left (`mld_add_delrec`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Left {
    /// The group.
    pub addr: Ipv6Addr,
    /// Change reports that still name it.
    pub crcount: u8,
}

/// `MLD_QRV_DEFAULT`: how often each change is reported.
const QRV: u8 = 2;
/// `unsolicited_report_interval` of version 2, in jiffies.
const UNSOLICITED_REPORT_INTERVAL: u64 = 250;
/// Work is queued for two jiffies more than what was drawn.
const MORE: u64 = 2;
/// `MLD2_CHANGE_TO_INCLUDE` with no source: left.
const CHANGE_TO_INCLUDE: u8 = 3;
/// `MLD2_CHANGE_TO_EXCLUDE` with no source: joined.
const CHANGE_TO_EXCLUDE: u8 = 4;
/// `ff01::1`, which never leaves the device.
const INTERFACE_LOCAL_ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff01, 0, 0, 0, 0, 0, 0, 1);

/// `IPV6_ADDR_MC_SCOPE` less than link-local: no frame carries it.
fn stays_inside(group: Ipv6Addr) -> bool {
    group.octets()[1] & 0x0f < 2
}

/// `MAF_NOREPORT`.
fn is_never_reported(group: Ipv6Addr) -> bool {
    group == ALL_NODES || stays_inside(group)
}

/// `n` jiffies.
pub(super) fn jiffies(n: u64) -> Duration {
    Duration(JIFFY.0 * n)
}

impl Kernel {
    /// The groups that every device is in from its registration on (`ipv6_add_dev`).
    pub(super) fn ipv6_mc_init_dev(&mut self, dev: DevId) {
        self.ipv6_dev_mc_inc(dev, INTERFACE_LOCAL_ALL_NODES);
        self.ipv6_dev_mc_inc(dev, ALL_NODES);
        if self.idev_conf(dev).forwarding && self.dev(dev).multicast {
            self.ipv6_dev_mc_inc(dev, icmpv6::ALL_ROUTERS);
        }
    }

    /// Join a group (`ipv6_dev_mc_inc`).
    pub(crate) fn ipv6_dev_mc_inc(&mut self, dev: DevId, addr: Ipv6Addr) {
        let inet6 = &mut self.dev_mut(dev).inet6;
        if !inet6.present {
            return;
        }
        if let Some(group) = inet6.groups.iter_mut().find(|group| group.addr == addr) {
            group.users += 1;
            return;
        }
        inet6.tomb.retain(|left| left.addr != addr);
        inet6.groups.insert(0, Group { addr, users: 1, crcount: 0, loaded: false });
        self.igmp6_group_added(dev, 0);
    }

    /// Leave a group (`ipv6_dev_mc_dec`).
    pub(crate) fn ipv6_dev_mc_dec(&mut self, dev: DevId, addr: Ipv6Addr) {
        let inet6 = &mut self.dev_mut(dev).inet6;
        let Some(at) = inet6.groups.iter().position(|group| group.addr == addr) else { return };
        inet6.groups[at].users -= 1;
        if inet6.groups[at].users == 0 {
            self.igmp6_group_dropped(dev, at);
            self.dev_mut(dev).inet6.groups.remove(at);
        }
    }

    /// The device goes up, or an address is about to be added: every group is reported anew (`ipv6_mc_up`).
    pub(super) fn ipv6_mc_up(&mut self, dev: DevId) {
        for at in 0..self.dev(dev).inet6.groups.len() {
            let inet6 = &mut self.dev_mut(dev).inet6;
            let addr = inet6.groups[at].addr;
            inet6.tomb.retain(|left| left.addr != addr);
            self.igmp6_group_added(dev, at);
        }
    }

    /// The device goes down (`ipv6_mc_down`).
    pub(super) fn ipv6_mc_down(&mut self, dev: DevId) {
        for at in 0..self.dev(dev).inet6.groups.len() {
            self.igmp6_group_dropped(dev, at);
        }
        self.dev_mut(dev).inet6.mc_ifc_count = 0;
        self.timers.cancel(&Timer::Mld(dev));
        self.timers.cancel(&Timer::MldDad(dev));
    }

    fn igmp6_group_added(&mut self, dev: DevId, at: usize) {
        let device = self.dev_mut(dev);
        let (up, group) = (device.up, &mut device.inet6.groups[at]);
        let addr = group.addr;
        if stays_inside(addr) {
            return;
        }
        let reported = up && !is_never_reported(addr);
        if reported {
            group.crcount = QRV;
        }
        if !core::mem::replace(&mut group.loaded, true) {
            self.map_in(dev, addr);
        }
        if reported {
            self.mld_ifc_event(dev);
        }
    }

    fn igmp6_group_dropped(&mut self, dev: DevId, at: usize) {
        let group = &mut self.dev_mut(dev).inet6.groups[at];
        let addr = group.addr;
        if core::mem::take(&mut group.loaded) {
            self.map_out(dev, addr);
        }
        if !is_never_reported(addr) {
            self.dev_mut(dev).inet6.tomb.insert(0, Left { addr, crcount: QRV });
            self.mld_ifc_event(dev);
        }
    }

    /// `lo` has no link-layer groups.
    fn map_in(&mut self, dev: DevId, group: Ipv6Addr) {
        if !self.dev(dev).is_loopback() {
            self.dev_mc_add(dev, icmpv6::ndisc_mc_map(group));
        }
    }

    fn map_out(&mut self, dev: DevId, group: Ipv6Addr) {
        self.dev_mc_del(dev, icmpv6::ndisc_mc_map(group));
    }

    fn mld_ifc_event(&mut self, dev: DevId) {
        self.dev_mut(dev).inet6.mc_ifc_count = QRV;
        self.timers.arm(Timer::Mld(dev), wheel(self.now, jiffies(MORE)));
    }

    /// A time until the next unsolicited report.
    fn unsolicited_delay(&mut self, dev: DevId) -> Instant {
        let name = self.dev(dev).name.clone();
        let drawn = self.entropy.below("mld-delay", &name, UNSOLICITED_REPORT_INTERVAL);
        wheel(self.now, jiffies(drawn + MORE))
    }

    /// The valid link-local address that reports carry, else the unspecified one (`ipv6_get_lladdr`).
    pub(super) fn ipv6_get_lladdr(&self, dev: DevId) -> Option<Ipv6Addr> {
        let addrs = &self.dev(dev).inet6.addrs;
        let valid = |ifa: &&super::Inet6Ifaddr| super::rt_scope(ifa.addr) == 253 && ifa.flags & ifa::TENTATIVE == 0;
        addrs.iter().rev().find(valid).map(|ifa| ifa.addr)
    }
}

impl<O: Observer> Walk<'_, O> {
    /// `mld_ifc_work`: report what changed, and again after a while.
    pub(crate) fn mld_work(&mut self, dev: DevId) {
        self.mld_send_cr(dev);
        let count = &mut self.kernel.dev_mut(dev).inet6.mc_ifc_count;
        *count = count.saturating_sub(1);
        if *count != 0 {
            let at = self.kernel.unsolicited_delay(dev);
            self.kernel.timers.arm(Timer::Mld(dev), at);
        }
    }

    /// The link-local address is valid now: reports carry it from here on (`ipv6_mc_dad_complete`).
    pub(super) fn ipv6_mc_dad_complete(&mut self, dev: DevId) {
        self.kernel.dev_mut(dev).inet6.mc_dad_count = QRV;
        self.mld_dad_work(dev);
    }

    /// `mld_dad_work`.
    pub(crate) fn mld_dad_work(&mut self, dev: DevId) {
        let groups = self.kernel.dev(dev).inet6.groups.iter().filter(|group| !is_never_reported(group.addr));
        let records = groups.map(|group| (CHANGE_TO_EXCLUDE, group.addr)).collect();
        self.mld_sendpack(dev, records);
        let count = &mut self.kernel.dev_mut(dev).inet6.mc_dad_count;
        *count = count.saturating_sub(1);
        if *count != 0 {
            let at = self.kernel.unsolicited_delay(dev);
            self.kernel.timers.arm(Timer::MldDad(dev), at);
        }
    }

    fn mld_send_cr(&mut self, dev: DevId) {
        let inet6 = &mut self.kernel.dev_mut(dev).inet6;
        let mut records = Vec::new();
        for left in &mut inet6.tomb {
            records.push((CHANGE_TO_INCLUDE, left.addr));
            left.crcount -= 1;
        }
        inet6.tomb.retain(|left| left.crcount != 0);
        for group in inet6.groups.iter_mut().filter(|group| group.crcount != 0) {
            records.push((CHANGE_TO_EXCLUDE, group.addr));
            group.crcount -= 1;
        }
        self.mld_sendpack(dev, records);
    }

    /// Send records, as many to a packet as the mtu allows.
    fn mld_sendpack(&mut self, dev: DevId, records: Vec<(u8, Ipv6Addr)>) {
        const HEADERS: usize = 40 + 8 + 8;
        const RECORD: usize = 20;
        let fit = (self.kernel.dev(dev).mtu as usize).saturating_sub(HEADERS) / RECORD;
        let src = self.kernel.ipv6_get_lladdr(dev).unwrap_or(Ipv6Addr::UNSPECIFIED);
        for records in records.chunks(fit.max(1)) {
            self.ip6_output(dev, icmpv6::mld2_report(src, records));
        }
    }
}
