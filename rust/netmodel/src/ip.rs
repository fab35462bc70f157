//! IPv4 input, forwarding and output. Models net/ipv4/ip_input.c, ip_forward.c, ip_output.c.

use core::net::Ipv4Addr;

use crate::addr::{DevId, NetnsId};
use crate::error::Result;
use crate::packet::Ipv4;
use crate::path::{Observer, Walk};
use crate::skb::Skb;

impl<O: Observer> Walk<'_, O> {
    /// An IPv4 packet came in (`ip_rcv`).
    pub(crate) fn ip_rcv(&mut self, _dev: DevId, _skb: Skb) {}

    /// A packet of this namespace goes out: routed, OUTPUT, POSTROUTING, neighbour (`ip_queue_xmit`, `ip_local_out`).
    /// `oif` binds it to a device. `src` unspecified: the kernel selects. Returns the source used.
    ///
    /// # Errors
    /// What `sendto` gives: ENETUNREACH, EHOSTUNREACH, EACCES, EINVAL, EMSGSIZE.
    pub(crate) fn ip_local_out(&mut self, _netns: NetnsId, _oif: Option<DevId>, _packet: Ipv4) -> Result<Ipv4Addr> {
        Err(crate::error::Error::unsupported("IPv4 output"))
    }

    pub(crate) fn ip_expire(&mut self, _netns: NetnsId, _queue: u64) {}
}
