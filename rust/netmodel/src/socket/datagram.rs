//! UDP and ICMP sockets. Models net/ipv4/udp.c, raw.c and ping.c.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::addr::{DevId, SocketId};
use crate::error::{Errno, Result};
use crate::icmp::quote::Quote;
use crate::ip::{Flow, RtType, Sent};
use crate::kernel::Kernel;
use crate::packet::{Icmp, Ipv4, Net, Transport, Udp};
use crate::path::{Observer, Walk};
use crate::request::{Reply, SocketKind};
use crate::skb::Skb;
use crate::trace::Step;
use crate::wire;

use super::{Message, Sock, as_v4};

/// The largest payload of an IPv4 packet.
const MAX_PAYLOAD: usize = 65_535 - 20;

impl Kernel {
    /// `connect(2)` on a socket without connections (`__ip4_datagram_connect`).
    pub(super) fn datagram_connect(&mut self, socket: SocketId, addr: SocketAddr) -> Result<Reply> {
        let dst = as_v4(addr.ip())?;
        let sock = self.sock(socket)?;
        let (netns, oif, may_broadcast) = (sock.netns, self.sock_oif(sock), sock.options.broadcast);
        let src = source_of(sock)?;
        let route = self.ip_route_output_key(netns, Flow { dst, src, oif })?;
        if route.kind == RtType::Broadcast && !may_broadcast {
            return Err(Errno::EACCES.into());
        }
        self.autobind(socket)?;
        let sock = self.sock_mut(socket)?;
        let port = sock.local.map_or(0, |local| local.port());
        sock.local = Some(SocketAddr::new(IpAddr::V4(route.src), port));
        sock.remote = Some(SocketAddr::new(IpAddr::V4(dst), addr.port()));
        Ok(Reply::Trace(Vec::new()))
    }

    /// `sendto(2)` (`udp_sendmsg`, `raw_sendmsg`, `ping_v4_sendmsg`).
    pub(super) fn datagram_send(&mut self, socket: SocketId, addr: Option<SocketAddr>, data: Vec<u8>) -> Result<Reply> {
        let sock = self.sock(socket)?;
        let kind = sock.kind;
        if data.len() > MAX_PAYLOAD - if kind == SocketKind::Udp { 8 } else { 0 } {
            return Err(Errno::EMSGSIZE.into());
        }
        let to = addr.or(sock.remote).ok_or(Errno::EDESTADDRREQ)?;
        if kind == SocketKind::Udp && to.port() == 0 {
            return Err(Errno::EINVAL.into());
        }
        let dst = as_v4(to.ip())?;
        self.autobind(socket)?;
        let sock = self.sock(socket)?;
        let payload = match kind {
            SocketKind::Udp => {
                let sport = sock.local.map_or(0, |local| local.port());
                Transport::Udp(Udp { sport, dport: to.port(), checksummed: true, data })
            }
            _ => icmp_payload(&data)?,
        };
        let ttl = if dst.is_multicast() { 1 } else { self.sock_ttl(sock) };
        let packet = template(sock, (dst, ttl), payload)?;
        let (sent, trace) = self.walk(|walk| walk.datagram_output(socket, packet));
        sent.map(|()| Reply::Trace(vec![trace]))
    }
}

/// The source a socket is bound to, or 0.0.0.0.
fn source_of(sock: &Sock) -> Result<Ipv4Addr> {
    let local = sock.local.map_or(Ok(Ipv4Addr::UNSPECIFIED), |local| as_v4(local.ip()))?;
    Ok(if local.is_multicast() || local.is_broadcast() { Ipv4Addr::UNSPECIFIED } else { local })
}

/// A packet as a socket's options want it, its identification not chosen yet.
fn template(sock: &Sock, (dst, ttl): (Ipv4Addr, u8), payload: Transport) -> Result<Ipv4> {
    let src = source_of(sock)?;
    let (tos, options) = (sock.options.tos, Vec::new());
    Ok(Ipv4 { src, dst, tos, id: 0, df: false, mf: false, offset: 0, ttl, options, payload })
}

/// What a raw ICMP socket is given: a message from its type on. Its checksum is computed when it is sent.
fn icmp_payload(data: &[u8]) -> Result<Transport> {
    let rest = data.get(4..8).and_then(|rest| rest.try_into().ok()).ok_or(Errno::EINVAL)?;
    Ok(Transport::Icmp(Icmp { kind: data[0], code: data[1], rest, data: data[8..].to_vec() }))
}

