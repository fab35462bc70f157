//! A packet in one line, in the words of `tcpdump -n` (print-arp.c, print-icmp.c, print-tcp.c).

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::packet::{Arp, Icmp, Ipv4, Ipv6, Net, Packet, Tcp, Transport};
use crate::wire::{arp, be16, be32, transport};

/// One line that says what a packet is, in tcpdump's words.
pub fn summary(packet: &Packet) -> String {
    match &packet.net {
        Net::Arp(packet) => arp_line(packet),
        Net::Ipv4(packet) => ipv4_line(packet),
        Net::Ipv6(packet) => ipv6_line(packet),
        Net::Other { proto, data } => format!("ethertype Unknown (0x{proto:04x}), length {}", 14 + data.len()),
    }
}

fn arp_line(packet: &Arp) -> String {
    let Arp { op, sha, spa, tpa, .. } = packet;
    match op {
        1 => format!("ARP, Request who-has {tpa} tell {spa}, length {}", arp::LEN),
        2 => format!("ARP, Reply {spa} is-at {sha}, length {}", arp::LEN),
        _ => format!("ARP, Unknown ({op}), length {}", arp::LEN),
    }
}

fn ipv4_line(packet: &Ipv4) -> String {
    let (src, dst) = (packet.src, packet.dst);
    match &packet.payload {
        Transport::Icmp(message) => {
            format!("IP {src} > {dst}: ICMP {}, length {}", icmp_words(message), 8 + message.data.len())
        }
        Transport::Udp(udp) => format!("IP {src}.{} > {dst}.{}: UDP, length {}", udp.sport, udp.dport, udp.data.len()),
        Transport::Tcp(tcp) => format!("IP {src}.{} > {dst}.{}: {}", tcp.sport, tcp.dport, tcp_words(tcp)),
        Transport::Raw { proto, data } => format!("IP {src} > {dst}: {}", raw_words(packet, *proto, data)),
    }
}

fn raw_words(packet: &Ipv4, proto: u8, data: &[u8]) -> String {
    let name = match proto {
        transport::ICMP => "icmp",
        transport::TCP => "tcp",
        transport::UDP => "udp",
        _ => "",
    };
    match name {
        "" if packet.offset == 0 => format!("ip-proto-{proto} {}", data.len()),
        "" => format!("ip-proto-{proto}"),
        name => name.to_string(),
    }
}

fn icmp_words(message: &Icmp) -> String {
    let [a, b, c, d] = message.rest;
    let (id, seq) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
    match (message.kind, message.code) {
        (0, _) => format!("echo reply, id {id}, seq {seq}"),
        (8, _) => format!("echo request, id {id}, seq {seq}"),
        (3, _) => unreachable_words(message),
        (5, 0..=3) => {
            let what =
                ["redirect {} to net", "redirect {} to host", "redirect-tos {} to net", "redirect-tos {} to host"];
            let words = what[usize::from(message.code)].replace("{}", &inner_dst(message));
            format!("{words} {}", Ipv4Addr::from(message.rest))
        }
        (11, 0) => "time exceeded in-transit".to_string(),
        (11, 1) => "ip reassembly time exceeded".to_string(),
        (12, 0) => format!("parameter problem - octet {a}"),
        (13, _) => format!("time stamp query id {id} seq {seq}"),
        (14, _) => format!("time stamp reply id {id} seq {seq}"),
        (kind, _) => format!("type-#{kind}"),
    }
}

fn inner_dst(message: &Icmp) -> String {
    be32(&message.data, 16).map_or_else(|| "?".to_string(), |addr| Ipv4Addr::from(addr).to_string())
}

fn unreachable_words(message: &Icmp) -> String {
    let dst = inner_dst(message);
    let mtu = u16::from_be_bytes([message.rest[2], message.rest[3]]);
    match message.code {
        0 => format!("net {dst} unreachable"),
        1 => format!("host {dst} unreachable"),
        2 => format!("{dst} protocol {} unreachable", message.data.get(9).copied().unwrap_or(0)),
        3 => port_words(message, &dst),
        4 if mtu != 0 => format!("{dst} unreachable - need to frag (mtu {mtu})"),
        4 => format!("{dst} unreachable - need to frag"),
        5 => format!("{dst} unreachable - source route failed"),
        6 => format!("net {dst} unreachable - unknown"),
        7 => format!("host {dst} unreachable - unknown"),
        8 => format!("{dst} unreachable - source host isolated"),
        9 => format!("net {dst} unreachable - admin prohibited"),
        10 => format!("host {dst} unreachable - admin prohibited"),
        11 => format!("net {dst} unreachable - tos prohibited"),
        12 => format!("host {dst} unreachable - tos prohibited"),
        13 => format!("host {dst} unreachable - admin prohibited filter"),
        code => format!("{dst} unreachable - #{code}"),
    }
}

