//! Neighbours: the link-layer address of a next hop, its states, timers and queues. Models net/core/neighbour.c.
//!
//! Differs from Linux: no garbage collection, so no entry goes of its own accord and the table never overflows; Linux
//! collects none below `gc_thresh1`, 128 entries, either.

mod request;
mod state;

use core::net::{IpAddr, Ipv4Addr};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, Mac, NetnsId};
use crate::kernel::Kernel;
use crate::packet::Arp;
use crate::path::{Observer, Walk};
use crate::request::Nud;
use crate::route::rtn;
use crate::skb::{PktType, Skb};
use crate::snapshot::Neigh;
use crate::sysctl::Neigh as Var;
use crate::time::{Duration, Instant};
use crate::timer::Timer;
use crate::trace::{DropReason, Step};
use crate::wire;

pub(crate) use state::Override;

/// The neighbours of a device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NeighTable {
    entries: BTreeMap<IpAddr, Neighbour>,
    /// Addresses that the device answers for (`pneigh`).
    pub(crate) proxies: BTreeSet<IpAddr>,
    /// Requests whose answer by proxy is delayed (`proxy_queue`).
    pub(crate) proxy_queue: Vec<(Instant, NetnsId, PktType, Mac, Arp)>,
    /// `parms->reachable_time`, and from when on it is drawn anew.
    reachable_time: Option<(Duration, Instant)>,
}

/// A neighbour (`struct neighbour`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Neighbour {
    nud: Nud,
    ha: Mac,
    used: Instant,
    confirmed: Instant,
    pub(crate) updated: Instant,
    pub(crate) probes: u32,
    queue: VecDeque<Waiting>,
}

/// A packet in a neighbour's queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Waiting {
    skb: Skb,
    /// The copy that waits, while the walk that queued it goes on.
    parent: Option<u32>,
}

/// `NUD_VALID`: the address is known.
pub(crate) fn is_valid(nud: Nud) -> bool {
    is_connected(nud) || matches!(nud, Nud::STALE | Nud::DELAY | Nud::PROBE)
}

/// `NUD_CONNECTED`: the address is believed.
pub(crate) fn is_connected(nud: Nud) -> bool {
    matches!(nud, Nud::PERMANENT | Nud::NOARP | Nud::REACHABLE)
}

impl NeighTable {
    /// An entry.
    pub(crate) fn get(&self, dst: IpAddr) -> Option<&Neighbour> {
        self.entries.get(&dst)
    }

    /// The first packet that waits for an address, if one does.
    pub(crate) fn waiting_packet(&self, dst: IpAddr) -> Option<&Skb> {
        self.entries.get(&dst)?.queue.front().map(|waiting| &waiting.skb)
    }
}

impl Neighbour {
    /// The link-layer address, if it is known.
    pub(crate) fn lladdr(&self) -> Option<Mac> {
        is_valid(self.nud).then_some(self.ha)
    }
}

impl Kernel {
    /// The neighbours of a namespace, by device and address.
    pub(crate) fn neigh_view(&self, netns: NetnsId) -> Vec<Neigh> {
        let Some(net) = self.netns.get(&netns) else { return Vec::new() };
        let tables = net.by_index.iter().map(|(ifindex, dev)| (*ifindex, &self.dev(*dev).neighs));
        let mut view = Vec::new();
        for (dev, table) in tables {
            view.extend(table.entries.iter().map(|(dst, neigh)| Neigh {
                dev,
                dst: *dst,
                lladdr: neigh.lladdr(),
                state: neigh.nud,
                proxy: false,
                router: false,
                used: self.now.since(neigh.used).0,
                confirmed: self.now.since(neigh.confirmed).0,
                updated: self.now.since(neigh.updated).0,
                probes: neigh.probes,
                refcnt: 0,
            }));
            view.extend(table.proxies.iter().map(|dst| proxy_view(dev, *dst)));
        }
        view
    }

