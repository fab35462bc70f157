//! The ICMPv6 messages that a kernel sends of its own: RFC 3810 (MLDv2), RFC 4861 (neighbour discovery).

use core::net::Ipv6Addr;

use crate::addr::{DevId, Mac};
use crate::packet::{Ipv6, Net, Packet};
use crate::path::{Observer, Walk};
use crate::wire::checksum;

/// `ff02::1`.
pub(super) const ALL_NODES: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 1);
/// `ff02::2`.
pub(super) const ALL_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 2);
/// `ff02::16`: routers that understand MLDv2.
const ALL_MLDV2_ROUTERS: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x16);

/// `NDISC_ROUTER_SOLICITATION`.
pub(super) const ROUTER_SOLICITATION: u8 = 133;
/// `NDISC_NEIGHBOUR_SOLICITATION`.
pub(super) const NEIGHBOUR_SOLICITATION: u8 = 135;
/// `NDISC_NEIGHBOUR_ADVERTISEMENT`.
pub(super) const NEIGHBOUR_ADVERTISEMENT: u8 = 136;
const MLD2_REPORT: u8 = 143;

const IPPROTO_HOPOPTS: u8 = 0;
const IPPROTO_ICMPV6: u8 = 58;
const IPV6_HLEN: usize = 40;

/// The multicast group that whoever has this address listens to (`addrconf_addr_solict_mult`).
pub(super) fn solicited_node(addr: Ipv6Addr) -> Ipv6Addr {
    let o = addr.octets();
    let last = u16::from_be_bytes([o[14], o[15]]);
    Ipv6Addr::new(0xff02, 0, 0, 0, 0, 1, 0xff00 | u16::from(o[13]), last)
}

/// The Ethernet address of a group (`ndisc_mc_map`).
pub(super) fn ndisc_mc_map(group: Ipv6Addr) -> Mac {
    let o = group.octets();
    Mac([0x33, 0x33, o[12], o[13], o[14], o[15]])
}

/// An IPv6 packet of an ICMPv6 message whose checksum is not computed yet, behind `extension` headers.
fn packet(src: Ipv6Addr, dst: Ipv6Addr, hop_limit: u8, extension: &[u8], mut message: Vec<u8>) -> Ipv6 {
    let mut pseudo = [src.octets(), dst.octets()].concat();
    pseudo.extend((message.len() as u32).to_be_bytes());
    pseudo.extend([0, 0, 0, IPPROTO_ICMPV6]);
    pseudo.extend(&message);
    message[2..4].copy_from_slice(&checksum::checksum(&pseudo).to_be_bytes());
    let next = if extension.is_empty() { IPPROTO_ICMPV6 } else { IPPROTO_HOPOPTS };
    let mut data = vec![0x60, 0, 0, 0];
    data.extend(((extension.len() + message.len()) as u16).to_be_bytes());
    data.extend([next, hop_limit]);
    data.extend(src.octets());
    data.extend(dst.octets());
    data.extend(extension);
    data.extend(message);
    Ipv6 { src, dst, data }
}

/// A version 2 report (`mld_newpack`): of each group, how its filter changed.
pub(super) fn mld2_report(src: Ipv6Addr, records: &[(u8, Ipv6Addr)]) -> Ipv6 {
    // Router alert, padded.
    const HOP_BY_HOP: [u8; 8] = [IPPROTO_ICMPV6, 0, 5, 2, 0, 0, 1, 0];
    let mut message = vec![MLD2_REPORT, 0, 0, 0, 0, 0];
    message.extend((records.len() as u16).to_be_bytes());
    for (kind, group) in records {
        message.extend([*kind, 0, 0, 0]);
        message.extend(group.octets());
    }
    packet(src, ALL_MLDV2_ROUTERS, 1, &HOP_BY_HOP, message)
}

/// Who else has this address (`ndisc_send_ns` from the unspecified address).
pub(super) fn dad_solicitation(target: Ipv6Addr, nonce: &[u8]) -> Ipv6 {
    const NONCE: u8 = 14;
    let mut message = vec![NEIGHBOUR_SOLICITATION, 0, 0, 0, 0, 0, 0, 0];
    message.extend(target.octets());
    message.extend([NONCE, 1]);
    message.extend(nonce);
    packet(Ipv6Addr::UNSPECIFIED, solicited_node(target), 255, &[], message)
}

