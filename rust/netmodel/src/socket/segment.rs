//! TCP segments: how one is made, and whose one is. Models tcp_v4_send_reset, __inet_lookup and tcp_options_write.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::addr::{DevId, NetnsId, SocketId};
use crate::error::Result;
use crate::ip::{Flow, Sent};
use crate::kernel::Kernel;
use crate::packet::{Ipv4, Net, Tcp, Transport};
use crate::path::{Observer, Walk};
use crate::request::SocketKind;
use crate::skb::Skb;
use crate::wire::be32;

use super::{State, as_v4};

/// `TCPHDR_*`.
pub(super) const FIN: u8 = 1;
pub(super) const SYN: u8 = 2;
pub(super) const RST: u8 = 4;
pub(super) const PSH: u8 = 8;
pub(super) const ACK: u8 = 16;

/// What `tcp_select_initial_window` chooses with a `tcp_rmem` of at most 32 MB.
const WINDOW_SCALE: u8 = 10;

/// The largest segment an Ethernet path with this mtu takes.
pub(super) const fn mss(mtu: u32) -> u16 {
    mtu.saturating_sub(40) as u16
}

/// TCP timestamps (`TCPOPT_TIMESTAMP`): the sender's clock in milliseconds, and the last that it heard.
pub(super) fn timestamps(options: &[u8]) -> Option<(u32, u32)> {
    let mut rest = options;
    while let [kind, tail @ ..] = rest {
        let len = match kind {
            0 => return None,
            1 => 1,
            _ => usize::from(*tail.first()?).max(2),
        };
        if (*kind, len) == (8, 10) {
            return Some((be32(rest, 2)?, be32(rest, 6)?));
        }
        rest = rest.get(len..)?;
    }
    None
}

/// The options of every segment but a SYN, where both ends speak of time.
pub(super) fn timestamp_options(val: u32, ecr: u32) -> Vec<u8> {
    [&[1, 1, 8, 10][..], &val.to_be_bytes(), &ecr.to_be_bytes()].concat()
}

/// The options of a SYN (`tcp_options_write`): the largest segment, and where `times` are given, selective
/// acknowledgement allowed, timestamps, and the scale of the window.
pub(super) fn syn_options(mss: u16, times: Option<(u32, u32)>) -> Vec<u8> {
    let mut options = [&[2, 4][..], &mss.to_be_bytes()].concat();
    if let Some((val, ecr)) = times {
        options.extend_from_slice(&[4, 2, 8, 10]);
        options.extend_from_slice(&val.to_be_bytes());
        options.extend_from_slice(&ecr.to_be_bytes());
        options.extend_from_slice(&[1, 3, 3, WINDOW_SCALE]);
    }
    options
}

/// The mss that a SYN offers (option 2), or the 536 of who offers none.
pub(super) fn offered_mss(options: &[u8]) -> u16 {
    let mut at = 0;
    while let Some(&kind) = options.get(at) {
        match (kind, options.get(at + 1)) {
            (0, _) | (_, None) => break,
            (1, _) => at += 1,
            (2, Some(4)) => return options.get(at + 2..at + 4).map_or(536, |b| u16::from_be_bytes([b[0], b[1]])),
            (_, Some(&len)) => at += usize::from(len.max(2)),
        }
    }
    536
}

/// A segment's place in the sequence space: its length counts SYN and FIN.
pub(super) fn span(tcp: &Tcp) -> u32 {
    tcp.data.len() as u32 + u32::from(tcp.flags & SYN != 0) + u32::from(tcp.flags & FIN != 0)
}

/// Whether `a` comes before `b` in sequence space (`before`).
pub(super) fn before(a: u32, b: u32) -> bool {
    (a.wrapping_sub(b) as i32) < 0
}

/// The segment of a packet, with its addresses.
pub(super) fn segment_of(skb: &Skb) -> Option<(&Ipv4, &Tcp)> {
    let Net::Ipv4(packet) = &skb.packet.net else { return None };
    let Transport::Tcp(tcp) = &packet.payload else { return None };
    Some((packet, tcp))
}

