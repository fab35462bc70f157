//! Sockets: who holds which address and port. Models net/ipv4/inet_connection_sock.c, udp.c, raw.c.

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, NetnsId};
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::path::{Observer, Walk};
use crate::request::{Reply, Request};
use crate::skb::Skb;

/// All sockets.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sockets {}

impl Kernel {
    /// The sockets of a namespace, by id.
    pub(crate) fn socket_view(&self, _netns: NetnsId) -> Vec<crate::snapshot::Socket> {
        Vec::new()
    }

    /// A namespace dies: its sockets are gone.
    pub(crate) fn socket_exit_net(&mut self, _netns: NetnsId) {}

    pub(crate) fn socket_request(&mut self, _request: Request) -> Result<Reply> {
        Err(Error::unsupported("sockets"))
    }
}

impl<O: Observer> Walk<'_, O> {
    /// A UDP datagram for this namespace (`udp_rcv`); false if no socket takes it: ICMP 3/3 is the caller's.
    pub(crate) fn udp_rcv(&mut self, _dev: DevId, _skb: &Skb) -> bool {
        false
    }

    /// A TCP segment for this namespace (`tcp_v4_rcv`): answers and RSTs are sent from here.
    pub(crate) fn tcp_rcv(&mut self, _dev: DevId, _skb: &Skb) {}

    /// An ICMP message for this namespace that sockets may want (`raw_rcv`, `ping_rcv`), or an error that concerns one
    /// (`icmp_socket_deliver`). True if a socket took it.
    pub(crate) fn icmp_socket_rcv(&mut self, _dev: DevId, _skb: &Skb) -> bool {
        false
    }
}
