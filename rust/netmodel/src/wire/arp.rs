//! ARP for IPv4 over Ethernet (RFC 826).

use core::net::Ipv4Addr;

use crate::packet::Arp;
use crate::wire::{be16, be32, mac};

/// Bytes of an ARP packet.
pub const LEN: usize = 28;

const ETHERNET_IPV4: [u8; 6] = [0, 1, 8, 0, 6, 4];

/// The packet, if it is whole and speaks of Ethernet and IPv4. Padding after it is dropped.
pub fn parse(data: &[u8]) -> Option<Arp> {
    data.starts_with(&ETHERNET_IPV4).then_some(())?;
    let address = |at| be32(data, at).map(Ipv4Addr::from);
    Some(Arp { op: be16(data, 6)?, sha: mac(data, 8)?, spa: address(14)?, tha: mac(data, 18)?, tpa: address(24)? })
}

/// Append the packet's bytes.
pub fn emit(packet: &Arp, out: &mut Vec<u8>) {
    out.extend_from_slice(&ETHERNET_IPV4);
    out.extend_from_slice(&packet.op.to_be_bytes());
    out.extend_from_slice(&packet.sha.0);
    out.extend_from_slice(&packet.spa.octets());
    out.extend_from_slice(&packet.tha.0);
    out.extend_from_slice(&packet.tpa.octets());
}
