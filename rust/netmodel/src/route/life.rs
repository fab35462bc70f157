//! How routes come and go with addresses and devices. Models fib_magic, fib_add_ifaddr, fib_del_ifaddr,
//! fib_netdev_event (net/ipv4/fib_frontend.c), fib_sync_down_dev, fib_sync_up (fib_semantics.c).

use core::net::Ipv4Addr;

use crate::addr::{DevId, mask4};
use crate::bridge::NetdevEvent;
use crate::ifaddr::Ifaddr;
use crate::kernel::Kernel;
use crate::link::iff;
use crate::request::How;
use crate::route::{FibAlias, RT_TABLE_LOCAL, RT_TABLE_MAIN, rtn, rtnh, scope};

/// `RTPROT_KERNEL`.
const RTPROT_KERNEL: u8 = 2;

/// What happened to a device, as far as its routes care.
#[derive(Clone, Copy, PartialEq)]
enum Loss {
    /// It has no carrier.
    Carrier,
    /// It went down: what does not need it stays.
    Down,
    /// It is gone, or the last address is: everything goes.
    All,
}

/// A route that the kernel makes for an address: type, destination, bits, metric.
type Magic = (u8, u32, u8, u32);

impl Kernel {
    /// The route that `fib_magic` adds or deletes.
    fn magic(&self, dev: DevId, (kind, dst, len, priority): Magic, prefsrc: Ipv4Addr) -> (u32, FibAlias) {
        let table = if kind == rtn::UNICAST { RT_TABLE_MAIN } else { RT_TABLE_LOCAL };
        let local = kind == rtn::LOCAL;
        let linkdown = !local && !self.dev(dev).carrier;
        let alias = FibAlias {
            dst,
            len,
            tos: 0,
            kind,
            protocol: RTPROT_KERNEL,
            scope: if local { scope::HOST } else { scope::LINK },
            priority,
            prefsrc: Some(prefsrc),
            gw: None,
            dev: Some(dev),
            nh_scope: if local { scope::NOWHERE } else { scope::HOST },
            flags: if linkdown { rtnh::LINKDOWN } else { 0 },
            mtu: None,
        };
        (table, alias)
    }

    fn fib_magic_add(&mut self, dev: DevId, route: Magic, prefsrc: Ipv4Addr) {
        let (table, alias) = self.magic(dev, route, prefsrc);
        let netns = self.dev(dev).netns;
        let own = alias.kind == rtn::LOCAL && alias.dst == u32::from(prefsrc);
        let source_is_valid = own || self.inet_addr_type(netns, prefsrc) == rtn::LOCAL;
        if (alias.kind != rtn::LOCAL && !self.dev(dev).up) || !source_is_valid {
            return;
        }
        let net = self.netns.get_mut(&netns).expect("a device's namespace is there");
        // One that is there already stays as it is.
        let _ = net.fib.fib_new_table(table).insert(alias, How::Append);
    }

    /// A metric of 0 names any.
    fn fib_magic_del(&mut self, dev: DevId, route: Magic, prefsrc: Ipv4Addr) {
        let (table, wanted) = self.magic(dev, route, prefsrc);
        let netns = self.dev(dev).netns;
        let net = self.netns.get_mut(&netns).expect("a device's namespace is there");
        let Some(held) = net.fib.tables.get_mut(&table) else { return };
        let range = held.range(wanted.dst, wanted.len);
        let found = held.routes[range.clone()].iter().position(|alias| {
            (alias.kind, alias.scope, alias.prefsrc) == (wanted.kind, wanted.scope, wanted.prefsrc)
                && (alias.protocol, alias.dev, alias.tos) == (RTPROT_KERNEL, Some(dev), 0)
                && (wanted.priority == 0 || alias.priority == wanted.priority)
        });
        if let Some(at) = found {
            held.routes.remove(range.start + at);
            held.remove(|_| false);
        }
    }

    /// The type of an address's connected route.
    fn connected_kind(&self, dev: DevId) -> u8 {
        if self.dev(dev).flags() & iff::LOOPBACK != 0 { rtn::LOCAL } else { rtn::UNICAST }
    }

