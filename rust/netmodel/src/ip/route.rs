//! Which way a packet goes. Models `ip_route_input_slow`, `fib_validate_source` and `ip_route_output_key_hash_rcu`
//! (net/ipv4/route.c, fib_frontend.c).

use core::net::Ipv4Addr;

use super::{Flow, RtType, Rtable};
use crate::addr::{DevId, NetnsId};
use crate::error::{Errno, Result};
use crate::kernel::Kernel;
use crate::route::{self, Ask, FibAlias, rtn, scope};
use crate::sysctl::Ipv4;
use crate::trace::DropReason;

const ALL_HOSTS: Ipv4Addr = Ipv4Addr::new(224, 0, 0, 1);

fn is_zeronet(addr: Ipv4Addr) -> bool {
    addr.octets()[0] == 0
}

/// What a route means for a packet (`fib_props`).
fn kind_of(kind: u8) -> RtType {
    match kind {
        rtn::LOCAL => RtType::Local,
        rtn::BROADCAST => RtType::Broadcast,
        rtn::BLACKHOLE => RtType::Error(Errno::EINVAL),
        rtn::UNREACHABLE => RtType::Error(Errno::EHOSTUNREACH),
        rtn::PROHIBIT => RtType::Error(Errno::EACCES),
        _ => RtType::Unicast,
    }
}

impl Kernel {
    /// Whether both addresses are of one subnet of the device (`inet_addr_onlink`).
    pub(crate) fn inet_addr_onlink(&self, dev: DevId, one: Ipv4Addr, other: Ipv4Addr) -> bool {
        self.dev(dev).ifaddrs.iter().any(|ifa| ifa.holds(one) && (other.is_unspecified() || ifa.holds(other)))
    }

    /// Whether packets that come in by `dev` are forwarded (`IN_DEV_FORWARD`).
    pub(crate) fn in_dev_forward(&self, dev: DevId) -> bool {
        self.in_dev_conf(dev, Ipv4::Forwarding) != 0
    }

    /// The route of a packet that came in (`ip_route_input_slow`).
    ///
    /// # Errors
    /// The reason to drop a martian.
    pub(crate) fn ip_route_input(
        &self,
        dev: DevId,
        src: Ipv4Addr,
        dst: Ipv4Addr,
    ) -> core::result::Result<Rtable, DropReason> {
        let netns = self.dev(dev).netns;
        let here = |kind| Rtable { kind, dev, table: 0, gateway: None, src: dst, mtu: None, redirect: false };
        if src.is_multicast() || src.is_broadcast() {
            return Err(DropReason::IP_INVALID_SOURCE);
        }
        if dst.is_multicast() {
            return if dst == ALL_HOSTS {
                Ok(here(RtType::Multicast { joined: true }))
            } else {
                Err(DropReason::IP_INVALID_DEST)
            };
        }
        if dst.is_broadcast() || src.is_unspecified() && dst.is_unspecified() {
            return self.broadcast_input(dev, src, here(RtType::Broadcast));
        }
        if is_zeronet(src) {
            return Err(DropReason::IP_INVALID_SOURCE);
        }
        if is_zeronet(dst) {
            return Err(DropReason::IP_INVALID_DEST);
        }
        if (src.is_loopback() || dst.is_loopback()) && self.in_dev_conf(dev, Ipv4::RouteLocalnet) == 0 {
            return Err(DropReason::IP_LOCALNET);
        }
        let found = self.fib_lookup_flow(netns, &route::Flow::to(dst));
        let table = found.map_or(0, |found| found.0);
        match found.map(|(_, alias)| (kind_of(alias.kind), alias)) {
            Some((RtType::Broadcast, _)) => self.broadcast_input(dev, src, Rtable { table, ..here(RtType::Broadcast) }),
            Some((RtType::Local, _)) => {
                self.fib_validate_source(dev, src, None)?;
                Ok(Rtable { table, ..here(RtType::Local) })
            }
            // Without forwarding every other destination is unknown, whatever the route says.
            _ if !self.in_dev_forward(dev) => Ok(here(RtType::Error(Errno::EHOSTUNREACH))),
            Some((RtType::Unicast, alias)) => self.mkroute_input(dev, src, (table, alias)),
            Some((kind, _)) => Ok(Rtable { table, ..here(kind) }),
            None => Ok(here(RtType::Error(Errno::ENETUNREACH))),
        }
    }

    fn broadcast_input(&self, dev: DevId, src: Ipv4Addr, route: Rtable) -> core::result::Result<Rtable, DropReason> {
        if !is_zeronet(src) {
            self.fib_validate_source(dev, src, None)?;
        }
        Ok(route)
    }