/// To all nodes: this address is mine (`ndisc_send_na`, override).
pub(super) fn advertisement(target: Ipv6Addr, lladdr: Mac, router: bool) -> Ipv6 {
    const TARGET_LL_ADDR: u8 = 2;
    let flags = 0x20 | if router { 0x80 } else { 0 };
    let mut message = vec![NEIGHBOUR_ADVERTISEMENT, 0, 0, 0, flags, 0, 0, 0];
    message.extend(target.octets());
    message.extend([TARGET_LL_ADDR, 1]);
    message.extend(lladdr.0);
    packet(target, ALL_NODES, 255, &[], message)
}

/// Is there a router (`ndisc_send_rs`)?
pub(super) fn router_solicitation(src: Ipv6Addr, lladdr: Mac) -> Ipv6 {
    const SOURCE_LL_ADDR: u8 = 1;
    let mut message = vec![ROUTER_SOLICITATION, 0, 0, 0, 0, 0, 0, 0, SOURCE_LL_ADDR, 1];
    message.extend(lladdr.0);
    packet(src, ALL_ROUTERS, 255, &[], message)
}

/// A received ICMPv6 message: its type and the bytes from there on, behind a hop-by-hop header if there is one.
pub(super) fn message(packet: &Ipv6) -> Option<&[u8]> {
    let next = *packet.data.get(6)?;
    let rest = packet.data.get(IPV6_HLEN..)?;
    match next {
        IPPROTO_ICMPV6 => Some(rest),
        IPPROTO_HOPOPTS if *rest.first()? == IPPROTO_ICMPV6 => rest.get(8 + usize::from(*rest.get(1)?) * 8..),
        _ => None,
    }
}

/// The target of a solicitation or an advertisement.
pub(super) fn target(message: &[u8]) -> Option<Ipv6Addr> {
    let octets: [u8; 16] = message.get(8..24)?.try_into().ok()?;
    Some(octets.into())
}

/// The nonce of a solicitation, empty without one.
pub(super) fn nonce(message: &[u8]) -> &[u8] {
    match message.get(24..32) {
        Some([14, 1, nonce @ ..]) => nonce,
        _ => &[],
    }
}

impl<O: Observer> Walk<'_, O> {
    /// The stack itself sends a packet to a group by a device.
    pub(super) fn ip6_output(&mut self, dev: DevId, packet: Ipv6) {
        let frame = Packet { dst: ndisc_mc_map(packet.dst), src: self.kernel.dev(dev).address, net: Net::Ipv6(packet) };
        self.originate(dev, frame);
    }

    /// A frame of the stack's own begins and is to be sent by a device.
    pub(crate) fn originate(&mut self, dev: DevId, packet: Packet) {
        let skb = self.begin(None, packet);
        self.dev_queue_xmit(dev, skb);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LL: Ipv6Addr = Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0xff, 0xfe00, 0x33);

    #[test]
    fn messages_have_the_lengths_seen_on_the_wire() {
        let group = solicited_node(LL);
        assert_eq!(group.to_string(), "ff02::1:ff00:33");
        assert_eq!(mld2_report(Ipv6Addr::UNSPECIFIED, &[(4, group)]).data.len(), 40 + 36);
        assert_eq!(mld2_report(LL, &[(4, group), (4, ALL_ROUTERS)]).data.len(), 40 + 56);
        assert_eq!(dad_solicitation(LL, &[1, 2, 3, 4, 5, 6]).data.len(), 40 + 32);
        assert_eq!(router_solicitation(LL, Mac([2, 0, 0, 0, 0, 0x33])).data.len(), 40 + 16);
    }

    #[test]
    fn a_message_is_found_behind_its_headers_and_its_checksum_holds() {
        let report = mld2_report(LL, &[(4, ALL_ROUTERS)]);
        assert_eq!(message(&report).unwrap()[0], MLD2_REPORT);
        let ns = dad_solicitation(LL, &[1, 2, 3, 4, 5, 6]);
        let bytes = message(&ns).unwrap();
        assert_eq!((target(bytes), nonce(bytes)), (Some(LL), &[1, 2, 3, 4, 5, 6][..]));
        let mut pseudo = [ns.src.octets(), ns.dst.octets()].concat();
        pseudo.extend([0, 0, 0, bytes.len() as u8, 0, 0, 0, 58]);
        pseudo.extend(bytes);
        assert_eq!(checksum::checksum(&pseudo), 0);
    }
}
