//! ICMP: echo, errors, and the limits on them. Models net/ipv4/icmp.c.

mod error;
mod limit;
pub(crate) mod quote;

use core::net::IpAddr;
use std::collections::BTreeMap;

use core::net::Ipv4Addr;
use serde::{Deserialize, Serialize};

use crate::addr::DevId;
use crate::ip::{Exceptions, Flow, FragQueues, RtType, Sent};
use crate::packet::{Icmp, Ipv4, Net, Transport};
use crate::path::{Observer, Walk};
use crate::route::rtn;
use crate::skb::Skb;
use crate::sysctl::{Ipv4 as Conf, names};
use crate::time::Instant;
use crate::trace::{DropReason, Step};

pub(crate) use quote::Quote;

/// `ICMP_ECHOREPLY`.
pub const ECHOREPLY: u8 = 0;
/// `ICMP_DEST_UNREACH`.
pub const DEST_UNREACH: u8 = 3;
/// `ICMP_REDIRECT`.
pub const REDIRECT: u8 = 5;
/// `ICMP_ECHO`.
pub const ECHO: u8 = 8;
/// `ICMP_TIME_EXCEEDED`.
pub const TIME_EXCEEDED: u8 = 11;
/// `ICMP_TIMESTAMP`.
pub const TIMESTAMP: u8 = 13;
/// `ICMP_FRAG_NEEDED`.
pub const FRAG_NEEDED: u8 = 4;

/// What a namespace remembers of other hosts: the ICMP error limits, IP identification, path mtus and gateways, and
/// fragments that wait for the rest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    peers: BTreeMap<Ipv4Addr, limit::Peer>,
    global: limit::Bucket,
    #[serde(with = "crate::pairs")]
    pub(crate) idents: BTreeMap<(Ipv4Addr, Ipv4Addr, u8), (u16, Instant)>,
    pub(crate) exceptions: Exceptions,
    pub(crate) frags: FragQueues,
}

/// Whether a type is an error, or acts as one (`icmp_pointers[].error`).
pub(crate) fn is_error(kind: u8) -> bool {
    matches!(kind, 3 | 4 | 5 | 11 | 12)
}