impl<O: Observer> Walk<'_, O> {
    fn datagram_output(&mut self, socket: SocketId, mut packet: Ipv4) -> Result {
        let sock = self.kernel.sock(socket)?;
        let (netns, oif, options) = (sock.netns, self.kernel.sock_oif(sock), sock.options.clone());
        let flow = Flow { dst: packet.dst, src: packet.src, oif };
        let route = self.kernel.ip_route_output_key(netns, flow)?;
        if route.kind == RtType::Broadcast && !options.broadcast {
            return Err(Errno::EACCES.into());
        }
        packet.src = route.src;
        // IP_PMTUDISC_WANT: DF as long as it fits, fragments otherwise (__ip_make_skb).
        let fits = wire::ipv4::len(&packet) <= self.kernel.dst_mtu(&route) as usize;
        if options.dont_fragment == Some(true) && !fits {
            return Err(Errno::EMSGSIZE.into());
        }
        packet.df = options.dont_fragment != Some(false) && fits;
        packet.id = self.kernel.ip_select_ident(netns, (packet.src, packet.dst, packet.payload.proto()));
        let ignore_df = options.dont_fragment != Some(true);
        self.ip_local_out(route, packet, Sent { sk: Some(socket), ignore_df, ..Sent::default() })
    }

    /// Put a message into a socket's queue; false if it is full.
    fn queue_rcv(&mut self, socket: SocketId, skb: &Skb, message: Message) -> bool {
        let Ok(sock) = self.kernel.sock_mut(socket) else { return false };
        if !sock.has_room(message.data.len()) {
            return false;
        }
        sock.queue.push_back(message);
        let netns = sock.netns;
        self.observer.step(skb.copy, || Step::Deliver { netns, socket });
        self.kernel.sock_readable(socket);
        true
    }

    /// To each of the sockets a copy, the last gets the packet itself; where no room is, it ends.
    fn deliver_to(&mut self, sockets: &[SocketId], dev: DevId, skb: &Skb, message: &Message) {
        for (n, socket) in sockets.iter().enumerate() {
            let last = n + 1 == sockets.len();
            let copy = if last { skb.copy } else { self.observer.begin(Some(skb.copy), &skb.packet) };
            let skb = Skb { copy, ..skb.clone() };
            if !self.queue_rcv(*socket, &skb, message.clone()) {
                self.kfree_skb(dev, &skb, crate::trace::DropReason::SOCKET_RCVBUFF);
            }
        }
    }

    /// A UDP datagram for this namespace (`udp_rcv`); false if no socket takes it: ICMP 3/3 is the caller's.
    pub(crate) fn udp_rcv(&mut self, dev: DevId, skb: &Skb) -> bool {
        let Net::Ipv4(packet) = &skb.packet.net else { return false };
        let Transport::Udp(udp) = &packet.payload else { return false };
        let from = SocketAddr::new(IpAddr::V4(packet.src), udp.sport);
        let to = (packet.dst, udp.dport);
        let group = packet.dst.is_multicast() || skb.rt.as_ref().is_some_and(|rt| rt.kind == RtType::Broadcast);
        let takers = match group {
            true => self.kernel.udp_takers(dev, to, from).into_iter().map(|taker| taker.1).collect(),
            false => self.kernel.udp_taker(dev, to, from).into_iter().collect::<Vec<_>>(),
        };
        self.deliver_to(&takers, dev, skb, &Message { from, data: udp.data.clone() });
        // A broadcast that nobody wants ends silently (__udp4_lib_mcast_deliver).
        if group && takers.is_empty() {
            self.kfree_skb(dev, skb, crate::trace::DropReason::NO_SOCKET);
        }
        group || !takers.is_empty()
    }

    /// An ICMP message for this namespace that a socket wants: an answer to its echo, or an error that quotes what it
    /// sent (`raw_rcv`, `ping_rcv`, `icmp_socket_deliver`). True if a socket took it.
    pub(crate) fn icmp_socket_rcv(&mut self, dev: DevId, skb: &Skb) -> bool {
        let Net::Ipv4(packet) = &skb.packet.net else { return false };
        let Transport::Icmp(message) = &packet.payload else { return false };
        let netns = self.kernel.dev(dev).netns;
        let quoted = matches!(message.kind, 3 | 4 | 5 | 11 | 12).then(|| Quote::parse(&message.data)).flatten();
        let (ident, about) = match (&quoted, message.kind) {
            (None, 0) => (Some(u16::from_be_bytes([message.rest[0], message.rest[1]])), None),
            (Some(inner), _) => (inner.echo_id(), Some(inner)),
            _ => (None, None),
        };
        if let Some(ident) = ident {
            let takers: Vec<SocketId> = self
                .kernel
                .sockets
                .table
                .values()
                .filter(|sock| sock.netns == netns && sock.kind == SocketKind::Icmp { ident })
                .filter(|sock| self.kernel.sock_on_dev(sock, dev, packet.dst))
                .filter(|sock| sock.local.is_none_or(|own| own.ip().is_unspecified() || own.ip() == packet.dst))
                .map(|sock| sock.id)
                .collect();
            let from = SocketAddr::new(IpAddr::V4(packet.src), 0);
            let mut data = Vec::new();
            wire::ipv4::emit(packet, &mut data);
            self.deliver_to(&takers, dev, skb, &Message { from, data });
            return !takers.is_empty();
        }
        match about {
            Some(inner) => self.port_error(skb, (message.kind, message.code), inner),
            None => false,
        }
    }

    /// An error that quotes a UDP datagram or a TCP segment (`__udp4_lib_err`, `tcp_v4_err`).
    fn port_error(&mut self, skb: &Skb, (kind, code): (u8, u8), inner: &Quote<'_>) -> bool {
        let Some((errno, fatal)) = icmp_err_convert(kind, code) else { return false };
        let Some((sport, dport)) = inner.ports() else { return false };
        let remote = SocketAddr::new(IpAddr::V4(inner.dst), dport);
        let netns = skb.iif.map(|dev| self.kernel.dev(dev).netns);
        let hit = self.kernel.sockets.table.values().find(|sock| {
            let kinds = (inner.proto == 17 && sock.kind == SocketKind::Udp)
                || (inner.proto == 6 && sock.kind == SocketKind::Tcp);
            let here = netns.is_none_or(|netns| netns == sock.netns);
            kinds && here && sock.local.map(|l| l.port()) == Some(sport) && sock.remote.is_none_or(|r| r == remote)
        });
        let Some(sock) = hit else { return false };
        let (socket, netns, connected, kind) = (sock.id, sock.netns, sock.remote.is_some(), sock.kind);
        self.observer.step(skb.copy, || Step::Deliver { netns, socket });
        match kind {
            SocketKind::Udp if fatal && connected => self.kernel.sock_error(socket, errno),
            SocketKind::Tcp => self.kernel.tcp_icmp_error(socket, errno),
            _ => {}
        }
        true
    }
}

