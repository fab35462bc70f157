//! Routing tables and their lookup. Models net/ipv4/fib_trie.c and fib_semantics.c.
//!
//! `insert` says which routes are taken and where they stand, `lookup` which one a packet follows, `get` what asking for one answers, `output` what a
//! process's packet gets for a source, `life` how routes come and go with addresses and devices.

mod get;
mod insert;
mod life;
mod lookup;
mod output;

use core::net::{IpAddr, Ipv4Addr};
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::addr::{Cidr, DevId, NetnsId};
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::request::{How, RouteSpec};
use crate::snapshot::Route;

pub(crate) use lookup::Flow;
pub(crate) use output::Ask;

/// `RT_TABLE_*`.
pub const RT_TABLE_DEFAULT: u32 = 253;
/// Where routes go that nobody gave a table.
pub const RT_TABLE_MAIN: u32 = 254;
/// Own addresses and broadcasts.
pub const RT_TABLE_LOCAL: u32 = 255;

/// Route types (`RTN_*`).
pub mod rtn {
    /// To a host or by a gateway.
    pub const UNICAST: u8 = 1;
    /// To this host.
    pub const LOCAL: u8 = 2;
    /// To all hosts of a subnet.
    pub const BROADCAST: u8 = 3;
    /// Sent as broadcast, received as unicast.
    pub const ANYCAST: u8 = 4;
    /// To a group.
    pub const MULTICAST: u8 = 5;
    /// Dropped silently.
    pub const BLACKHOLE: u8 = 6;
    /// Dropped with "host unreachable".
    pub const UNREACHABLE: u8 = 7;
    /// Dropped with "administratively prohibited".
    pub const PROHIBIT: u8 = 8;
    /// The table has no answer.
    pub const THROW: u8 = 9;
}

/// Scopes (`RT_SCOPE_*`): the greater, the nearer.
pub mod scope {
    /// Anywhere.
    pub const UNIVERSE: u8 = 0;
    /// On the link.
    pub const LINK: u8 = 253;
    /// On this host.
    pub const HOST: u8 = 254;
    /// Does not exist.
    pub const NOWHERE: u8 = 255;
}

/// Flags of a next hop (`RTNH_F_*`).
pub mod rtnh {
    /// It cannot be used.
    pub const DEAD: u32 = 1;
    /// The gateway is on the link, whatever addresses say.
    pub const ONLINK: u32 = 4;
    /// Its device has no carrier.
    pub const LINKDOWN: u32 = 16;
}

/// A route (`struct fib_alias` with its `struct fib_info` and the one next hop).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FibAlias {
    /// Destination, host bits clear.
    pub dst: u32,
    /// Bits of the destination.
    pub len: u8,
    /// Type of service; 0 matches any.
    pub tos: u8,
    /// `RTN_*`.
    pub kind: u8,
    /// `RTPROT_*`.
    pub protocol: u8,
    /// `RT_SCOPE_*`.
    pub scope: u8,
    /// Metric: the least is first.
    pub priority: u32,
    /// Preferred source.
    pub prefsrc: Option<Ipv4Addr>,
    /// Gateway.
    pub gw: Option<Ipv4Addr>,
    /// Output device; none for blackhole and its like.
    pub dev: Option<DevId>,
    /// How far the next hop is.
    pub nh_scope: u8,
    /// `RTNH_F_*`.
    pub flags: u32,
    /// Mtu in bytes.
    pub mtu: Option<u32>,
}

/// A table: routes by destination, longer prefixes first, then by type of service descending, then metric ascending.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct FibTable {
    pub(crate) routes: Vec<FibAlias>,
    /// A bit for each prefix length that occurs.
    pub(crate) lens: u64,
}

/// The tables of a namespace. Rules are the three that every namespace has, so local and main are one trie.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fib {
    pub(crate) tables: BTreeMap<u32, FibTable>,
}

impl Kernel {
    pub(crate) fn route_add(&mut self, netns: NetnsId, route: RouteSpec, how: How) -> Result {
        self.net(netns)?;
        match route.dst.addr {
            IpAddr::V4(_) => self.fib_table_insert(netns, &route, how),
            IpAddr::V6(_) => self.route6_add(netns, route, how),
        }
    }

    pub(crate) fn route_del(&mut self, netns: NetnsId, route: RouteSpec) -> Result {
        self.net(netns)?;
        match route.dst.addr {
            IpAddr::V4(_) => self.fib_table_delete(netns, &route),
            IpAddr::V6(_) => self.route6_del(netns, route),
        }
    }

    /// The IPv4 routes of all tables in dump order: by the table's hash bucket (`inet_dump_fib`).
    pub(crate) fn fib_view(&self, netns: NetnsId) -> Vec<Route> {
        let Some(net) = self.netns.get(&netns) else { return Vec::new() };
        let mut tables: Vec<_> = net.fib.tables.iter().collect();
        tables.sort_by_key(|(table, _)| **table & 255);
        tables.iter().flat_map(|(table, held)| held.routes.iter().map(|alias| self.route_of(**table, alias))).collect()
    }

    /// A route as it is shown.
    pub(crate) fn route_of(&self, table: u32, alias: &FibAlias) -> Route {
        Route {
            dst: Cidr::v4(alias.dst.into(), alias.len),
            kind: alias.kind,
            table,
            protocol: alias.protocol,
            scope: alias.scope,
            tos: alias.tos,
            via: alias.gw.map(IpAddr::V4),
            oif: alias.dev.map(|dev| self.dev(dev).ifindex),
            src: alias.prefsrc.map(IpAddr::V4),
            metric: alias.priority,
            flags: alias.flags,
            mtu: alias.mtu,
        }
    }
}

/// The address as IPv4, or EINVAL: a message mixes families.
fn ipv4(addr: IpAddr) -> Result<Ipv4Addr> {
    match addr {
        IpAddr::V4(addr) => Ok(addr),
        IpAddr::V6(_) => Err(Error::errno(crate::error::Errno::EINVAL)),
    }
}
