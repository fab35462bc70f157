//! Which routes are taken, and where they stand among others. Models fib_create_info, fib_check_nh
//! (net/ipv4/fib_semantics.c), fib_table_insert, fib_table_delete (fib_trie.c), rtm_to_fib_config (fib_frontend.c).

use core::net::Ipv4Addr;

use crate::addr::{DevId, NetnsId, mask4};
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::request::{How, RouteSpec};
use crate::route::{Fib, FibAlias, FibTable, Flow, RT_TABLE_LOCAL, RT_TABLE_MAIN, ipv4, rtn, rtnh, scope};

/// `RTPROT_BOOT`: iproute2's default.
const RTPROT_BOOT: u8 = 3;
/// The bits of `tos` that are no DSCP.
const ECN_BITS: u8 = 0x03;

fn refuse<T>(errno: Errno, text: &str) -> Result<T> {
    Err(Error::extack(errno, text))
}

/// The scope that iproute2 gives (`iproute_modify`), for an addition.
fn default_scope(route: &RouteSpec) -> u8 {
    match route.kind {
        rtn::LOCAL => scope::HOST,
        rtn::BROADCAST | rtn::MULTICAST | rtn::ANYCAST => scope::LINK,
        rtn::UNICAST if route.via.is_none() => scope::LINK,
        _ => scope::UNIVERSE,
    }
}

/// The widest scope a type can have (`fib_props`), and whether it is an error.
fn props(kind: u8) -> Option<(u8, bool)> {
    match kind {
        rtn::UNICAST | rtn::MULTICAST => Some((scope::UNIVERSE, false)),
        rtn::LOCAL => Some((scope::HOST, false)),
        rtn::BROADCAST | rtn::ANYCAST => Some((scope::LINK, false)),
        rtn::BLACKHOLE | rtn::UNREACHABLE | rtn::PROHIBIT | rtn::THROW => Some((scope::UNIVERSE, true)),
        _ => None,
    }
}

impl FibAlias {
    /// Same prefix and type of service.
    fn same_key(&self, other: &FibAlias) -> bool {
        self.tos == other.tos && self.priority == other.priority
    }

    /// The same route but for its state (`fib_find_info` shares one `fib_info`).
    fn same_info(&self, other: &FibAlias) -> bool {
        let state = !(rtnh::DEAD | rtnh::LINKDOWN);
        let plain = |alias: &FibAlias| FibAlias { flags: alias.flags & state, ..alias.clone() };
        plain(self) == plain(other)
    }

    /// Orders routes of one prefix.
    fn rank(&self) -> (u8, u32) {
        (u8::MAX - self.tos, self.priority)
    }
}

impl FibTable {
    /// Put a route among those of its prefix, or EEXIST, ENOENT.
    pub(crate) fn insert(&mut self, new: FibAlias, how: How) -> Result {
        let range = self.range(new.dst, new.len);
        let first = range.start + self.routes[range.clone()].partition_point(|alias| alias.rank() < new.rank());
        let same = self.routes[first..range.end].iter().take_while(|alias| alias.same_key(&new)).count();
        let at = match how {
            How::Add if same > 0 => return Err(Errno::EEXIST.into()),
            How::Change if same == 0 => return Err(Errno::ENOENT.into()),
            How::Change | How::Replace if same > 0 => return self.replace(first..first + same, new),
            _ if self.routes[first..first + same].iter().any(|alias| alias.same_info(&new)) => {
                return Err(Errno::EEXIST.into());
            }
            How::Append => first + same,
            _ => first,
        };
        self.lens |= 1 << new.len;
        self.routes.insert(at, new);
        Ok(())
    }

    /// The first of those with this key gives way; if another already is what is wanted, EEXIST.
    fn replace(&mut self, same: core::ops::Range<usize>, new: FibAlias) -> Result {
        match self.routes[same.clone()].iter().position(|alias| alias.same_info(&new)) {
            Some(0) => Ok(()),
            Some(_) => Err(Errno::EEXIST.into()),
            None => {
                self.routes[same.start] = new;
                Ok(())
            }
        }
    }

    /// Take out the routes that are to go; how many there were.
    pub(crate) fn remove(&mut self, gone: impl Fn(&FibAlias) -> bool) -> usize {
        let before = self.routes.len();
        self.routes.retain(|alias| !gone(alias));
        self.lens = self.routes.iter().fold(0, |lens, alias| lens | 1 << alias.len);
        before - self.routes.len()
    }
}

impl Fib {
    /// A table, made if it was not there. Local lives in main's trie, which is made with it (`fib_new_table`).
    pub(crate) fn fib_new_table(&mut self, table: u32) -> &mut FibTable {
        if table == RT_TABLE_LOCAL {
            self.tables.entry(RT_TABLE_MAIN).or_default();
        }
        self.tables.entry(table).or_default()
    }
}

