//! A Kernel asked by name, as commands ask it.
#![allow(dead_code)]

use netmodel::addr::{IfIndex, NetnsId};
use netmodel::request::{AddrSpec, Dev, How, LinkChange, LinkKind, LinkSpec, RouteSpec};
use netmodel::snapshot::{Link, NetnsView};
use netmodel::{Errno, Error, Facts, Kernel, Reply, Request};

/// A refusal with a bare errno.
pub fn refused(errno: Errno) -> Result<Reply, Error> {
    Err(Error::errno(errno))
}

/// A refusal with a sentence.
pub fn refused_as(errno: Errno, text: &str) -> Result<Reply, Error> {
    Err(Error::extack(errno, text))
}

pub struct Machine(pub Kernel);

impl Machine {
    pub fn new() -> Machine {
        Machine(Kernel::new(7, Facts::default()))
    }

    pub fn netns(&mut self) -> u32 {
        match self.0.apply(Request::NetnsNew) {
            Ok(Reply::Netns(id)) => id.0,
            other => panic!("{other:?}"),
        }
    }

    pub fn view(&self, netns: u32) -> NetnsView {
        self.0.snapshot().netns.into_iter().find(|net| net.id.0 == netns).expect("the namespace lives")
    }

    pub fn link(&self, netns: u32, name: &str) -> Link {
        let found = self.view(netns).links.into_iter().find(|link| link.name == name);
        found.unwrap_or_else(|| panic!("no {name} in {netns}"))
    }

    pub fn dev(&self, netns: u32, name: &str) -> Dev {
        Dev { netns: NetnsId(netns), ifindex: self.link(netns, name).ifindex }
    }

    /// `ip link add NAME type veth peer name PEER`, each end in its namespace.
    pub fn veth(&mut self, one: (u32, &str), other: (u32, &str)) -> Result<Reply, Error> {
        let spec =
            |(netns, name): (u32, &str)| LinkSpec { netns: NetnsId(netns), name: name.into(), ..LinkSpec::default() };
        self.0.apply(Request::LinkAdd { spec: spec(one), kind: LinkKind::Veth { peer: spec(other) } })
    }

    pub fn set(&mut self, dev: (u32, &str), change: LinkChange) -> Result<Reply, Error> {
        self.0.apply(Request::LinkSet { dev: self.dev(dev.0, dev.1), change })
    }

    pub fn up(&mut self, netns: u32, name: &str, up: bool) {
        self.set((netns, name), LinkChange { up: Some(up), ..LinkChange::default() }).expect("it goes up and down");
    }

    pub fn move_to(&mut self, dev: (u32, &str), netns: u32, name: Option<&str>) -> Result<Reply, Error> {
        let (netns, name) = (Some(NetnsId(netns)), name.map(str::to_string));
        self.set(dev, LinkChange { netns, name, ..LinkChange::default() })
    }

    pub fn addr(&mut self, netns: u32, name: &str, local: &str) -> Result<Reply, Error> {
        let addr = AddrSpec {
            local: local.parse().expect("a prefix"),
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
        self.0.apply(Request::AddrAdd { dev: self.dev(netns, name), addr, how: How::Add })
    }

    pub fn addr_del(&mut self, netns: u32, name: &str, local: &str) -> Result<Reply, Error> {
        let local: netmodel::addr::Cidr = local.parse().expect("a prefix");
        self.0.apply(Request::AddrDel { dev: self.dev(netns, name), local: local.addr, len: Some(local.len) })
    }

    /// The addresses of a device, a `+` behind secondary ones.
    pub fn addrs(&self, netns: u32, name: &str) -> Vec<String> {
        let show =
            |addr: &netmodel::snapshot::Addr| format!("{}{}", addr.local, if addr.flags & 1 == 1 { "+" } else { "" });
        let link = self.link(netns, name);
        link.addrs.iter().filter(|addr| addr.local.addr.is_ipv4()).map(show).collect()
    }

    pub fn route(&mut self, text: &str, how: How) -> Result<Reply, Error> {
        self.0.apply(Request::RouteAdd { netns: NetnsId(0), route: self.spec(text), how })
    }

    pub fn route_del(&mut self, text: &str) -> Result<Reply, Error> {
        self.0.apply(Request::RouteDel { netns: NetnsId(0), route: RouteSpec { kind: 0, ..self.spec(text) } })
    }

    /// `DST [via GW] [dev NAME] [metric N] [src A] [table T] [type N] [onlink]`.
    fn spec(&self, text: &str) -> RouteSpec {
        let words: Vec<&str> = text.split(' ').collect();
        let after = |key: &str| words.iter().position(|word| *word == key).map(|at| words[at + 1]);
        let number = |key: &str| after(key).map(|word| word.parse::<u32>().expect("a number"));
        RouteSpec {
            dst: words[0].parse().expect("a prefix"),
            kind: number("type").unwrap_or(1) as u8,
            table: number("table").unwrap_or(254),
            protocol: None,
            scope: None,
            tos: 0,
            via: after("via").map(|word| word.parse().expect("an address")),
            oif: after("dev").map(|word| self.dev(0, word).ifindex),
            src: after("src").map(|word| word.parse().expect("an address")),
            metric: number("metric"),
            onlink: words.contains(&"onlink"),
            mtu: None,
        }
    }

    /// Routes of a table as `DST[ via GW][ dev NAME][ metric N][ linkdown]`.
    pub fn routes(&self, netns: u32, table: u32) -> Vec<String> {
        let view = self.view(netns);
        let name = |index: IfIndex| {
            let link = view.links.iter().find(|link| link.ifindex == index);
            link.map(|link| link.name.clone()).unwrap_or_default()
        };
        let show = |route: &netmodel::snapshot::Route| {
            let mut text = route.dst.to_string();
            text += &route.via.map(|via| format!(" via {via}")).unwrap_or_default();
            text += &route.oif.map(|oif| format!(" dev {}", name(oif))).unwrap_or_default();
            text +=
                &Some(route.metric).filter(|metric| *metric > 0).map(|n| format!(" metric {n}")).unwrap_or_default();
            text + if route.flags & 16 != 0 { " linkdown" } else { "" }
        };
        let mine = view.routes.iter().filter(|route| route.table == table && route.dst.addr.is_ipv4());
        mine.map(show).collect()
    }

    pub fn sysctl(&mut self, netns: u32, path: &str) -> String {
        match self.0.apply(Request::SysctlGet { netns: NetnsId(netns), path: path.into() }) {
            Ok(Reply::Value(value)) => value,
            other => panic!("{path}: {other:?}"),
        }
    }

    pub fn write(&mut self, netns: u32, path: &str, value: &str) -> Result<Reply, Error> {
        self.0.apply(Request::SysctlSet { netns: NetnsId(netns), path: path.into(), value: value.into() })
    }
}
