//! IPv4: where a packet goes, and what is done to it on the way. Models net/ipv4/route.c, ip_input.c, ip_forward.c,
//! ip_output.c and ip_fragment.c.

mod exception;
mod forward;
mod fragment;
mod input;
mod output;
mod route;

use core::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, SocketId};
use crate::error::Errno;

pub use exception::Exceptions;
pub use fragment::FragQueues;

/// What a route makes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RtType {
    /// It goes out by a device.
    Unicast,
    /// It is for this namespace.
    Local,
    /// It is for all of a link, this namespace among them.
    Broadcast,
    /// It is for a group; `joined`: this namespace is a member.
    Multicast {
        /// Whether it is delivered here, too.
        joined: bool,
    },
    /// It is refused with this errno.
    Error(Errno),
}

impl RtType {
    /// The `rtm_type` that says so.
    pub fn number(self) -> u8 {
        match self {
            RtType::Unicast => 1,
            RtType::Local => 2,
            RtType::Broadcast => 3,
            RtType::Multicast { .. } => 5,
            RtType::Error(Errno::EINVAL) => 6,
            RtType::Error(Errno::EACCES) => 8,
            RtType::Error(_) => 7,
        }
    }
}

/// The route that a packet was given (`struct rtable`).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rtable {
    /// What it makes of the packet.
    pub kind: RtType,
    /// The device it leaves by; of a local or refused packet that came in, the one it came in by.
    pub dev: DevId,
    /// The table that answered.
    pub table: u32,
    /// The next hop, if it is not the destination.
    pub gateway: Option<Ipv4Addr>,
    /// The source that the route selects, or the one that was given.
    pub src: Ipv4Addr,
    /// `RTAX_MTU` of the route.
    pub mtu: Option<u32>,
    /// The sender would do better to use the next hop itself (`IPSKB_DOREDIRECT`).
    pub redirect: bool,
}

impl Rtable {
    /// Whom to ask for a link-layer address (`rt_nexthop`).
    pub fn next_hop(&self, dst: Ipv4Addr) -> Ipv4Addr {
        self.gateway.unwrap_or(dst)
    }
}

/// What a namespace that sends wants to know of its route (`struct flowi4`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Destination.
    pub dst: Ipv4Addr,
    /// Source; unspecified to have one selected.
    pub src: Ipv4Addr,
    /// The device it is bound to.
    pub oif: Option<DevId>,
}

/// What a packet that a namespace itself sends carries beside its headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sent {
    /// The copy that it answers.
    pub parent: Option<u32>,
    /// The socket that sends it.
    pub sk: Option<SocketId>,
    /// `skb->mark`.
    pub mark: u32,
    /// It may be fragmented though DF is set.
    pub ignore_df: bool,
}

impl Sent {
    /// An answer to a copy.
    pub fn answer(parent: u32) -> Sent {
        Sent { parent: Some(parent), ..Sent::default() }
    }
}
