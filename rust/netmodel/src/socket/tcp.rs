//! The TCP connection: opening, data in order, closing, retransmission. Models net/ipv4/tcp.c, tcp_input.c, tcp_timer.c.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::addr::SocketId;
use crate::error::{Errno, Result};
use crate::ip::{Flow, RtType};
use crate::kernel::Kernel;
use crate::packet::Tcp;
use crate::path::{Observer, Walk};
use crate::request::{Reply, SocketKind};
use crate::sysctl::names;
use crate::timer::Timer;

use super::segment::{ACK, FIN, PSH, RST, SYN, mss, span, syn_options, timestamp_options};
use super::{after, as_v4};

/// `TCP_*` states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// TCP_CLOSE.
    Close,
    /// TCP_LISTEN.
    Listen,
    /// TCP_SYN_SENT.
    SynSent,
    /// TCP_SYN_RECV.
    SynRecv,
    /// TCP_ESTABLISHED.
    Established,
    /// TCP_FIN_WAIT1.
    FinWait1,
    /// TCP_FIN_WAIT2.
    FinWait2,
    /// TCP_CLOSE_WAIT.
    CloseWait,
    /// TCP_CLOSING.
    Closing,
    /// TCP_LAST_ACK.
    LastAck,
    /// TCP_TIME_WAIT.
    TimeWait,
}

impl State {
    /// The kernel's name (include/net/tcp_states.h), without `TCP_`.
    pub fn name(self) -> &'static str {
        match self {
            State::Close => "CLOSE",
            State::Listen => "LISTEN",
            State::SynSent => "SYN_SENT",
            State::SynRecv => "SYN_RECV",
            State::Established => "ESTABLISHED",
            State::FinWait1 => "FIN_WAIT1",
            State::FinWait2 => "FIN_WAIT2",
            State::CloseWait => "CLOSE_WAIT",
            State::Closing => "CLOSING",
            State::LastAck => "LAST_ACK",
            State::TimeWait => "TIME_WAIT",
        }
    }

    /// Nothing more comes from the other side.
    pub fn has_peer_closed(self) -> bool {
        matches!(self, State::CloseWait | State::Closing | State::LastAck | State::TimeWait | State::Close)
    }

    fn may_send(self) -> bool {
        matches!(self, State::Established | State::CloseWait)
    }
}

/// A connection's control block (`struct tcp_sock`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tcb {
    pub(super) state: State,
    /// Oldest sequence number not acknowledged.
    pub(super) snd_una: u32,
    /// Next to send.
    pub(super) snd_nxt: u32,
    /// Next expected.
    pub(super) rcv_nxt: u32,
    /// The largest segment the other side takes.
    pub(super) mss: u16,
    /// Sent and not acknowledged, oldest first.
    pub(super) unacked: VecDeque<Tcp>,
    /// Times the oldest was sent again.
    pub(super) retries: u32,
    pub(super) backlog: u32,
    /// Connections that wait for accept.
    pub(super) accept: VecDeque<SocketId>,
    /// The listener that a connection not yet accepted came in by.
    pub(super) parent: Option<SocketId>,
    pub(super) ip_id: u16,
    /// Both ends speak of time (`tstamp_ok`).
    pub(super) tstamp: bool,
    /// The last timestamp heard (`ts_recent`).
    pub(super) ts_recent: u32,
    /// What is added to the clock (`tsoffset`).
    ts_offset: u32,
}

/// `TCP_TIMEWAIT_LEN`, seconds.
pub(super) const TIMEWAIT: u64 = 60;
/// `TCPOLEN_TSTAMP_ALIGNED`.
const TIMESTAMPS: usize = 12;
/// The window offered: what a default receive buffer of 131072 bytes gives, unscaled.
const WINDOW: u16 = 64_240;

impl Tcb {
    fn new(state: State, iss: u32, (ip_id, ts_offset): (u16, u32)) -> Self {
        Tcb {
            state,
            snd_una: iss,
            snd_nxt: iss,
            rcv_nxt: 0,
            mss: 536,
            unacked: VecDeque::new(),
            retries: 0,
            backlog: 0,
            accept: VecDeque::new(),
            parent: None,
            ip_id,
            tstamp: false,
            ts_recent: 0,
            ts_offset,
        }
    }
}

