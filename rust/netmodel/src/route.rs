//! Routing tables and their lookup. Models net/ipv4/fib_trie.c and fib_semantics.c.

use core::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, NetnsId};
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::request::{How, Reply, Request, RouteSpec};
use crate::snapshot::Route;

/// The tables and rules of a namespace.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fib {}

/// What a lookup found (`struct fib_result`).
#[derive(Clone, Debug, PartialEq)]
pub struct FibResult {
    /// The route.
    pub route: Route,
    /// Its output device; none for blackhole, unreachable, prohibit.
    pub dev: Option<DevId>,
}

impl Kernel {
    pub(crate) fn route_add(&mut self, _netns: NetnsId, _route: RouteSpec, _how: How) -> Result {
        Err(Error::unsupported("RTM_NEWROUTE"))
    }

    pub(crate) fn route_del(&mut self, _netns: NetnsId, _route: RouteSpec) -> Result {
        Err(Error::unsupported("RTM_DELROUTE"))
    }

    pub(crate) fn route_get(&mut self, _request: Request) -> Result<Reply> {
        Err(Error::unsupported("RTM_GETROUTE"))
    }

    /// Look a destination up by the rules (`fib_lookup`): local, main, default. `oif` restricts to routes of one device.
    pub(crate) fn fib_lookup(&self, _netns: NetnsId, _dst: IpAddr, _oif: Option<DevId>) -> Option<FibResult> {
        None
    }
}
