//! Sockets: who holds which address and port, what waits to be read, and the calls on them.
//!
//! `bind` says who may hold an address (net/ipv4/inet_connection_sock.c, udp.c), `datagram` is UDP and ICMP (udp.c,
//! raw.c, ping.c), `tcp` the calls on a connection (tcp.c), `tcp_input` what it makes of a segment (tcp_input.c),
//! `segment` how one is made and found.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::collections::{BTreeMap, VecDeque};

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, NetnsId, SocketId};
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::request::{Reply, Request, SocketKind, SocketOption};
use crate::snapshot;
use crate::sysctl::names;
use crate::time::Instant;
use crate::timer::Timer;
use crate::trace::Event;

mod bind;
mod datagram;
mod segment;
mod tcp;
mod tcp_input;

pub use tcp::{State, Tcb};

/// All sockets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sockets {
    last: u32,
    #[serde(with = "crate::pairs")]
    table: BTreeMap<SocketId, Sock>,
    /// Where the search for a port to each destination goes on.
    connect_hint: BTreeMap<String, u32>,
}

/// What `setsockopt` set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Options {
    reuse_addr: bool,
    reuse_port: bool,
    broadcast: bool,
    v6_only: bool,
    device: Option<String>,
    ttl: Option<u8>,
    tos: u8,
    /// `IP_PMTUDISC_WANT` if nothing is set.
    dont_fragment: Option<bool>,
}

/// A message that waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Message {
    from: SocketAddr,
    data: Vec<u8>,
}

/// A socket (`struct sock`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Sock {
    id: SocketId,
    netns: NetnsId,
    kind: SocketKind,
    v6: bool,
    privileged: bool,
    options: Options,
    /// Bound to this address and port.
    local: Option<SocketAddr>,
    remote: Option<SocketAddr>,
    queue: VecDeque<Message>,
    error: Option<Errno>,
    /// No process holds it any more; TCP finishes by itself.
    orphan: bool,
    tcb: Option<Box<Tcb>>,
}

/// Bytes that a receive queue takes (`net.core.rmem_default`), each message counted with the kernel's overhead.
const RMEM_DEFAULT: usize = 212_992;
const SKB_TRUESIZE: usize = 768;

impl Sock {
    fn has_room(&self, more: usize) -> bool {
        let held: usize = self.queue.iter().map(|message| message.data.len() + SKB_TRUESIZE).sum();
        held == 0 || held + more + SKB_TRUESIZE <= RMEM_DEFAULT
    }

    fn tcp_state(&self) -> State {
        self.tcb.as_ref().map_or(State::Close, |tcb| tcb.state)
    }

    fn view(&self) -> snapshot::Socket {
        let connected = self.remote.is_some();
        let state = match self.kind {
            SocketKind::Tcp => self.tcp_state().name(),
            _ if connected => "ESTAB",
            _ => "UNCONN",
        };
        let (backlog, waiting) = self.tcb.as_ref().map_or((0, 0), |tcb| (tcb.backlog, tcb.accept.len() as u32));
        let bytes: usize = self.queue.iter().map(|message| message.data.len()).sum();
        snapshot::Socket {
            id: self.id,
            kind: self.kind,
            local: self.local,
            remote: self.remote,
            state: state.to_string(),
            backlog,
            recv_q: waiting + bytes as u32,
        }
    }
}

impl Kernel {
    /// A call on a socket.
    pub(crate) fn socket_request(&mut self, request: Request) -> Result<Reply> {
        match request {
            Request::Socket { netns, kind, v6, privileged } => self.socket_new(netns, kind, (v6, privileged)),
            Request::SocketSet { socket, option } => self.socket_set(socket, option),
            Request::Bind { socket, addr } => self.socket_bind(socket, addr),
            Request::Listen { socket, backlog } => self.socket_listen(socket, backlog),
            Request::Connect { socket, addr } => self.socket_connect(socket, addr),
            Request::Accept { socket } => self.socket_accept(socket),
            Request::SendTo { socket, addr, data } => self.socket_send(socket, addr, data),
            Request::Recv { socket } => self.socket_recv(socket),
            Request::SockName { socket } => {
                let sock = self.sock(socket)?;
                Ok(Reply::Address(sock.local.unwrap_or_else(|| any_addr(sock.v6))))
            }
            Request::Close { socket } => self.socket_close(socket),
            _ => unreachable!("Kernel::apply hands over socket calls alone"),
        }
    }