impl Kernel {
    /// The socket a segment is for: the connection, else the most specific listener.
    pub(super) fn tcp_lookup(&self, dev: DevId, packet: &Ipv4, tcp: &Tcp) -> Option<SocketId> {
        let netns = self.dev(dev).netns;
        let local = SocketAddr::new(IpAddr::V4(packet.dst), tcp.dport);
        let remote = SocketAddr::new(IpAddr::V4(packet.src), tcp.sport);
        let table = &self.sockets.table;
        let here = || table.values().filter(|s| s.netns == netns && s.kind == SocketKind::Tcp);
        let connected = here().find(|s| s.remote == Some(remote) && s.local == Some(local) && s.tcb.is_some());
        if let Some(sock) = connected {
            return Some(sock.id);
        }
        let listeners = here().filter(|s| s.tcp_state() == State::Listen && self.sock_on_dev(s, dev, packet.dst));
        let scored = listeners.filter_map(|s| {
            let held = s.local.filter(|held| held.port() == tcp.dport)?;
            let any = held.ip().is_unspecified();
            let fits = any && !(s.v6 && s.options.v6_only) || as_v4(held.ip()).ok() == Some(packet.dst);
            fits.then(|| (u32::from(!any) * 2 + u32::from(!s.v6) + 4 * u32::from(s.options.device.is_some()), s.id))
        });
        scored.max_by_key(|&(score, id)| (score, core::cmp::Reverse(id))).map(|(_, id)| id)
    }
}

impl<O: Observer> Walk<'_, O> {
    /// Send a segment of a connection.
    pub(super) fn tcp_transmit(&mut self, socket: SocketId, tcp: Tcp, parent: Option<u32>) -> Result {
        let Ok(sock) = self.kernel.sock(socket) else { return Ok(()) };
        let (Some(local), Some(remote)) = (sock.local, sock.remote) else { return Ok(()) };
        let (netns, oif) = (sock.netns, self.kernel.sock_oif(sock));
        let (ttl, tos) = (self.kernel.sock_ttl(sock), sock.options.tos);
        let (src, dst) = (as_v4(local.ip())?, as_v4(remote.ip())?);
        let id = sock.tcb.as_ref().map_or(0, |tcb| tcb.ip_id);
        let route = self.kernel.ip_route_output_key(netns, Flow { dst, src, oif })?;
        let payload = Transport::Tcp(tcp);
        let packet = Ipv4 { src, dst, tos, id, df: true, mf: false, offset: 0, ttl, options: Vec::new(), payload };
        if let Ok(sock) = self.kernel.sock_mut(socket)
            && let Some(tcb) = &mut sock.tcb
        {
            tcb.ip_id = tcb.ip_id.wrapping_add(1);
        }
        self.ip_local_out(route, packet, Sent { parent, sk: Some(socket), ..Sent::default() })
    }

    /// Answer a segment that belongs to nobody (`tcp_v4_send_reset`): nothing to a RST or to what was not for one host.
    pub(super) fn tcp_send_reset(&mut self, netns: NetnsId, skb: &Skb) {
        let Some((packet, tcp)) = segment_of(skb) else { return };
        let unicast = |ip: Ipv4Addr| !ip.is_multicast() && !ip.is_broadcast();
        let for_one = skb.rt.as_ref().is_none_or(|rt| rt.kind == crate::ip::RtType::Local);
        if tcp.flags & RST != 0 || !unicast(packet.dst) || !for_one {
            return;
        }
        let (seq, ack, flags) =
            if tcp.flags & ACK != 0 { (tcp.ack, 0, RST) } else { (0, tcp.seq.wrapping_add(span(tcp)), RST | ACK) };
        let reply = Tcp {
            sport: tcp.dport,
            dport: tcp.sport,
            seq,
            ack,
            flags,
            window: 0,
            options: Vec::new(),
            data: Vec::new(),
        };
        let payload = Transport::Tcp(reply);
        let (src, dst) = (packet.dst, packet.src);
        let answer =
            Ipv4 { src, dst, tos: 0, id: 0, df: true, mf: false, offset: 0, ttl: 64, options: Vec::new(), payload };
        if let Ok(route) = self.kernel.ip_route_output_key(netns, Flow { dst, src, oif: None }) {
            // A reset that OUTPUT drops is lost, and nobody hears of it.
            let _ = self.ip_local_out(route, answer, Sent::answer(skb.copy));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mss_option_is_found_behind_others() {
        assert_eq!(offered_mss(&[1, 1, 2, 4, 5, 0xb4]), 1460);
        assert_eq!(offered_mss(&[3, 3, 7, 0]), 536);
        assert_eq!(offered_mss(&[2]), 536);
    }

    #[test]
    fn a_syn_carries_twenty_bytes_of_options_and_its_times() {
        let options = syn_options(1460, Some((7, 9)));
        assert_eq!(options.len(), 20);
        assert_eq!((offered_mss(&options), timestamps(&options)), (1460, Some((7, 9))));
        assert_eq!(timestamps(&timestamp_options(1, 2)), Some((1, 2)));
        assert_eq!(timestamps(&[8, 1, 3]), None);
    }

    #[test]
    fn sequence_numbers_wrap() {
        assert!(before(u32::MAX, 1));
        assert!(!before(1, u32::MAX));
    }
}
