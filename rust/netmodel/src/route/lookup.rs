//! Which route a packet follows. Models fib_lookup, fib_table_lookup (net/ipv4/fib_trie.c), inet_addr_type.

use core::net::Ipv4Addr;

use crate::addr::{DevId, NetnsId, mask4};
use crate::kernel::Kernel;
use crate::route::{FibAlias, FibTable, RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN, rtn, rtnh, scope};
use crate::sysctl::Ipv4;

/// What a lookup asks (`struct flowi4`).
#[derive(Clone, Copy, Debug)]
pub(crate) struct Flow {
    /// Destination.
    pub dst: Ipv4Addr,
    /// Type of service.
    pub tos: u8,
    /// Only by this device.
    pub oif: Option<DevId>,
    /// Only routes at least as near.
    pub scope: u8,
    /// Next hops without carrier count, whatever `ignore_routes_with_linkdown` says (`FIB_LOOKUP_IGNORE_LINKSTATE`).
    pub ignore_linkstate: bool,
}

impl Flow {
    /// To a destination, nothing else said.
    pub(crate) fn to(dst: Ipv4Addr) -> Flow {
        Flow { dst, tos: 0, oif: None, scope: scope::UNIVERSE, ignore_linkstate: false }
    }
}

impl FibTable {
    /// Where the routes of a prefix stand.
    pub(crate) fn range(&self, dst: u32, len: u8) -> core::ops::Range<usize> {
        let key = |alias: &FibAlias| (alias.dst, 32 - alias.len);
        let want = (dst, 32 - len);
        let start = self.routes.partition_point(|alias| key(alias) < want);
        let end = start + self.routes[start..].partition_point(|alias| key(alias) == want);
        start..end
    }

    fn of_len(&self, dst: u32, len: u8) -> &[FibAlias] {
        if self.lens & (1 << len) == 0 {
            return &[];
        }
        &self.routes[self.range(dst & mask4(len), len)]
    }
}

impl Kernel {
    /// `fib_lookup`: main, with which local is one trie, then default.
    pub(crate) fn fib_lookup_flow(&self, netns: NetnsId, flow: &Flow) -> Option<(u32, &FibAlias)> {
        self.fib_table_lookup(netns, RT_TABLE_MAIN, flow)
            .or_else(|| self.fib_table_lookup(netns, RT_TABLE_DEFAULT, flow))
    }

    /// The longest prefix with a usable route; of one prefix local before main, then in order of the table.
    pub(crate) fn fib_table_lookup(&self, netns: NetnsId, table: u32, flow: &Flow) -> Option<(u32, &FibAlias)> {
        let fib = &self.netns.get(&netns)?.fib;
        let ids: &[u32] =
            if table == RT_TABLE_MAIN || table == RT_TABLE_LOCAL { &[RT_TABLE_LOCAL, RT_TABLE_MAIN] } else { &[table] };
        let dst = u32::from(flow.dst);
        for len in (0..=32).rev() {
            for id in ids {
                let Some(held) = fib.tables.get(id) else { continue };
                if let Some(alias) = held.of_len(dst, len).iter().find(|alias| self.is_usable(alias, flow)) {
                    // A throw route says that this table has no answer.
                    return (alias.kind != rtn::THROW).then_some((*id, alias));
                }
            }
        }
        None
    }

    fn is_usable(&self, alias: &FibAlias, flow: &Flow) -> bool {
        if (alias.tos != 0 && alias.tos != flow.tos) || alias.scope < flow.scope {
            return false;
        }
        let Some(dev) = alias.dev else { return true };
        if alias.flags & rtnh::DEAD != 0 || flow.oif.is_some_and(|oif| oif != dev) {
            return false;
        }
        let linkdown = alias.flags & rtnh::LINKDOWN != 0 && !flow.ignore_linkstate;
        !(linkdown && self.in_dev_conf(dev, Ipv4::IgnoreRoutesWithLinkdown) != 0)
    }

    /// What an address is to this namespace, `RTN_*` (`inet_addr_type`).
    pub(crate) fn inet_addr_type(&self, netns: NetnsId, addr: Ipv4Addr) -> u8 {
        if addr.octets()[0] == 0 || addr.is_broadcast() {
            return rtn::BROADCAST;
        }
        if addr.is_multicast() {
            return rtn::MULTICAST;
        }
        match self.fib_table_lookup(netns, RT_TABLE_LOCAL, &Flow::to(addr)) {
            Some((_, alias)) => alias.kind,
            None => rtn::UNICAST,
        }
    }
}
