//! Any requests: few names, indexes and addresses, so that they meet.

use netmodel::addr::{Cidr, IfIndex, Mac, NetnsId};
use netmodel::request::{AddrSpec, BridgeOptions, Dev, How, LinkChange, LinkKind, LinkSpec, RouteSpec};
use netmodel::{Facts, Kernel, Request};
use proptest::prelude::*;

const NAMES: [&str; 6] = ["v0", "v1", "br0", "a%d", "", "lo"];
const PREFIXES: [&str; 7] =
    ["192.0.2.1/24", "192.0.2.2/24", "192.0.2.1/25", "198.51.100.1/32", "127.0.0.2/8", "203.0.113.0/31", "0.0.0.0/0"];
const NETS: [&str; 5] = ["0.0.0.0/0", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.7/32", "192.0.2.1/24"];
const GATEWAYS: [&str; 3] = ["192.0.2.9", "192.0.2.1", "203.0.113.1"];
const SOURCES: [&str; 1] = ["192.0.2.1"];
const PATHS: [&str; 6] = [
    "ipv4/ip_forward",
    "ipv4/conf/all/rp_filter",
    "ipv4/conf/default/forwarding",
    "ipv4/conf/v0/promote_secondaries",
    "ipv4/no_such",
    "ipv6/conf/all/disable_ipv6",
];

fn netns() -> impl Strategy<Value = NetnsId> {
    // Most happens in one place, so that devices meet.
    prop_oneof![7 => Just(0u32), 3 => Just(1), 1 => 2u32..4].prop_map(NetnsId)
}

fn dev() -> impl Strategy<Value = Dev> {
    (netns(), 1u32..7).prop_map(|(netns, index)| Dev { netns, ifindex: IfIndex(index) })
}

fn mac() -> impl Strategy<Value = Mac> {
    (0u8..4, 0u8..3).prop_map(|(first, last)| Mac([first, 0, 0, 0, 0, last]))
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![Just(How::Add), Just(How::Append), Just(How::Prepend), Just(How::Change), Just(How::Replace)]
}

fn text(of: &'static [&'static str]) -> impl Strategy<Value = String> {
    prop::sample::select(of).prop_map(str::to_string)
}

fn prefix(of: &'static [&'static str]) -> impl Strategy<Value = Cidr> {
    prop::sample::select(of).prop_map(|text| text.parse().expect("a prefix"))
}

prop_compose! {
    fn spec()(
        netns in netns(),
        name in text(&NAMES),
        index in prop::option::weighted(0.1, 0u32..9),
        address in prop::option::weighted(0.2, mac()),
        mtu in prop::option::weighted(0.2, 60u32..2000),
        up in prop::bool::weighted(0.2),
    ) -> LinkSpec {
        LinkSpec { netns, name, ifindex: index.map(IfIndex), address, mtu, txqueuelen: None, up }
    }
}

prop_compose! {
    fn change()(
        netns in prop::option::weighted(0.2, netns()),
        name in prop::option::weighted(0.1, text(&NAMES)),
        address in prop::option::weighted(0.1, mac()),
        mtu in prop::option::weighted(0.1, 60u32..70000),
        master in prop::option::weighted(0.3, 0u32..9),
        up in prop::option::weighted(0.6, prop::bool::weighted(0.8)),
        noarp in prop::option::weighted(0.1, any::<bool>()),
        carrier in prop::option::weighted(0.05, any::<bool>()),
    ) -> LinkChange {
        let master = master.map(IfIndex);
        LinkChange { netns, name, address, mtu, master, up, noarp, carrier, ..LinkChange::default() }
    }
}

prop_compose! {
    fn route()(
        dst in prefix(&NETS),
        kind in 0u8..10,
        table in prop::sample::select(vec![0u32, 100, 254, 255]),
        via in prop::option::of(text(&GATEWAYS)),
        oif in prop::option::of(0u32..9),
        src in prop::option::weighted(0.2, text(&SOURCES)),
        metric in prop::option::of(0u32..3),
        onlink in prop::bool::weighted(0.1),
    ) -> RouteSpec {
        let addr = |text: String| text.parse().expect("an address");
        let (via, oif, src) = (via.map(addr), oif.map(IfIndex), src.map(addr));
        RouteSpec { dst, kind, table, protocol: None, scope: None, tos: 0, via, oif, src, metric, onlink, mtu: None }
    }
}

