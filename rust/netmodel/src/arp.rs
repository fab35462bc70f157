//! ARP: what a namespace asks and answers. Models net/ipv4/arp.c.

use core::net::{IpAddr, Ipv4Addr};

use crate::addr::{DevId, Mac};
use crate::ip::{Flow, RtType};
use crate::neigh::Override;
use crate::packet::{Arp, Net, Packet};
use crate::path::{Observer, Walk};
use crate::request::Nud;
use crate::route::{rtn, scope};
use crate::skb::{PktType, Skb};
use crate::sysctl::{Ipv4, Neigh};
use crate::time::Duration;
use crate::timer::{Timer, wheel};
use crate::trace::{DropReason, Step};

const REQUEST: u16 = 1;
const REPLY: u16 = 2;
/// `net.ipv4.neigh.DEV.proxy_qlen`.
const PROXY_QLEN: usize = 64;

/// An ARP packet being looked at.
struct Heard<'p> {
    dev: DevId,
    arp: &'p Arp,
    pkt_type: PktType,
    /// It waited in the proxy queue before (`LOCALLY_ENQUEUED`).
    delayed: bool,
    copy: u32,
}

/// What became of it.
enum Outcome {
    Consumed,
    Ignored,
    Queued,
}

impl<O: Observer> Walk<'_, O> {
    /// An ARP packet came in (`arp_rcv`).
    pub(crate) fn arp_rcv(&mut self, dev: DevId, skb: Skb) {
        let device = self.kernel.dev(dev);
        let deaf = device.noarp || device.is_loopback() || skb.pkt_type == PktType::Loopback;
        let netns = device.netns;
        if skb.pkt_type == PktType::OtherHost {
            return self.kfree_skb(dev, &skb, DropReason::OTHERHOST);
        }
        if deaf {
            return self.kfree_skb(dev, &skb, DropReason::ARP_IGNORED);
        }
        let Net::Arp(arp) = &skb.packet.net else {
            return self.kfree_skb(dev, &skb, DropReason::NOT_SPECIFIED);
        };
        let heard = Heard { dev, arp, pkt_type: skb.pkt_type, delayed: false, copy: skb.copy };
        match self.arp_process(&heard) {
            Outcome::Consumed => self.consume_skb(netns, &skb, "arp"),
            Outcome::Ignored => self.kfree_skb(dev, &skb, DropReason::ARP_IGNORED),
            Outcome::Queued => {
                self.kernel.pneigh_enqueue(dev, &skb, arp);
                self.observer.step(skb.copy, || Step::Queued { netns, why: "proxy_delay".to_string() });
            }
        }
    }

    fn arp_process(&mut self, heard: &Heard<'_>) -> Outcome {
        let Heard { dev, arp, .. } = *heard;
        let loopback = arp.tpa.is_loopback() && self.kernel.in_dev_conf(dev, Ipv4::RouteLocalnet) == 0;
        let known_op = matches!(arp.op, REQUEST | REPLY);
        if !known_op || arp.tpa.is_multicast() || loopback {
            return Outcome::Ignored;
        }
        if arp.spa.is_unspecified() {
            return self.arp_probed(heard);
        }
        if arp.op == REQUEST
            && let Some(outcome) = self.arp_requested(heard)
        {
            return outcome;
        }
        self.arp_learn(heard)
    }

    /// Somebody probes an address before taking it (RFC 5227): it is answered, and nothing learned.
    fn arp_probed(&mut self, heard: &Heard<'_>) -> Outcome {
        let Heard { dev, arp, .. } = *heard;
        let local = self.kernel.inet_addr_type(self.netns_of(dev), arp.tpa) == rtn::LOCAL;
        if arp.op != REQUEST || !local || self.arp_ignore(dev, arp.spa, arp.tpa) {
            return Outcome::Ignored;
        }
        self.arp_reply(heard);
        Outcome::Consumed
    }

    /// A request whose target this namespace answers for; `None`: it does not.
    fn arp_requested(&mut self, heard: &Heard<'_>) -> Option<Outcome> {
        let Heard { dev, arp, .. } = *heard;
        let route = self.kernel.ip_route_input(dev, arp.spa, arp.tpa).ok()?;
        match route.kind {
            RtType::Local => {
                let quiet = self.arp_ignore(dev, arp.spa, arp.tpa)
                    || self.kernel.in_dev_conf(dev, Ipv4::ArpFilter) != 0 && self.arp_filter(dev, arp.spa, arp.tpa);
                if quiet {
                    return Some(Outcome::Ignored);
                }
                self.neigh_event_ns(dev, arp);
                self.arp_reply(heard);
                Some(Outcome::Consumed)
            }
            RtType::Unicast if self.kernel.in_dev_forward(dev) && self.arp_fwd_proxy(dev, route.dev, arp.tpa) => {
                self.neigh_event_ns(dev, arp);
                let at_once = heard.delayed || heard.pkt_type == PktType::Host || self.proxy_delay(dev).0 == 0;
                if !at_once {
                    return Some(Outcome::Queued);
                }
                self.arp_reply(heard);
                Some(Outcome::Consumed)
            }
            _ => None,
        }
    }

    fn proxy_delay(&self, dev: DevId) -> Duration {
        self.kernel.neigh_time(dev, Neigh::ProxyDelay)
    }

    /// Whether to answer for an address that is routed by another device: `proxy_arp`, or a proxy entry.
    fn arp_fwd_proxy(&self, dev: DevId, out: DevId, target: Ipv4Addr) -> bool {
        let table = &self.kernel.dev(dev).neighs;
        let proxy = self.kernel.in_dev_conf(dev, Ipv4::ProxyArp) != 0;
        out != dev && (proxy || table.proxies.contains(&IpAddr::V4(target)))
    }

    /// `arp_ignore`: whether `sysctl_arp_ignore` forbids to answer for a local address.
    fn arp_ignore(&self, dev: DevId, sip: Ipv4Addr, tip: Ipv4Addr) -> bool {
        let kernel = &self.kernel;
        match kernel.in_dev_conf(dev, Ipv4::ArpIgnore) {
            0 => false,
            1 => !kernel.confirm_addr(dev, None, tip),
            2 => !kernel.confirm_addr(dev, Some(sip), tip),
            // 3: not for addresses of host scope. What is not of host scope is answered.
            3 => kernel.is_host_scope(dev, tip),
            8 => true,
            _ => false,
        }
    }

    /// `arp_filter`: whether packets to the sender would leave by another device.
    fn arp_filter(&self, dev: DevId, sip: Ipv4Addr, tip: Ipv4Addr) -> bool {
        let flow = Flow { dst: sip, src: tip, oif: None };
        self.kernel.ip_route_output_key(self.netns_of(dev), flow).map_or(true, |route| route.dev != dev)
    }

    fn arp_reply(&mut self, heard: &Heard<'_>) {
        let Heard { dev, arp, copy, .. } = *heard;
        let netns = self.netns_of(dev);
        let sha = self.kernel.dev(dev).address;
        let reply = Arp { op: REPLY, sha, spa: arp.tpa, tha: arp.sha, tpa: arp.spa };
        self.observer.step(copy, || Step::Answer { netns, what: "ARP reply".to_string() });
        self.arp_xmit(dev, Some(copy), arp.sha, reply);
    }

    /// `neigh_event_ns`: who asks tells its own address.
    fn neigh_event_ns(&mut self, dev: DevId, arp: &Arp) {
        let dst = IpAddr::V4(arp.spa);
        if self.kernel.dev(dev).neighs.get(dst).is_none() {
            self.kernel.neigh_create(dev, dst);
        }
        // A permanent entry refuses the update, and the request is answered all the same.
        let _ = self.neigh_update((dev, dst), Some(arp.sha), Nud::STALE, Override::Yes);
    }

    /// What an ARP packet tells of its sender: only entries that exist change, unless `arp_accept`.
    fn arp_learn(&mut self, heard: &Heard<'_>) -> Outcome {
        let Heard { dev, arp, .. } = *heard;
        let dst = IpAddr::V4(arp.spa);
        let accept = self.arp_accept(dev, arp.spa);
        let known = self.kernel.dev(dev).neighs.get(dst).is_some();
        if !known && !accept {
            return Outcome::Ignored;
        }
        let unicast = self.kernel.inet_addr_type(self.netns_of(dev), arp.spa) == rtn::UNICAST;
        let gratuitous = arp.spa == arp.tpa && unicast && (arp.op != REPLY || arp.sha == arp.tha);
        if !known {
            if !(gratuitous || arp.op == REPLY && unicast) {
                return Outcome::Ignored;
            }
            self.kernel.neigh_create(dev, dst);
        }
        let locktime = self.kernel.neigh_time(dev, Neigh::Locktime);
        let updated = self.kernel.dev(dev).neighs.get(dst).map_or(self.kernel.now, |neigh| neigh.updated);
        let old_enough = self.kernel.now > updated + locktime;
        let who = if old_enough || gratuitous { Override::Yes } else { Override::No };
        // Broadcast replies and requests do not assert that the sender can be reached.
        let reachable = arp.op == REPLY && heard.pkt_type == PktType::Host;
        let state = if reachable { Nud::REACHABLE } else { Nud::STALE };
        // A permanent entry refuses: the packet is used up all the same.
        let _ = self.neigh_update((dev, dst), Some(arp.sha), state, who);
        Outcome::Consumed
    }

    /// `arp_accept`: 1 always, 2 only senders of a subnet of the device.
    fn arp_accept(&self, dev: DevId, sip: Ipv4Addr) -> bool {
        match self.kernel.in_dev_conf(dev, Ipv4::ArpAccept) {
            1 => true,
            2 => self.kernel.dev(dev).ifaddrs.iter().any(|ifa| ifa.local.contains(IpAddr::V4(sip))),
            _ => false,
        }
    }

    /// Ask who has an address (`arp_solicit`): the broadcast address, or one neighbour that is known from before.
    pub(crate) fn arp_solicit(&mut self, dev: DevId, dst: IpAddr) {
        let IpAddr::V4(target) = dst else { return };
        let device = self.kernel.dev(dev);
        if device.noarp {
            return;
        }
        let saddr = self.arp_source(dev, target);
        let Some(neigh) = device.neighs.get(dst) else { return };
        let unicast = neigh.probes < device.neigh4.neigh(Neigh::UcastSolicit) as u32;
        let to = neigh.lladdr().filter(|_| unicast).unwrap_or(device.broadcast);
        let sha = device.address;
        self.arp_xmit(dev, None, to, Arp { op: REQUEST, sha, spa: saddr, tha: Mac::ZERO, tpa: target });
    }

    /// The source of a request by `arp_announce`: that of the packet which waits, or one that suits the target.
    fn arp_source(&self, dev: DevId, target: Ipv4Addr) -> Ipv4Addr {
        let kernel = &self.kernel;
        let waiting = kernel.dev(dev).neighs.waiting_packet(IpAddr::V4(target)).map(|skb| &skb.packet.net);
        let own = match waiting {
            Some(Net::Ipv4(packet)) if kernel.inet_addr_type(self.netns_of(dev), packet.src) == rtn::LOCAL => {
                Some(packet.src)
            }
            _ => None,
        };
        let chosen = match kernel.in_dev_conf(dev, Ipv4::ArpAnnounce) {
            0 => own,
            1 => own.filter(|src| kernel.inet_addr_onlink(dev, target, *src)),
            _ => None,
        };
        chosen.unwrap_or_else(|| kernel.inet_select_addr(dev, Some(target), scope::LINK))
    }

    /// Say one's own addresses to all without being asked (`inetdev_send_gratuitous_arp`): where `arp_notify` is on.
    pub(crate) fn arp_notify(&mut self, dev: DevId) {
        if self.kernel.in_dev_conf(dev, Ipv4::ArpNotify) == 0 {
            return;
        }
        let device = self.kernel.dev(dev);
        let (sha, to, tha) = (device.address, device.broadcast, Mac::ZERO);
        let addrs: Vec<Ipv4Addr> = device.ifaddrs.iter().map(|ifa| ifa.addr()).collect();
        for spa in addrs {
            self.arp_xmit(dev, None, to, Arp { op: REQUEST, sha, spa, tha, tpa: spa });
        }
    }

    fn arp_xmit(&mut self, dev: DevId, parent: Option<u32>, dst: Mac, arp: Arp) {
        let src = self.kernel.dev(dev).address;
        let skb = self.begin(parent, Packet { dst, src, net: Net::Arp(arp) });
        self.dev_queue_xmit(dev, skb);
    }

    /// Delayed answers that are due (`neigh_proxy_process`).
    pub(crate) fn proxy_arp_timer(&mut self, dev: DevId) {
        let now = self.kernel.now;
        let Some(device) = self.kernel.devs.get_mut(&dev) else { return };
        let (due, rest) = core::mem::take(&mut device.neighs.proxy_queue).into_iter().partition(|entry| entry.0 <= now);
        device.neighs.proxy_queue = rest;
        let up = device.up;
        let due: Vec<_> = due;
        for (_, _, pkt_type, src, arp) in due.into_iter().filter(|_| up) {
            let dst = self.kernel.dev(dev).broadcast;
            let skb = self.begin(None, Packet { dst, src, net: Net::Arp(arp.clone()) });
            let heard = Heard { dev, arp: &arp, pkt_type, delayed: true, copy: skb.copy };
            let netns = self.netns_of(dev);
            match self.arp_process(&heard) {
                Outcome::Consumed => self.consume_skb(netns, &skb, "arp"),
                _ => self.kfree_skb(dev, &skb, DropReason::ARP_IGNORED),
            }
        }
        self.kernel.arm_proxy_timer(dev);
    }
}

