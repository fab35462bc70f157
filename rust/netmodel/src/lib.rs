//! The Linux packet path as one value.
//!
//! [`Kernel`] holds what a kernel's networking holds, for all namespaces of one machine. Four verbs change or show it:
//! `apply` a request, `send` a packet, `advance` the clock, take a `snapshot`. The crate has no clock, no I/O, no
//! environment and no randomness: time is an argument, chance is [`entropy`].

#![forbid(unsafe_code)]

pub mod addr;
mod arp;
pub mod bridge;
mod dump;
pub mod entropy;
pub mod error;
pub mod facts;
pub mod icmp;
pub mod ifaddr;
pub mod igmp;
pub mod ip;
pub mod ipv6;
mod kernel;
pub mod link;
pub mod neigh;
pub mod netns;
mod observe;
pub mod packet;
mod pairs;
pub mod path;
pub mod request;
pub mod route;
mod send;
pub mod skb;
pub mod snapshot;
pub mod socket;
pub mod sysctl;
pub mod time;
pub mod timer;
pub mod trace;
pub mod wire;

pub use error::{Errno, Error, Result};
pub use facts::Facts;
pub use kernel::Kernel;
pub use request::{Reply, Request};
pub use snapshot::Snapshot;
pub use trace::{Event, Origin, Trace};
