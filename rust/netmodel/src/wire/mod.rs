//! Bytes ⇄ [`Packet`]: the only place that sees bytes.
//!
//! Parsing is total for any frame of at least an Ethernet header. What is malformed at a layer is kept as the bytes it
//! is ([`Net::Other`] with IPv4's or ARP's ethertype, [`Transport::Raw`]), so a bridge forwards it as Linux does; the
//! layer that would take it apart asks [`ipv4::parse`] or [`transport::fault`] for the reason to drop it.

pub mod arp;
pub mod checksum;
pub mod ipv4;
mod summary;
pub mod transport;

use core::net::Ipv6Addr;

pub use summary::summary;

use crate::addr::Mac;
use crate::packet::{Ipv6, Net, Packet};
use crate::trace::DropReason;

/// Bytes of an Ethernet header.
pub const ETH_HLEN: usize = 14;

/// `ETH_P_IP`.
pub const ETH_P_IP: u16 = 0x0800;
/// `ETH_P_ARP`.
pub const ETH_P_ARP: u16 = 0x0806;
/// `ETH_P_IPV6`.
pub const ETH_P_IPV6: u16 = 0x86dd;
/// `ETH_P_8021Q`.
pub const ETH_P_8021Q: u16 = 0x8100;
/// `ETH_P_8021AD`.
pub const ETH_P_8021AD: u16 = 0x88a8;

/// A frame as headers.
///
/// # Errors
/// `PKT_TOO_SMALL` for less than an Ethernet header.
pub fn parse(frame: &[u8]) -> Result<Packet, DropReason> {
    let (Some(dst), Some(src), Some(proto)) = (mac(frame, 0), mac(frame, 6), be16(frame, 12)) else {
        return Err(DropReason::PKT_TOO_SMALL);
    };
    let data = &frame[ETH_HLEN..];
    let net = match proto {
        ETH_P_IP => ipv4::parse(data).ok().map(Net::Ipv4),
        ETH_P_ARP => arp::parse(data).map(Net::Arp),
        ETH_P_IPV6 => parse_ipv6(data).map(Net::Ipv6),
        _ => None,
    };
    Ok(Packet { dst, src, net: net.unwrap_or_else(|| Net::Other { proto, data: data.to_vec() }) })
}

/// The frame's bytes, checksums computed.
pub fn emit(packet: &Packet) -> Vec<u8> {
    let mut out = Vec::with_capacity(64);
    out.extend_from_slice(&packet.dst.0);
    out.extend_from_slice(&packet.src.0);
    out.extend_from_slice(&packet.proto().to_be_bytes());
    match &packet.net {
        Net::Arp(packet) => arp::emit(packet, &mut out),
        Net::Ipv4(packet) => ipv4::emit(packet, &mut out),
        Net::Ipv6(Ipv6 { data, .. }) | Net::Other { data, .. } => out.extend_from_slice(data),
    }
    out
}

/// Bytes of the frame that [`emit`] writes.
pub fn frame_len(packet: &Packet) -> usize {
    ETH_HLEN
        + match &packet.net {
            Net::Arp(_) => arp::LEN,
            Net::Ipv4(packet) => ipv4::len(packet),
            Net::Ipv6(Ipv6 { data, .. }) | Net::Other { data, .. } => data.len(),
        }
}

fn parse_ipv6(data: &[u8]) -> Option<Ipv6> {
    let address = |at: usize| data.get(at..at + 16).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
    let (src, dst) = (Ipv6Addr::from(address(8)?), Ipv6Addr::from(address(24)?));
    (data[0] >> 4 == 6).then(|| Ipv6 { src, dst, data: data.to_vec() })
}