fn port_words(message: &Icmp, dst: &str) -> String {
    let hlen = usize::from(message.data.first().copied().unwrap_or(0) & 0xf) * 4;
    let port = be16(&message.data, hlen + 2).unwrap_or(0);
    match message.data.get(9).copied().unwrap_or(0) {
        transport::TCP => format!("{dst} tcp port {port} unreachable"),
        transport::UDP => format!("{dst} udp port {port} unreachable"),
        proto => format!("{dst} protocol {proto} port {port} unreachable"),
    }
}

fn tcp_words(tcp: &Tcp) -> String {
    const LETTERS: [(u8, char); 8] =
        [(1, 'F'), (2, 'S'), (4, 'R'), (8, 'P'), (16, '.'), (32, 'U'), (64, 'E'), (128, 'W')];
    let mut flags: String = LETTERS.iter().filter(|(bit, _)| tcp.flags & bit != 0).map(|(_, letter)| letter).collect();
    if flags.is_empty() {
        flags.push_str("none");
    }
    let mut words = format!("Flags [{flags}]");
    if !tcp.data.is_empty() {
        words += &format!(", seq {}:{}", tcp.seq, tcp.seq.wrapping_add(tcp.data.len() as u32));
    } else if tcp.flags & 0x7 != 0 {
        words += &format!(", seq {}", tcp.seq);
    }
    if tcp.flags & 0x10 != 0 {
        words += &format!(", ack {}", tcp.ack);
    }
    words + &format!(", win {}, length {}", tcp.window, tcp.data.len())
}

fn ipv6_line(packet: &Ipv6) -> String {
    format!("IP6 {} > {}: {}", packet.src, packet.dst, ipv6_words(packet))
}

/// A hop-by-hop header before ICMPv6 (MLD has one) is stepped over; other extension headers are named as protocols.
fn ipv6_words(packet: &Ipv6) -> String {
    let mut next = packet.data.get(6).copied().unwrap_or(59);
    let mut at = 40;
    let mut words = String::new();
    if next == 0 {
        next = packet.data.get(at).copied().unwrap_or(59);
        at += 8 * (1 + usize::from(packet.data.get(at + 1).copied().unwrap_or(0)));
        words.push_str("HBH ");
    }
    let body = packet.data.get(at..).unwrap_or(&[]);
    match next {
        58 => words + &format!("ICMP6, {}, length {}", icmp6_words(body), body.len()),
        proto => words + &format!("ip-proto-{proto} {}", body.len()),
    }
}

fn icmp6_words(body: &[u8]) -> String {
    let target = || body.get(8..24).and_then(|b| <[u8; 16]>::try_from(b).ok()).map(Ipv6Addr::from);
    let id_seq = || format!("id {}, seq {}", be16(body, 4).unwrap_or(0), be16(body, 6).unwrap_or(0));
    match (body.first(), target()) {
        (Some(128), _) => format!("echo request, {}", id_seq()),
        (Some(129), _) => format!("echo reply, {}", id_seq()),
        (Some(133), _) => "router solicitation".to_string(),
        (Some(134), _) => "router advertisement".to_string(),
        (Some(135), Some(target)) => format!("neighbor solicitation, who has {target}"),
        (Some(136), Some(target)) => format!("neighbor advertisement, tgt is {target}"),
        (Some(143), _) => {
            format!("multicast listener report v2, {} group record(s)", be16(body, 6).unwrap_or(0))
        }
        (Some(kind), _) => format!("type-#{kind}"),
        (None, _) => "[|icmp6]".to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::Mac;
    use crate::packet::Udp;

    fn line(payload: Transport) -> String {
        let (src, dst) = (Ipv4Addr::new(192, 0, 2, 1), Ipv4Addr::new(192, 0, 2, 2));
        summary(&Packet { dst: Mac::ZERO, src: Mac::ZERO, net: Net::Ipv4(Ipv4::new(src, dst, payload)) })
    }

    #[test]
    fn the_lines_are_those_of_tcpdump() {
        let echo = Icmp { kind: 8, code: 0, rest: [0, 77, 0, 1], data: vec![0; 56] };
        assert_eq!(line(Transport::Icmp(echo)), "IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 77, seq 1, length 64");
        let udp = Udp { sport: 5000, dport: 53, checksummed: true, data: vec![0; 12] };
        assert_eq!(line(Transport::Udp(udp)), "IP 192.0.2.1.5000 > 192.0.2.2.53: UDP, length 12");
        let syn = Tcp { sport: 1, dport: 80, seq: 9, ack: 0, flags: 2, window: 64240, options: vec![], data: vec![] };
        assert_eq!(line(Transport::Tcp(syn)), "IP 192.0.2.1.1 > 192.0.2.2.80: Flags [S], seq 9, win 64240, length 0");
    }

    #[test]
    fn an_unreachable_port_is_named_from_the_quoted_packet() {
        let mut quote = vec![0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 9, 192, 0, 2, 7];
        quote.extend_from_slice(&[0x13, 0x88, 0, 9, 0, 8, 0, 0]);
        let error = Icmp { kind: 3, code: 3, rest: [0; 4], data: quote };
        let want = "IP 192.0.2.1 > 192.0.2.2: ICMP 192.0.2.7 udp port 9 unreachable, length 36";
        assert_eq!(line(Transport::Icmp(error)), want);
    }
}
