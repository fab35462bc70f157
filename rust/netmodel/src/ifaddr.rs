//! IPv4 addresses of a device and the routes that come and go with them. Models net/ipv4/devinet.c and fib_frontend.c.

use core::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

use crate::addr::{Cidr, DevId};
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::request::{AddrSpec, Dev, How};
use crate::time::Instant;

/// An IPv4 address of a device (`struct in_ifaddr`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Ifaddr {
    /// Address and prefix length.
    pub local: Cidr,
    /// The other end of a point-to-point address.
    pub peer: Option<Ipv4Addr>,
    /// Broadcast address, if given.
    pub broadcast: Option<Ipv4Addr>,
    /// Scope.
    pub scope: u8,
    /// `IFA_F_*`.
    pub flags: u32,
    /// Label.
    pub label: String,
    /// When it expires.
    pub valid_until: Option<Instant>,
    /// When it is deprecated.
    pub preferred_until: Option<Instant>,
    /// Metric of the connected route.
    pub metric: u32,
}

impl Kernel {
    pub(crate) fn addr_add(&mut self, _dev: Dev, _addr: AddrSpec, _how: How) -> Result {
        Err(Error::unsupported("RTM_NEWADDR"))
    }

    pub(crate) fn addr_del(&mut self, _dev: Dev, _local: IpAddr, _len: Option<u8>) -> Result {
        Err(Error::unsupported("RTM_DELADDR"))
    }

    pub(crate) fn check_lifetime(&mut self, _dev: DevId) {}
}