    /// The device lost carrier or went down (`neigh_carrier_down`, `neigh_ifdown`): its neighbours go with what waits for
    /// them, permanent ones and proxies only with `down`.
    pub(crate) fn neigh_flush_dev(&mut self, dev: DevId, down: bool) {
        let table = &mut self.dev_mut(dev).neighs;
        let gone = |neigh: &Neighbour| down || neigh.nud != Nud::PERMANENT;
        let dead: Vec<IpAddr> = table.entries.iter().filter(|(_, neigh)| gone(neigh)).map(|(dst, _)| *dst).collect();
        for dst in &dead {
            table.entries.remove(dst);
        }
        if down {
            table.proxies.clear();
            table.proxy_queue.clear();
            self.timers.cancel(&Timer::ProxyArp(dev));
        }
        for dst in dead {
            self.timers.cancel(&Timer::Neigh(dev, dst));
        }
    }

    /// Make an entry that does not exist (`___neigh_create`, `arp_constructor`).
    pub(crate) fn neigh_create(&mut self, dev: DevId, dst: IpAddr) {
        let device = self.dev(dev);
        let mapped = match dst {
            IpAddr::V4(addr) if addr.is_multicast() => Some(multicast_mac(addr)),
            _ if device.noarp || device.is_loopback() => Some(device.address),
            IpAddr::V4(addr) if self.inet_addr_type(device.netns, addr) == rtn::BROADCAST => Some(device.broadcast),
            _ => None,
        };
        let base = self.neigh_time(dev, Var::BaseReachableTimeMs);
        let confirmed = Instant(self.now.0.saturating_sub(2 * base.0));
        let nud = if mapped.is_some() { Nud::NOARP } else { Nud::NONE };
        let (ha, now, queue) = (mapped.unwrap_or_default(), self.now, VecDeque::new());
        let neigh = Neighbour { nud, ha, used: now, confirmed, updated: now, probes: 0, queue };
        self.dev_mut(dev).neighs.entries.entry(dst).or_insert(neigh);
    }

    /// A time of `ipv4/neigh`, in the unit of its file.
    pub(crate) fn neigh_time(&self, dev: DevId, which: Var) -> Duration {
        let unit = match which {
            Var::DelayFirstProbeTime | Var::GcStaleTime => Duration::secs(1),
            Var::Locktime | Var::ProxyDelay | Var::AnycastDelay => Duration::millis(10),
            _ => Duration::millis(1),
        };
        Duration(self.dev(dev).neigh4.neigh(which).max(0) as u64 * unit.0)
    }

    /// How long a confirmation holds: half to one and a half of the base, drawn anew every 300 s
    /// (`neigh_rand_reach_time`).
    fn neigh_reachable_time(&mut self, dev: DevId) -> Duration {
        if let Some((span, until)) = self.dev(dev).neighs.reachable_time
            && self.now < until
        {
            return span;
        }
        let base = self.neigh_time(dev, Var::BaseReachableTimeMs);
        let owner = self.dev(dev).name.clone();
        let span = Duration(base.0 / 2 + self.entropy.below("reachable_time", &owner, base.0));
        let until = self.now + Duration::secs(300);
        self.dev_mut(dev).neighs.reachable_time = Some((span, until));
        span
    }
}

fn proxy_view(dev: crate::addr::IfIndex, dst: IpAddr) -> Neigh {
    let (used, confirmed, updated, probes, refcnt) = (0, 0, 0, 0, 0);
    Neigh {
        dev,
        dst,
        lladdr: None,
        state: Nud::NONE,
        proxy: true,
        router: false,
        used,
        confirmed,
        updated,
        probes,
        refcnt,
    }
}

/// The group's link-layer address (`ip_eth_mc_map`).
fn multicast_mac(addr: Ipv4Addr) -> Mac {
    let [_, b, c, d] = addr.octets();
    Mac([0x01, 0x00, 0x5e, b & 0x7f, c, d])
}