impl Kernel {
    pub(super) fn tcb(&mut self, socket: SocketId) -> Option<&mut Tcb> {
        self.sockets.table.get_mut(&socket)?.tcb.as_deref_mut()
    }

    /// The clock of a connection in milliseconds (`tcp_time_stamp_ms`).
    pub(super) fn tcp_time_stamp(&mut self, socket: SocketId) -> u32 {
        let now = (self.now.0 / 1_000_000) as u32;
        self.tcb(socket).map_or(now, |tcb| now.wrapping_add(tcb.ts_offset))
    }

    pub(super) fn tcb_new(&mut self, socket: SocketId, state: State) -> Box<Tcb> {
        let owner = format!("socket:{}", socket.0);
        let iss = self.entropy.below("iss", &owner, 1 << 32) as u32;
        let ip_id = self.entropy.below("ip_id", &owner, 1 << 16) as u16;
        let ts_offset = self.entropy.below("ts_offset", &owner, 1 << 32) as u32;
        Box::new(Tcb::new(state, iss, (ip_id, ts_offset)))
    }

    /// `listen(2)` (`inet_listen`): the port is fought for once more, now against other listeners.
    pub(super) fn socket_listen(&mut self, socket: SocketId, backlog: u32) -> Result<Reply> {
        if self.sock(socket)?.kind != SocketKind::Tcp {
            return Err(Errno::EOPNOTSUPP.into());
        }
        match self.sock(socket)?.tcp_state() {
            State::Listen => {}
            State::Close if self.sock(socket)?.remote.is_none() => {
                self.autobind(socket)?;
                let local = self.sock(socket)?.local.ok_or(Errno::EINVAL)?;
                if self.bind_conflict(socket, local)? {
                    return Err(Errno::EADDRINUSE.into());
                }
                let tcb = self.tcb_new(socket, State::Listen);
                self.sock_mut(socket)?.tcb = Some(tcb);
            }
            _ => return Err(Errno::EINVAL.into()),
        }
        if let Some(tcb) = self.tcb(socket) {
            tcb.backlog = backlog;
        }
        Ok(Reply::Done)
    }

    /// `accept(2)`.
    pub(super) fn socket_accept(&mut self, socket: SocketId) -> Result<Reply> {
        let sock = self.sock(socket)?;
        if sock.kind != SocketKind::Tcp {
            return Err(Errno::EOPNOTSUPP.into());
        }
        if sock.tcp_state() != State::Listen {
            return Err(Errno::EINVAL.into());
        }
        let child = self.tcb(socket).and_then(|tcb| tcb.accept.pop_front()).ok_or(Errno::EAGAIN)?;
        if let Some(tcb) = self.tcb(child) {
            tcb.parent = None;
        }
        Ok(Reply::Socket(child))
    }

    /// `connect(2)` (`tcp_v4_connect`): the SYN goes out, the answer is an event.
    pub(super) fn tcp_connect(&mut self, socket: SocketId, addr: SocketAddr) -> Result<Reply> {
        let sock = self.sock(socket)?;
        match sock.tcp_state() {
            State::Close => {}
            State::SynSent => return Err(Errno::EALREADY.into()),
            _ => return Err(Errno::EISCONN.into()),
        }
        let (netns, oif) = (sock.netns, self.sock_oif(sock));
        let dst = match as_v4(addr.ip())? {
            any if any.is_unspecified() => Ipv4Addr::LOCALHOST,
            dst => dst,
        };
        let bound = sock.local.map_or(Ok(Ipv4Addr::UNSPECIFIED), |local| as_v4(local.ip()))?;
        let route = self.ip_route_output_key(netns, Flow { dst, src: bound, oif })?;
        if matches!(route.kind, RtType::Broadcast | RtType::Multicast { .. }) {
            return Err(Errno::ENETUNREACH.into());
        }
        let remote = SocketAddr::new(IpAddr::V4(dst), addr.port());
        let local = match self.sock(socket)?.local {
            Some(local) if local.port() != 0 => SocketAddr::new(IpAddr::V4(route.src), local.port()),
            _ => self.connect_port(socket, (IpAddr::V4(route.src), remote))?,
        };
        let tcb = self.tcb_new(socket, State::SynSent);
        let sock = self.sock_mut(socket)?;
        (sock.local, sock.remote, sock.tcb) = (Some(local), Some(remote), Some(tcb));
        let offered = mss(self.dst_mtu(&route));
        let val = self.tcp_time_stamp(socket);
        let (sent, trace) = self.walk(|walk| walk.tcp_send(socket, SYN, syn_options(offered, Some((val, 0))), None));
        if let Err(error) = sent {
            let sock = self.sock_mut(socket)?;
            (sock.remote, sock.tcb) = (None, None);
            return Err(error);
        }
        Ok(Reply::Trace(vec![trace]))
    }