    /// Add the routes of an address: the local one, and while the device is up the connected and the broadcast ones.
    pub(crate) fn fib_add_ifaddr(&mut self, dev: DevId, ifa: &Ifaddr) {
        let Some(prim) = self.primary_of(dev, ifa) else { return };
        let (mask, prefix) = (ifa.mask(), ifa.prefix());
        self.fib_magic_add(dev, (rtn::LOCAL, u32::from(ifa.addr()), 32, 0), prim);
        if !self.dev(dev).up {
            return;
        }
        if let Some(broadcast) = ifa.broadcast.filter(|broadcast| !broadcast.is_broadcast()) {
            self.fib_magic_add(dev, (rtn::BROADCAST, broadcast.into(), 32, 0), prim);
        }
        let own = prefix == u32::from(ifa.addr()) && ifa.local.len == 32;
        if prefix >> 24 == 0 || ifa.is_secondary() || own {
            return;
        }
        if !ifa.is_noprefixroute() {
            let kind = self.connected_kind(dev);
            self.fib_magic_add(dev, (kind, prefix, ifa.local.len, ifa.metric), prim);
        }
        if ifa.local.len < 31 {
            if self.facts.local_net_broadcast_routes {
                self.fib_magic_add(dev, (rtn::BROADCAST, prefix, 32, 0), prim);
            }
            self.fib_magic_add(dev, (rtn::BROADCAST, prefix | !mask, 32, 0), prim);
        }
    }

    /// The connected route of an address gets another metric (`fib_modify_prefix_metric`).
    pub(crate) fn fib_modify_prefix_metric(&mut self, dev: DevId, ifa: &Ifaddr, was: u32) {
        let own = ifa.prefix() == u32::from(ifa.addr()) && ifa.local.len == 32;
        if !self.dev(dev).up || ifa.is_secondary() || ifa.is_noprefixroute() || ifa.prefix() >> 24 == 0 || own {
            return;
        }
        let kind = self.connected_kind(dev);
        // The new one first: nothing is unreachable in between.
        self.fib_magic_add(dev, (kind, ifa.prefix(), ifa.local.len, ifa.metric), ifa.addr());
        self.fib_magic_del(dev, (kind, ifa.prefix(), ifa.local.len, was), ifa.addr());
    }

    /// The address that an address's routes give as source: its own, or its primary's (`inet_ifa_byprefix`).
    fn primary_of(&self, dev: DevId, ifa: &Ifaddr) -> Option<Ipv4Addr> {
        if !ifa.is_secondary() {
            return Some(ifa.addr());
        }
        self.inet_ifa_byprefix(dev, ifa).map(Ifaddr::addr)
    }

    /// The first address of a subnet (`inet_ifa_byprefix`).
    pub(crate) fn inet_ifa_byprefix(&self, dev: DevId, of: &Ifaddr) -> Option<&Ifaddr> {
        self.dev(dev).ifaddrs.iter().find(|ifa| ifa.same_subnet(of))
    }

    /// Delete the routes of an address that is no longer in the list, but for those that other addresses need. With
    /// `promoted` the address stays and its primary, that one, goes (`fib_del_ifaddr`).
    pub(crate) fn fib_del_ifaddr(&mut self, dev: DevId, ifa: &Ifaddr, promoted: Option<&Ifaddr>) {
        let prim = match promoted
            .cloned()
            .or_else(|| ifa.is_secondary().then(|| self.inet_ifa_byprefix(dev, ifa).cloned()).flatten())
        {
            Some(prim) if ifa.is_secondary() => prim,
            _ if ifa.is_secondary() => return,
            _ => ifa.clone(),
        };
        let (any, brd) = (ifa.prefix(), ifa.prefix() | !ifa.mask());
        let own = any == u32::from(ifa.addr()) && ifa.local.len == 32;
        let subnet = !ifa.is_secondary() && any >> 24 != 0 && !own;
        if subnet && !ifa.is_noprefixroute() {
            let kind = self.connected_kind(dev);
            self.fib_magic_del(dev, (kind, any, ifa.local.len, 0), prim.addr());
        }
        let needed = self.still_needed(dev, ifa, &prim, promoted);
        if let Some(broadcast) = ifa.broadcast.filter(|_| !needed.broadcast) {
            self.fib_magic_del(dev, (rtn::BROADCAST, broadcast.into(), 32, 0), prim.addr());
        }
        if subnet && ifa.local.len < 31 {
            for dst in [(brd, needed.brd), (any, needed.any)].into_iter().filter(|dst| !dst.1).map(|dst| dst.0) {
                self.fib_magic_del(dev, (rtn::BROADCAST, dst, 32, 0), prim.addr());
            }
        }
        if !needed.local {
            self.fib_magic_del(dev, (rtn::LOCAL, ifa.addr().into(), 32, 0), prim.addr());
            let netns = self.dev(dev).netns;
            let gone = self.inet_addr_type(netns, ifa.addr()) != rtn::LOCAL;
            if promoted.is_none() && gone {
                self.fib_sync_down_addr(dev, ifa.addr());
            }
        }
    }