pub(crate) fn be16(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

pub(crate) fn be32(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

pub(crate) fn mac(bytes: &[u8], at: usize) -> Option<Mac> {
    Some(Mac(bytes.get(at..at + 6)?.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use core::net::Ipv4Addr;

    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;
    use crate::packet::{Arp, Icmp, Ipv4, Tcp, Transport, Udp};

    fn any_mac() -> impl Strategy<Value = Mac> {
        any::<[u8; 6]>().prop_map(Mac)
    }

    fn any_addr() -> impl Strategy<Value = Ipv4Addr> {
        any::<u32>().prop_map(Ipv4Addr::from)
    }

    fn options() -> impl Strategy<Value = Vec<u8>> {
        (0..=10usize).prop_flat_map(|words| vec(any::<u8>(), words * 4))
    }

    fn any_transport() -> impl Strategy<Value = Transport> {
        let data = || vec(any::<u8>(), 0..64);
        prop_oneof![
            (any::<u8>(), any::<u8>(), any::<[u8; 4]>(), data())
                .prop_map(|(kind, code, rest, data)| Transport::Icmp(Icmp { kind, code, rest, data })),
            (any::<u16>(), any::<u16>(), any::<bool>(), data())
                .prop_map(|(sport, dport, checksummed, data)| Transport::Udp(Udp { sport, dport, checksummed, data })),
            (any::<(u16, u16, u32, u32, u8, u16)>(), options(), data()).prop_map(
                |((sport, dport, seq, ack, flags, window), options, data)| {
                    Transport::Tcp(Tcp { sport, dport, seq, ack, flags, window, options, data })
                }
            ),
            (100..=200u8, data()).prop_map(|(proto, data)| Transport::Raw { proto, data }),
        ]
    }

    fn any_net() -> impl Strategy<Value = Net> {
        let arp = (any::<u16>(), any_mac(), any_addr(), any_mac(), any_addr())
            .prop_map(|(op, sha, spa, tha, tpa)| Net::Arp(Arp { op, sha, spa, tha, tpa }));
        let ipv4 = (any_addr(), any_addr(), any::<(u8, u16, bool, u8)>(), options(), any_transport()).prop_map(
            |(src, dst, (tos, id, df, ttl), options, payload)| {
                Net::Ipv4(Ipv4 { src, dst, tos, id, df, mf: false, offset: 0, ttl, options, payload })
            },
        );
        prop_oneof![arp, ipv4]
    }

    proptest! {
        #[test]
        fn what_is_emitted_parses_to_the_same(dst in any_mac(), src in any_mac(), net in any_net()) {
            let packet = Packet { dst, src, net };
            let bytes = emit(&packet);
            prop_assert_eq!(bytes.len(), frame_len(&packet));
            prop_assert_eq!(parse(&bytes), Ok(packet));
        }

        #[test]
        fn random_bytes_never_panic(mut bytes in vec(any::<u8>(), 0..128), proto in 0..4usize) {
            if let Some(kind) = bytes.get_mut(12..14) {
                kind.copy_from_slice(&[ETH_P_IP, ETH_P_ARP, ETH_P_IPV6, 0x1234][proto].to_be_bytes());
            }
            if let Ok(packet) = parse(&bytes) {
                summary(&packet);
                let again = parse(&emit(&packet)).expect("an emitted frame has a header");
                prop_assert_eq!(again, packet);
            }
        }
    }

    #[test]
    fn a_damaged_header_is_kept_as_bytes_and_named_where_it_is_taken_apart() {
        let udp = Udp { sport: 1, dport: 2, checksummed: true, data: vec![7; 9] };
        let (src, dst) = (Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2));
        let packet =
            Packet { dst: Mac::ZERO, src: Mac::ZERO, net: Net::Ipv4(Ipv4::new(src, dst, Transport::Udp(udp))) };
        let mut bytes = emit(&packet);
        bytes[ETH_HLEN + 8] ^= 1;
        let Ok(Packet { net: Net::Other { proto: ETH_P_IP, data }, .. }) = parse(&bytes) else {
            panic!("kept as bytes")
        };
        assert_eq!(ipv4::parse(&data), Err(DropReason::IP_CSUM));
        bytes[ETH_HLEN + 8] ^= 1;
        *bytes.last_mut().expect("not empty") ^= 1;
        let Ok(Packet { net: Net::Ipv4(packet), .. }) = parse(&bytes) else { panic!("the header is whole") };
        assert_eq!(transport::fault(&packet), DropReason::UDP_CSUM);
    }
}
