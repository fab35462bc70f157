//! Where a packet of a process goes and which source it gets. Models ip_route_output_key_hash_rcu
//! (net/ipv4/route.c), fib_result_prefsrc (fib_semantics.c), inet_select_addr (devinet.c).

use core::net::Ipv4Addr;

use crate::addr::{DevId, NetnsId};
use crate::error::{Errno, Result};
use crate::kernel::Kernel;
use crate::route::{FibAlias, Flow, RT_TABLE_LOCAL, RT_TABLE_MAIN, rtn, scope};
use crate::sysctl::Ipv4;

/// A packet's way out (`struct rtable`).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RouteOut {
    /// `RTN_*`.
    pub kind: u8,
    /// The table that answered.
    pub table: u32,
    /// Gateway.
    pub via: Option<Ipv4Addr>,
    /// Output device: `lo` for what is local.
    pub dev: DevId,
    /// Source.
    pub src: Ipv4Addr,
    /// Mtu of the route in bytes, if it has one.
    pub mtu: Option<u32>,
}

/// What a process asks of its packet's way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ask {
    /// Destination.
    pub dst: Ipv4Addr,
    /// Source, unspecified to have one selected.
    pub src: Ipv4Addr,
    /// The device it is bound to.
    pub oif: Option<DevId>,
    /// Type of service.
    pub tos: u8,
}

impl RouteOut {
    fn by(kind: u8, dev: DevId, src: Ipv4Addr) -> RouteOut {
        RouteOut { kind, table: RT_TABLE_MAIN, via: None, dev, src, mtu: None }
    }
}

/// What an error route gives to a process (`fib_props`).
fn error_of(kind: u8) -> Option<Errno> {
    match kind {
        rtn::BLACKHOLE => Some(Errno::EINVAL),
        rtn::UNREACHABLE => Some(Errno::EHOSTUNREACH),
        rtn::PROHIBIT => Some(Errno::EACCES),
        _ => None,
    }
}

impl Kernel {
    /// Route a packet of a process (`ip_route_output_key`).
    ///
    /// # Errors
    /// ENETUNREACH without a route or for a source that is not local, EINVAL for what is no source and by a blackhole,
    /// EHOSTUNREACH and EACCES by unreachable and prohibit routes.
    pub(crate) fn ip_route_output(&self, netns: NetnsId, mut ask: Ask) -> Result<RouteOut> {
        self.check_source(netns, &mut ask)?;
        let near = ask.dst.is_broadcast() || (ask.dst.is_multicast() && ask.dst.octets()[..3] == [224, 0, 0]);
        if let Some(dev) = ask.oif {
            if !self.dev(dev).up {
                return Err(Errno::ENETUNREACH.into());
            }
            if near {
                let src = self.source_or(ask.src, || self.inet_select_addr(dev, None, scope::LINK));
                return self.mkroute_output(&ask, RouteOut::by(rtn::UNICAST, dev, src));
            }
            if ask.dst.is_multicast() {
                ask.src = self.source_or(ask.src, || self.inet_select_addr(dev, None, scope::UNIVERSE));
            } else if ask.dst.is_unspecified() {
                ask.src = self.source_or(ask.src, || self.inet_select_addr(dev, None, scope::HOST));
            }
        }
        if ask.dst.is_unspecified() {
            // To nobody is to oneself.
            let src = self.source_or(ask.src, || Ipv4Addr::LOCALHOST);
            let out = RouteOut { table: RT_TABLE_LOCAL, ..RouteOut::by(rtn::LOCAL, self.net(netns)?.loopback(), src) };
            return Ok(out);
        }
        self.route_by_table(netns, ask)
    }

    /// A given source is an own address. Of a broadcast or multicast it says the device.
    fn check_source(&self, netns: NetnsId, ask: &mut Ask) -> Result {
        if ask.src.is_unspecified() {
            return Ok(());
        }
        if ask.src.is_multicast() || ask.src.is_broadcast() || ask.src.octets()[0] == 0 {
            return Err(Errno::EINVAL.into());
        }
        let local = self.ip_dev_find(netns, ask.src).ok_or(Errno::ENETUNREACH)?;
        if ask.oif.is_none() && (ask.dst.is_multicast() || ask.dst.is_broadcast()) {
            ask.oif = Some(local);
        }
        Ok(())
    }