prop_compose! {
    fn addr()(
        local in prefix(&PREFIXES),
        lft in prop::option::weighted(0.2, 1u32..4),
        noprefixroute in any::<bool>(),
    ) -> AddrSpec {
        AddrSpec {
            local,
            peer: None,
            broadcast: None,
            scope: None,
            label: None,
            valid_lft: lft,
            preferred_lft: lft,
            noprefixroute,
            nodad: false,
            metric: 0,
        }
    }
}

fn about_links() -> impl Strategy<Value = Request> {
    let phys = |address| Request::PhysAdd { name: "eth%d".to_string(), address, qdisc: "pfifo_fast".to_string() };
    prop_oneof![
        6 => (spec(), spec()).prop_map(|(spec, peer)| Request::LinkAdd { spec, kind: LinkKind::Veth { peer } }),
        3 => spec().prop_map(|spec| Request::LinkAdd { spec, kind: LinkKind::Bridge(BridgeOptions::default()) }),
        1 => mac().prop_map(phys),
        2 => dev().prop_map(|dev| Request::LinkDel { dev }),
        12 => (dev(), prop::bool::weighted(0.7)).prop_map(|(dev, up)| {
            Request::LinkSet { dev, change: LinkChange { up: Some(up), ..LinkChange::default() } }
        }),
        8 => (dev(), change()).prop_map(|(dev, change)| Request::LinkSet { dev, change }),
        2 => (dev(), text(&NAMES), any::<bool>()).prop_map(|(dev, name, add)| Request::AltName { dev, name, add }),
        1 => netns().prop_map(|netns| Request::LinkGet { netns, dev: None }),
    ]
}

fn about_addresses() -> impl Strategy<Value = Request> {
    let get = |(netns, to): (NetnsId, Cidr)| Request::RouteGet { netns, dst: to.addr, src: None, iif: None, oif: None };
    prop_oneof![
        6 => (dev(), addr(), how()).prop_map(|(dev, addr, how)| Request::AddrAdd { dev, addr, how }),
        2 => (dev(), prefix(&PREFIXES)).prop_map(|(dev, gone)| {
            Request::AddrDel { dev, local: gone.addr, len: Some(gone.len) }
        }),
        6 => (netns(), route(), how()).prop_map(|(netns, route, how)| Request::RouteAdd { netns, route, how }),
        2 => (netns(), route()).prop_map(|(netns, route)| Request::RouteDel { netns, route }),
        2 => (netns(), prefix(&PREFIXES)).prop_map(get),
    ]
}

/// A machine on which requests find something: two namespaces, a bridge, a pair in one and a pair across.
pub fn machine() -> Kernel {
    let spec =
        |netns: u32, name: &str| LinkSpec { netns: NetnsId(netns), name: name.to_string(), ..LinkSpec::default() };
    let mut kernel = Kernel::new(7, Facts::default());
    let setup = [
        Request::NetnsNew,
        Request::LinkAdd { spec: spec(0, "v0"), kind: LinkKind::Veth { peer: spec(0, "v1") } },
        Request::LinkAdd { spec: spec(0, "v2"), kind: LinkKind::Veth { peer: spec(1, "v3") } },
        Request::LinkAdd { spec: spec(0, "br0"), kind: LinkKind::Bridge(BridgeOptions::default()) },
    ];
    setup.into_iter().for_each(|request| drop(kernel.apply(request).expect("nothing is in the way")));
    kernel
}

/// Any request of the control plane.
pub fn request() -> impl Strategy<Value = Request> {
    prop_oneof![
        1 => Just(Request::NetnsNew),
        1 => netns().prop_map(|netns| Request::NetnsDel { netns }),
        1 => (netns(), netns(), -1i32..3).prop_map(|(netns, peer, nsid)| Request::NsidSet { netns, peer, nsid }),
        12 => about_links(),
        8 => about_addresses(),
        2 => (netns(), text(&PATHS), 0u8..3).prop_map(|(netns, path, value)| {
            Request::SysctlSet { netns, path, value: value.to_string() }
        }),
    ]
}
