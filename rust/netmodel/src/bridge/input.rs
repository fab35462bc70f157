//! A frame came in at a port, or the bridge device sends one. Models net/bridge/br_input.c and `br_dev_xmit`.

use super::fdb::{self, Learned};
use super::forward::{BrPktType, Decision, Egress};
use super::{LEARNING, PORT_LOCKED, State};
use crate::addr::{DevId, Mac};
use crate::packet::{Net, Packet};
use crate::path::{Job, Observer, Walk};
use crate::skb::{PktType, Skb};
use crate::trace::{DropReason, Step};

/// Length of an Ethernet header, and of a VLAN tag that may come on top of a device's mtu.
const ETH_HLEN: usize = 14;
const VLAN_HLEN: usize = 4;

/// What `br_handle_frame` does with a frame before it looks at the port's state.
enum Way {
    /// To the port's device itself, not into the bridge.
    Pass,
    /// Into the bridge.
    Forward,
    /// Nowhere.
    Drop(DropReason),
}

impl<O: Observer> Walk<'_, O> {
    /// A frame came in at a port (`br_handle_frame`). What goes up is received again on the bridge device. A frame that
    /// is given back is for the port's device itself.
    pub(crate) fn br_handle_frame(&mut self, port: DevId, mut skb: Skb) -> Option<Skb> {
        if skb.pkt_type == PktType::Loopback {
            return Some(skb);
        }
        let bridge = self.kernel.dev(port).master?;
        match self.way(bridge, port, &skb.packet) {
            Way::Pass => {
                self.br_handle_local_finish(bridge, port, &skb);
                return self.br_stp_rcv(bridge, port, skb);
            }
            Way::Drop(reason) => self.br_drop(port, &skb, reason),
            Way::Forward => {
                if self.kernel.dev(bridge).address == skb.packet.dst {
                    skb.pkt_type = PktType::Host;
                }
                self.br_handle_frame_finish(bridge, port, skb);
            }
        }
        None
    }

    fn way(&self, bridge: DevId, port: DevId, packet: &Packet) -> Way {
        let br = self.kernel.bridge(bridge);
        if !packet.src.is_valid_unicast() {
            return Way::Drop(DropReason::BRIDGE_INVALID_SOURCE);
        }
        if let Mac([0x01, 0x80, 0xc2, 0, 0, last @ 0..=0x0f]) = packet.dst {
            let forwarded = br.group_fwd_mask & (1 << last) != 0;
            match last {
                0 if br.stp => return Way::Pass,
                0 => {}
                1 => return Way::Drop(DropReason::BRIDGE_LINK_LOCAL),
                _ if forwarded => {}
                _ => return Way::Pass,
            }
        }
        match br.port(port).map(|port| port.state) {
            Some(State::Forwarding | State::Learning) => Way::Forward,
            _ => Way::Drop(DropReason::BRIDGE_PORT_STATE),
        }
    }

    /// A frame for the port itself: its source is learned all the same (`__br_handle_local_finish`).
    fn br_handle_local_finish(&mut self, bridge: DevId, port: DevId, skb: &Skb) {
        let learns = self
            .kernel
            .bridge(bridge)
            .port(port)
            .is_some_and(|port| port.is(LEARNING) && matches!(port.state, State::Learning | State::Forwarding));
        if learns {
            self.br_fdb_update(bridge, port, skb);
        }
    }

    fn br_fdb_update(&mut self, bridge: DevId, port: DevId, skb: &Skb) {
        let (now, netns) = (self.kernel.now, self.kernel.dev(port).netns);
        let br = self.kernel.bridge_mut(bridge);
        let ageing = br.ageing(now);
        let moved_from = match br.fdb.update(port, 0, skb.packet.src, ageing) {
            Learned::New => None,
            Learned::Moved(from) => Some(from.unwrap_or(bridge)),
            Learned::No | Learned::Own | Learned::Refreshed => return,
        };
        let kernel = &self.kernel;
        self.observer.step(skb.copy, || Step::FdbLearn {
            netns,
            port: kernel.dev(port).name.clone(),
            mac: skb.packet.src,
            moved_from: moved_from.and_then(|from| kernel.devs.get(&from)).map(|dev| dev.name.clone()),
        });
    }

    /// A frame is in the bridge: filter, learn, decide, send on (`br_handle_frame_finish`).
    pub(crate) fn br_handle_frame_finish(&mut self, bridge: DevId, dev: DevId, skb: Skb) {
        let Some(port) = self.kernel.bridge(bridge).port(dev) else { return };
        let (state, learns, locked) = (port.state, port.is(LEARNING), port.is(PORT_LOCKED));
        if locked && !self.source_is_known(bridge, dev, skb.packet.src) {
            return self.br_drop(dev, &skb, DropReason::BRIDGE_LOCKED);
        }
        // After the filters: a dropped frame must not move an address.
        if learns {
            self.br_fdb_update(bridge, dev, &skb);
        }
        if let Err(reason) = self.br_multicast_rcv(bridge, &skb) {
            return self.br_drop(dev, &skb, reason);
        }
        if state == State::Learning {
            return self.br_drop(dev, &skb, DropReason::BRIDGE_PORT_STATE);
        }
        if let Some(what) = self.snooping_decides(bridge, &skb.packet) {
            return self.observer.step(skb.copy, || Step::Unsupported { what });
        }
        let promisc = self.kernel.dev(bridge).promisc;
        let br = self.kernel.bridge(bridge);
        let Some(port) = br.port(dev) else { return };
        let decision = br.decide(port, skb.packet.dst, promisc);
        self.br_deliver(bridge, dev, decision, skb);
    }

    fn source_is_known(&self, bridge: DevId, port: DevId, src: Mac) -> bool {
        let entry = self.kernel.bridge(bridge).fdb.get(0, src);
        entry.is_some_and(|entry| entry.dst == Some(port) && !entry.is(fdb::LOCAL))
    }

    fn br_deliver(&mut self, bridge: DevId, dev: DevId, decision: Decision, skb: Skb) {
        let now = self.kernel.now;
        let br = self.kernel.bridge_mut(bridge);
        if let Some(entry) = br.fdb.get_mut(0, skb.packet.dst).filter(|entry| !entry.is(fdb::LOCAL)) {
            entry.used = now;
        }
        let to = egress_ports(br, br.port(dev), decision.egress);
        self.bridge_step(bridge, &skb, decision, &to);
        if to.is_empty() && !decision.local {
            return self.br_drop(dev, &skb, DropReason::BRIDGE_NO_EGRESS);
        }
        if !decision.local {
            return self.br_forward_to(&to, skb);
        }
        for port in to {
            let clone = self.clone_of(&skb);
            self.br_forward_to(&[port], clone);
        }
        if decision.egress == Egress::Flood(BrPktType::Multicast) {
            self.kernel.dev_mut(bridge).stats.multicast += 1;
        }
        self.br_pass_frame_up(bridge, skb);
    }

    /// The bridge device receives a frame (`br_pass_frame_up`); it counts without the Ethernet header.
    fn br_pass_frame_up(&mut self, bridge: DevId, skb: Skb) {
        let stats = &mut self.kernel.dev_mut(bridge).stats;
        stats.rx_packets += 1;
        stats.rx_bytes += (skb.len - ETH_HLEN) as u64;
        self.fifo.push_back(Job::Rx(bridge, skb));
    }

    /// The bridge device itself sends a frame (`br_dev_xmit`).
    pub(crate) fn br_dev_xmit(&mut self, bridge: DevId, skb: Skb) {
        let stats = &mut self.kernel.dev_mut(bridge).stats;
        stats.tx_packets += 1;
        stats.tx_bytes += skb.len as u64;
        if let Err(reason) = self.br_multicast_rcv(bridge, &skb) {
            return self.br_drop(bridge, &skb, reason);
        }
        if let Some(what) = self.snooping_decides(bridge, &skb.packet) {
            return self.observer.step(skb.copy, || Step::Unsupported { what });
        }
        let br = self.kernel.bridge(bridge);
        let egress = br.decide_xmit(skb.packet.dst);
        let to = egress_ports(br, None, egress);
        self.bridge_step(bridge, &skb, Decision { egress, local: false }, &to);
        if to.is_empty() {
            return self.br_drop(bridge, &skb, DropReason::BRIDGE_NO_EGRESS);
        }
        self.br_forward_to(&to, skb);
    }

    /// Send a frame by ports in order: clones, and the frame itself by the last (`br_flood`, `__br_forward`).
    fn br_forward_to(&mut self, to: &[DevId], skb: Skb) {
        let Some((last, others)) = to.split_last() else { return };
        for port in others {
            let clone = self.clone_of(&skb);
            self.br_dev_queue_push_xmit(*port, clone);
        }
        self.br_dev_queue_push_xmit(*last, skb);
    }

    /// A frame longer than the port allows is dropped without a word (`br_dev_queue_push_xmit`, `is_skb_forwardable`).
    pub(crate) fn br_dev_queue_push_xmit(&mut self, port: DevId, skb: Skb) {
        if skb.len > self.kernel.dev(port).mtu as usize + ETH_HLEN + VLAN_HLEN {
            return self.br_drop(port, &skb, DropReason::NOT_SPECIFIED);
        }
        self.fifo.push_back(Job::Xmit(port, skb));
    }

    fn clone_of(&mut self, skb: &Skb) -> Skb {
        let copy = self.observer.begin(Some(skb.copy), &skb.packet);
        Skb { copy, ..skb.clone() }
    }

    fn bridge_step(&mut self, bridge: DevId, skb: &Skb, decision: Decision, to: &[DevId]) {
        let kernel = &self.kernel;
        self.observer.step(skb.copy, || Step::Bridge {
            netns: kernel.dev(bridge).netns,
            bridge: kernel.dev(bridge).name.clone(),
            egress: to.iter().map(|port| kernel.dev(*port).name.clone()).collect(),
            flood: matches!(decision.egress, Egress::Flood(_)),
            local: decision.local,
        });
    }

    pub(crate) fn br_drop(&mut self, dev: DevId, skb: &Skb, reason: DropReason) {
        let dev = self.kernel.dev(dev);
        let (netns, name) = (dev.netns, &dev.name);
        self.observer.step(skb.copy, || Step::Drop { netns, dev: Some(name.clone()), reason });
    }
}

/// The ports of a decision, in order.
fn egress_ports(bridge: &super::Bridge, ingress: Option<&super::Port>, egress: Egress) -> Vec<DevId> {
    match egress {
        Egress::Nobody => Vec::new(),
        Egress::Port(port) => vec![port],
        Egress::Flood(kind) => bridge.flood(ingress, kind).collect(),
    }
}

/// Whether a frame is an 802.3 one that carries a BPDU: LLC with the SAP of STP.
pub(super) fn is_bpdu(packet: &Packet) -> bool {
    matches!(&packet.net, Net::Other { proto: 0..=1500, data } if data.starts_with(&[0x42, 0x42, 0x03]))
}
