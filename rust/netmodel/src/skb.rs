//! A packet in flight, with what the kernel keeps beside it.

use serde::{Deserialize, Serialize};

use crate::packet::Packet;

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
}
