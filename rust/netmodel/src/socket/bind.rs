//! Who may hold an address and a port. Models inet_csk_bind_conflict and udp_lib_get_port.

use core::net::{IpAddr, SocketAddr};

use crate::addr::{DevId, NetnsId, SocketId};
use crate::error::{Errno, Result};
use crate::kernel::Kernel;
use crate::request::{Reply, SocketKind};
use crate::route::rtn;
use crate::sysctl::names;

use super::{Sock, State, any_addr};

/// The addresses that a bound socket covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cover {
    /// 0.0.0.0: every IPv4 address.
    AnyV4,
    /// `::` with V6ONLY: every IPv6 address.
    AnyV6,
    /// `::`: both.
    AnyBoth,
    /// One address.
    One(IpAddr),
}

fn cover(ip: IpAddr, v6_only: bool) -> Cover {
    match ip {
        IpAddr::V4(ip) if ip.is_unspecified() => Cover::AnyV4,
        IpAddr::V6(ip) if ip.is_unspecified() => {
            if v6_only {
                Cover::AnyV6
            } else {
                Cover::AnyBoth
            }
        }
        IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
            Some(ip) if ip.is_unspecified() => Cover::AnyV4,
            Some(ip) => Cover::One(IpAddr::V4(ip)),
            None => Cover::One(IpAddr::V6(ip)),
        },
        ip => Cover::One(ip),
    }
}

/// Whether two covers share an address.
fn overlap(a: Cover, b: Cover) -> bool {
    let v4 = |c| matches!(c, Cover::AnyV4 | Cover::AnyBoth | Cover::One(IpAddr::V4(_)));
    let v6 = |c| matches!(c, Cover::AnyV6 | Cover::AnyBoth | Cover::One(IpAddr::V6(_)));
    match (a, b) {
        (Cover::One(a), Cover::One(b)) => a == b,
        (a, b) => v4(a) && v4(b) || v6(a) && v6(b),
    }
}

/// Which of the two port spaces a socket uses; ICMP has none.
fn same_space(a: SocketKind, b: SocketKind) -> bool {
    matches!((a, b), (SocketKind::Tcp, SocketKind::Tcp) | (SocketKind::Udp, SocketKind::Udp))
}

/// Whether `other` holds what `sock` wants at `local`, whatever both allow.
fn meets(sock: &Sock, local: SocketAddr, other: &Sock) -> bool {
    let Some(held) = other.local else { return false };
    let devices_differ = match (&sock.options.device, &other.options.device) {
        (Some(a), Some(b)) => a != b,
        _ => false,
    };
    let apart = other.id == sock.id || other.netns != sock.netns || !same_space(sock.kind, other.kind);
    let same_port = held.port() == local.port();
    let overlapping = overlap(cover(local.ip(), sock.options.v6_only), cover(held.ip(), other.options.v6_only));
    !apart && same_port && !devices_differ && overlapping
}

fn both_reuse(sock: &Sock, other: &Sock) -> bool {
    sock.options.reuse_addr && other.options.reuse_addr && other.tcp_state() != State::Listen
}

fn both_port(sock: &Sock, other: &Sock) -> bool {
    sock.options.reuse_port && other.options.reuse_port && other.tcp_state() != State::TimeWait
}

/// Whether `sock`, at `local`, may not stand beside `other`.
fn conflicts(sock: &Sock, local: SocketAddr, other: &Sock) -> bool {
    meets(sock, local, other) && !both_reuse(sock, other) && !both_port(sock, other)
}

/// Whether both share a port by SO_REUSEPORT alone.
fn shares_port(sock: &Sock, local: SocketAddr, other: &Sock) -> bool {
    meets(sock, local, other) && !both_reuse(sock, other) && both_port(sock, other)
}

impl Kernel {
    /// Whether another socket holds what `socket` wants. On UDP the newest that overlaps and shares its port by
    /// SO_REUSEPORT ends the search: what is older than it is not asked (`udp_lib_lport_inuse`).
    pub(super) fn bind_conflict(&self, socket: SocketId, local: SocketAddr) -> Result<bool> {
        let sock = self.sock(socket)?;
        for other in self.sockets.table.values().rev() {
            if conflicts(sock, local, other) {
                return Ok(true);
            }
            if sock.kind == SocketKind::Udp && shares_port(sock, local, other) {
                return Ok(false);
            }
        }
        Ok(false)
    }