    /// Sockets of a namespace that a snapshot shows, by id.
    pub(crate) fn socket_view(&self, netns: NetnsId) -> Vec<snapshot::Socket> {
        self.sockets.table.values().filter(|sock| sock.netns == netns).map(Sock::view).collect()
    }

    /// A namespace is gone, and its sockets with it.
    pub(crate) fn socket_exit_net(&mut self, netns: NetnsId) {
        let gone: Vec<SocketId> =
            self.sockets.table.values().filter(|sock| sock.netns == netns).map(|sock| sock.id).collect();
        gone.into_iter().for_each(|id| self.sock_destroy(id));
    }

    fn socket_new(&mut self, netns: NetnsId, kind: SocketKind, (v6, privileged): (bool, bool)) -> Result<Reply> {
        self.net(netns)?;
        Ok(Reply::Socket(self.sock_insert(netns, kind, (v6, privileged))))
    }

    fn sock_insert(&mut self, netns: NetnsId, kind: SocketKind, (v6, privileged): (bool, bool)) -> SocketId {
        self.sockets.last += 1;
        let id = SocketId(self.sockets.last);
        let options = Options {
            reuse_addr: false,
            reuse_port: false,
            broadcast: false,
            v6_only: false,
            device: None,
            ttl: None,
            tos: 0,
            dont_fragment: None,
        };
        let sock = Sock {
            id,
            netns,
            kind,
            v6,
            privileged,
            options,
            local: None,
            remote: None,
            queue: VecDeque::new(),
            error: None,
            orphan: false,
            tcb: None,
        };
        self.sockets.table.insert(id, sock);
        id
    }

    fn sock(&self, id: SocketId) -> Result<&Sock> {
        self.sockets.table.get(&id).ok_or(Error::errno(Errno::EBADF))
    }

    fn sock_mut(&mut self, id: SocketId) -> Result<&mut Sock> {
        self.sockets.table.get_mut(&id).ok_or(Error::errno(Errno::EBADF))
    }

    fn sock_destroy(&mut self, id: SocketId) {
        self.timers.cancel(&Timer::Tcp(id));
        self.sockets.table.remove(&id);
    }

    fn sock_readable(&mut self, socket: SocketId) {
        self.events.push(Event::Readable { at: self.now, socket });
    }

    fn sock_error(&mut self, socket: SocketId, errno: Errno) {
        if let Ok(sock) = self.sock_mut(socket) {
            sock.error = Some(errno);
            let at = self.now;
            self.events.push(Event::SocketError { at, socket, errno });
        }
    }

    fn socket_set(&mut self, socket: SocketId, option: SocketOption) -> Result<Reply> {
        let netns = self.sock(socket)?.netns;
        if let SocketOption::BindToDevice(name) = &option
            && !name.is_empty()
            && !self.net(netns)?.by_name.contains_key(name)
        {
            return Err(Errno::ENODEV.into());
        }
        let sock = self.sock_mut(socket)?;
        let (v6, bound) = (sock.v6, sock.local.is_some());
        let options = &mut sock.options;
        match option {
            SocketOption::ReuseAddr(on) => options.reuse_addr = on,
            SocketOption::ReusePort(on) => options.reuse_port = on,
            SocketOption::Broadcast(on) => options.broadcast = on,
            SocketOption::V6Only(_) if !v6 => return Err(Errno::ENOPROTOOPT.into()),
            SocketOption::V6Only(_) if bound => return Err(Errno::EINVAL.into()),
            SocketOption::V6Only(on) => options.v6_only = on,
            SocketOption::BindToDevice(name) => options.device = Some(name).filter(|name| !name.is_empty()),
            SocketOption::Ttl(0) => return Err(Errno::EINVAL.into()),
            SocketOption::Ttl(ttl) => options.ttl = Some(ttl),
            SocketOption::Tos(tos) => options.tos = tos,
            SocketOption::DontFragment(on) => options.dont_fragment = Some(on),
        }
        Ok(Reply::Done)
    }

