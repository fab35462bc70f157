//! IPv6 as far as containers' IPv4 networks see it: addresses that exist and are shown, and the frames that the kernel
//! sends for them of its own.
//!
//! `addrconf` holds addresses and what makes them come and go, `anycast` what a router listens to, `dad` duplicate address detection, `mld` multicast groups
//! and their reports, `rs` router solicitations, `icmpv6` the frames, `input` what is done with received ones, `view` what
//! is shown.

mod addrconf;
mod anycast;
mod dad;
mod icmpv6;
mod input;
mod mld;
mod rs;
mod view;

use core::net::{IpAddr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, NetnsId};
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::request::{How, RouteSpec};
use crate::sysctl::Ipv6;
use crate::time::{Duration, Instant};

/// `IFA_F_*`: flags of an address.
pub mod ifa {
    /// Not checked for duplicates.
    pub const NODAD: u32 = 0x02;
    /// A duplicate was found.
    pub const DADFAILED: u32 = 0x08;
    /// Past its preferred lifetime.
    pub const DEPRECATED: u32 = 0x20;
    /// Not known to be unique yet.
    pub const TENTATIVE: u32 = 0x40;
    /// Without a lifetime.
    pub const PERMANENT: u32 = 0x80;
    /// Brings no prefix route.
    pub const NOPREFIXROUTE: u32 = 0x200;
}

/// IPv6 on a device (`struct inet6_dev`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inet6 {
    /// The device has IPv6 at all: its mtu is 1280 or more.
    pub present: bool,
    /// `IF_READY`: up with carrier, and configured.
    pub ready: bool,
    /// Addresses in the order of a dump: greater scope first, newer before older.
    pub addrs: Vec<Inet6Ifaddr>,
    /// `mc_list`: groups, the newest first.
    pub groups: Vec<mld::Group>,
    /// `mc_tomb`: groups that were left and whose leaving is still to be reported.
    pub tomb: Vec<mld::Left>,
    /// Anycast addresses, an entry for each user.
    pub anycast: Vec<Ipv6Addr>,
    /// Change reports still to send (`mc_ifc_count`).
    pub mc_ifc_count: u8,
    /// Reports still to send after the link-local address became valid (`mc_dad_count`).
    pub mc_dad_count: u8,
    /// Router solicitations sent.
    pub rs_probes: i64,
    /// Time to the next one.
    pub rs_interval: Duration,
}

/// An IPv6 address of a device (`struct inet6_ifaddr`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Inet6Ifaddr {
    /// The address.
    pub addr: Ipv6Addr,
    /// Bits of its prefix.
    pub len: u8,
    /// The other end of a point-to-point address.
    pub peer: Option<Ipv6Addr>,
    /// `IFA_F_*`.
    pub flags: u32,
    /// Seconds it is valid from `tstamp` on; `None` is forever.
    pub valid_lft: Option<u32>,
    /// Seconds it is preferred from `tstamp` on; `None` is forever.
    pub preferred_lft: Option<u32>,
    /// When the lifetimes were set.
    pub tstamp: Instant,
    /// `IFA_RT_PRIORITY`.
    pub metric: u32,
    /// Solicitations still to send.
    pub dad_probes: i64,
    /// Its solicited-node group was joined.
    pub joined: bool,
    /// What tells the own solicitation, looped back, from another's (RFC 7527).
    pub dad_nonce: Vec<u8>,
}

/// Scope as routes and addresses show it (`rt_scope`): 0 global, 200 site, 253 link, 254 host.
fn rt_scope(addr: Ipv6Addr) -> u8 {
    match addr.segments()[0] {
        _ if addr.is_loopback() => 254,
        0xfe80..=0xfebf => 253,
        0xfec0..=0xfeff => 200,
        _ => 0,
    }
}

/// What the settings of a device say (`idev->cnf`).
struct Conf {
    disable_ipv6: bool,
    /// `addr_gen_mode` 0; 1 is none.
    eui64: bool,
    accept_dad: bool,
    dad_transmits: i64,
    forwarding: bool,
    /// `ipv6_accept_ra`.
    accept_ra: bool,
    rtr_solicits: i64,
    /// Seconds.
    rtr_solicit_delay: u64,
    /// Seconds.
    rtr_solicit_interval: u64,
}

impl Kernel {
    fn idev_conf(&self, dev: DevId) -> Conf {
        let device = self.dev(dev);
        let own = |which| device.conf6.ipv6(which);
        let all = self.netns.get(&device.netns).map_or(0, |net| net.sysctls.all6.ipv6(Ipv6::AcceptDad));
        let forwarding = own(Ipv6::Forwarding) != 0;
        Conf {
            disable_ipv6: own(Ipv6::DisableIpv6) != 0,
            eui64: own(Ipv6::AddrGenMode) == 0,
            accept_dad: own(Ipv6::AcceptDad).max(all) >= 1,
            dad_transmits: own(Ipv6::DadTransmits),
            forwarding,
            accept_ra: own(Ipv6::AcceptRa) >= if forwarding { 2 } else { 1 },
            rtr_solicits: own(Ipv6::RouterSolicitations),
            rtr_solicit_delay: own(Ipv6::RouterSolicitationDelay).max(0) as u64,
            rtr_solicit_interval: own(Ipv6::RouterSolicitationInterval).max(0) as u64,
        }
    }

    pub(crate) fn route6_add(&mut self, _netns: NetnsId, _route: RouteSpec, _how: How) -> Result {
        Err(Error::unsupported("RTM_NEWROUTE of IPv6"))
    }

    pub(crate) fn route6_del(&mut self, _netns: NetnsId, _route: RouteSpec) -> Result {
        Err(Error::unsupported("RTM_DELROUTE of IPv6"))
    }
}

/// An address as a key of timers.
fn key(addr: Ipv6Addr) -> IpAddr {
    IpAddr::V6(addr)
}