impl<O: Observer> Walk<'_, O> {
    /// Send an IP packet by a device to a next hop (`neigh_output`): at once, or queued until its address is known.
    pub(crate) fn neigh_output(&mut self, dev: DevId, next_hop: Ipv4Addr, skb: Skb) {
        // All of a loopback device is one neighbour (__ipv4_neigh_lookup).
        let loopback = self.kernel.dev(dev).is_loopback();
        let dst = IpAddr::V4(if loopback { Ipv4Addr::UNSPECIFIED } else { next_hop });
        if self.kernel.dev(dev).neighs.get(dst).is_none() {
            self.kernel.neigh_create(dev, dst);
        }
        if let Some(skb) = self.neigh_event_send(dev, dst, skb) {
            self.neigh_xmit(dev, dst, skb);
        }
    }

    /// Write the Ethernet header and hand the frame to the device (`neigh_connected_output`).
    fn neigh_xmit(&mut self, dev: DevId, dst: IpAddr, mut skb: Skb) {
        let Walk { kernel, observer, .. } = self;
        let device = kernel.dev(dev);
        let Some(lladdr) = device.neighs.get(dst).and_then(Neighbour::lladdr) else { return };
        skb.packet.dst = lladdr;
        skb.packet.src = device.address;
        skb.len = wire::frame_len(&skb.packet);
        let netns = device.netns;
        observer.step(skb.copy, || Step::Neigh { netns, dev: device.name.clone(), dst, lladdr });
        self.dev_queue_xmit(dev, skb);
    }

    /// Put a packet in the queue of an address that is being asked for; the oldest go if it is full.
    fn neigh_enqueue(&mut self, dev: DevId, dst: IpAddr, skb: Skb) {
        let netns = self.netns_of(dev);
        let limit = self.kernel.dev(dev).neigh4.neigh(Var::UnresQlenBytes) as usize;
        self.observer.step(skb.copy, || Step::Queued { netns, why: format!("resolving {dst}") });
        let queue = self.kernel.neigh_queue(dev, dst);
        let mut bytes: usize = queue.iter().map(|waiting| waiting.skb.truesize()).sum();
        let mut dropped = Vec::new();
        while bytes + skb.truesize() > limit {
            let Some(oldest) = queue.pop_front() else { break };
            bytes -= oldest.skb.truesize();
            dropped.push(oldest);
        }
        queue.push_back(Waiting { parent: Some(skb.copy), skb });
        self.waiting.push((dev, dst));
        for waiting in dropped {
            let skb = self.neigh_resume(waiting);
            self.kfree_skb(dev, &skb, DropReason::NEIGH_QUEUEFULL);
        }
    }

    /// A packet leaves the queue: a copy of its own from here on.
    fn neigh_resume(&mut self, waiting: Waiting) -> Skb {
        let Waiting { mut skb, parent } = waiting;
        skb.copy = self.observer.begin(parent, &skb.packet);
        skb
    }

    /// The walk ends: what waits no longer belongs to a copy of it.
    pub(crate) fn neigh_detach(&mut self) {
        for (dev, dst) in core::mem::take(&mut self.waiting) {
            if let Some(neigh) = self.kernel.devs.get_mut(&dev).and_then(|dev| dev.neighs.entries.get_mut(&dst)) {
                neigh.queue.iter_mut().for_each(|waiting| waiting.parent = None);
            }
        }
    }
}

impl Kernel {
    fn neigh_entry(&mut self, dev: DevId, dst: IpAddr) -> &mut Neighbour {
        self.dev_mut(dev).neighs.entries.get_mut(&dst).expect("the entry was found or made before")
    }

    fn neigh_queue(&mut self, dev: DevId, dst: IpAddr) -> &mut VecDeque<Waiting> {
        &mut self.neigh_entry(dev, dst).queue
    }
}