    /// The route of a packet to be forwarded, and whether its sender should hear of a better one (`__mkroute_input`).
    fn mkroute_input(
        &self,
        dev: DevId,
        src: Ipv4Addr,
        (table, alias): (u32, &FibAlias),
    ) -> core::result::Result<Rtable, DropReason> {
        let out = alias.dev.expect("a unicast route has a device");
        let on_link = self.fib_validate_source(dev, src, Some(out))?;
        let redirect = out == dev
            && on_link
            && self.in_dev_conf(out, Ipv4::SendRedirects) != 0
            && (self.in_dev_conf(out, Ipv4::SharedMedia) != 0
                || self.inet_addr_onlink(out, src, alias.gw.unwrap_or(Ipv4Addr::UNSPECIFIED)));
        let src = self.fib_result_prefsrc(alias, out);
        Ok(Rtable { kind: RtType::Unicast, dev: out, table, gateway: alias.gw, src, mtu: alias.mtu, redirect })
    }

    /// Whether a source may come in by a device, by `rp_filter` and for not being the namespace's own
    /// (`fib_validate_source`). True: it is on the link.
    fn fib_validate_source(
        &self,
        dev: DevId,
        src: Ipv4Addr,
        out: Option<DevId>,
    ) -> core::result::Result<bool, DropReason> {
        let rpf = self.in_dev_conf(dev, Ipv4::RpFilter);
        let netns = self.dev(dev).netns;
        let accept_local = self.in_dev_conf(dev, Ipv4::AcceptLocal) != 0;
        if rpf == 0 && (out != Some(dev) || self.in_dev_conf(dev, Ipv4::SendRedirects) == 0) {
            let own = self.inet_addr_type(netns, src) == rtn::LOCAL;
            return if own && !accept_local { Err(DropReason::IP_LOCAL_SOURCE) } else { Ok(false) };
        }
        let found = self.fib_lookup_flow(netns, &route::Flow::to(src)).map(|(_, alias)| alias);
        let alias = match found.map(|alias| (kind_of(alias.kind), alias)) {
            Some((RtType::Unicast, alias)) => alias,
            Some((RtType::Local, alias)) if accept_local => alias,
            Some((RtType::Local, _)) => return Err(DropReason::IP_LOCAL_SOURCE),
            Some((RtType::Broadcast, _)) => return Err(DropReason::IP_INVALID_SOURCE),
            _ if rpf != 0 => return Err(DropReason::IP_RPFILTER),
            _ => return Ok(false),
        };
        if alias.dev == Some(dev) {
            return Ok(alias.gw.is_none());
        }
        if self.dev(dev).ifaddrs.is_empty() {
            return if rpf != 0 { Err(DropReason::IP_RPFILTER) } else { Ok(false) };
        }
        if rpf == 1 {
            return Err(DropReason::IP_RPFILTER);
        }
        let flow = route::Flow { oif: Some(dev), ignore_linkstate: true, ..route::Flow::to(src) };
        let by_dev = self.fib_lookup_flow(netns, &flow).map(|(_, alias)| alias);
        Ok(by_dev.is_some_and(|alias| alias.kind == rtn::UNICAST && alias.gw.is_none()))
    }

    /// The route of a packet that a namespace sends, its source, and what is remembered of the destination
    /// (`ip_route_output_key_hash_rcu`, `find_exception`).
    ///
    /// # Errors
    /// ENETUNREACH: no route; EHOSTUNREACH, EACCES, EINVAL: the route refuses, or the source is not an own address.
    pub(crate) fn ip_route_output_key(&self, netns: NetnsId, flow: Flow) -> Result<Rtable> {
        let found = self.ip_route_output(netns, Ask { dst: flow.dst, src: flow.src, oif: flow.oif, tos: 0 })?;
        let kind = match found.kind {
            rtn::MULTICAST => RtType::Multicast { joined: flow.dst == ALL_HOSTS },
            kind => kind_of(kind),
        };
        let exception = if kind == RtType::Unicast { self.exception(netns, flow.dst) } else { Default::default() };
        let gateway = exception.gateway.or(found.via).filter(|_| kind == RtType::Unicast);
        let mtu = exception.mtu.or(found.mtu);
        let (dev, table, src) = (found.dev, found.table, found.src);
        Ok(Rtable { kind, dev, table, gateway, src, mtu, redirect: false })
    }

    /// The source that a local address as destination has the kernel answer from (`fib_compute_spec_dst`).
    pub(crate) fn fib_compute_spec_dst(&self, rt: &Rtable, asker: Ipv4Addr, dst: Ipv4Addr) -> Ipv4Addr {
        if rt.kind == RtType::Local {
            return dst;
        }
        let netns = self.dev(rt.dev).netns;
        let flow = Flow { dst: asker, src: Ipv4Addr::UNSPECIFIED, oif: None };
        let routed = self.ip_route_output_key(netns, flow).map(|route| route.src);
        routed.unwrap_or_else(|_| self.inet_select_addr(rt.dev, None, scope::HOST))
    }
}
