//! IPv6 as far as containers' IPv4 networks see it: addresses that exist and are shown, and the frames that the kernel
//! sends for them of its own. Models net/ipv6/addrconf.c and mcast.c.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, NetnsId, SocketId};
use crate::bridge::NetdevEvent;
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::path::{Observer, Walk};
use crate::request::{AddrSpec, How, RouteSpec};
use crate::snapshot::{Addr, Route};

/// IPv6 on a device (`struct inet6_dev`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inet6 {}

impl Kernel {
    /// Something happened to a device (`addrconf_notify`).
    pub(crate) fn addrconf_notify(&mut self, _dev: DevId, _event: NetdevEvent) {}

    /// `disable_ipv6` of a device changed (`dev_disable_change`).
    pub(crate) fn dev_disable_change(&mut self, _dev: DevId) {}

    pub(crate) fn addr6_add(&mut self, _dev: DevId, _addr: AddrSpec, _how: How) -> Result {
        Err(Error::unsupported("RTM_NEWADDR of IPv6"))
    }

    pub(crate) fn addr6_del(&mut self, _dev: DevId, _local: IpAddr, _len: Option<u8>) -> Result {
        Err(Error::unsupported("RTM_DELADDR of IPv6"))
    }

    pub(crate) fn route6_add(&mut self, _netns: NetnsId, _route: RouteSpec, _how: How) -> Result {
        Err(Error::unsupported("RTM_NEWROUTE of IPv6"))
    }

    pub(crate) fn route6_del(&mut self, _netns: NetnsId, _route: RouteSpec) -> Result {
        Err(Error::unsupported("RTM_DELROUTE of IPv6"))
    }

    /// The IPv6 addresses of a device in the order of a dump.
    pub(crate) fn inet6_view(&self, _dev: DevId) -> Vec<Addr> {
        Vec::new()
    }

    /// The IPv6 routes of a namespace in the order of a dump.
    pub(crate) fn route6_view(&self, _netns: NetnsId) -> Vec<Route> {
        Vec::new()
    }
}

impl<O: Observer> Walk<'_, O> {
    pub(crate) fn dad_work(&mut self, _dev: DevId, _addr: IpAddr) {}
    pub(crate) fn router_solicit(&mut self, _dev: DevId) {}
    pub(crate) fn mld_work(&mut self, _dev: DevId) {}
    pub(crate) fn igmp_work(&mut self, _dev: DevId) {}
}
