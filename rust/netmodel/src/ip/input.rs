//! Receiving. Models net/ipv4/ip_input.c.

use super::{RtType, Rtable};
use crate::addr::DevId;
use crate::error::Errno;
use crate::packet::{Ipv4, Net, Transport};
use crate::path::{Hook, HookState, Observer, Verdict, Walk};
use crate::skb::{PktType, Skb};
use crate::sysctl;
use crate::trace::{DropReason, Step};
use crate::wire::{ETH_P_IP, ipv4, transport};

/// Options that change nothing on the way: end of list, no operation, router alert.
const INERT_OPTIONS: [u8; 3] = [0, 1, 148];

impl<O: Observer> Walk<'_, O> {
    /// An IPv4 packet came in (`ip_rcv`).
    pub(crate) fn ip_rcv(&mut self, dev: DevId, mut skb: Skb) {
        if skb.pkt_type == PktType::OtherHost {
            return self.kfree_skb(dev, &skb, DropReason::OTHERHOST);
        }
        match &skb.packet.net {
            Net::Ipv4(packet) => {
                if let Some(option) = odd_option(&packet.options) {
                    return self.unsupported(&skb, &format!("IPv4 option {option}"));
                }
            }
            Net::Other { proto: ETH_P_IP, data } => {
                let reason = ipv4::parse(data).err().unwrap_or(DropReason::IP_INHDR);
                return self.kfree_skb(dev, &skb, reason);
            }
            _ => return self.kfree_skb(dev, &skb, DropReason::UNHANDLED_PROTO),
        }
        let state = HookState { hook: Hook::PreRouting, netns: self.netns_of(dev), indev: Some(dev), outdev: None };
        match self.nf_hook(state, &mut skb) {
            Verdict::Accept => self.ip_rcv_finish(dev, skb),
            Verdict::Drop(reason) => self.kfree_skb(dev, &skb, reason),
        }
    }

    /// Route it, unless it comes from this namespace and has its route (`ip_rcv_finish`, `dst_input`).
    fn ip_rcv_finish(&mut self, dev: DevId, mut skb: Skb) {
        let Net::Ipv4(packet) = &skb.packet.net else { return };
        if skb.rt.is_none() {
            match self.kernel.ip_route_input(dev, packet.src, packet.dst) {
                Ok(route) => {
                    self.step_route(&skb, &route);
                    skb.rt = Some(route);
                }
                Err(reason) => return self.kfree_skb(dev, &skb, reason),
            }
        }
        let l2_group = matches!(skb.pkt_type, PktType::Broadcast | PktType::Multicast);
        let route = skb.rt.clone().expect("it has just been routed");
        let unicast = matches!(route.kind, RtType::Unicast | RtType::Local);
        if l2_group && unicast && self.kernel.in_dev_conf(dev, sysctl::Ipv4::DropUnicastInL2Multicast) != 0 {
            return self.kfree_skb(dev, &skb, DropReason::UNICAST_IN_L2_MULTICAST);
        }
        match route.kind {
            RtType::Local | RtType::Broadcast | RtType::Multicast { .. } => self.ip_local_deliver(dev, skb),
            RtType::Unicast => self.ip_forward(dev, skb, route),
            RtType::Error(errno) => self.ip_error(dev, &skb, errno),
        }
    }

    /// A route was decided.
    pub(crate) fn step_route(&mut self, skb: &Skb, route: &Rtable) {
        let Walk { kernel, observer, .. } = self;
        let device = kernel.dev(route.dev);
        observer.step(skb.copy, || Step::Route {
            netns: device.netns,
            kind: route.kind.number(),
            table: route.table,
            oif: device.name.clone(),
            via: route.gateway.map(core::net::IpAddr::V4),
        });
    }

    /// No route, or one that refuses (`ip_error`): the sender hears of it if this namespace forwards.
    fn ip_error(&mut self, dev: DevId, skb: &Skb, errno: Errno) {
        const NET_UNREACH: u8 = 0;
        const HOST_UNREACH: u8 = 1;
        const PKT_FILTERED: u8 = 13;
        let Net::Ipv4(packet) = &skb.packet.net else { return };
        let (reason, code) = match errno {
            _ if !self.kernel.in_dev_forward(dev) => (DropReason::IP_FORWARDING_OFF, None),
            Errno::ENETUNREACH => (DropReason::IP_INNOROUTES, Some(NET_UNREACH)),
            Errno::EHOSTUNREACH => (DropReason::IP_ROUTE_REFUSED, Some(HOST_UNREACH)),
            Errno::EACCES => (DropReason::IP_ROUTE_REFUSED, Some(PKT_FILTERED)),
            _ => (DropReason::IP_ROUTE_REFUSED, None),
        };
        let (netns, src) = (self.netns_of(dev), packet.src);
        if let Some(code) = code
            && self.kernel.ip_error_allow(netns, src)
        {
            self.icmp_send(skb, (3, code), 0);
        }
        self.kfree_skb(dev, skb, reason);
    }

    /// For this namespace (`ip_local_deliver`): fragments are put together first.
    fn ip_local_deliver(&mut self, dev: DevId, skb: Skb) {
        let Net::Ipv4(packet) = &skb.packet.net else { return };
        let whole = if packet.is_fragment() { self.ip_defrag(dev, skb) } else { Some(skb) };
        let Some(mut skb) = whole else { return };
        let state = HookState { hook: Hook::LocalIn, netns: self.netns_of(dev), indev: Some(dev), outdev: None };
        match self.nf_hook(state, &mut skb) {
            Verdict::Accept => self.ip_protocol_deliver(dev, skb),
            Verdict::Drop(reason) => self.kfree_skb(dev, &skb, reason),
        }
    }

    /// To the protocol that it carries (`ip_protocol_deliver_rcu`).
    fn ip_protocol_deliver(&mut self, dev: DevId, mut skb: Skb) {
        const PROT_UNREACH: u8 = 2;
        const PORT_UNREACH: u8 = 3;
        if let Net::Ipv4(packet) = &mut skb.packet.net
            && let Some(udp) = transport::udp_trimmed(packet)
        {
            packet.payload = Transport::Udp(udp);
        }
        let Some(packet) = ip_hdr(&skb) else { return };
        match &packet.payload {
            Transport::Icmp(_) => self.icmp_rcv(dev, skb),
            Transport::Tcp(_) => self.tcp_rcv(dev, &skb),
            Transport::Udp(_) if self.udp_rcv(dev, &skb) => {}
            Transport::Udp(_) => {
                self.icmp_send(&skb, (3, PORT_UNREACH), 0);
                self.kfree_skb(dev, &skb, DropReason::NO_SOCKET);
            }
            Transport::Raw { proto: transport::ICMP | transport::UDP | transport::TCP, .. } => {
                let reason = transport::fault(packet);
                match reason {
                    DropReason::NOT_SPECIFIED => self.unsupported(&skb, "a TCP segment with an urgent pointer"),
                    reason => self.kfree_skb(dev, &skb, reason),
                }
            }
            Transport::Raw { .. } => {
                self.icmp_send(&skb, (3, PROT_UNREACH), 0);
                self.kfree_skb(dev, &skb, DropReason::IP_NOPROTO);
            }
        }
    }
}

/// The first option that a router would act upon.
fn odd_option(options: &[u8]) -> Option<u8> {
    let mut rest = options;
    while let [kind, tail @ ..] = rest {
        rest = match kind {
            0 => return None,
            1 => tail,
            kind if INERT_OPTIONS.contains(kind) => rest.get(usize::from(*tail.first()?).max(2)..)?,
            kind => return Some(*kind),
        };
    }
    None
}

/// The IPv4 packet of a frame that is known to carry one.
pub(crate) fn ip_hdr(skb: &Skb) -> Option<&Ipv4> {
    match &skb.packet.net {
        Net::Ipv4(packet) => Some(packet),
        _ => None,
    }
}
