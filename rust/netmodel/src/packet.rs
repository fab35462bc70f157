//! A packet as headers with values. `wire` turns bytes into one and back.

use core::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::addr::Mac;

/// An Ethernet frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Packet {
    /// Destination address.
    pub dst: Mac,
    /// Source address.
    pub src: Mac,
    /// What it carries.
    pub net: Net,
}

/// The network layer of a frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Net {
    /// ARP for IPv4 over Ethernet.
    Arp(Arp),
    /// IPv4.
    Ipv4(Ipv4),
    /// IPv6: bridged and counted, not taken apart beyond its addresses.
    Ipv6(Ipv6),
    /// Any other ethertype (VLAN tags 0x8100 among them), or IPv4 or ARP whose header is malformed: bytes kept as they are.
    Other {
        /// `ethertype`, or the length field of an 802.3 frame.
        proto: u16,
        /// All after the Ethernet header.
        data: Vec<u8>,
    },
}

/// An ARP packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arp {
    /// 1 request, 2 reply.
    pub op: u16,
    /// Sender hardware address.
    pub sha: Mac,
    /// Sender protocol address.
    pub spa: Ipv4Addr,
    /// Target hardware address.
    pub tha: Mac,
    /// Target protocol address.
    pub tpa: Ipv4Addr,
}

/// An IPv4 packet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ipv4 {
    /// Source.
    pub src: Ipv4Addr,
    /// Destination.
    pub dst: Ipv4Addr,
    /// Type of service.
    pub tos: u8,
    /// Identification.
    pub id: u16,
    /// Don't fragment.
    pub df: bool,
    /// More fragments.
    pub mf: bool,
    /// Fragment offset in bytes.
    pub offset: u16,
    /// Time to live.
    pub ttl: u8,
    /// Options as they are, padded to four bytes.
    pub options: Vec<u8>,
    /// What it carries.
    pub payload: Transport,
}

/// The transport layer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Transport {
    /// ICMP.
    Icmp(Icmp),
    /// UDP.
    Udp(Udp),
    /// TCP.
    Tcp(Tcp),
    /// Another protocol, a fragment, or a header that is malformed or does not pass its checksum.
    Raw {
        /// IP protocol number.
        proto: u8,
        /// Bytes after the IP header.
        data: Vec<u8>,
    },
}

/// An ICMP message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Icmp {
    /// Type: 0 echo reply, 3 unreachable, 5 redirect, 8 echo, 11 time exceeded.
    pub kind: u8,
    /// Code.
    pub code: u8,
    /// Bytes 4 to 8: id and sequence, mtu, gateway.
    pub rest: [u8; 4],
    /// Bytes after the first eight.
    pub data: Vec<u8>,
}

/// A UDP datagram.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Udp {
    /// Source port.
    pub sport: u16,
    /// Destination port.
    pub dport: u16,
    /// Whether a checksum is carried (0 means none).
    pub checksummed: bool,
    /// Payload.
    pub data: Vec<u8>,
}

/// A TCP segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tcp {
    /// Source port.
    pub sport: u16,
    /// Destination port.
    pub dport: u16,
    /// Sequence number.
    pub seq: u32,
    /// Acknowledgement number.
    pub ack: u32,
    /// Flags: FIN 1, SYN 2, RST 4, PSH 8, ACK 16, URG 32, ECE 64, CWR 128.
    pub flags: u8,
    /// Window.
    pub window: u16,
    /// Options as they are, padded to four bytes.
    pub options: Vec<u8>,
    /// Payload.
    pub data: Vec<u8>,
}

/// An IPv6 packet as far as a bridge and a counter need it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ipv6 {
    /// Source.
    pub src: Ipv6Addr,
    /// Destination.
    pub dst: Ipv6Addr,
    /// The whole packet from its header on.
    pub data: Vec<u8>,
}

impl Packet {
    /// Its ethertype.
    pub fn proto(&self) -> u16 {
        match &self.net {
            Net::Arp(_) => 0x0806,
            Net::Ipv4(_) => 0x0800,
            Net::Ipv6(_) => 0x86dd,
            Net::Other { proto, .. } => *proto,
        }
    }
}

impl Ipv4 {
    /// A packet that carries `payload`: TTL 64, no options, not fragmented, identification 0.
    pub fn new(src: Ipv4Addr, dst: Ipv4Addr, payload: Transport) -> Self {
        let (tos, id, ttl, options) = (0, 0, 64, Vec::new());
        Ipv4 { src, dst, tos, id, df: false, mf: false, offset: 0, ttl, options, payload }
    }

    /// Whether it is a piece of a datagram (`ip_is_fragment`).
    pub fn is_fragment(&self) -> bool {
        self.mf || self.offset != 0
    }
}

impl Transport {
    /// Its IP protocol number.
    pub fn proto(&self) -> u8 {
        match self {
            Transport::Icmp(_) => 1,
            Transport::Tcp(_) => 6,
            Transport::Udp(_) => 17,
            Transport::Raw { proto, .. } => *proto,
        }
    }
}
