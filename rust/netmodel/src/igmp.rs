//! IPv4 multicast groups of a device and the reports of joining and leaving them. Models net/ipv4/igmp.c, IGMPv3.

use core::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, Mac};
use crate::kernel::Kernel;
use crate::packet::{Ipv4, Net, Packet, Transport};
use crate::path::{Observer, Walk};
use crate::time::Duration;
use crate::timer::{JIFFY, Timer, wheel};
use crate::wire::checksum;

/// IPv4 groups of a device (the `mc_list` of `struct in_device`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Groups {
    /// Groups, the newest first.
    joined: Vec<Group>,
    /// Groups that were left and whose leaving is still to be reported (`mc_tomb`).
    left: Vec<Group>,
    /// Change reports still to send (`mr_ifc_count`).
    ifc_count: u8,
}

/// A group, and how many change reports still name it (`crcount`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Group {
    addr: Ipv4Addr,
    crcount: u8,
}

/// `IGMP_ALL_HOSTS`: every device that is up is in it, and never says so.
const ALL_HOSTS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 1);
/// `IGMPV3_ALL_MCR`: where reports go.
const ALL_MCR: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 22);
/// `sysctl_igmp_qrv`: how often each change is reported.
const QRV: u8 = 2;
/// `igmpv3_unsolicited_report_interval` in jiffies.
const UNSOLICITED_REPORT_INTERVAL: u64 = 250;
/// The timer runs for two jiffies more than what was drawn.
const MORE: u64 = 2;

/// The Ethernet address of a group (`ip_eth_mc_map`).
fn ip_eth_mc_map(group: Ipv4Addr) -> Mac {
    let [_, b, c, d] = group.octets();
    Mac([0x01, 0x00, 0x5e, b & 0x7f, c, d])
}

fn jiffies(n: u64) -> Duration {
    Duration(JIFFY.0 * n)
}

impl Kernel {
    /// The device goes up (`ip_mc_up`).
    pub(crate) fn ip_mc_up(&mut self, dev: DevId) {
        self.ip_mc_inc_group(dev, ALL_HOSTS);
    }

    /// The device goes down (`ip_mc_down`): nothing more is reported.
    pub(crate) fn ip_mc_down(&mut self, dev: DevId) {
        self.ip_mc_dec_group(dev, ALL_HOSTS);
        self.dev_mut(dev).igmp.ifc_count = 0;
        self.timers.cancel(&Timer::Igmp(dev));
    }

    /// Join a group (`ip_mc_inc_group`).
    pub(crate) fn ip_mc_inc_group(&mut self, dev: DevId, addr: Ipv4Addr) {
        let groups = &mut self.dev_mut(dev).igmp;
        if groups.joined.iter().any(|group| group.addr == addr) {
            return;
        }
        groups.left.retain(|group| group.addr != addr);
        let reported = addr != ALL_HOSTS;
        groups.joined.insert(0, Group { addr, crcount: if reported { QRV } else { 0 } });
        if !self.dev(dev).is_loopback() {
            self.dev_mc_add(dev, ip_eth_mc_map(addr));
        }
        if reported {
            self.igmp_ifc_event(dev);
        }
    }

    /// Leave a group (`ip_mc_dec_group`).
    pub(crate) fn ip_mc_dec_group(&mut self, dev: DevId, addr: Ipv4Addr) {
        let groups = &mut self.dev_mut(dev).igmp;
        let Some(at) = groups.joined.iter().position(|group| group.addr == addr) else { return };
        groups.joined.remove(at);
        if addr != ALL_HOSTS {
            groups.left.insert(0, Group { addr, crcount: QRV });
            self.igmp_ifc_event(dev);
        }
        self.dev_mc_del(dev, ip_eth_mc_map(addr));
    }

    fn igmp_ifc_event(&mut self, dev: DevId) {
        self.dev_mut(dev).igmp.ifc_count = QRV;
        self.timers.arm(Timer::Igmp(dev), wheel(self.now, jiffies(MORE)));
    }

