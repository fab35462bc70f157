//! IPv6 as far as containers' IPv4 networks see it: addresses that exist and are shown, and the frames that the kernel
//! sends for them of its own. Models net/ipv6/addrconf.c and mcast.c.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, SocketId};
use crate::path::{Observer, Walk};

/// IPv6 on a device (`struct inet6_dev`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inet6 {}

impl<O: Observer> Walk<'_, O> {
    pub(crate) fn dad_work(&mut self, _dev: DevId, _addr: IpAddr) {}
    pub(crate) fn router_solicit(&mut self, _dev: DevId) {}
    pub(crate) fn mld_work(&mut self, _dev: DevId) {}
    pub(crate) fn igmp_work(&mut self, _dev: DevId) {}
    pub(crate) fn tcp_timer(&mut self, _socket: SocketId) {}
}
