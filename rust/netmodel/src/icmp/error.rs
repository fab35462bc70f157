//! Sending ICMP errors. Models `__icmp_send` (net/ipv4/icmp.c), `ipv4_link_failure` and `ip_rt_send_redirect` (route.c).

use core::net::Ipv4Addr;

use super::{DEST_UNREACH, REDIRECT, is_error};
use crate::addr::NetnsId;
use crate::ip::{Flow, RtType, Rtable, Sent};
use crate::packet::{Icmp, Ipv4, Net, Transport};
use crate::path::{Observer, Walk};
use crate::skb::{PktType, Skb};
use crate::sysctl::names;
use crate::trace::Step;
use crate::wire::ipv4;

/// An error is no longer than this, its headers included (RFC 1812, 4.3.2.3 asks for no more).
const MAX_ERROR: usize = 576;
const ICMP_HLEN: usize = 8;

impl<O: Observer> Walk<'_, O> {
    /// Tell the sender of a packet that it went no further; silently not, where ICMP says not to (`__icmp_send`).
    /// `info`: the mtu, or the gateway.
    pub(crate) fn icmp_send(&mut self, skb: &Skb, (kind, code): (u8, u8), info: u32) {
        let (Net::Ipv4(packet), Some(route)) = (&skb.packet.net, &skb.rt) else { return };
        if skb.pkt_type != PktType::Host || !may_be_answered(packet, route) {
            return;
        }
        let netns = self.netns_of(route.dev);
        let from_loopback = skb.iif.is_some_and(|dev| self.kernel.dev(dev).is_loopback());
        let masked = self.kernel.sysctl(netns, &names::ICMP_RATEMASK) >> kind & 1 != 0;
        if masked && !from_loopback && !self.kernel.icmp_global_allow(netns) {
            return;
        }
        let src = if route.kind == RtType::Local { packet.dst } else { Ipv4Addr::UNSPECIFIED };
        let flow = Flow { dst: packet.src, src, oif: None };
        let Ok(back) = self.kernel.ip_route_output_key(netns, flow) else { return };
        if masked && !self.xrlim(netns, &back, packet.src) {
            return;
        }
        let what = format!("ICMP {kind}/{code}");
        self.observer.step(skb.copy, || Step::Answer { netns, what });
        let mut error =
            Ipv4::new(back.src, packet.src, Transport::Icmp(self.icmp_error(packet, &back, (kind, code, info))));
        error.tos = packet.tos & 0x1e | 0xc0;
        error.ttl = self.kernel.default_ttl(netns);
        error.id = self.kernel.ip_select_ident(netns, (error.src, error.dst, 1));
        // What netfilter drops of it is lost without a word.
        let _ = self.ip_local_out(back, error, Sent::answer(skb.copy));
    }

    /// The limit per host does not hold on a loopback device (`icmpv4_xrlim_allow`).
    fn xrlim(&mut self, netns: NetnsId, back: &Rtable, host: Ipv4Addr) -> bool {
        if self.kernel.dev(back.dev).is_loopback() {
            return true;
        }
        let allowed = self.kernel.xrlim_allow(netns, host);
        if allowed {
            self.kernel.icmp_global_consume(netns);
        }
        allowed
    }

    /// The message: as much of the packet as fits.
    fn icmp_error(&self, packet: &Ipv4, back: &Rtable, (kind, code, info): (u8, u8, u32)) -> Icmp {
        let mut data = Vec::new();
        ipv4::emit(packet, &mut data);
        let room = MAX_ERROR.min(self.kernel.dst_mtu(back) as usize).saturating_sub(ipv4::HLEN + ICMP_HLEN);
        data.truncate(room);
        Icmp { kind, code, rest: info.to_be_bytes(), data }
    }

    /// The next hop of a packet does not answer (`ipv4_link_failure`).
    pub(crate) fn ipv4_link_failure(&mut self, skb: &Skb) {
        const HOST_UNREACH: u8 = 1;
        self.icmp_send(skb, (DEST_UNREACH, HOST_UNREACH), 0);
    }

    /// The sender of a forwarded packet would do better to use its next hop itself (`ip_rt_send_redirect`).
    pub(crate) fn ip_rt_send_redirect(&mut self, skb: &Skb, route: &Rtable) {
        const REDIR_HOST: u8 = 1;
        let Net::Ipv4(packet) = &skb.packet.net else { return };
        let netns = self.netns_of(route.dev);
        if self.kernel.redirect_allow(netns, packet.src) {
            let gateway = route.next_hop(packet.dst);
            self.icmp_send(skb, (REDIRECT, REDIR_HOST), gateway.into());
            self.kernel.redirect_sent(netns, packet.src);
        }
    }
}

/// Never for broadcasts, later fragments, errors, and senders that are nobody.
fn may_be_answered(packet: &Ipv4, route: &Rtable) -> bool {
    let to_all = matches!(route.kind, RtType::Broadcast | RtType::Multicast { .. });
    let nobody = packet.src.is_unspecified() || packet.src.is_multicast() || packet.src.is_broadcast();
    let inner = match &packet.payload {
        Transport::Icmp(message) => Some(message.kind),
        Transport::Raw { proto: 1, data } => data.first().copied(),
        _ => None,
    };
    !to_all && !nobody && packet.offset == 0 && !inner.is_some_and(|kind| is_error(kind) || kind > 18)
}
