//! The TCP connection: opening, data in order, closing, retransmission. Models net/ipv4/tcp.c, tcp_input.c, tcp_timer.c.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, SocketId};
use crate::error::{Errno, Result};
use crate::ip::{Flow, RtType};
use crate::kernel::Kernel;
use crate::packet::Tcp;
use crate::path::{Observer, Walk};
use crate::request::{Reply, SocketKind};
use crate::skb::Skb;
use crate::sysctl::names;
use crate::timer::Timer;
use crate::trace::{DropReason, Step};

use super::segment::{ACK, FIN, PSH, RST, SYN, before, mss, offered_mss, segment_of, span};
use super::{Message, after, as_v4};

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
    snd_una: u32,
    /// Next to send.
    snd_nxt: u32,
    /// Next expected.
    rcv_nxt: u32,
    /// The largest segment the other side takes.
    mss: u16,
    /// Sent and not acknowledged, oldest first.
    unacked: VecDeque<Tcp>,
    /// Times the oldest was sent again.
    retries: u32,
    pub(super) backlog: u32,
    /// Connections that wait for accept.
    pub(super) accept: VecDeque<SocketId>,
    /// The listener that a connection not yet accepted came in by.
    parent: Option<SocketId>,
    pub(super) ip_id: u16,
}

/// `TCP_TIMEWAIT_LEN`, seconds.
const TIMEWAIT: u64 = 60;
/// The window offered: what a default receive buffer of 131072 bytes gives, unscaled.
const WINDOW: u16 = 64_240;

impl Tcb {
    fn new(state: State, iss: u32, ip_id: u16) -> Self {
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
        }
    }
}

impl Kernel {
    fn tcb(&mut self, socket: SocketId) -> Option<&mut Tcb> {
        self.sockets.table.get_mut(&socket)?.tcb.as_deref_mut()
    }