    /// The device that has an address (`__ip_dev_find`).
    pub(crate) fn ip_dev_find(&self, netns: NetnsId, addr: Ipv4Addr) -> Option<DevId> {
        let net = self.netns.get(&netns)?;
        let has = |dev: &DevId| self.dev(*dev).ifaddrs.iter().any(|ifa| ifa.addr() == addr);
        let own = net.dev_base.iter().copied().find(has);
        own.or_else(|| {
            // All of 127/8 is local once its route is.
            let (_, alias) = self.fib_table_lookup(netns, RT_TABLE_LOCAL, &Flow::to(addr))?;
            alias.dev.filter(|_| alias.kind == rtn::LOCAL)
        })
    }

    fn source_or(&self, given: Ipv4Addr, select: impl FnOnce() -> Ipv4Addr) -> Ipv4Addr {
        if given.is_unspecified() { select() } else { given }
    }

    fn route_by_table(&self, netns: NetnsId, ask: Ask) -> Result<RouteOut> {
        let flow = Flow { tos: ask.tos, oif: ask.oif, ..Flow::to(ask.dst) };
        let Some((table, alias)) = self.fib_lookup_flow(netns, &flow) else {
            // Bound to a device: whatever tables say, the destination is taken to be on its link.
            let dev = ask.oif.ok_or(Errno::ENETUNREACH)?;
            let src = self.source_or(ask.src, || self.inet_select_addr(dev, None, scope::LINK));
            return self.mkroute_output(&ask, RouteOut::by(rtn::UNICAST, dev, src));
        };
        if let Some(errno) = error_of(alias.kind) {
            return Err(errno.into());
        }
        let dev = alias.dev.ok_or(Errno::EINVAL)?;
        if alias.kind == rtn::LOCAL {
            let src = self.source_or(ask.src, || alias.prefsrc.unwrap_or(ask.dst));
            let lo = self.net(netns)?.loopback();
            return self.mkroute_output(&ask, RouteOut { table, ..RouteOut::by(rtn::LOCAL, lo, src) });
        }
        let src = self.source_or(ask.src, || self.fib_result_prefsrc(alias, dev));
        let out = RouteOut { kind: alias.kind, table, via: alias.gw, dev, src, mtu: alias.mtu };
        self.mkroute_output(&ask, out)
    }

    /// The type that the destination itself has goes before the route's (`__mkroute_output`).
    fn mkroute_output(&self, ask: &Ask, mut out: RouteOut) -> Result<RouteOut> {
        let lo = self.dev(out.dev).is_loopback();
        if out.src.is_loopback() && !lo && self.in_dev_conf(out.dev, Ipv4::RouteLocalnet) == 0 {
            return Err(Errno::EINVAL.into());
        }
        if ask.dst.is_broadcast() {
            (out.kind, out.via) = (rtn::BROADCAST, None);
        } else if ask.dst.is_multicast() {
            out.kind = rtn::MULTICAST;
        } else if ask.dst.octets()[0] == 0 {
            return Err(Errno::EINVAL.into());
        }
        Ok(out)
    }

    /// The source that a route gives (`fib_result_prefsrc`, `fib_info_update_nhc_saddr`).
    pub(crate) fn fib_result_prefsrc(&self, alias: &FibAlias, dev: DevId) -> Ipv4Addr {
        alias.prefsrc.unwrap_or_else(|| self.inet_select_addr(dev, alias.gw, alias.scope))
    }

    /// The source for packets by a device: its first address whose subnet holds `dst`, else its first at all, else one
    /// of another device, else none. No secondary one, none nearer than `near`.
    pub(crate) fn inet_select_addr(&self, dev: DevId, dst: Option<Ipv4Addr>, near: u8) -> Ipv4Addr {
        let localnet = self.in_dev_conf(dev, Ipv4::RouteLocalnet) != 0;
        let host = if localnet { scope::LINK } else { scope::HOST };
        let fits = |ifa: &&crate::ifaddr::Ifaddr| !ifa.is_secondary() && ifa.scope.min(host) <= near;
        let own = self.dev(dev).ifaddrs.iter().filter(fits);
        let holds = |ifa: &&crate::ifaddr::Ifaddr| dst.is_none_or(|dst| ifa.holds(dst));
        if let Some(ifa) = own.clone().find(holds).or_else(|| own.clone().next()) {
            return ifa.addr();
        }
        let net = &self.netns[&self.dev(dev).netns];
        let elsewhere = net.dev_base.iter().flat_map(|dev| &self.dev(*dev).ifaddrs);
        let mut elsewhere = elsewhere.filter(|ifa| !ifa.is_secondary());
        let found = elsewhere.find(|ifa| ifa.scope != scope::LINK && ifa.scope <= near);
        found.map_or(Ipv4Addr::UNSPECIFIED, |ifa| ifa.addr())
    }
}
