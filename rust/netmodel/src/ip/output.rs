//! Sending. Models net/ipv4/ip_output.c.

use core::net::{IpAddr, Ipv4Addr};

use super::{Flow, RtType, Rtable, Sent};
use crate::addr::{DevId, Mac, NetnsId};
use crate::error::{Errno, Result};
use crate::kernel::Kernel;
use crate::link::DevKind;
use crate::packet::{Ipv4, Net, Packet};
use crate::path::{Hook, HookState, Job, Observer, VETH_ROOM, Verdict, Walk};
use crate::skb::{PktType, Skb};
use crate::sysctl::names;
use crate::timer::JIFFY;
use crate::trace::DropReason;
use crate::wire::{self, ipv4};

const FRAG_NEEDED: u8 = 4;

impl Kernel {
    /// An identification for a packet that may be fragmented (`__ip_select_ident`): counted per source, destination and
    /// protocol from a random start, with random steps of as many as ticks went by.
    pub(crate) fn ip_select_ident(&mut self, netns: NetnsId, (src, dst, proto): (Ipv4Addr, Ipv4Addr, u8)) -> u16 {
        let owner = format!("{}:{src}>{dst}/{proto}", netns.0);
        let held = self.netns.get(&netns).and_then(|net| net.icmp.idents.get(&(src, dst, proto)).copied());
        let ticks = held.map_or(1 << 16, |(_, at)| self.now.since(at).0 / JIFFY.0);
        let jump = if ticks == 0 { 0 } else { self.entropy.below("ip_id", &owner, ticks) };
        let next = held.map_or(0, |(id, _)| id).wrapping_add(1).wrapping_add(jump as u16);
        let now = self.now;
        if let Some(net) = self.netns.get_mut(&netns) {
            net.icmp.idents.insert((src, dst, proto), (next, now));
        }
        next
    }

    /// `net.ipv4.ip_default_ttl`.
    pub(crate) fn default_ttl(&self, netns: NetnsId) -> u8 {
        self.sysctl(netns, &names::IP_DEFAULT_TTL) as u8
    }

    /// Bytes that a route lets pass (`dst_mtu`).
    pub(crate) fn dst_mtu(&self, route: &Rtable) -> u32 {
        route.mtu.unwrap_or_else(|| self.dev(route.dev).mtu).min(0xffff)
    }
}

impl<O: Observer> Walk<'_, O> {
    /// A packet of this namespace goes out by a route: OUTPUT, POSTROUTING, neighbour (`ip_local_out`).
    ///
    /// # Errors
    /// EPERM: netfilter dropped it in OUTPUT.
    pub(crate) fn ip_local_out(&mut self, route: Rtable, packet: Ipv4, sent: Sent) -> Result {
        let mut skb = self.begin(sent.parent, Packet { dst: Mac::ZERO, src: Mac::ZERO, net: Net::Ipv4(packet) });
        (skb.sk, skb.mark, skb.ignore_df) = (sent.sk, sent.mark, sent.ignore_df);
        skb.rt = Some(route.clone());
        self.step_route(&skb, &route);
        let netns = self.netns_of(route.dev);
        let state = HookState { hook: Hook::LocalOut, netns, indev: None, outdev: Some(route.dev) };
        match self.nf_hook(state, &mut skb) {
            Verdict::Accept => {
                self.ip_output(skb, route);
                Ok(())
            }
            Verdict::Drop(reason) => {
                self.kfree_skb(route.dev, &skb, reason);
                Err(Errno::EPERM.into())
            }
        }
    }

    /// Route a packet of this namespace and send it; an unspecified source is selected. Returns the source used.
    ///
    /// # Errors
    /// Those of [`Kernel::ip_route_output`] and [`Walk::ip_local_out`].
    pub(crate) fn ip_send(&mut self, netns: NetnsId, mut packet: Ipv4, sent: Sent) -> Result<Ipv4Addr> {
        let flow = Flow { dst: packet.dst, src: packet.src, oif: None };
        let route = self.kernel.ip_route_output_key(netns, flow)?;
        packet.src = route.src;
        if !packet.df {
            packet.id = self.kernel.ip_select_ident(netns, (packet.src, packet.dst, packet.payload.proto()));
        }
        self.ip_local_out(route, packet, sent).map(|()| flow.src)
    }

    /// A routed packet leaves (`ip_output`, `ip_mc_output`): what is for this namespace, too, loops back.
    pub(super) fn ip_output(&mut self, skb: Skb, route: Rtable) {
        let looped = matches!(route.kind, RtType::Broadcast | RtType::Multicast { joined: true });
        if looped && skb.iif.is_none() {
            let mut copy = skb.clone();
            copy.copy = self.observer.begin(Some(skb.copy), &copy.packet);
            if let Some(mut copy) = self.ip_postrouting(copy, &route) {
                copy.pkt_type = PktType::Loopback;
                self.fifo.push_back(Job::Rx(route.dev, copy));
            }
        }
        if let Some(skb) = self.ip_postrouting(skb, &route) {
            self.ip_finish_output(skb, &route);
        }
    }

    fn ip_postrouting(&mut self, mut skb: Skb, route: &Rtable) -> Option<Skb> {
        let netns = self.netns_of(route.dev);
        let state = HookState { hook: Hook::PostRouting, netns, indev: None, outdev: Some(route.dev) };
        match self.nf_hook(state, &mut skb) {
            Verdict::Accept => Some(skb),
            Verdict::Drop(reason) => {
                self.kfree_skb(route.dev, &skb, reason);
                None
            }
        }
    }

    /// Fragment it if it is too long for the route, then hand it to the neighbour (`ip_finish_output`, `ip_fragment`).
    fn ip_finish_output(&mut self, mut skb: Skb, route: &Rtable) {
        let Net::Ipv4(packet) = &skb.packet.net else { return };
        let dst = packet.dst;
        let forwarded = skb.iif.is_some();
        let mtu =
            if forwarded { route.mtu.unwrap_or(self.kernel.dev(route.dev).mtu) } else { self.kernel.dst_mtu(route) };
        if ipv4::len(packet) <= mtu as usize {
            skb.rt = Some(route.clone());
            return self.neigh_output(route.dev, route.next_hop(dst), skb);
        }
        if packet.df && !skb.ignore_df {
            self.icmp_send(&skb, (3, FRAG_NEEDED), mtu);
            return self.kfree_skb(route.dev, &skb, DropReason::PKT_TOO_BIG);
        }
        // A piece that the device refuses ends those after it, too (ip_do_fragment gives up at the first error).
        let mut refused = false;
        for piece in self.ip_do_fragment(&skb, route.dev, mtu) {
            if refused {
                self.kfree_skb(route.dev, &piece, DropReason::NOT_SPECIFIED);
                continue;
            }
            refused = self.is_refused(route.dev, route.next_hop(dst), &piece);
            self.neigh_output(route.dev, route.next_hop(dst), piece);
        }
    }

    /// Whether a veth refuses a frame for its length at once: its next hop is known, so that it is not queued.
    fn is_refused(&self, dev: DevId, next_hop: Ipv4Addr, skb: &Skb) -> bool {
        let device = self.kernel.dev(dev);
        let known = device.neighs.get(IpAddr::V4(next_hop)).is_some_and(|neigh| neigh.lladdr().is_some());
        let peer = if let DevKind::Veth { peer } = device.kind { self.kernel.devs.get(&peer) } else { None };
        let ready = device.up && device.carrier;
        known && ready && peer.is_some_and(|peer| wire::frame_len(&skb.packet) > peer.mtu as usize + VETH_ROOM)
    }
}
