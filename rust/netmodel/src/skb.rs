//! A packet in flight, with what the kernel keeps beside it.

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, Mac, SocketId};
use crate::ip::Rtable;
use crate::link::{DevKind, Device};
use crate::packet::Packet;
use crate::wire;

/// For whom a received frame is (`skb->pkt_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PktType {
    /// To the receiving device's address.
    Host,
    /// To the broadcast address.
    Broadcast,
    /// To a group.
    Multicast,
    /// To somebody else.
    OtherHost,
    /// Sent by this stack itself.
    Outgoing,
    /// Looped back by the stack itself.
    Loopback,
}

/// A packet in flight.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Skb {
    /// The headers.
    pub packet: Packet,
    /// Length in bytes with the Ethernet header, as it counts for mtu and statistics.
    pub len: usize,
    /// For whom it is, set on reception.
    pub pkt_type: PktType,
    /// The copy in the trace that this is.
    pub copy: u32,
    /// `skb->mark`.
    pub mark: u32,
    /// The device it was received by; none if it is sent by a namespace itself.
    pub iif: Option<DevId>,
    /// The route it has been given (`skb_dst`).
    pub rt: Option<Rtable>,
    /// The socket that sent it.
    pub sk: Option<SocketId>,
    /// It may be fragmented though DF is set (`skb->ignore_df`).
    pub ignore_df: bool,
}

impl Skb {
    /// A packet as `copy` of a trace, with nothing decided.
    pub fn new(packet: Packet, copy: u32) -> Self {
        let len = wire::frame_len(&packet);
        let pkt_type = PktType::Host;
        Skb { packet, len, pkt_type, copy, mark: 0, iif: None, rt: None, sk: None, ignore_df: false }
    }

    /// For whom a frame is that `dev` receives (`eth_type_trans`).
    pub fn classify(&mut self, dev: &Device) {
        let dst = self.packet.dst;
        self.pkt_type = match dev.kind {
            DevKind::Loopback if dst == Mac::ZERO => PktType::Host,
            _ if dst == dev.address => PktType::Host,
            _ if dst == dev.broadcast => PktType::Broadcast,
            _ if dst.is_group() => PktType::Multicast,
            _ => PktType::OtherHost,
        };
    }

    /// What it was given in one namespace does not follow it into another device's (`skb_scrub_packet`, `skb_orphan`).
    pub fn scrub(&mut self) {
        (self.mark, self.iif, self.rt, self.sk, self.ignore_df) = (0, None, None, None, false);
    }

    /// Memory that it takes in a queue (`skb->truesize`): the skb, and its data rounded up as kmalloc does.
    pub fn truesize(&self) -> usize {
        const SK_BUFF: usize = 256;
        const SHARED_INFO: usize = 320;
        SK_BUFF + (self.len + SHARED_INFO).next_power_of_two()
    }
}
