//! What `ip route get` asks. Models inet_rtm_getroute (net/ipv4/route.c).

use core::net::{IpAddr, Ipv4Addr};

use crate::addr::DevId;
use crate::error::{Errno, Error, Result};
use crate::ip::{Flow, RtType, Rtable};
use crate::kernel::Kernel;
use crate::request::{Reply, Request, RouteFound};
use crate::route::rtn;
use crate::trace::DropReason;

/// `RTCF_*`: what the route's use entails.
mod rtcf {
    pub(super) const DOREDIRECT: u32 = 0x0100_0000;
    pub(super) const BROADCAST: u32 = 0x1000_0000;
    pub(super) const MULTICAST: u32 = 0x2000_0000;
    pub(super) const LOCAL: u32 = 0x8000_0000;
}

/// `RTN_*` of a route found, or what asking for it gives.
fn type_of(kind: RtType) -> Result<u8> {
    match kind {
        RtType::Unicast => Ok(rtn::UNICAST),
        RtType::Local => Ok(rtn::LOCAL),
        RtType::Broadcast => Ok(rtn::BROADCAST),
        RtType::Multicast { .. } => Ok(rtn::MULTICAST),
        RtType::Error(errno) => Err(errno.into()),
    }
}

/// A martian's errno (`fib_validate_source`, `ip_mkroute_input`).
fn martian(reason: DropReason) -> Error {
    match reason {
        DropReason::IP_RPFILTER => Errno::EXDEV.into(),
        _ => Errno::EINVAL.into(),
    }
}

impl Kernel {
    /// RTM_GETROUTE for one destination.
    pub(crate) fn route_get(&mut self, request: Request) -> Result<Reply> {
        let Request::RouteGet { netns, dst, src, iif, oif } = request else {
            return Err(Error::unsupported("another request than RTM_GETROUTE"));
        };
        self.net(netns)?;
        let (IpAddr::V4(dst), None | Some(IpAddr::V4(_))) = (dst, src) else {
            return Err(Error::unsupported("RTM_GETROUTE of IPv6"));
        };
        let src = match src {
            Some(IpAddr::V4(src)) => src,
            _ => Ipv4Addr::UNSPECIFIED,
        };
        let index = |index| self.dev_by_index(netns, index).ok_or(Errno::ENODEV);
        let (iif, oif) = (iif.map(index).transpose()?, oif.map(index).transpose()?);
        let found = match iif {
            Some(dev) => self.found_for_input(dev, src, dst)?,
            None => {
                let route = self.ip_route_output_key(netns, Flow { dst, src, oif })?;
                let until = self.exception(netns, dst).mtu_until;
                let left = until.map_or(0, |until| until.since(self.now).as_secs() as u32);
                let mtu = route.mtu.map(|mtu| (mtu, left));
                RouteFound { mtu, ..self.found(&route, route.dev)? }
            }
        };
        Ok(Reply::Route(found))
    }

    fn found_for_input(&self, dev: DevId, src: Ipv4Addr, dst: Ipv4Addr) -> Result<RouteFound> {
        let route = self.ip_route_input(dev, src, dst).map_err(martian)?;
        let lo = self.net(self.dev(dev).netns)?.loopback();
        let own = matches!(route.kind, RtType::Local | RtType::Broadcast);
        let found = self.found(&route, if own { lo } else { route.dev })?;
        // Who sends it is known: no source is selected.
        Ok(RouteFound { src: None, ..found })
    }

    fn found(&self, route: &Rtable, dev: DevId) -> Result<RouteFound> {
        let flags = match route.kind {
            RtType::Local => rtcf::LOCAL,
            RtType::Broadcast => rtcf::LOCAL | rtcf::BROADCAST,
            RtType::Multicast { joined: true } => rtcf::LOCAL | rtcf::MULTICAST,
            RtType::Multicast { joined: false } => rtcf::MULTICAST,
            RtType::Unicast if route.redirect => rtcf::DOREDIRECT,
            RtType::Unicast | RtType::Error(_) => 0,
        };
        Ok(RouteFound {
            kind: type_of(route.kind)?,
            via: route.gateway.map(IpAddr::V4),
            oif: self.dev(dev).ifindex,
            table: route.table,
            src: (!route.src.is_unspecified()).then_some(IpAddr::V4(route.src)),
            mtu: None,
            flags,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::addr::NetnsId;
    use crate::facts::Facts;
    use crate::request::{AddrSpec, Dev, How, LinkChange, LinkKind, LinkSpec};

    #[test]
    fn a_connected_destination_gets_the_subnets_address_as_source() {
        let mut kernel = Kernel::new(7, Facts::default());
        let netns = NetnsId(0);
        let spec = |name: &str| LinkSpec { name: name.to_string(), ..LinkSpec::default() };
        let added = kernel.apply(Request::LinkAdd { spec: spec("v0"), kind: LinkKind::Veth { peer: spec("v1") } });
        let Ok(Reply::Link(ifindex)) = added else { panic!("{added:?}") };
        let dev = Dev { netns, ifindex };
        let addr = AddrSpec {
            local: "192.0.2.1/24".parse().unwrap(),
            peer: None,
            broadcast: None,
            scope: None,
            label: None,
            valid_lft: None,
            preferred_lft: None,
            noprefixroute: false,
            nodad: false,
            metric: 0,
        };
        kernel.apply(Request::AddrAdd { dev, addr, how: How::Add }).unwrap();
        let dst: IpAddr = "192.0.2.9".parse().unwrap();
        let get = Request::RouteGet { netns, dst, src: None, iif: None, oif: None };
        assert_eq!(kernel.apply(get.clone()), Err(Errno::ENETUNREACH.into()));
        let change = LinkChange { up: Some(true), ..LinkChange::default() };
        kernel.apply(Request::LinkSet { dev, change }).unwrap();
        let Ok(Reply::Route(found)) = kernel.apply(get) else { panic!("a route is there") };
        assert_eq!((found.oif, found.src), (ifindex, Some("192.0.2.1".parse().unwrap())));
    }
}