impl Kernel {
    /// RTM_NEWROUTE (`inet_rtm_newroute`).
    pub(crate) fn fib_table_insert(&mut self, netns: NetnsId, route: &RouteSpec, how: How) -> Result {
        if route.tos & ECN_BITS != 0 {
            return refuse(Errno::EINVAL, "Invalid dsfield (tos): ECN bits must be 0");
        }
        let table = if route.table == 0 { RT_TABLE_MAIN } else { route.table };
        // The table is there from the first attempt on, whatever becomes of that.
        self.net_mut(netns)?.fib.fib_new_table(table);
        let new = self.fib_create_info(netns, route)?;
        self.net_mut(netns)?.fib.fib_new_table(table).insert(new, how)
    }

    /// The prefix of a message, checked (`fib_valid_key_len`).
    fn fib_key(route: &RouteSpec) -> Result<(u32, u8)> {
        let (dst, len) = (u32::from(ipv4(route.dst.addr)?), route.dst.len);
        if len > 32 {
            return refuse(Errno::EINVAL, "Invalid prefix length");
        }
        if dst & !mask4(len) != 0 {
            return refuse(Errno::EINVAL, "Invalid prefix for given prefix length");
        }
        Ok((dst, len))
    }

    fn fib_create_info(&self, netns: NetnsId, route: &RouteSpec) -> Result<FibAlias> {
        let (dst, len) = Self::fib_key(route)?;
        let Some((widest, is_error)) = props(route.kind) else {
            return refuse(Errno::EINVAL, "Invalid route type");
        };
        let mut new = FibAlias {
            dst,
            len,
            tos: route.tos,
            kind: route.kind,
            protocol: route.protocol.unwrap_or(RTPROT_BOOT),
            scope: route.scope.unwrap_or_else(|| default_scope(route)),
            priority: route.metric.unwrap_or(0),
            prefsrc: route.src.map(ipv4).transpose()?.filter(|src| !src.is_unspecified()),
            gw: route.via.map(ipv4).transpose()?.filter(|gw| !gw.is_unspecified()),
            dev: None,
            nh_scope: scope::NOWHERE,
            flags: if route.onlink { rtnh::ONLINK } else { 0 },
            mtu: route.mtu.filter(|mtu| *mtu != 0),
        };
        if widest > new.scope {
            return refuse(Errno::EINVAL, "Invalid scope");
        }
        if is_error {
            if new.gw.is_some() || route.oif.is_some() {
                let text = "Gateway, device and multipath can not be specified for this route type";
                return refuse(Errno::EINVAL, text);
            }
        } else {
            self.fib_check_nh(netns, route, &mut new)?;
            self.check_prefsrc(netns, route, &new)?;
        }
        Ok(new)
    }

    fn fib_check_nh(&self, netns: NetnsId, route: &RouteSpec, new: &mut FibAlias) -> Result {
        let oif = route.oif.and_then(|oif| self.dev_by_index(netns, oif));
        if new.scope > scope::HOST {
            return refuse(Errno::EINVAL, "Invalid scope");
        }
        if new.scope == scope::HOST {
            if new.gw.is_some() {
                return refuse(Errno::EINVAL, "Route with host scope can not have a gateway");
            }
            new.dev = Some(oif.ok_or(Errno::ENODEV)?);
            return Ok(());
        }
        match new.gw {
            Some(gw) if route.onlink => self.check_onlink(netns, (gw, oif), new)?,
            Some(gw) => self.fib_check_nh_v4_gw(netns, route.table, (gw, oif), new)?,
            None => self.fib_check_nh_nongw(oif, route.onlink, new)?,
        }
        if new.dev.is_some_and(|dev| !self.dev(dev).carrier) {
            new.flags |= rtnh::LINKDOWN;
        }
        Ok(())
    }

    fn check_onlink(&self, netns: NetnsId, (gw, oif): (Ipv4Addr, Option<DevId>), new: &mut FibAlias) -> Result {
        if new.scope >= scope::LINK {
            return refuse(Errno::EINVAL, "Nexthop has invalid scope");
        }
        let Some(dev) = oif else {
            return refuse(Errno::ENODEV, "Nexthop device required for onlink");
        };
        if !self.dev(dev).up {
            return refuse(Errno::ENETDOWN, "Nexthop device is not up");
        }
        if self.inet_addr_type(netns, gw) != rtn::UNICAST {
            return refuse(Errno::EINVAL, "Nexthop has invalid gateway");
        }
        (new.dev, new.nh_scope) = (Some(dev), scope::LINK);
        Ok(())
    }