    /// `bind(2)` (`__inet_bind`).
    pub(super) fn socket_bind(&mut self, socket: SocketId, addr: SocketAddr) -> Result<Reply> {
        let sock = self.sock(socket)?;
        let (netns, kind, v6) = (sock.netns, sock.kind, sock.v6);
        if addr.is_ipv6() && !v6 {
            return Err(Errno::EAFNOSUPPORT.into());
        }
        if addr.is_ipv4() && v6 {
            return Err(Errno::EINVAL.into());
        }
        let mapped = addr.is_ipv6() && addr.ip().to_canonical().is_ipv4();
        if mapped && self.sock(socket)?.options.v6_only {
            return Err(Errno::EINVAL.into());
        }
        self.check_bindable(self.sock(socket)?, addr.ip())?;
        let floor = self.sysctl(netns, &names::IP_UNPRIVILEGED_PORT_START);
        if addr.port() != 0 && i64::from(addr.port()) < floor && !sock.privileged {
            return Err(Errno::EACCES.into());
        }
        if sock.local.is_some_and(|local| local.port() != 0) || sock.tcb.is_some() {
            return Err(Errno::EINVAL.into());
        }
        let local = if matches!(kind, SocketKind::Icmp { .. }) {
            SocketAddr::new(addr.ip(), 0)
        } else if addr.port() == 0 {
            self.free_port(socket, addr.ip())?
        } else if self.bind_conflict(socket, addr)? {
            return Err(Errno::EADDRINUSE.into());
        } else {
            addr
        };
        self.sock_mut(socket)?.local = Some(local);
        Ok(Reply::Address(local))
    }

    /// An address that is the namespace's own, a broadcast or a group (`inet_addr_valid_or_nonlocal`).
    fn check_bindable(&self, sock: &Sock, ip: IpAddr) -> Result {
        let (netns, kind) = (sock.netns, sock.kind);
        let ip = match (ip, ip.to_canonical()) {
            (_, IpAddr::V4(ip)) => ip,
            (IpAddr::V6(ip), _) => return self.check_bindable_v6(sock, ip),
            (IpAddr::V4(ip), _) => ip,
        };
        let nonlocal = self.sysctl(netns, &names::IP_NONLOCAL_BIND) != 0;
        if ip.is_unspecified() || nonlocal {
            return Ok(());
        }
        let kind_of = self.inet_addr_type(netns, ip);
        let own = kind_of == rtn::LOCAL;
        let group = matches!(kind_of, rtn::BROADCAST | rtn::MULTICAST);
        // A ping socket takes no group (ping_check_bind_addr); a raw one does, and ours is either.
        if own || group && kind != (SocketKind::Icmp { ident: 0 }) {
            return Ok(());
        }
        Err(Errno::EADDRNOTAVAIL.into())
    }

    /// An own IPv6 address or a group; one of the link alone only with a device that it is bound to (`__inet6_bind`).
    fn check_bindable_v6(&self, sock: &Sock, ip: core::net::Ipv6Addr) -> Result {
        const LINK_LOCAL_GROUP: u16 = 0x2;
        let link_group = ip.is_multicast() && ip.segments()[0] & 0xf == LINK_LOCAL_GROUP;
        // Unlike IPv4's, a group is nothing for a stream.
        if ip.is_multicast() && sock.kind == SocketKind::Tcp {
            return Err(Errno::EINVAL.into());
        }
        let oif = self.sock_oif(sock);
        if (ip.is_unicast_link_local() || link_group) && oif.is_none() {
            return Err(Errno::EINVAL.into());
        }
        if ip.is_unspecified() || ip.is_multicast() {
            return Ok(());
        }
        let of_dev = |dev: &DevId| oif.is_none_or(|oif| oif == *dev);
        let mut devs = self.net(sock.netns)?.by_index.values().filter(|dev| of_dev(dev));
        let own = devs.any(|dev| self.inet6_view(*dev).iter().any(|held| held.local.addr == IpAddr::V6(ip)));
        if own { Ok(()) } else { Err(Errno::EADDRNOTAVAIL.into()) }
    }

