//! Neighbours: the link-layer address of a next hop, its states, timers and queues. Models net/core/neighbour.c.

use core::net::{IpAddr, Ipv4Addr};

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, NetnsId};
use crate::error::{Error, Result};
use crate::kernel::Kernel;
use crate::path::{Observer, Walk};
use crate::request::{Reply, Request};
use crate::skb::Skb;

/// The neighbours of a device.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NeighTable {}

impl Kernel {
    pub(crate) fn neigh_request(&mut self, _request: Request) -> Result<Reply> {
        Err(Error::unsupported("RTM_NEWNEIGH"))
    }

    /// The neighbours of a namespace, by device and address.
    pub(crate) fn neigh_view(&self, _netns: NetnsId) -> Vec<crate::snapshot::Neigh> {
        Vec::new()
    }

    /// The device lost carrier or went down (`neigh_carrier_down`, `neigh_ifdown`): its neighbours go, permanent ones
    /// only with `down`.
    pub(crate) fn neigh_flush_dev(&mut self, _dev: DevId, _down: bool) {}
}

impl<O: Observer> Walk<'_, O> {
    pub(crate) fn neigh_timer(&mut self, _dev: DevId, _dst: IpAddr) {}

    /// Send an IP packet by a device to a next hop (`neigh_resolve_output`): at once, or queued.
    pub(crate) fn neigh_output(&mut self, _dev: DevId, _next_hop: Ipv4Addr, _skb: Skb) {}
}