    fn socket_recv(&mut self, socket: SocketId) -> Result<Reply> {
        let sock = self.sock_mut(socket)?;
        // A datagram socket gives its error before what waits (__skb_recv_udp), a connection after it (tcp_recvmsg).
        if let Some(errno) = sock.error.take_if(|_| sock.kind != SocketKind::Tcp) {
            return Err(errno.into());
        }
        if let Some(message) = sock.queue.pop_front() {
            return Ok(Reply::Datagram { from: message.from, data: message.data });
        }
        if let Some(errno) = sock.error.take() {
            return Err(errno.into());
        }
        if sock.kind == SocketKind::Tcp {
            let state = sock.tcp_state();
            if matches!(state, State::Close | State::Listen) && sock.remote.is_none() {
                return Err(Errno::ENOTCONN.into());
            }
            if state.has_peer_closed() {
                let from = sock.remote.unwrap_or_else(|| any_addr(false));
                return Ok(Reply::Datagram { from, data: Vec::new() });
            }
        }
        Err(Errno::EAGAIN.into())
    }

    fn socket_connect(&mut self, socket: SocketId, addr: SocketAddr) -> Result<Reply> {
        match self.sock(socket)?.kind {
            SocketKind::Tcp => self.tcp_connect(socket, addr),
            _ => self.datagram_connect(socket, addr),
        }
    }

    fn socket_send(&mut self, socket: SocketId, addr: Option<SocketAddr>, data: Vec<u8>) -> Result<Reply> {
        if let Some(errno) = self.sock_mut(socket)?.error.take() {
            return Err(errno.into());
        }
        match self.sock(socket)?.kind {
            SocketKind::Tcp => self.tcp_sendmsg(socket, data),
            _ => self.datagram_send(socket, addr, data),
        }
    }

    fn socket_close(&mut self, socket: SocketId) -> Result<Reply> {
        if self.sock(socket)?.kind == SocketKind::Tcp {
            return self.tcp_close(socket);
        }
        self.sock_destroy(socket);
        Ok(Reply::Trace(Vec::new()))
    }

    /// The device a socket is bound to, if it exists.
    fn sock_oif(&self, sock: &Sock) -> Option<DevId> {
        let name = sock.options.device.as_ref()?;
        self.netns.get(&sock.netns)?.by_name.get(name).copied()
    }

    /// Whether a packet to `dst` that came in by `dev` may reach a socket bound to a device. One that never left counts
    /// as come in by the device that has its destination (`inet_iif` of a local route).
    fn sock_on_dev(&self, sock: &Sock, dev: DevId, dst: Ipv4Addr) -> bool {
        let local = if self.dev(dev).is_loopback() { self.ip_dev_find(sock.netns, dst) } else { None };
        sock.options.device.is_none() || self.sock_oif(sock) == Some(local.unwrap_or(dev))
    }

    /// TTL of what a socket sends to one host.
    fn sock_ttl(&self, sock: &Sock) -> u8 {
        sock.options.ttl.unwrap_or_else(|| self.sysctl(sock.netns, &names::IP_DEFAULT_TTL) as u8)
    }
}

/// `0.0.0.0:0` or `[::]:0`.
fn any_addr(v6: bool) -> SocketAddr {
    let ip = if v6 { IpAddr::V6(core::net::Ipv6Addr::UNSPECIFIED) } else { IpAddr::V4(Ipv4Addr::UNSPECIFIED) };
    SocketAddr::new(ip, 0)
}

/// The IPv4 address meant: `::ffff:a.b.c.d` is a.b.c.d, `::` is 0.0.0.0.
///
/// # Errors
/// `Unsupported` for any other IPv6 address: no IPv6 packets are sent.
fn as_v4(ip: IpAddr) -> Result<Ipv4Addr> {
    match ip {
        IpAddr::V4(ip) => Ok(ip),
        IpAddr::V6(ip) if ip.is_unspecified() => Ok(Ipv4Addr::UNSPECIFIED),
        IpAddr::V6(ip) => ip.to_ipv4_mapped().ok_or_else(|| Error::unsupported("an IPv6 packet sent by a socket")),
    }
}

/// When something is due that is `seconds` away.
fn after(now: Instant, seconds: u64) -> Instant {
    now + crate::time::Duration::secs(seconds)
}
