//! Fragments: cutting a packet, and putting one together. Models `ip_do_fragment` (net/ipv4/ip_output.c) and
//! net/ipv4/ip_fragment.c.

use core::net::Ipv4Addr;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::input::ip_hdr;
use crate::addr::{DevId, NetnsId};
use crate::packet::{Ipv4, Net, Packet, Transport};
use crate::path::{Observer, Walk};
use crate::skb::Skb;
use crate::sysctl::names;
use crate::time::Duration;
use crate::timer::Timer;
use crate::trace::{DropReason, Step};
use crate::wire::{ipv4, transport};

/// Option types with this bit are copied into every fragment (RFC 791).
const IPOPT_COPY: u8 = 0x80;

/// What fragments of one packet have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Key {
    src: Ipv4Addr,
    dst: Ipv4Addr,
    id: u16,
    proto: u8,
}

/// Packets of which fragments are missing (`struct ipq`), by a number that is never reused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FragQueues {
    last: u64,
    queues: BTreeMap<u64, FragQueue>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FragQueue {
    key: Key,
    dev: DevId,
    /// Fragments by offset in bytes.
    pieces: BTreeMap<u16, Skb>,
}

/// What a fragment makes of its queue.
enum Progress {
    More,
    Whole,
    /// It overlaps another: all are thrown away (RFC 5722, as `inet_frag_queue_insert`).
    Overlap,
}

impl FragQueue {
    fn insert(&mut self, skb: Skb) -> Progress {
        let Some(packet) = ip_hdr(&skb) else { return Progress::More };
        let (start, end) = range(packet);
        let clash = self.pieces.values().filter_map(ip_hdr).map(range).any(|(from, to)| start < to && from < end);
        if clash {
            return Progress::Overlap;
        }
        self.pieces.insert(packet.offset, skb);
        let mut next = 0;
        for packet in self.pieces.values().filter_map(ip_hdr) {
            let (from, to) = range(packet);
            if from != next {
                return Progress::More;
            }
            next = to;
            if !packet.mf {
                return Progress::Whole;
            }
        }
        Progress::More
    }

    /// The packet that the fragments make.
    fn packet(&self) -> Option<Packet> {
        let first = self.pieces.values().next()?;
        let head = ip_hdr(first)?;
        let body = |packet: &Ipv4| match &packet.payload {
            Transport::Raw { data, .. } => data.clone(),
            _ => Vec::new(),
        };
        let data: Vec<u8> = self.pieces.values().filter_map(ip_hdr).flat_map(body).collect();
        let df = self.pieces.values().filter_map(ip_hdr).any(|packet| packet.df);
        let payload = transport::parse(head.payload.proto(), &data, head.src, head.dst);
        let packet = Ipv4 { mf: false, offset: 0, df, payload, ..head.clone() };
        Some(Packet { net: Net::Ipv4(packet), ..first.packet })
    }
}

fn range(packet: &Ipv4) -> (usize, usize) {
    let start = usize::from(packet.offset);
    (start, start + transport::len(&packet.payload))
}