    /// `send(2)` on a connection (`tcp_sendmsg`).
    pub(super) fn tcp_sendmsg(&mut self, socket: SocketId, data: Vec<u8>) -> Result<Reply> {
        match self.sock(socket)?.tcp_state() {
            state if state.may_send() => {}
            State::SynSent | State::SynRecv => return Err(Errno::EAGAIN.into()),
            _ => return Err(Errno::EPIPE.into()),
        }
        let room = |tcb: &mut Tcb| usize::from(tcb.mss).saturating_sub(if tcb.tstamp { TIMESTAMPS } else { 0 });
        let size = self.tcb(socket).map_or(536, room).max(1);
        let (sent, trace) = self.walk(|walk| {
            let last = data.len().div_ceil(size);
            for (n, piece) in data.chunks(size).enumerate() {
                let flags = if n + 1 == last { ACK | PSH } else { ACK };
                walk.tcp_send_data(socket, flags, piece.to_vec())?;
            }
            Ok(())
        });
        sent.map(|()| Reply::Trace(vec![trace]))
    }

    /// `close(2)` (`__tcp_close`): FIN, or RST if something was left unread.
    pub(super) fn tcp_close(&mut self, socket: SocketId) -> Result<Reply> {
        let sock = self.sock_mut(socket)?;
        sock.orphan = true;
        let (state, unread) = (sock.tcp_state(), !sock.queue.is_empty());
        let next = match state {
            State::Established | State::SynRecv => State::FinWait1,
            State::CloseWait => State::LastAck,
            State::Listen => {
                let waiting: Vec<SocketId> = self
                    .sockets
                    .table
                    .values()
                    .filter(|s| s.tcb.as_ref().is_some_and(|t| t.parent == Some(socket)))
                    .map(|s| s.id)
                    .collect();
                let ((), trace) = self.walk(|walk| waiting.iter().for_each(|&child| walk.tcp_abort(child)));
                self.sock_destroy(socket);
                return Ok(Reply::Trace(vec![trace]));
            }
            State::Close | State::SynSent => {
                self.sock_destroy(socket);
                return Ok(Reply::Trace(Vec::new()));
            }
            _ => return Ok(Reply::Trace(Vec::new())),
        };
        if unread {
            let ((), trace) = self.walk(|walk| walk.tcp_abort(socket));
            return Ok(Reply::Trace(vec![trace]));
        }
        if let Some(tcb) = self.tcb(socket) {
            tcb.state = next;
        }
        let (sent, trace) = self.walk(|walk| walk.tcp_send(socket, FIN | ACK, Vec::new(), None));
        sent.map(|()| Reply::Trace(vec![trace]))
    }

    /// An ICMP error about a connection (`tcp_v4_err`): it ends one that is not open yet.
    pub(super) fn tcp_icmp_error(&mut self, socket: SocketId, errno: Errno) {
        if matches!(self.tcb(socket).map(|tcb| tcb.state), Some(State::SynSent | State::SynRecv)) {
            self.tcp_done(socket, Some(errno));
        }
    }

    /// A connection is over (`tcp_done`): what nobody holds disappears.
    pub(super) fn tcp_done(&mut self, socket: SocketId, errno: Option<Errno>) {
        self.timers.cancel(&Timer::Tcp(socket));
        let Ok(sock) = self.sock_mut(socket) else { return };
        if sock.orphan || sock.tcb.as_ref().is_some_and(|tcb| tcb.parent.is_some()) {
            self.sock_destroy(socket);
            return;
        }
        sock.tcb = None;
        match errno {
            Some(errno) => self.sock_error(socket, errno),
            None => self.sock_readable(socket),
        }
    }

    pub(super) fn arm_retransmit(&mut self, socket: SocketId) {
        let now = self.now;
        let Some(tcb) = self.tcb(socket) else { return };
        let due = (!tcb.unacked.is_empty()).then(|| after(now, 1 << tcb.retries.min(7)));
        match due {
            Some(at) => self.timers.arm(Timer::Tcp(socket), at),
            None => self.timers.cancel(&Timer::Tcp(socket)),
        }
    }
}