    fn tcb_new(&mut self, socket: SocketId, state: State) -> Box<Tcb> {
        let owner = format!("socket:{}", socket.0);
        let iss = self.entropy.below("iss", &owner, 1 << 32) as u32;
        let ip_id = self.entropy.below("ip_id", &owner, 1 << 16) as u16;
        Box::new(Tcb::new(state, iss, ip_id))
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
        let (sent, trace) = self.walk(|walk| walk.tcp_send(socket, SYN, syn_options(offered), None));
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
        let size = self.tcb(socket).map_or(536, |tcb| usize::from(tcb.mss)).max(1);
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
    fn tcp_done(&mut self, socket: SocketId, errno: Option<Errno>) {
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

    fn arm_retransmit(&mut self, socket: SocketId) {
        let now = self.now;
        let Some(tcb) = self.tcb(socket) else { return };
        let due = (!tcb.unacked.is_empty()).then(|| after(now, 1 << tcb.retries.min(7)));
        match due {
            Some(at) => self.timers.arm(Timer::Tcp(socket), at),
            None => self.timers.cancel(&Timer::Tcp(socket)),
        }
    }
}

/// The options of a SYN that the model's peers understand: the largest segment (`TCPOPT_MSS`).
fn syn_options(mss: u16) -> Vec<u8> {
    let [high, low] = mss.to_be_bytes();
    vec![2, 4, high, low]
}

impl<O: Observer> Walk<'_, O> {
    /// Send something that takes up sequence space, and remember it until it is acknowledged.
    fn tcp_send(&mut self, socket: SocketId, flags: u8, options: Vec<u8>, parent: Option<u32>) -> Result {
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
        Tcp { sport, dport, seq, ack, flags, window: WINDOW, options, data }
    }

    fn tcp_send_ack(&mut self, socket: SocketId, parent: u32) {
        let tcp = self.tcp_segment(socket, ACK, Vec::new(), Vec::new());
        // An ACK that cannot be sent is lost like any other; the other side asks again.
        let _ = self.tcp_transmit(socket, tcp, Some(parent));
    }

    /// Reset a connection and forget it (`tcp_send_active_reset`).
    fn tcp_abort(&mut self, socket: SocketId) {
        let tcp = self.tcp_segment(socket, RST | ACK, Vec::new(), Vec::new());
        let _ = self.tcp_transmit(socket, tcp, None);
        self.kernel.sock_destroy(socket);
    }

    /// A TCP segment for this namespace (`tcp_v4_rcv`).
    pub(crate) fn tcp_rcv(&mut self, dev: DevId, skb: &Skb) {
        let Some((packet, tcp)) = segment_of(skb) else { return };
        let netns = self.kernel.dev(dev).netns;
        let Some(socket) = self.kernel.tcp_lookup(dev, packet, tcp) else {
            self.kfree_skb(dev, skb, DropReason::NO_SOCKET);
            self.tcp_send_reset(netns, skb);
            return;
        };
        let state = self.kernel.tcb(socket).map_or(State::Close, |tcb| tcb.state);
        match state {
            State::Listen => self.tcp_listen_rcv(socket, dev, skb),
            State::SynSent => self.tcp_synsent_rcv(socket, dev, skb),
            State::TimeWait => self.tcp_timewait_rcv(socket, dev, skb),
            _ => self.tcp_established_rcv(socket, dev, skb),
        }
    }

    fn delivered(&mut self, socket: SocketId, skb: &Skb) {
        let netns = self.kernel.sock(socket).map(|sock| sock.netns).unwrap_or_default();
        self.observer.step(skb.copy, || Step::Deliver { netns, socket });
    }

    /// At a listener: a SYN opens (`tcp_conn_request`), an ACK is answered by RST, all else ends.
    fn tcp_listen_rcv(&mut self, listener: SocketId, dev: DevId, skb: &Skb) {
        let Some((packet, tcp)) = segment_of(skb) else { return };
        if tcp.flags & RST != 0 {
            return self.kfree_skb(dev, skb, DropReason::TCP_FLAGS);
        }
        if tcp.flags & ACK != 0 {
            let netns = self.kernel.dev(dev).netns;
            self.kfree_skb(dev, skb, DropReason::TCP_FLAGS);
            return self.tcp_send_reset(netns, skb);
        }
        let full = self.kernel.tcb(listener).is_some_and(|tcb| tcb.accept.len() as u32 > tcb.backlog);
        if tcp.flags & (SYN | FIN) != SYN || full {
            return self.kfree_skb(dev, skb, DropReason::TCP_FLAGS);
        }
        let Ok(sock) = self.kernel.sock(listener) else { return };
        let (netns, options) = (sock.netns, sock.options.clone());
        let child = self.kernel.sock_insert(netns, SocketKind::Tcp, (false, true));
        let mut tcb = self.kernel.tcb_new(child, State::SynRecv);
        (tcb.rcv_nxt, tcb.parent, tcb.mss) = (tcp.seq.wrapping_add(1), Some(listener), offered_mss(&tcp.options));
        let mtu = self.kernel.dev(dev).mtu;
        if let Ok(sock) = self.kernel.sock_mut(child) {
            sock.options = options;
            sock.local = Some(SocketAddr::new(IpAddr::V4(packet.dst), tcp.dport));
            sock.remote = Some(SocketAddr::new(IpAddr::V4(packet.src), tcp.sport));
            sock.tcb = Some(tcb);
        }
        self.delivered(listener, skb);
        let offered = syn_options(mss(mtu.min(65_535)));
        if self.tcp_send(child, SYN | ACK, offered, Some(skb.copy)).is_err() {
            self.kernel.sock_destroy(child);
        }
    }

    /// In SYN_SENT (`tcp_rcv_synsent_state_process`).
    fn tcp_synsent_rcv(&mut self, socket: SocketId, dev: DevId, skb: &Skb) {
        let Some((_, tcp)) = segment_of(skb) else { return };
        let netns = self.kernel.dev(dev).netns;
        let Some(tcb) = self.kernel.tcb(socket) else { return };
        if tcp.flags & ACK != 0 && tcp.ack != tcb.snd_nxt {
            self.kfree_skb(dev, skb, DropReason::TCP_INVALID_SEQUENCE);
            return self.tcp_send_reset(netns, skb);
        }
        if tcp.flags & RST != 0 {
            if tcp.flags & ACK == 0 {
                return self.kfree_skb(dev, skb, DropReason::TCP_FLAGS);
            }
            self.delivered(socket, skb);
            return self.kernel.tcp_done(socket, Some(Errno::ECONNREFUSED));
        }
        if tcp.flags & (SYN | ACK) != SYN | ACK {
            return self.kfree_skb(dev, skb, DropReason::TCP_FLAGS);
        }
        (tcb.state, tcb.rcv_nxt, tcb.mss) = (State::Established, tcp.seq.wrapping_add(1), offered_mss(&tcp.options));
        self.tcp_ack(socket, tcp.ack);
        self.delivered(socket, skb);
        self.tcp_send_ack(socket, skb.copy);
        self.kernel.sock_readable(socket);
    }

    /// A connection that is over takes a late FIN (answered) and nothing else (`tcp_timewait_state_process`).
    fn tcp_timewait_rcv(&mut self, socket: SocketId, _dev: DevId, skb: &Skb) {
        let Some((_, tcp)) = segment_of(skb) else { return };
        self.delivered(socket, skb);
        if span(tcp) > 0 {
            self.tcp_send_ack(socket, skb.copy);
        }
    }

    /// What an acknowledgement confirms is forgotten (`tcp_clean_rtx_queue`).
    fn tcp_ack(&mut self, socket: SocketId, ack: u32) {
        self.tcp_confirm(socket, ack);
        let Some(tcb) = self.kernel.tcb(socket) else { return };
        if before(tcb.snd_una, ack) && !before(tcb.snd_nxt, ack) {
            tcb.snd_una = ack;
            tcb.retries = 0;
            while tcb.unacked.front().is_some_and(|tcp| !before(ack, tcp.seq.wrapping_add(span(tcp)))) {
                tcb.unacked.pop_front();
            }
            self.kernel.arm_retransmit(socket);
        }
    }

    /// Progress shows that the next hop is there (`sk_dst_confirm`).
    fn tcp_confirm(&mut self, socket: SocketId, ack: u32) {
        let progress = self.kernel.tcb(socket).is_some_and(|tcb| before(tcb.snd_una, ack));
        let Ok(sock) = self.kernel.sock(socket) else { return };
        let (Some(remote), oif) = (sock.remote, self.kernel.sock_oif(sock)) else { return };
        let Ok(dst) = as_v4(remote.ip()) else { return };
        let flow = Flow { dst, src: Ipv4Addr::UNSPECIFIED, oif };
        if let Some(route) = self.kernel.ip_route_output_key(sock.netns, flow).ok().filter(|_| progress) {
            self.neigh_confirm(route.dev, IpAddr::V4(route.next_hop(dst)));
        }
    }

    /// A segment of an open or closing connection (`tcp_rcv_established`, `tcp_rcv_state_process`).
    fn tcp_established_rcv(&mut self, socket: SocketId, dev: DevId, skb: &Skb) {
        let Some((packet, tcp)) = segment_of(skb) else { return };
        let Some(expected) = self.kernel.tcb(socket).map(|tcb| tcb.rcv_nxt) else { return };
        if tcp.flags & RST != 0 {
            if tcp.seq != expected {
                return self.kfree_skb(dev, skb, DropReason::TCP_INVALID_SEQUENCE);
            }
            self.delivered(socket, skb);
            return self.kernel.tcp_done(socket, Some(Errno::ECONNRESET));
        }
        if tcp.seq != expected || tcp.flags & SYN != 0 {
            self.kfree_skb(dev, skb, DropReason::TCP_INVALID_SEQUENCE);
            return self.tcp_send_ack(socket, skb.copy);
        }
        if tcp.flags & ACK == 0 {
            return self.kfree_skb(dev, skb, DropReason::TCP_FLAGS);
        }
        self.delivered(socket, skb);
        self.tcp_ack(socket, tcp.ack);
        self.tcp_acked_state(socket);
        let from = SocketAddr::new(IpAddr::V4(packet.src), tcp.sport);
        self.tcp_data(socket, from, tcp, skb.copy);
    }

    /// What being acknowledged does to the state.
    fn tcp_acked_state(&mut self, socket: SocketId) {
        let Some(tcb) = self.kernel.tcb(socket) else { return };
        if !tcb.unacked.is_empty() {
            return;
        }
        match tcb.state {
            State::SynRecv => {
                tcb.state = State::Established;
                if let Some(listener) = tcb.parent {
                    if let Some(parent) = self.kernel.tcb(listener) {
                        parent.accept.push_back(socket);
                    }
                    self.kernel.sock_readable(listener);
                }
            }
            State::FinWait1 => {
                tcb.state = State::FinWait2;
                self.tcp_fin_wait2(socket);
            }
            State::Closing => self.tcp_time_wait(socket),
            State::LastAck => self.kernel.tcp_done(socket, None),
            _ => {}
        }
    }

    /// Nobody holds it any more: it waits for the other side's FIN no longer than `tcp_fin_timeout` (`tcp_fin_time`).
    fn tcp_fin_wait2(&mut self, socket: SocketId) {
        let Ok(sock) = self.kernel.sock(socket) else { return };
        if sock.orphan {
            let timeout = self.kernel.sysctl(sock.netns, &names::TCP_FIN_TIMEOUT).max(0) as u64;
            self.kernel.timers.arm(Timer::Tcp(socket), after(self.kernel.now, timeout));
        }
    }

    fn tcp_time_wait(&mut self, socket: SocketId) {
        let at = after(self.kernel.now, TIMEWAIT);
        if let Some(tcb) = self.kernel.tcb(socket) {
            tcb.state = State::TimeWait;
            self.kernel.timers.arm(Timer::Tcp(socket), at);
        }
    }

    fn tcp_data(&mut self, socket: SocketId, from: SocketAddr, tcp: &Tcp, copy: u32) {
        if span(tcp) == 0 {
            return;
        }
        let Ok(sock) = self.kernel.sock_mut(socket) else { return };
        if sock.orphan && !tcp.data.is_empty() {
            // Nobody will read it (tcp_rcv_state_process: TCPABORTONDATA).
            return self.tcp_abort(socket);
        }
        if !tcp.data.is_empty() {
            sock.queue.push_back(Message { from, data: tcp.data.clone() });
        }
        let fin = tcp.flags & FIN != 0;
        let Some(tcb) = self.kernel.tcb(socket) else { return };
        tcb.rcv_nxt = tcb.rcv_nxt.wrapping_add(span(tcp));
        let state = tcb.state;
        if fin {
            tcb.state = match state {
                State::FinWait1 => State::Closing,
                State::Established | State::SynRecv => State::CloseWait,
                state => state,
            };
        }
        self.tcp_send_ack(socket, copy);
        if fin && state == State::FinWait2 {
            self.tcp_time_wait(socket);
        }
        if self.kernel.sock(socket).is_ok_and(|sock| !sock.orphan) {
            self.kernel.sock_readable(socket);
        }
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
