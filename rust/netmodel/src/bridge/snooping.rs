//! Multicast snooping as far as it goes without a querier: groups are flooded. Models net/bridge/br_multicast.c.
//!
//! A bridge asks nothing by itself (`mcast_querier` 0). Once somebody else's query was seen, membership decides where a
//! group goes; that is not modelled, and said by name.

use core::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use crate::addr::DevId;
use crate::kernel::Kernel;
use crate::packet::{Net, Packet, Transport};
use crate::path::{Observer, Walk};
use crate::skb::Skb;
use crate::trace::DropReason;

/// Whether a query was seen, by family.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Querier {
    /// An IGMP query was seen.
    pub ip4: bool,
    /// An MLD query was seen.
    pub ip6: bool,
}

/// `INADDR_ALLSNOOPERS_GROUP`.
const ALL_SNOOPERS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 106);
/// `ff02::6a`.
const ALL_SNOOPERS6: Ipv6Addr = Ipv6Addr::new(0xff02, 0, 0, 0, 0, 0, 0, 0x6a);
const IPPROTO_IGMP: u8 = 2;
const IGMP_HOST_MEMBERSHIP_QUERY: u8 = 0x11;
const ICMPV6_MGM_QUERY: u8 = 130;

impl Kernel {
    /// The bridge listens to multicast routers' messages (`br_multicast_join_snoopers`): 224.0.0.106 and ff02::6a.
    pub(super) fn br_multicast_join_snoopers(&mut self, bridge: DevId) {
        self.ip_mc_inc_group(bridge, ALL_SNOOPERS);
        self.ipv6_dev_mc_inc(bridge, ALL_SNOOPERS6);
    }

    /// It no longer does (`br_multicast_leave_snoopers`).
    pub(super) fn br_multicast_leave_snoopers(&mut self, bridge: DevId) {
        self.ip_mc_dec_group(bridge, ALL_SNOOPERS);
        self.ipv6_dev_mc_dec(bridge, ALL_SNOOPERS6);
    }
}

impl<O: Observer> Walk<'_, O> {
    /// Look at a frame for a group (`br_multicast_rcv`): remember queries, drop an IGMP message that is malformed.
    pub(super) fn br_multicast_rcv(&mut self, bridge: DevId, skb: &Skb) -> Result<(), DropReason> {
        let br = self.kernel.bridge_mut(bridge);
        if !br.mcast_snooping || !skb.packet.dst.is_group() || skb.packet.dst == crate::addr::Mac::BROADCAST {
            return Ok(());
        }
        match &skb.packet.net {
            Net::Ipv4(ip) => match &ip.payload {
                Transport::Raw { proto: IPPROTO_IGMP, data } if ip.offset == 0 => {
                    let kind = *data.first().filter(|_| data.len() >= 8).ok_or(DropReason::NOT_SPECIFIED)?;
                    br.querier.ip4 |= kind == IGMP_HOST_MEMBERSHIP_QUERY;
                }
                _ => {}
            },
            Net::Ipv6(ip) => br.querier.ip6 |= mld_type(&ip.data) == Some(ICMPV6_MGM_QUERY),
            Net::Arp(_) | Net::Other { .. } => {}
        }
        Ok(())
    }

    /// What would decide over a frame that is not modelled: membership, after a query, for groups other than the
    /// link-local ones (`br_multicast_querier_exists`).
    pub(super) fn snooping_decides(&self, bridge: DevId, packet: &Packet) -> Option<String> {
        let br = self.kernel.bridge(bridge);
        if !br.mcast_snooping || !packet.dst.is_group() {
            return None;
        }
        let decides = match &packet.net {
            Net::Ipv4(ip) => br.querier.ip4 && ip.dst.is_multicast() && ip.dst.octets()[..3] != [224, 0, 0],
            Net::Ipv6(ip) => br.querier.ip6 && ip.dst.is_multicast() && !is_all_nodes(ip.dst.segments()),
            Net::Arp(_) | Net::Other { .. } => false,
        };
        decides.then(|| "multicast snooping with a querier".to_string())
    }
}

/// `ipv6_addr_is_ll_all_nodes`.
fn is_all_nodes(group: [u16; 8]) -> bool {
    group == [0xff02, 0, 0, 0, 0, 0, 0, 1]
}

/// The ICMPv6 type behind a hop-by-hop header, where MLD messages have it.
fn mld_type(data: &[u8]) -> Option<u8> {
    let next = *data.get(6)?;
    let hop_by_hop_len = 8 + usize::from(*data.get(41)?) * 8;
    (next == 0 && *data.get(40)? == 58).then(|| data.get(40 + hop_by_hop_len).copied())?
}
