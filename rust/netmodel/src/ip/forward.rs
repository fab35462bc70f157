//! Forwarding. Models net/ipv4/ip_forward.c.

use super::Rtable;
use crate::addr::DevId;
use crate::packet::Net;
use crate::path::{Hook, HookState, Observer, Verdict, Walk};
use crate::skb::{PktType, Skb};
use crate::trace::{DropReason, Step};
use crate::wire::ipv4;

const EXC_TTL: u8 = 0;
const FRAG_NEEDED: u8 = 4;

impl<O: Observer> Walk<'_, O> {
    /// A packet that came in by `dev` leaves by another device, or by the same (`ip_forward`).
    pub(super) fn ip_forward(&mut self, dev: DevId, mut skb: Skb, route: Rtable) {
        let Net::Ipv4(packet) = &mut skb.packet.net else { return };
        if skb.pkt_type != PktType::Host {
            return self.kfree_skb(dev, &skb, DropReason::UNICAST_IN_L2_MULTICAST);
        }
        if packet.ttl <= 1 {
            self.icmp_send(&skb, (11, EXC_TTL), 0);
            return self.kfree_skb(dev, &skb, DropReason::IP_TTL_EXPIRED);
        }
        let mtu = route.mtu.unwrap_or_else(|| self.kernel.dev(route.dev).mtu);
        if packet.df && ipv4::len(packet) > mtu as usize && !skb.ignore_df {
            self.icmp_send(&skb, (3, FRAG_NEEDED), mtu);
            return self.kfree_skb(dev, &skb, DropReason::PKT_TOO_BIG);
        }
        packet.ttl -= 1;
        let (netns, ttl) = (self.kernel.dev(dev).netns, packet.ttl);
        self.observer.step(skb.copy, || Step::Forward { netns, ttl });
        if route.redirect {
            self.ip_rt_send_redirect(&skb, &route);
        }
        let state = HookState { hook: Hook::Forward, netns, indev: Some(dev), outdev: Some(route.dev) };
        match self.nf_hook(state, &mut skb) {
            Verdict::Accept => self.ip_output(skb, route),
            Verdict::Drop(reason) => self.kfree_skb(dev, &skb, reason),
        }
    }
}
