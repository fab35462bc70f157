//! The walk: the order in which a packet meets the stages. Models net/core/dev.c and drivers/net/{veth,loopback}.c.
//!
//! Every frame that a device receives or sends is a [`Job`] in one FIFO; a stage that sends, floods or answers adds
//! jobs. The walk ends when the FIFO is empty, or in a `Storm` when its budget of steps is used up.
//!
//! Differs from Linux: one FIFO, so no reordering between CPUs.

use core::net::IpAddr;
use std::collections::VecDeque;

use crate::addr::{DevId, NetnsId};
use crate::kernel::Kernel;
use crate::link::DevKind;
use crate::packet::Packet;
use crate::skb::Skb;
use crate::trace::{DropReason, Event, Step};
use crate::wire;

pub use crate::observe::{Count, Observer, Record};

/// A point where netfilter looks at IPv4 packets (`NF_INET_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hook {
    /// Received, not routed yet.
    PreRouting,
    /// Routed to this namespace.
    LocalIn,
    /// Routed to another device.
    Forward,
    /// Sent by this namespace, routed.
    LocalOut,
    /// About to leave.
    PostRouting,
}

/// What a hook may hold. None is modelled yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {}

/// Which stage stands where, by hook and then by priority: the order in which a packet meets them.
pub const HOOKS: &[(Hook, i32, Stage)] = &[];

/// Where a packet is when a hook looks at it (`struct nf_hook_state`).
#[derive(Clone, Copy, Debug)]
pub struct HookState {
    /// The hook.
    pub hook: Hook,
    /// The namespace.
    pub netns: NetnsId,
    /// The receiving device.
    pub indev: Option<DevId>,
    /// The sending device.
    pub outdev: Option<DevId>,
}

/// What a hook says of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It goes on.
    Accept,
    /// It ends.
    Drop(DropReason),
}

/// One thing to do.
#[derive(Debug)]
pub(crate) enum Job {
    /// A device receives a frame (`netif_rx`).
    Rx(DevId, Skb),
    /// A device is to send a frame (`dev_queue_xmit`).
    Xmit(DevId, Skb),
}

/// Steps that one walk may take before it is a storm.
pub const STEP_BUDGET: u32 = 100_000;

/// What a frame may be longer than the receiving veth's mtu: an Ethernet header and a VLAN tag (`is_skb_forwardable`).
pub(crate) const VETH_ROOM: usize = wire::ETH_HLEN + 4;

/// A walk over a Kernel.
pub struct Walk<'k, O> {
    /// What is walked over.
    pub kernel: &'k mut Kernel,
    /// Who watches.
    pub observer: O,
    pub(crate) fifo: VecDeque<Job>,
    pub(crate) budget: u32,
    /// Neighbours for which packets of this walk wait.
    pub(crate) waiting: Vec<(DevId, IpAddr)>,
}

impl<'k, O: Observer> Walk<'k, O> {
    /// A walk that has not begun.
    pub fn new(kernel: &'k mut Kernel, observer: O) -> Self {
        Walk { kernel, observer, fifo: VecDeque::new(), budget: STEP_BUDGET, waiting: Vec::new() }
    }

    /// Do all that is in the FIFO, and what that adds.
    pub fn run(&mut self) {
        while let Some(job) = self.fifo.pop_front() {
            if self.budget == 0 {
                self.storm(job);
                break;
            }
            self.budget -= 1;
            match job {
                Job::Rx(dev, skb) => self.netif_receive_skb(dev, skb),
                Job::Xmit(dev, skb) => self.dev_hard_start_xmit(dev, skb),
            }
        }
        self.neigh_detach();
    }

    fn storm(&mut self, job: Job) {
        let rest = core::mem::take(&mut self.fifo);
        for job in core::iter::once(job).chain(rest) {
            let (Job::Rx(_, skb) | Job::Xmit(_, skb)) = job;
            self.observer.step(skb.copy, || Step::Storm);
        }
    }

    /// The namespace a device is in.
    pub(crate) fn netns_of(&self, dev: DevId) -> NetnsId {
        self.kernel.dev(dev).netns
    }

    /// A copy ends here (`kfree_skb_reason`).
    pub(crate) fn kfree_skb(&mut self, dev: DevId, skb: &Skb, reason: DropReason) {
        let Walk { kernel, observer, .. } = self;
        let dev = kernel.dev(dev);
        observer.step(skb.copy, || Step::Drop { netns: dev.netns, dev: Some(dev.name.clone()), reason });
    }

    /// A copy is used up by the stack itself (`consume_skb`).
    pub(crate) fn consume_skb(&mut self, netns: NetnsId, skb: &Skb, by: &str) {
        self.observer.step(skb.copy, || Step::Consumed { netns, by: by.to_string() });
    }

    /// Linux would go on with this copy and the model does not.
    pub(crate) fn unsupported(&mut self, skb: &Skb, what: &str) {
        self.observer.step(skb.copy, || Step::Unsupported { what: what.to_string() });
    }

    /// A frame is to be sent by a device: once what is before it in the FIFO is done.
    pub(crate) fn dev_queue_xmit(&mut self, dev: DevId, skb: Skb) {
        self.fifo.push_back(Job::Xmit(dev, skb));
    }

    /// A driver received a frame: the stack gets it once what is before it in the FIFO is done.
    pub(crate) fn netif_rx(&mut self, dev: DevId, mut skb: Skb) {
        skb.classify(self.kernel.dev(dev));
        self.fifo.push_back(Job::Rx(dev, skb));
    }