    /// The address that reports carry: the first of the device, or none (`igmpv3_get_srcaddr`).
    fn igmpv3_get_srcaddr(&self, dev: DevId) -> Ipv4Addr {
        const RT_SCOPE_LINK: u8 = 253;
        const IFA_F_SECONDARY: u32 = 1;
        let primary =
            self.dev(dev).ifaddrs.iter().find(|ifa| ifa.flags & IFA_F_SECONDARY == 0 && ifa.scope <= RT_SCOPE_LINK);
        match primary.map(|ifa| ifa.local.addr) {
            Some(core::net::IpAddr::V4(addr)) => addr,
            _ => Ipv4Addr::UNSPECIFIED,
        }
    }
}

impl<O: Observer> Walk<'_, O> {
    /// `igmp_ifc_timer_expire`: report what changed, and again after a while.
    pub(crate) fn igmp_work(&mut self, dev: DevId) {
        self.igmpv3_send_cr(dev);
        let count = &mut self.kernel.dev_mut(dev).igmp.ifc_count;
        *count = count.saturating_sub(1);
        if *count != 0 {
            let name = self.kernel.dev(dev).name.clone();
            let drawn = self.kernel.entropy.below("igmp-delay", &name, UNSOLICITED_REPORT_INTERVAL);
            let at = wheel(self.kernel.now, jiffies(drawn + MORE));
            self.kernel.timers.arm(Timer::Igmp(dev), at);
        }
    }

    fn igmpv3_send_cr(&mut self, dev: DevId) {
        const CHANGE_TO_INCLUDE: u8 = 3;
        const CHANGE_TO_EXCLUDE: u8 = 4;
        let groups = &mut self.kernel.dev_mut(dev).igmp;
        let mut records = Vec::new();
        for (kind, list) in [(CHANGE_TO_INCLUDE, &mut groups.left), (CHANGE_TO_EXCLUDE, &mut groups.joined)] {
            for group in list.iter_mut().filter(|group| group.crcount != 0) {
                records.push((kind, group.addr));
                group.crcount -= 1;
            }
        }
        groups.left.retain(|group| group.crcount != 0);
        if records.is_empty() {
            return;
        }
        let packet = igmpv3_report(self.kernel.igmpv3_get_srcaddr(dev), &records);
        let frame = Packet { dst: ip_eth_mc_map(ALL_MCR), src: self.kernel.dev(dev).address, net: Net::Ipv4(packet) };
        self.originate(dev, frame);
    }
}

/// A version 3 report (`igmpv3_newpack`): router alert, ttl 1, internetwork control.
fn igmpv3_report(src: Ipv4Addr, records: &[(u8, Ipv4Addr)]) -> Ipv4 {
    const IGMPV3_HOST_MEMBERSHIP_REPORT: u8 = 0x22;
    let mut data = vec![IGMPV3_HOST_MEMBERSHIP_REPORT, 0, 0, 0, 0, 0];
    data.extend((records.len() as u16).to_be_bytes());
    for (kind, group) in records {
        data.extend([*kind, 0, 0, 0]);
        data.extend(group.octets());
    }
    let sum = checksum::checksum(&data).to_be_bytes();
    data[2..4].copy_from_slice(&sum);
    Ipv4 {
        src,
        dst: ALL_MCR,
        tos: 0xc0,
        id: 0,
        df: true,
        mf: false,
        offset: 0,
        ttl: 1,
        options: vec![0x94, 4, 0, 0],
        payload: Transport::Raw { proto: 2, data },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_40_bytes_long() {
        let report = igmpv3_report(Ipv4Addr::UNSPECIFIED, &[(4, Ipv4Addr::new(224, 0, 0, 106))]);
        let frame = Packet { dst: ip_eth_mc_map(ALL_MCR), src: Mac([2, 0, 0, 0, 0, 1]), net: Net::Ipv4(report) };
        assert_eq!(crate::wire::emit(&frame).len(), 14 + 40);
        assert_eq!(frame.dst.to_string(), "01:00:5e:00:00:16");
    }
}
