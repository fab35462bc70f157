//! ICMP (RFC 792), UDP (RFC 768) and TCP (RFC 9293) headers.

use core::net::Ipv4Addr;

use crate::packet::{Icmp, Ipv4, Tcp, Transport, Udp};
use crate::trace::DropReason;
use crate::wire::{be16, be32, checksum};

/// `IPPROTO_ICMP`.
pub const ICMP: u8 = 1;
/// `IPPROTO_TCP`.
pub const TCP: u8 = 6;
/// `IPPROTO_UDP`.
pub const UDP: u8 = 17;

const TCP_HLEN: usize = 20;
const UDP_HLEN: usize = 8;
const ICMP_HLEN: usize = 8;

/// What an unfragmented packet carries; `Raw` if the protocol is another, or the header is not whole or not plain (a
/// checksum that does not hold, a UDP length that is not the packet's, reserved bits or an urgent pointer in TCP).
pub fn parse(proto: u8, data: &[u8], src: Ipv4Addr, dst: Ipv4Addr) -> Transport {
    let parsed = match proto {
        ICMP => parse_icmp(data).map(Transport::Icmp),
        UDP => parse_udp(data, src, dst).map(Transport::Udp),
        TCP => parse_tcp(data, src, dst).map(Transport::Tcp),
        _ => None,
    };
    parsed.unwrap_or_else(|| Transport::Raw { proto, data: data.to_vec() })
}

/// The ICMP message that these bytes are, if it is whole and its checksum holds.
pub fn parse_icmp(data: &[u8]) -> Option<Icmp> {
    let rest = data.get(4..ICMP_HLEN)?.try_into().ok()?;
    (checksum::checksum(data) == 0).then(|| Icmp { kind: data[0], code: data[1], rest, data: data[8..].to_vec() })
}

fn parse_udp(data: &[u8], src: Ipv4Addr, dst: Ipv4Addr) -> Option<Udp> {
    let (sport, dport) = (be16(data, 0)?, be16(data, 2)?);
    let checksummed = be16(data, 6)? != 0;
    if usize::from(be16(data, 4)?) != data.len() || checksummed && !holds(UDP, data, src, dst) {
        return None;
    }
    Some(Udp { sport, dport, checksummed, data: data[UDP_HLEN..].to_vec() })
}

fn parse_tcp(data: &[u8], src: Ipv4Addr, dst: Ipv4Addr) -> Option<Tcp> {
    if be16(data, 18)? != 0 || data[12] & 0xf != 0 || !holds(TCP, data, src, dst) {
        return None;
    }
    tcp_header(data)
}

/// The header fields of a TCP segment, whatever its checksum says.
pub fn tcp_header(data: &[u8]) -> Option<Tcp> {
    let hlen = usize::from(data.get(12)? >> 4) * 4;
    Some(Tcp {
        sport: be16(data, 0)?,
        dport: be16(data, 2)?,
        seq: be32(data, 4)?,
        ack: be32(data, 8)?,
        flags: *data.get(13)?,
        window: be16(data, 14)?,
        options: data.get(TCP_HLEN..hlen)?.to_vec(),
        data: data[hlen..].to_vec(),
    })
}

/// Why the layer above IP drops a payload that did not parse: `icmp_rcv`, `__udp4_lib_rcv`, `tcp_v4_rcv` in their order.
pub fn fault(packet: &Ipv4) -> DropReason {
    let Transport::Raw { proto, data } = &packet.payload else { return DropReason::NOT_SPECIFIED };
    let whole = |proto, data: &[u8]| holds(proto, data, packet.src, packet.dst);
    match *proto {
        ICMP if checksum::checksum(data) != 0 => DropReason::ICMP_CSUM,
        UDP => match be16(data, 4).map(usize::from) {
            Some(len) if (UDP_HLEN..=data.len()).contains(&len) => DropReason::UDP_CSUM,
            _ => DropReason::PKT_TOO_SMALL,
        },
        TCP if tcp_header(data).is_none() => DropReason::PKT_TOO_SMALL,
        TCP if !whole(TCP, data) => DropReason::TCP_CSUM,
        _ => DropReason::NOT_SPECIFIED,
    }
}

/// A UDP datagram that is shorter than the packet around it: what follows its length is trimmed (`__udp4_lib_rcv`).
pub fn udp_trimmed(packet: &Ipv4) -> Option<Udp> {
    let Transport::Raw { proto: UDP, data } = &packet.payload else { return None };
    let len = usize::from(be16(data, 4)?);
    parse_udp(data.get(..len)?, packet.src, packet.dst)
}

fn holds(proto: u8, data: &[u8], src: Ipv4Addr, dst: Ipv4Addr) -> bool {
    checksum::sum(data, checksum::pseudo(src, dst, proto, data.len())) == 0xffff
}

/// Bytes of the payload with its header.
pub fn len(payload: &Transport) -> usize {
    match payload {
        Transport::Icmp(message) => ICMP_HLEN + message.data.len(),
        Transport::Udp(datagram) => UDP_HLEN + datagram.data.len(),
        Transport::Tcp(segment) => TCP_HLEN + segment.options.len() + segment.data.len(),
        Transport::Raw { data, .. } => data.len(),
    }
}

/// Append the payload's bytes, its checksum computed.
pub fn emit(payload: &Transport, src: Ipv4Addr, dst: Ipv4Addr, out: &mut Vec<u8>) {
    let start = out.len();
    let at = match payload {
        Transport::Icmp(message) => emit_icmp(message, out),
        Transport::Udp(datagram) => emit_udp(datagram, out),
        Transport::Tcp(segment) => emit_tcp(segment, out),
        Transport::Raw { data, .. } => {
            out.extend_from_slice(data);
            return;
        }
    };
    let proto = payload.proto();
    let initial = if proto == ICMP { 0 } else { checksum::pseudo(src, dst, proto, out.len() - start) };
    let sum = match (payload, !checksum::sum(&out[start..], initial)) {
        (Transport::Udp(Udp { checksummed: false, .. }), _) => 0,
        // A computed zero is sent as ones: zero says that there is none (RFC 768).
        (Transport::Udp(_), 0) => 0xffff,
        (_, sum) => sum,
    };
    out[start + at..start + at + 2].copy_from_slice(&sum.to_be_bytes());
}

fn emit_icmp(message: &Icmp, out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(&[message.kind, message.code, 0, 0]);
    out.extend_from_slice(&message.rest);
    out.extend_from_slice(&message.data);
    2
}

fn emit_udp(datagram: &Udp, out: &mut Vec<u8>) -> usize {
    for word in [datagram.sport, datagram.dport, (UDP_HLEN + datagram.data.len()) as u16, 0] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    out.extend_from_slice(&datagram.data);
    6
}

fn emit_tcp(segment: &Tcp, out: &mut Vec<u8>) -> usize {
    out.extend_from_slice(&segment.sport.to_be_bytes());
    out.extend_from_slice(&segment.dport.to_be_bytes());
    out.extend_from_slice(&segment.seq.to_be_bytes());
    out.extend_from_slice(&segment.ack.to_be_bytes());
    out.push((((TCP_HLEN + segment.options.len()) / 4) << 4) as u8);
    out.push(segment.flags);
    out.extend_from_slice(&segment.window.to_be_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&segment.options);
    out.extend_from_slice(&segment.data);
    16
}
