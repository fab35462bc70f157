//! The IPv4 header (RFC 791).

use core::net::Ipv4Addr;

use crate::packet::{Ipv4, Transport};
use crate::trace::DropReason;
use crate::wire::{be16, be32, checksum, transport};

/// Bytes of a header without options.
pub const HLEN: usize = 20;

const DF: u16 = 0x4000;
const MF: u16 = 0x2000;

/// A packet; what follows its total length is padding and dropped. The reserved flag is not kept.
///
/// # Errors
/// The reason for which `ip_rcv_core` drops it, tested in its order.
pub fn parse(data: &[u8]) -> Result<Ipv4, DropReason> {
    let first = *data.first().ok_or(DropReason::IP_INHDR)?;
    let hlen = usize::from(first & 0xf) * 4;
    if data.len() < HLEN || first >> 4 != 4 || hlen < HLEN || data.len() < hlen {
        return Err(DropReason::IP_INHDR);
    }
    if checksum::checksum(&data[..hlen]) != 0 {
        return Err(DropReason::IP_CSUM);
    }
    let word = |at| be16(data, at).expect("the header is whole");
    let total = usize::from(word(2));
    if data.len() < total {
        return Err(DropReason::PKT_TOO_SMALL);
    }
    if total < hlen {
        return Err(DropReason::IP_INHDR);
    }
    let address = |at| Ipv4Addr::from(be32(data, at).expect("the header is whole"));
    let (src, dst, frag) = (address(12), address(16), word(6));
    let (mf, offset) = (frag & MF != 0, (frag & 0x1fff) << 3);
    let (proto, body) = (data[9], &data[hlen..total]);
    let payload = if mf || offset != 0 {
        Transport::Raw { proto, data: body.to_vec() }
    } else {
        transport::parse(proto, body, src, dst)
    };
    let options = data[HLEN..hlen].to_vec();
    Ok(Ipv4 { src, dst, tos: data[1], id: word(4), df: frag & DF != 0, mf, offset, ttl: data[8], options, payload })
}

/// Bytes of the packet.
pub fn len(packet: &Ipv4) -> usize {
    HLEN + packet.options.len() + transport::len(&packet.payload)
}

/// Append the packet's bytes, checksums computed.
pub fn emit(packet: &Ipv4, out: &mut Vec<u8>) {
    let start = out.len();
    let frag = if packet.df { DF } else { 0 } | if packet.mf { MF } else { 0 } | packet.offset >> 3;
    out.push(0x40 | ((HLEN + packet.options.len()) / 4) as u8);
    out.push(packet.tos);
    out.extend_from_slice(&(len(packet) as u16).to_be_bytes());
    out.extend_from_slice(&packet.id.to_be_bytes());
    out.extend_from_slice(&frag.to_be_bytes());
    out.extend_from_slice(&[packet.ttl, packet.payload.proto(), 0, 0]);
    out.extend_from_slice(&packet.src.octets());
    out.extend_from_slice(&packet.dst.octets());
    out.extend_from_slice(&packet.options);
    let sum = checksum::checksum(&out[start..]);
    out[start + 10..start + 12].copy_from_slice(&sum.to_be_bytes());
    transport::emit(&packet.payload, packet.src, packet.dst, out);
}