impl<O: Observer> Walk<'_, O> {
    /// An ICMP message for this namespace (`icmp_rcv`).
    pub(crate) fn icmp_rcv(&mut self, dev: DevId, skb: Skb) {
        let Net::Ipv4(Ipv4 { payload: Transport::Icmp(message), .. }) = &skb.packet.net else { return };
        let to_all = skb.rt.as_ref().is_some_and(|route| !matches!(route.kind, RtType::Local));
        let netns = self.netns_of(dev);
        let kind = message.kind;
        let quiet = self.kernel.sysctl(netns, &names::ICMP_ECHO_IGNORE_BROADCASTS) != 0;
        if to_all && (quiet || !matches!(kind, ECHO | TIMESTAMP | 17 | 18)) {
            return self.kfree_skb(dev, &skb, DropReason::INVALID_PROTO);
        }
        match kind {
            ECHOREPLY if self.icmp_socket_rcv(dev, &skb) => {}
            ECHOREPLY => self.kfree_skb(dev, &skb, DropReason::NO_SOCKET),
            ECHO => self.icmp_echo(dev, &skb),
            TIMESTAMP => self.icmp_timestamp(dev, &skb),
            kind if is_error(kind) => self.icmp_error_rcv(dev, &skb),
            1 | 2 | 19.. => self.kfree_skb(dev, &skb, DropReason::INVALID_PROTO),
            _ => self.consume_skb(netns, &skb, "icmp"),
        }
    }

    fn icmp_echo(&mut self, dev: DevId, skb: &Skb) {
        let Net::Ipv4(Ipv4 { payload: Transport::Icmp(message), .. }) = &skb.packet.net else { return };
        let netns = self.netns_of(dev);
        if self.kernel.sysctl(netns, &names::ICMP_ECHO_IGNORE_ALL) == 0 {
            self.icmp_reply(dev, skb, Icmp { kind: ECHOREPLY, ..message.clone() });
        }
        self.consume_skb(netns, skb, "icmp_echo");
    }

    /// Differs from Linux: the time of day is that of a Kernel that booted at midnight UTC.
    fn icmp_timestamp(&mut self, dev: DevId, skb: &Skb) {
        const TIMESTAMP_REPLY: u8 = 14;
        const DAY_MS: u64 = 86_400_000;
        let Net::Ipv4(Ipv4 { payload: Transport::Icmp(message), .. }) = &skb.packet.net else { return };
        let Some(originate) = message.data.get(..4) else {
            return self.kfree_skb(dev, skb, DropReason::PKT_TOO_SMALL);
        };
        let now = ((self.kernel.now.0 / 1_000_000 % DAY_MS) as u32).to_be_bytes();
        let data = [originate, &now, &now].concat();
        let (code, rest) = (0, message.rest);
        self.icmp_reply(dev, skb, Icmp { kind: TIMESTAMP_REPLY, code, rest, data });
        let netns = self.netns_of(dev);
        self.consume_skb(netns, skb, "icmp_timestamp");
    }

    /// Answer with a message, from the address that was asked (`icmp_reply`).
    fn icmp_reply(&mut self, dev: DevId, skb: &Skb, message: Icmp) {
        let (Net::Ipv4(asked), Some(route)) = (&skb.packet.net, &skb.rt) else { return };
        let netns = self.netns_of(dev);
        let src = self.kernel.fib_compute_spec_dst(route, asked.src, asked.dst);
        let what = if message.kind == ECHOREPLY { "ICMP echo reply" } else { "ICMP time stamp reply" };
        self.observer.step(skb.copy, || Step::Answer { netns, what: what.to_string() });
        let mut reply = Ipv4::new(src, asked.src, Transport::Icmp(message));
        reply.tos = asked.tos;
        reply.ttl = self.kernel.default_ttl(netns);
        // An answer that cannot be routed is lost without a word, as in icmp_reply.
        let _ = self.ip_send(netns, reply, Sent::answer(skb.copy));
    }

    /// An error, or a redirect: for the socket whose packet it quotes (`icmp_unreach`, `icmp_redirect`).
    fn icmp_error_rcv(&mut self, dev: DevId, skb: &Skb) {
        let netns = self.netns_of(dev);
        let Net::Ipv4(Ipv4 { src, payload: Transport::Icmp(message), .. }) = &skb.packet.net else { return };
        let Some(quote) = Quote::parse(&message.data) else {
            return self.kfree_skb(dev, skb, DropReason::PKT_TOO_SMALL);
        };
        if !self.icmp_socket_rcv(dev, skb) {
            return self.consume_skb(netns, skb, "icmp");
        }
        let flow = Flow { dst: quote.dst, src: Ipv4Addr::UNSPECIFIED, oif: None };
        let Ok(route) = self.kernel.ip_route_output_key(netns, flow) else { return };
        match (message.kind, message.code) {
            (DEST_UNREACH, FRAG_NEEDED) => {
                let mtu = u32::from(u16::from_be_bytes([message.rest[2], message.rest[3]]));
                let old = self.kernel.dst_mtu(&route);
                self.kernel.update_pmtu(netns, quote.dst, (old, mtu));
            }
            (REDIRECT, 0..=3) if route.gateway == Some(*src) => {
                self.ip_do_redirect(dev, quote.dst, Ipv4Addr::from(message.rest), *src);
            }
            _ => {}
        }
    }

    /// The gateway says that another is nearer (`__ip_do_redirect`): believed by a host that does not forward
    /// (`accept_redirects` of `all` is off where `forwarding` is on), once that one's address is known.
    fn ip_do_redirect(&mut self, dev: DevId, dst: Ipv4Addr, new: Ipv4Addr, old: Ipv4Addr) {
        let netns = self.netns_of(dev);
        let shared = self.kernel.in_dev_conf(dev, Conf::SharedMedia) != 0;
        let near = match shared {
            true => self.kernel.inet_addr_type(netns, new) == rtn::UNICAST,
            false => self.kernel.inet_addr_onlink(dev, new, old),
        };
        if new == old || !near || self.kernel.in_dev_forward(dev) {
            return;
        }
        let neigh = self.kernel.dev(dev).neighs.get(IpAddr::V4(new));
        if neigh.is_some_and(|neigh| neigh.lladdr().is_some()) {
            self.kernel.update_gateway(netns, dst, new);
        } else {
            self.neigh_ask(dev, IpAddr::V4(new));
        }
    }
}