    /// The range of ports that are given to who asks for none (`net.ipv4.ip_local_port_range`), ends included.
    fn local_port_range(&self, netns: NetnsId) -> (u32, u32) {
        match self.netns.get(&netns).map(|net| net.sysctls.get(&names::IP_LOCAL_PORT_RANGE)) {
            Some(&[low, high]) => (low as u32, high as u32),
            _ => unreachable!("a socket's namespace is alive, and its range has two ends"),
        }
    }

    /// A free port for a socket that names none: TCP takes odd ones first, leaving the even ones to connect
    /// (`inet_csk_find_open_port`); UDP takes any (`udp_lib_get_port`).
    pub(super) fn free_port(&mut self, socket: SocketId, ip: IpAddr) -> Result<SocketAddr> {
        let sock = self.sock(socket)?;
        let (netns, tcp) = (sock.netns, sock.kind == SocketKind::Tcp);
        let (low, high) = self.local_port_range(netns);
        let span = high.saturating_sub(low) + 1;
        let owner = format!("{}:{}", netns.0, if tcp { "tcp" } else { "udp" });
        let offset = self.entropy.below("port", &owner, u64::from(span)) as u32;
        let at = |n: u32| SocketAddr::new(ip, (low + (offset + n) % span) as u16);
        for parity in [1, 0] {
            for n in 0..span {
                let local = at(n);
                if tcp && u32::from(local.port()) % 2 != parity {
                    continue;
                }
                if !self.bind_conflict(socket, local)? {
                    return Ok(local);
                }
            }
            if !tcp {
                break;
            }
        }
        Err(Errno::EADDRINUSE.into())
    }

    /// A port to connect from (`__inet_hash_connect`): even, near the last one used to the same destination.
    pub(super) fn connect_port(&mut self, socket: SocketId, (src, dst): (IpAddr, SocketAddr)) -> Result<SocketAddr> {
        let netns = self.sock(socket)?.netns;
        let (low, high) = self.local_port_range(netns);
        let span = (high.saturating_sub(low) + 1) & !1;
        let owner = format!("{}:{src}->{dst}", netns.0);
        let start = match self.sockets.connect_hint.get(&owner) {
            Some(&next) => next,
            None => self.entropy.below("port", &owner, u64::from(span)) as u32 & !1,
        };
        for n in (0..span).step_by(2).chain((1..span).step_by(2)) {
            let offset = (start + n) % span;
            let local = SocketAddr::new(src, (low + offset) as u16);
            let taken = self.sockets.table.values().any(|other| {
                let held = other.local.is_some_and(|held| held.port() == local.port());
                held && other.netns == netns
                    && other.kind == SocketKind::Tcp
                    && (other.remote.is_none() || other.remote == Some(dst))
            });
            if !taken {
                self.sockets.connect_hint.insert(owner, offset + 2);
                return Ok(local);
            }
        }
        Err(Errno::EADDRNOTAVAIL.into())
    }

    /// Give a socket that has none an address to send from (`inet_autobind`).
    pub(super) fn autobind(&mut self, socket: SocketId) -> Result {
        let sock = self.sock(socket)?;
        if sock.local.is_some() || matches!(sock.kind, SocketKind::Icmp { .. }) {
            return Ok(());
        }
        let local = self.free_port(socket, any_addr(sock.v6).ip())?;
        self.sock_mut(socket)?.local = Some(local);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn c(text: &str, v6_only: bool) -> Cover {
        cover(text.parse().unwrap(), v6_only)
    }

    #[test]
    fn any_covers_what_linux_says_it_covers() {
        assert!(overlap(c("0.0.0.0", false), c("192.0.2.1", false)));
        assert!(overlap(c("0.0.0.0", false), c("::", false)));
        assert!(!overlap(c("0.0.0.0", false), c("::", true)));
        assert!(overlap(c("::ffff:192.0.2.1", false), c("192.0.2.1", false)));
        assert!(!overlap(c("192.0.2.1", false), c("192.0.2.2", false)));
        assert!(overlap(c("::1", false), c("::", true)));
        assert!(!overlap(c("::1", false), c("0.0.0.0", false)));
    }
}