    /// What the stages of a hook say of a packet, in the order of [`HOOKS`]; the first drop ends it (`nf_hook_slow`).
    pub(crate) fn nf_hook(&mut self, state: HookState, skb: &mut Skb) -> Verdict {
        for (_, _, stage) in HOOKS.iter().filter(|(hook, ..)| *hook == state.hook) {
            let verdict = self.stage(*stage, &state, skb);
            if verdict != Verdict::Accept {
                return verdict;
            }
        }
        Verdict::Accept
    }

    fn stage(&mut self, stage: Stage, _state: &HookState, _skb: &mut Skb) -> Verdict {
        match stage {}
    }

    /// A device receives a frame (`__netif_receive_skb_core`): a bridge takes it first, then its protocol.
    fn netif_receive_skb(&mut self, dev: DevId, mut skb: Skb) {
        let Walk { kernel, observer, .. } = self;
        let device = kernel.dev(dev);
        let (netns, ifindex) = (device.netns, device.ifindex);
        observer.step(skb.copy, || Step::Rx { netns, dev: ifindex, name: device.name.clone() });
        if !device.up {
            kernel.dev_mut(dev).stats.rx_dropped += 1;
            return self.kfree_skb(dev, &skb, DropReason::DEV_READY);
        }
        skb.iif = Some(dev);
        let rest = if device.master.is_some() { self.br_handle_frame(dev, skb) } else { Some(skb) };
        if let Some(skb) = rest {
            self.deliver_skb(dev, skb);
        }
    }

    /// A frame goes to the protocol of its ethertype (`deliver_skb`).
    fn deliver_skb(&mut self, dev: DevId, skb: Skb) {
        match skb.packet.proto() {
            wire::ETH_P_ARP => self.arp_rcv(dev, skb),
            wire::ETH_P_IP => self.ip_rcv(dev, skb),
            wire::ETH_P_IPV6 => self.ipv6_rcv(dev, skb),
            wire::ETH_P_8021Q | wire::ETH_P_8021AD => self.unsupported(&skb, "a VLAN tag"),
            _ => {
                self.kernel.dev_mut(dev).stats.rx_dropped += 1;
                self.kfree_skb(dev, &skb, DropReason::UNHANDLED_PROTO);
            }
        }
    }

    /// A device sends a frame (`dev_hard_start_xmit` and the driver's `ndo_start_xmit`).
    fn dev_hard_start_xmit(&mut self, dev: DevId, skb: Skb) {
        let Walk { kernel, observer, .. } = self;
        let device = kernel.dev(dev);
        let (netns, ifindex) = (device.netns, device.ifindex);
        observer.step(skb.copy, || Step::Xmit { netns, dev: ifindex, name: device.name.clone() });
        // A device that is down or has no carrier has the noop qdisc (dev_deactivate).
        if !device.up || !device.carrier {
            kernel.dev_mut(dev).stats.tx_dropped += 1;
            return self.kfree_skb(dev, &skb, DropReason::DEV_READY);
        }
        match device.kind {
            DevKind::Loopback => self.loopback_xmit(dev, skb),
            DevKind::Veth { peer } => self.veth_xmit(dev, peer, skb),
            DevKind::Phys { .. } => self.phys_xmit(dev, &skb),
            DevKind::Bridge(_) => self.br_dev_xmit(dev, skb),
        }
    }

    /// The counters of `lo` leave out the Ethernet header; the route that the packet was sent by stays with it.
    fn loopback_xmit(&mut self, dev: DevId, skb: Skb) {
        let stats = &mut self.kernel.dev_mut(dev).stats;
        let bytes = (skb.len - wire::ETH_HLEN) as u64;
        stats.tx_packets += 1;
        stats.tx_bytes += bytes;
        stats.rx_packets += 1;
        stats.rx_bytes += bytes;
        self.netif_rx(dev, skb);
    }

    fn veth_xmit(&mut self, dev: DevId, peer: DevId, mut skb: Skb) {
        let receiver = self.kernel.dev_mut(peer);
        if skb.len > receiver.mtu as usize + VETH_ROOM {
            receiver.stats.rx_dropped += 1;
            self.kernel.dev_mut(dev).stats.tx_dropped += 1;
            return self.kfree_skb(peer, &skb, DropReason::PKT_TOO_BIG);
        }
        receiver.stats.rx_packets += 1;
        receiver.stats.rx_bytes += skb.len as u64;
        let sender = &mut self.kernel.dev_mut(dev).stats;
        sender.tx_packets += 1;
        sender.tx_bytes += skb.len as u64;
        skb.scrub();
        self.netif_rx(peer, skb);
    }

    fn phys_xmit(&mut self, dev: DevId, skb: &Skb) {
        let Walk { kernel, observer, .. } = self;
        let at = kernel.now;
        let device = kernel.dev_mut(dev);
        let (netns, ifindex) = (device.netns, device.ifindex);
        device.stats.tx_packets += 1;
        device.stats.tx_bytes += skb.len as u64;
        observer.step(skb.copy, || Step::Egress { netns, dev: ifindex, name: device.name.clone() });
        let frame = wire::emit(&skb.packet);
        kernel.events.push(Event::Egress { at, netns, dev: ifindex, frame });
    }

    /// A copy begins, with nothing decided.
    pub(crate) fn begin(&mut self, parent: Option<u32>, packet: Packet) -> Skb {
        let copy = self.observer.begin(parent, &packet);
        Skb::new(packet, copy)
    }
}
