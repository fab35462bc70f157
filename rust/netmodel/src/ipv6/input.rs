//! What a host does with received IPv6 packets: neighbour discovery as far as duplicate detection needs it.
//! Models net/ipv6/ip6_input.c and `ndisc_recv_ns`, `ndisc_recv_na` of ndisc.c.

use super::{icmpv6, ifa};
use crate::addr::DevId;
use crate::packet::{Ipv6, Net};
use crate::path::{Observer, Walk};
use crate::skb::{PktType, Skb};
use crate::trace::{DropReason, Step};

impl<O: Observer> Walk<'_, O> {
    /// An IPv6 packet came in (`ipv6_rcv`). What asks more of the stack than neighbour discovery is not modelled.
    pub(crate) fn ipv6_rcv(&mut self, dev: DevId, skb: Skb) {
        let Net::Ipv6(packet) = &skb.packet.net else {
            return self.kfree_skb(dev, &skb, DropReason::IP_INHDR);
        };
        let device = self.kernel.dev(dev);
        let netns = device.netns;
        let is_member = device.inet6.groups.iter().any(|group| group.addr == packet.dst);
        if skb.pkt_type == PktType::OtherHost {
            return self.kfree_skb(dev, &skb, DropReason::OTHERHOST);
        }
        if !device.inet6.present || self.kernel.idev_conf(dev).disable_ipv6 {
            return self.kfree_skb(dev, &skb, DropReason::IPV6DISABLED);
        }
        if packet.dst.is_multicast() && !is_member {
            return self.kfree_skb(dev, &skb, DropReason::NOT_SPECIFIED);
        }
        let by = match icmpv6::message(packet).and_then(|message| message.first()) {
            Some(&icmpv6::NEIGHBOUR_SOLICITATION) if packet.src.is_unspecified() => "ndisc",
            Some(&(icmpv6::NEIGHBOUR_ADVERTISEMENT | icmpv6::ROUTER_SOLICITATION)) => "ndisc",
            _ => return self.observer.step(skb.copy, || Step::Unsupported { what: "IPv6".to_string() }),
        };
        self.ndisc_rcv(dev, packet);
        self.observer.step(skb.copy, || Step::Consumed { netns, by: by.to_string() });
    }

    fn ndisc_rcv(&mut self, dev: DevId, packet: &Ipv6) {
        let Some(message) = icmpv6::message(packet) else { return };
        let Some(target) = icmpv6::target(message) else { return };
        let router = self.kernel.idev_conf(dev).forwarding;
        let lladdr = self.kernel.dev(dev).address;
        let Some(held) = self.kernel.inet6_ifa(dev, target) else { return };
        let tentative = held.flags & ifa::TENTATIVE != 0;
        let nonce = icmpv6::nonce(message);
        let own = !nonce.is_empty() && nonce == held.dad_nonce;
        match message[0] {
            icmpv6::NEIGHBOUR_SOLICITATION if !tentative => {
                self.ip6_output(dev, icmpv6::advertisement(target, lladdr, router));
            }
            icmpv6::NEIGHBOUR_SOLICITATION if own => {}
            icmpv6::NEIGHBOUR_SOLICITATION => self.kernel.addrconf_dad_failure(dev, target),
            icmpv6::NEIGHBOUR_ADVERTISEMENT if tentative => self.kernel.addrconf_dad_failure(dev, target),
            _ => {}
        }
    }
}
