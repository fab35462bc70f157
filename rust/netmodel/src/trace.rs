//! A packet's way, hop by hop.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::addr::{IfIndex, Mac, NetnsId, SocketId};
use crate::time::Instant;

/// Why a packet ended: the kernel's `skb_drop_reason` names, without `SKB_DROP_REASON_`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[allow(non_camel_case_types, clippy::upper_case_acronyms)]
pub enum DropReason {
    /// No more specific reason in Linux either.
    NOT_SPECIFIED,
    /// No socket listens there.
    NO_SOCKET,
    /// Shorter than its headers say.
    PKT_TOO_SMALL,
    /// A TCP checksum that does not hold.
    TCP_CSUM,
    /// A UDP checksum that does not hold.
    UDP_CSUM,
    /// An IP checksum that does not hold.
    IP_CSUM,
    /// A malformed IP header.
    IP_INHDR,
    /// Reverse path filter.
    IP_RPFILTER,
    /// A unicast packet in a link-layer broadcast.
    UNICAST_IN_L2_MULTICAST,
    /// An unknown IP protocol.
    IP_NOPROTO,
    /// A source that must not come from the wire.
    IP_INVALID_SOURCE,
    /// A destination that must not come from the wire.
    IP_INVALID_DEST,
    /// A local source address from the wire.
    IP_LOCAL_SOURCE,
    /// A localnet address from the wire.
    IP_LOCALNET,
    /// Netfilter dropped it.
    NETFILTER_DROP,
    /// For another host.
    OTHERHOST,
    /// No route.
    IP_OUTNOROUTES,
    /// No route on input.
    IP_INNOROUTES,
    /// A route refuses it (blackhole, unreachable, prohibit).
    IP_ROUTE_REFUSED,
    /// Forwarding is off.
    IP_FORWARDING_OFF,
    /// TTL ran out.
    IP_TTL_EXPIRED,
    /// Longer than a mtu allows: with DF set, or at a receiving device.
    PKT_TOO_BIG,
    /// The neighbour could not be resolved.
    NEIGH_FAILED,
    /// The neighbour's queue is full.
    NEIGH_QUEUEFULL,
    /// The neighbour entry is gone.
    NEIGH_DEAD,
    /// The neighbour entry could not be made.
    NEIGH_CREATEFAIL,
    /// Device down or without carrier.
    DEV_READY,
    /// Longer than the receiving device allows.
    FULL_RING,
    /// No protocol takes it.
    UNHANDLED_PROTO,
    /// A receive buffer is full.
    SOCKET_RCVBUFF,
    /// An ICMP checksum that does not hold.
    ICMP_CSUM,
    /// An ICMP type that is not answered.
    INVALID_PROTO,
    /// A TCP segment that fits no socket state.
    TCP_INVALID_SEQUENCE,
    /// A TCP flag combination that means nothing.
    TCP_FLAGS,
    /// IPv6 is disabled on the device.
    IPV6DISABLED,
    /// An ARP packet that nobody answers.
    ARP_IGNORED,
    /// A source MAC that is multicast or zero, at a bridge.
    BRIDGE_INVALID_SOURCE,
    /// The bridge port does not forward in its state.
    BRIDGE_PORT_STATE,
    /// No bridge port may send it on.
    BRIDGE_NO_EGRESS,
    /// A pause frame or another frame that a bridge never forwards.
    BRIDGE_LINK_LOCAL,
    /// A locked port.
    BRIDGE_LOCKED,
    /// The rate limit of ICMP errors.
    ICMP_RATELIMIT,
    /// Fragments of it did not come in time.
    FRAG_REASM_TIMEOUT,
    /// The fragments do not fit together.
    FRAG_REASM_FAILED,
}