impl<O: Observer> Walk<'_, O> {
    /// Send something that takes up sequence space, and remember it until it is acknowledged.
    pub(super) fn tcp_send(&mut self, socket: SocketId, flags: u8, options: Vec<u8>, parent: Option<u32>) -> Result {
        let tcp = self.tcp_segment(socket, flags, options, Vec::new());
        self.tcp_queue(socket, tcp, parent)
    }

    fn tcp_send_data(&mut self, socket: SocketId, flags: u8, data: Vec<u8>) -> Result {
        let tcp = self.tcp_segment(socket, flags, Vec::new(), data);
        self.tcp_queue(socket, tcp, None)
    }

    fn tcp_queue(&mut self, socket: SocketId, tcp: Tcp, parent: Option<u32>) -> Result {
        if let Some(tcb) = self.kernel.tcb(socket) {
            tcb.snd_nxt = tcb.snd_nxt.wrapping_add(span(&tcp));
            tcb.unacked.push_back(tcp.clone());
            self.kernel.arm_retransmit(socket);
        }
        self.tcp_transmit(socket, tcp, parent)
    }

    fn tcp_segment(&mut self, socket: SocketId, flags: u8, options: Vec<u8>, data: Vec<u8>) -> Tcp {
        let ports = self.kernel.sock(socket).ok().and_then(|s| Some((s.local?.port(), s.remote?.port())));
        let (sport, dport) = ports.unwrap_or((0, 0));
        let (seq, ack) = self.kernel.tcb(socket).map_or((0, 0), |tcb| (tcb.snd_nxt, tcb.rcv_nxt));
        let ack = if flags & ACK != 0 { ack } else { 0 };
        let val = self.kernel.tcp_time_stamp(socket);
        let times = self.kernel.tcb(socket).filter(|tcb| tcb.tstamp && flags & SYN == 0);
        let options = times.map_or(options, |tcb| timestamp_options(val, tcb.ts_recent));
        Tcp { sport, dport, seq, ack, flags, window: WINDOW, options, data }
    }

    pub(super) fn tcp_send_ack(&mut self, socket: SocketId, parent: u32) {
        let tcp = self.tcp_segment(socket, ACK, Vec::new(), Vec::new());
        // An ACK that cannot be sent is lost like any other; the other side asks again.
        let _ = self.tcp_transmit(socket, tcp, Some(parent));
    }

    /// Reset a connection and forget it (`tcp_send_active_reset`).
    pub(super) fn tcp_abort(&mut self, socket: SocketId) {
        let tcp = self.tcp_segment(socket, RST | ACK, Vec::new(), Vec::new());
        let _ = self.tcp_transmit(socket, tcp, None);
        self.kernel.sock_destroy(socket);
    }

    /// Retransmission, or the end of TIME_WAIT (`tcp_retransmit_timer`, `tcp_write_timeout`).
    pub(crate) fn tcp_timer(&mut self, socket: SocketId) {
        let Ok(netns) = self.kernel.sock(socket).map(|sock| sock.netns) else { return };
        let syn_retries = self.kernel.sysctl(netns, &names::TCP_SYN_RETRIES) as u32;
        let synack_retries = self.kernel.sysctl(netns, &names::TCP_SYNACK_RETRIES) as u32;
        let retries2 = self.kernel.sysctl(netns, &names::TCP_RETRIES2) as u32;
        let Some(tcb) = self.kernel.tcb(socket) else { return };
        if tcb.state == State::TimeWait || tcb.state == State::FinWait2 && tcb.unacked.is_empty() {
            return self.kernel.sock_destroy(socket);
        }
        let limit = match tcb.state {
            State::SynSent => syn_retries,
            State::SynRecv => synack_retries,
            _ => retries2,
        };
        if tcb.retries >= limit {
            return self.kernel.tcp_done(socket, Some(Errno::ETIMEDOUT));
        }
        tcb.retries += 1;
        let again = tcb.unacked.front().cloned();
        self.kernel.arm_retransmit(socket);
        if let Some(tcp) = again {
            // What cannot be sent now is tried again when the timer fires next.
            let _ = self.tcp_transmit(socket, tcp, None);
        }
    }
}