    fn fib_check_nh_v4_gw(
        &self,
        netns: NetnsId,
        table: u32,
        (gw, oif): (Ipv4Addr, Option<DevId>),
        new: &mut FibAlias,
    ) -> Result {
        let scope = (new.scope + 1).max(scope::LINK);
        let flow = Flow { oif, scope, ignore_linkstate: true, ..Flow::to(gw) };
        let own = (table != RT_TABLE_MAIN && table != 0).then(|| self.fib_table_lookup(netns, table, &flow)).flatten();
        let found = own.or_else(|| self.fib_lookup_flow(netns, &flow));
        let Some((_, hop)) = found.filter(|(_, hop)| hop.dev.is_some()) else {
            return refuse(Errno::ENETUNREACH, "Nexthop has invalid gateway");
        };
        if hop.kind != rtn::UNICAST && hop.kind != rtn::LOCAL {
            return refuse(Errno::EINVAL, "Nexthop has invalid gateway");
        }
        (new.dev, new.nh_scope) = (hop.dev, hop.scope);
        if hop.dev.is_some_and(|dev| self.dev(dev).up) { Ok(()) } else { Err(Errno::ENETDOWN.into()) }
    }

    fn fib_check_nh_nongw(&self, oif: Option<DevId>, onlink: bool, new: &mut FibAlias) -> Result {
        if onlink {
            let text = "Invalid flags for nexthop - PERVASIVE and ONLINK can not be set";
            return refuse(Errno::EINVAL, text);
        }
        let dev = oif.ok_or(Errno::ENODEV)?;
        if !self.dev(dev).up {
            return refuse(Errno::ENETDOWN, "Device for nexthop is not up");
        }
        (new.dev, new.nh_scope) = (Some(dev), scope::HOST);
        Ok(())
    }

    /// `fib_valid_prefsrc`: an own address, or the very address that becomes one.
    fn check_prefsrc(&self, netns: NetnsId, route: &RouteSpec, new: &FibAlias) -> Result {
        let Some(src) = new.prefsrc else { return Ok(()) };
        if new.kind == rtn::LOCAL && new.dst != 0 && u32::from(src) == new.dst {
            return Ok(());
        }
        let in_table = |table: u32| match self.fib_table_lookup(netns, table, &Flow::to(src)) {
            Some((_, alias)) => alias.kind == rtn::LOCAL,
            None => false,
        };
        // What is no unicast address by its look is not looked up.
        let plain = !src.is_multicast() && !src.is_broadcast() && src.octets()[0] != 0;
        if plain && (in_table(RT_TABLE_LOCAL) || in_table(route.table)) {
            return Ok(());
        }
        refuse(Errno::EINVAL, "Invalid prefsrc address")
    }

    /// RTM_DELROUTE (`inet_rtm_delroute`, `fib_table_delete`): the first route that has all that is said.
    pub(crate) fn fib_table_delete(&mut self, netns: NetnsId, route: &RouteSpec) -> Result {
        let (dst, len) = Self::fib_key(route)?;
        let oif = route.oif.map(|oif| self.dev_by_index(netns, oif).ok_or(Errno::ESRCH)).transpose()?;
        let gw = route.via.map(ipv4).transpose()?;
        let src = route.src.map(ipv4).transpose()?;
        let nearness = route.scope.or(match route.kind {
            rtn::LOCAL => Some(scope::HOST),
            rtn::BROADCAST | rtn::MULTICAST | rtn::ANYCAST => Some(scope::LINK),
            _ => None,
        });
        let table = if route.table == 0 { RT_TABLE_MAIN } else { route.table };
        let Some(held) = self.net_mut(netns)?.fib.tables.get_mut(&table) else {
            return refuse(Errno::ESRCH, "FIB table does not exist");
        };
        let fits = |alias: &FibAlias| {
            alias.tos == route.tos
                && (route.kind == 0 || alias.kind == route.kind)
                && nearness.is_none_or(|wanted| wanted == scope::NOWHERE || alias.scope == wanted)
                && src.is_none_or(|src| alias.prefsrc == Some(src))
                && route.protocol.is_none_or(|protocol| protocol == 0 || alias.protocol == protocol)
                && route.metric.is_none_or(|metric| metric == 0 || alias.priority == metric)
                && oif.is_none_or(|oif| alias.dev == Some(oif))
                && gw.is_none_or(|gw| alias.gw == Some(gw))
                && route.mtu.is_none_or(|mtu| alias.mtu == Some(mtu))
        };
        let range = held.range(dst, len);
        let at = held.routes[range.clone()].iter().position(fits).ok_or(Errno::ESRCH)?;
        held.routes.remove(range.start + at);
        held.remove(|_| false);
        Ok(())
    }
}