impl crate::kernel::Kernel {
    /// Answer by proxy after a random time below `proxy_delay` (`pneigh_enqueue`).
    fn pneigh_enqueue(&mut self, dev: DevId, skb: &Skb, arp: &Arp) {
        let delay = self.neigh_time(dev, Neigh::ProxyDelay);
        let (netns, owner) = (self.dev(dev).netns, self.dev(dev).name.clone());
        let at = wheel(self.now, Duration(self.entropy.below("proxy_delay", &owner, delay.0)));
        let queue = &mut self.dev_mut(dev).neighs.proxy_queue;
        if queue.len() <= PROXY_QLEN {
            queue.push((at, netns, skb.pkt_type, skb.packet.src, arp.clone()));
        }
        self.arm_proxy_timer(dev);
    }

    fn arm_proxy_timer(&mut self, dev: DevId) {
        if let Some(at) = self.dev(dev).neighs.proxy_queue.iter().map(|entry| entry.0).min() {
            self.timers.arm(Timer::ProxyArp(dev), at);
        }
    }

    /// Whether `local` is an address of the device, and of a subnet that holds `dst` (`inet_confirm_addr`).
    fn confirm_addr(&self, dev: DevId, dst: Option<Ipv4Addr>, local: Ipv4Addr) -> bool {
        let mut own = self.dev(dev).ifaddrs.iter().filter(|ifa| ifa.local.addr == IpAddr::V4(local));
        own.any(|ifa| dst.is_none_or(|dst| ifa.local.contains(IpAddr::V4(dst))))
    }

    fn is_host_scope(&self, dev: DevId, local: Ipv4Addr) -> bool {
        let device = self.dev(dev);
        let devs = self.netns.get(&device.netns).into_iter().flat_map(|net| net.by_index.values());
        let mut own = devs.flat_map(|dev| &self.dev(*dev).ifaddrs).filter(|ifa| ifa.local.addr == IpAddr::V4(local));
        own.all(|ifa| ifa.scope >= scope::HOST)
    }
}