impl<O: Observer> Walk<'_, O> {
    /// Cut a packet into pieces of at most `mtu` bytes: copies of their own, the whole one ends.
    pub(super) fn ip_do_fragment(&mut self, skb: &Skb, dev: DevId, mtu: u32) -> Vec<Skb> {
        let Some(packet) = ip_hdr(skb) else { return Vec::new() };
        let mut data = Vec::new();
        transport::emit(&packet.payload, packet.src, packet.dst, &mut data);
        let room = (mtu as usize).saturating_sub(ipv4::HLEN + packet.options.len()) & !7;
        if room == 0 {
            self.kfree_skb(dev, skb, DropReason::PKT_TOO_BIG);
            return Vec::new();
        }
        let netns = self.netns_of(dev);
        let chunks: Vec<&[u8]> = data.chunks(room).collect();
        let pieces = chunks.len() as u32;
        self.observer.step(skb.copy, || Step::Fragment { netns, mtu, pieces });
        let mut out = Vec::with_capacity(chunks.len());
        for (n, chunk) in chunks.iter().enumerate() {
            let mut piece = skb.clone();
            let last = n + 1 == chunks.len();
            let options = if n == 0 { packet.options.clone() } else { copied_options(&packet.options) };
            let payload = Transport::Raw { proto: packet.payload.proto(), data: chunk.to_vec() };
            let offset = packet.offset + (n * room) as u16;
            let mf = packet.mf || !last;
            piece.packet.net = Net::Ipv4(Ipv4 { mf, offset, options, payload, ..packet.clone() });
            piece.copy = self.observer.begin(Some(skb.copy), &piece.packet);
            out.push(piece);
        }
        self.consume_skb(netns, skb, "ip_fragment");
        out
    }

    /// A fragment for this namespace: the packet, if it is the last that was missing (`ip_defrag`).
    pub(crate) fn ip_defrag(&mut self, dev: DevId, skb: Skb) -> Option<Skb> {
        let netns = self.netns_of(dev);
        let packet = ip_hdr(&skb)?;
        let (start, end) = range(packet);
        if packet.mf && (end - start) % 8 != 0 || end > 0xffff {
            self.kfree_skb(dev, &skb, DropReason::FRAG_REASM_FAILED);
            return None;
        }
        let key = Key { src: packet.src, dst: packet.dst, id: packet.id, proto: packet.payload.proto() };
        let number = self.kernel.frag_queue(netns, dev, key);
        let queue = self.kernel.netns.get_mut(&netns)?.icmp.frags.queues.get_mut(&number)?;
        let progress = queue.insert(skb.clone());
        match progress {
            Progress::More => {
                self.observer.step(skb.copy, || Step::Queued { netns, why: "waiting for fragments".to_string() });
                None
            }
            Progress::Overlap => {
                self.kernel.frag_remove(netns, number);
                self.kfree_skb(dev, &skb, DropReason::FRAG_REASM_FAILED);
                None
            }
            Progress::Whole => {
                let whole = queue.packet()?;
                self.kernel.frag_remove(netns, number);
                self.consume_skb(netns, &skb, "ip_defrag");
                let mut packet = self.begin(Some(skb.copy), whole);
                (packet.iif, packet.rt, packet.pkt_type, packet.mark) = (skb.iif, skb.rt, skb.pkt_type, skb.mark);
                Some(packet)
            }
        }
    }

    /// Fragments did not come in time (`ip_expire`): the sender hears of it if the first came.
    pub(crate) fn ip_expire(&mut self, netns: NetnsId, number: u64) {
        const EXC_FRAGTIME: u8 = 1;
        let Some(queue) = self.kernel.frag_remove(netns, number) else { return };
        let Some(first) = queue.pieces.get(&0).filter(|_| self.kernel.devs.contains_key(&queue.dev)) else { return };
        let mut skb = first.clone();
        skb.copy = self.observer.begin(None, &skb.packet);
        self.icmp_send(&skb, (11, EXC_FRAGTIME), 0);
        self.kfree_skb(queue.dev, &skb, DropReason::FRAG_REASM_TIMEOUT);
    }
}

impl crate::kernel::Kernel {
    fn frag_queue(&mut self, netns: NetnsId, dev: DevId, key: Key) -> u64 {
        let at = self.now + Duration::secs(self.sysctl(netns, &names::IPFRAG_TIME).max(0) as u64);
        let Some(net) = self.netns.get_mut(&netns) else { return 0 };
        let frags = &mut net.icmp.frags;
        if let Some((number, _)) = frags.queues.iter().find(|(_, queue)| queue.key == key) {
            return *number;
        }
        frags.last += 1;
        let number = frags.last;
        frags.queues.insert(number, FragQueue { key, dev, pieces: BTreeMap::new() });
        self.timers.arm(Timer::IpFrag(netns, number), at);
        number
    }

    fn frag_remove(&mut self, netns: NetnsId, number: u64) -> Option<FragQueue> {
        self.timers.cancel(&Timer::IpFrag(netns, number));
        self.netns.get_mut(&netns)?.icmp.frags.queues.remove(&number)
    }
}

/// The options that every fragment carries, padded to four bytes.
fn copied_options(options: &[u8]) -> Vec<u8> {
    let mut kept = Vec::new();
    let mut rest = options;
    while let [kind, tail @ ..] = rest {
        let len = match kind {
            0 => break,
            1 => 1,
            _ => usize::from(tail.first().copied().unwrap_or(2)).max(2).min(rest.len()),
        };
        if kind & IPOPT_COPY != 0 {
            kept.extend_from_slice(&rest[..len]);
        }
        rest = &rest[len..];
    }
    kept.resize(kept.len().next_multiple_of(4), 0);
    kept
}