    /// Which routes of an address other addresses with the same primary still need.
    fn still_needed(&self, dev: DevId, ifa: &Ifaddr, prim: &Ifaddr, promoted: Option<&Ifaddr>) -> Needed {
        let (any, brd) = (ifa.prefix(), ifa.prefix() | !ifa.mask());
        let mut needed = Needed::default();
        for other in self.dev(dev).ifaddrs.iter().filter(|other| *other != ifa) {
            if promoted.is_some_and(|gone| other.same_subnet(gone)) {
                continue;
            }
            let owner = match self.primary_of(dev, other) {
                Some(owner) => owner,
                None => continue,
            };
            if owner != prim.addr() {
                continue;
            }
            let is = |dst: u32| other.broadcast.map(u32::from) == Some(dst);
            needed.local |= other.addr() == ifa.addr();
            needed.broadcast |= other.broadcast == ifa.broadcast;
            needed.brd |= is(brd);
            needed.any |= is(any);
            if !other.is_secondary() && other.local.len < 31 && other.prefix() >> 24 != 0 {
                let ends = [other.prefix(), other.prefix() | !other.mask()];
                needed.broadcast |= ifa.broadcast.is_some_and(|broadcast| ends.contains(&u32::from(broadcast)));
                needed.brd |= ends.contains(&brd);
                needed.any |= ends.contains(&any);
            }
        }
        needed
    }

    /// Routes of the main table that ask for a source that is gone, go (`fib_sync_down_addr`, `fib_flush`).
    fn fib_sync_down_addr(&mut self, dev: DevId, addr: Ipv4Addr) {
        let netns = self.dev(dev).netns;
        let net = self.netns.get_mut(&netns).expect("a device's namespace is there");
        if let Some(main) = net.fib.tables.get_mut(&RT_TABLE_MAIN) {
            main.remove(|alias| alias.prefsrc == Some(addr));
        }
    }

    /// Something happened to a device (`fib_netdev_event`).
    pub(crate) fn fib_netdev_event(&mut self, dev: DevId, event: NetdevEvent) {
        match event {
            NetdevEvent::Up => {
                for ifa in self.dev(dev).ifaddrs.clone() {
                    self.fib_add_ifaddr(dev, &ifa);
                }
                self.fib_sync_up(dev, rtnh::DEAD);
            }
            NetdevEvent::Down => self.fib_disable_ip(dev, Loss::Down),
            NetdevEvent::Unregister => self.fib_disable_ip(dev, Loss::All),
            NetdevEvent::Change if self.dev(dev).flags() & (iff::RUNNING | iff::LOWER_UP) != 0 => {
                self.fib_sync_up(dev, rtnh::LINKDOWN);
            }
            NetdevEvent::Change => self.fib_sync_down_dev(dev, Loss::Carrier),
            _ => {}
        }
    }

    /// The last address of a device is gone.
    pub(crate) fn fib_disable_addresses(&mut self, dev: DevId) {
        self.fib_disable_ip(dev, Loss::All);
    }

    /// `fib_disable_ip`: routes and neighbours of a device go.
    fn fib_disable_ip(&mut self, dev: DevId, loss: Loss) {
        self.fib_sync_down_dev(dev, loss);
        self.neigh_flush_dev(dev, true);
    }

    fn fib_sync_down_dev(&mut self, dev: DevId, loss: Loss) {
        let netns = self.dev(dev).netns;
        let Some(net) = self.netns.get_mut(&netns) else { return };
        // A local route's next hop is nowhere: it does not need the device.
        let needs =
            |alias: &FibAlias| alias.dev == Some(dev) && (loss == Loss::All || alias.nh_scope != scope::NOWHERE);
        for table in net.fib.tables.values_mut() {
            if loss == Loss::Carrier {
                let hit = table.routes.iter_mut().filter(|alias| needs(alias));
                hit.for_each(|alias| alias.flags |= rtnh::LINKDOWN);
            } else {
                table.remove(needs);
            }
        }
    }

    /// `fib_sync_up`: next hops by this device live again, if it is up.
    fn fib_sync_up(&mut self, dev: DevId, mut flags: u32) {
        let device = self.dev(dev);
        if !device.up {
            return;
        }
        if flags & rtnh::DEAD != 0 && device.flags() & (iff::RUNNING | iff::LOWER_UP) != 0 {
            flags |= rtnh::LINKDOWN;
        }
        let netns = device.netns;
        let net = self.netns.get_mut(&netns).expect("a device's namespace is there");
        let routes = net.fib.tables.values_mut().flat_map(|table| &mut table.routes);
        routes.filter(|alias| alias.dev == Some(dev)).for_each(|alias| alias.flags &= !flags);
    }
}

/// What of an address's routes stays.
#[derive(Default)]
struct Needed {
    local: bool,
    broadcast: bool,
    brd: bool,
    any: bool,
}

impl Ifaddr {
    /// The netmask.
    pub(crate) fn mask(&self) -> u32 {
        mask4(self.local.len)
    }
}
