//! What a connection makes of a segment. Models net/ipv4/tcp_input.c and tcp_minisocks.c.

use core::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::addr::{DevId, SocketId};
use crate::error::Errno;
use crate::ip::Flow;
use crate::packet::Tcp;
use crate::path::{Observer, Walk};
use crate::request::SocketKind;
use crate::skb::Skb;
use crate::sysctl::names;
use crate::timer::Timer;
use crate::trace::{DropReason, Step};

use super::segment::{ACK, FIN, RST, SYN, before, mss, offered_mss, segment_of, span, syn_options, timestamps};
use super::tcp::{State, TIMEWAIT};
use super::{Message, after, as_v4};

impl<O: Observer> Walk<'_, O> {
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
        let heard = timestamps(&tcp.options);
        (tcb.tstamp, tcb.ts_recent) = (heard.is_some(), heard.map_or(0, |times| times.0));
        let mtu = self.kernel.dev(dev).mtu;
        if let Ok(sock) = self.kernel.sock_mut(child) {
            sock.options = options;
            sock.local = Some(SocketAddr::new(IpAddr::V4(packet.dst), tcp.dport));
            sock.remote = Some(SocketAddr::new(IpAddr::V4(packet.src), tcp.sport));
            sock.tcb = Some(tcb);
        }
        self.delivered(listener, skb);
        let val = self.kernel.tcp_time_stamp(child);
        let offered = syn_options(mss(mtu.min(65_535)), heard.map(|times| (val, times.0)));
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
        let heard = timestamps(&tcp.options);
        (tcb.tstamp, tcb.ts_recent) = (heard.is_some(), heard.map_or(0, |times| times.0));
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
        if let (Some(tcb), Some((val, _))) = (self.kernel.tcb(socket), timestamps(&tcp.options)) {
            tcb.ts_recent = val;
        }
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
}