/// One thing that happened to a packet.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Step {
    /// A frame came in on a device (`__netif_receive_skb_core`).
    Rx { netns: NetnsId, dev: IfIndex, name: String },
    /// A frame was handed to a device to send (`dev_hard_start_xmit`).
    Xmit { netns: NetnsId, dev: IfIndex, name: String },
    /// The bridge learned or moved a source address.
    FdbLearn { netns: NetnsId, port: String, mac: Mac, moved_from: Option<String> },
    /// The bridge decided (`br_handle_frame_finish`): ports in order, and whether it goes up.
    Bridge { netns: NetnsId, bridge: String, egress: Vec<String>, flood: bool, local: bool },
    /// Routing decided: `local`, `unicast`, `broadcast`, …, by which table.
    Route {
        netns: NetnsId,
        kind: u8,
        table: u32,
        oif: String,
        #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
        via: Option<IpAddr>,
    },
    /// A hook of netfilter let it pass.
    Hook { netns: NetnsId, hook: String },
    /// The next hop's link-layer address was known.
    Neigh {
        netns: NetnsId,
        dev: String,
        #[cfg_attr(feature = "schema", schemars(with = "String"))]
        dst: IpAddr,
        lladdr: Mac,
    },
    /// TTL went down.
    Forward { netns: NetnsId, ttl: u8 },
    /// An answer to this packet was made: echo reply, ARP reply, ICMP error, RST.
    Answer { netns: NetnsId, what: String },
    /// Split to fit a mtu.
    Fragment { netns: NetnsId, mtu: u32, pieces: u32 },
    /// The stack itself consumed it: echo request, ARP, a frame of a protocol handled in the kernel.
    Consumed { netns: NetnsId, by: String },
    /// A socket got it.
    Deliver { netns: NetnsId, socket: SocketId },
    /// It left this Kernel by a physical device.
    Egress { netns: NetnsId, dev: IfIndex, name: String },
    /// It waits for a neighbour's address or for fragments; a later event ends it.
    Queued { netns: NetnsId, why: String },
    /// It ended.
    Drop { netns: NetnsId, dev: Option<String>, reason: DropReason },
    /// Something Linux would go on with and the model does not.
    Unsupported { what: String },
    /// The step budget ran out: a loop.
    Storm,
}

/// One copy of a packet (a frame, its clone by flooding, or an answer), from where it came to its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Copy {
    /// The copy it was made from; `None` for the first.
    pub parent: Option<u32>,
    /// One line that says what it is, in tcpdump's words.
    pub summary: String,
    /// The frame or packet as it was when this copy began.
    pub bytes: Vec<u8>,
    /// What happened to it; the last is terminal.
    pub steps: Vec<Step>,
}

/// A packet, all that became of it and was answered to it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trace {
    /// When it entered.
    pub at: Instant,
    /// Nanoseconds that its steps take, by the cost model.
    pub cost_ns: u64,
    /// The copies, in the order in which they were made.
    pub copies: Vec<Copy>,
}

/// Where a packet enters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Origin {
    /// From the wire: the device receives a frame.
    Rx {
        /// The receiving device.
        dev: crate::request::Dev,
    },
    /// From a packet socket of a process: the frame is sent by the device (AF_PACKET).
    Xmit {
        /// The sending device.
        dev: crate::request::Dev,
    },
    /// From a process's raw IP socket: an IP packet, routed first, then OUTPUT.
    Local {
        /// The namespace of the process.
        netns: NetnsId,
    },
}

/// Something that happened while time passed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Event {
    /// A packet that a timer sent, or a queued one that went on, walked to its end.
    Trace { trace: Trace },
    /// A socket has something to read, to accept, or has connected.
    Readable { at: Instant, socket: SocketId },
    /// A socket has an error to read.
    SocketError { at: Instant, socket: SocketId, errno: crate::error::Errno },
    /// A device's operstate or carrier changed.
    Link { at: Instant, netns: NetnsId, dev: IfIndex },
    /// A frame left by a physical device: the wire's other end gets it.
    Egress { at: Instant, netns: NetnsId, dev: IfIndex, frame: Vec<u8> },
    /// A line of the kernel's log.
    Log { at: Instant, line: String },
}