/// The errno of an ICMP error, and whether it ends a connection (`icmp_err_convert`).
fn icmp_err_convert(kind: u8, code: u8) -> Option<(Errno, bool)> {
    let found = match (kind, code) {
        (3, 0) => (Errno::ENETUNREACH, false),
        (3, 1) => (Errno::EHOSTUNREACH, false),
        (3, 2) => (Errno::ENOPROTOOPT, true),
        (3, 3) => (Errno::ECONNREFUSED, true),
        // With IP_PMTUDISC_WANT, the default, __udp4_lib_err takes it as fatal.
        (3, 4) => (Errno::EMSGSIZE, true),
        (3, 5) => (Errno::EOPNOTSUPP, false),
        (3, 6 | 9 | 11) => (Errno::ENETUNREACH, code != 11),
        (3, 7) => (Errno::EHOSTDOWN, true),
        (3, 8) => (Errno::ENONET, true),
        (3, 10 | 12..=15) => (Errno::EHOSTUNREACH, code != 12),
        (11, _) => (Errno::EHOSTUNREACH, false),
        _ => return None,
    };
    Some(found)
}

impl Kernel {
    /// Sockets that a datagram is for, the most specific first (`udp4_lib_lookup2`'s score).
    fn udp_takers(&self, dev: DevId, (dst, port): (Ipv4Addr, u16), from: SocketAddr) -> Vec<(u32, SocketId)> {
        let netns = self.dev(dev).netns;
        let score = |sock: &Sock| -> Option<u32> {
            let local = sock.local.filter(|local| local.port() == port)?;
            let any = local.ip().is_unspecified();
            let fits = any && !(sock.v6 && sock.options.v6_only) || as_v4(local.ip()).ok() == Some(dst);
            let peer = sock.remote.is_none_or(|remote| remote == from);
            let near = sock.netns == netns && sock.kind == SocketKind::Udp && self.sock_on_dev(sock, dev, dst);
            (fits && peer && near).then(|| {
                u32::from(!sock.v6)
                    // An address goes before any, whatever else fits: two lookups in Linux.
                    + 100 * u32::from(!any)
                    + 4 * u32::from(sock.remote.is_some())
                    + 4 * u32::from(sock.options.device.is_some())
            })
        };
        let mut takers: Vec<(u32, SocketId)> =
            self.sockets.table.values().filter_map(|sock| Some((score(sock)?, sock.id))).collect();
        takers.sort_by_key(|&taker| core::cmp::Reverse(taker));
        takers
    }

    /// The socket that a datagram is for: of those that fit best the newest, which heads its hash chain; among those that
    /// share a port by SO_REUSEPORT one at random for each flow (`reuseport_select_sock`).
    fn udp_taker(&mut self, dev: DevId, to: (Ipv4Addr, u16), from: SocketAddr) -> Option<SocketId> {
        let mut takers = self.udp_takers(dev, to, from);
        let best = takers.first()?.0;
        takers.retain(|taker| taker.0 == best);
        let shared = |id: &SocketId| self.sock(*id).is_ok_and(|sock| sock.options.reuse_port);
        let group: Vec<SocketId> = takers.iter().map(|taker| taker.1).filter(shared).collect();
        if group.len() < 2 {
            return Some(takers[0].1);
        }
        let key = crate::entropy::draw(self.entropy.seed(), "reuseport", &format!("{from}>{}:{}", to.0, to.1), 0, 8);
        let hash = key.iter().fold(0usize, |hash, byte| hash << 8 | usize::from(*byte));
        group.get(hash % group.len()).copied()
    }
}
