//! ICMP: echo, errors, and the limits on them. Models net/ipv4/icmp.c.

use serde::{Deserialize, Serialize};

/// Counters of the ICMP error limits and of IP identification.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Limits {}
