//! Bridges over a whole Kernel: what requests, carrier and time make of ports, addresses and the FDB.

use netmodel::addr::{IfIndex, Mac, NetnsId};
use netmodel::packet::{Net, Packet};
use netmodel::request::{BridgeOptions, Dev, FdbState, How, LinkChange, LinkKind, LinkSpec, PortOptions};
use netmodel::snapshot::{self, Link, LinkInfo};
use netmodel::time::{Duration, Instant};
use netmodel::trace::{DropReason, Step, Trace};
use netmodel::{Errno, Error, Kernel, Origin, Reply, Request, wire};

const NETNS: NetnsId = NetnsId(0);

/// A kernel with a bridge `br0` and pairs p1-h1 and p2-h2, all down and apart, MACs given.
struct Host {
    kernel: Kernel,
}

fn mac(last: u8) -> Mac {
    Mac([2, 0, 0, 0, 0, last])
}

impl Host {
    fn new() -> Host {
        let mut host = Host { kernel: Kernel::new(7, Default::default()) };
        host.add("br0", None, LinkKind::Bridge(BridgeOptions::default()));
        for n in 1..=2 {
            let peer = LinkSpec { name: format!("h{n}"), address: Some(mac(0x20 + n)), ..LinkSpec::default() };
            host.add(&format!("p{n}"), Some(mac(0x10 + n)), LinkKind::Veth { peer });
        }
        host
    }

    fn add(&mut self, name: &str, address: Option<Mac>, kind: LinkKind) {
        let spec = LinkSpec { netns: NETNS, name: name.to_string(), address, ..LinkSpec::default() };
        self.apply(Request::LinkAdd { spec, kind });
    }

    fn apply(&mut self, request: Request) -> Reply {
        self.kernel.apply(request).unwrap()
    }

    fn link(&self, name: &str) -> Link {
        let links = self.kernel.snapshot().netns.remove(0).links;
        links.into_iter().find(|link| link.name == name).unwrap()
    }

    fn bridge(&self) -> snapshot::Bridge {
        match self.link("br0").info {
            LinkInfo::Bridge(bridge) => bridge,
            other => panic!("{other:?} is no bridge"),
        }
    }

    fn dev(&self, name: &str) -> Dev {
        Dev { netns: NETNS, ifindex: self.link(name).ifindex }
    }

    fn set(&mut self, name: &str, change: LinkChange) {
        let dev = self.dev(name);
        self.apply(Request::LinkSet { dev, change });
    }

    fn up(&mut self, names: &[&str]) {
        names.iter().for_each(|name| self.set(name, LinkChange { up: Some(true), ..LinkChange::default() }));
    }

    fn down(&mut self, name: &str) {
        self.set(name, LinkChange { up: Some(false), ..LinkChange::default() });
    }

    fn join(&mut self, name: &str) {
        let master = Some(self.link("br0").ifindex);
        self.set(name, LinkChange { master, ..LinkChange::default() });
    }

    fn wait(&mut self, millis: u64) {
        let until = self.kernel.now() + Duration::millis(millis);
        self.kernel.advance(until);
    }

    fn fdb(&self) -> Vec<(Mac, IfIndex)> {
        self.bridge().fdb.iter().map(|entry| (entry.mac, entry.port)).collect()
    }

    fn mc(&self, name: &str) -> Vec<String> {
        self.link(name).mc.iter().map(Mac::to_string).collect()
    }

    /// Everything up and settled, IPv6's own frames sent.
    fn settled() -> Host {
        let mut host = Host::new();
        host.join("p1");
        host.join("p2");
        host.up(&["br0", "p1", "p2", "h1", "h2"]);
        host.wait(50_000);
        host
    }

    /// A frame of an unknown protocol from the process behind `name`.
    fn frame(&mut self, name: &str, src: Mac, dst: Mac) -> Trace {
        let packet = Packet { dst, src, net: Net::Other { proto: 0x88b5, data: vec![0; 46] } };
        let origin = Origin::Xmit { dev: self.dev(name) };
        self.kernel.send(origin, &wire::emit(&packet)).unwrap()
    }

    fn port(&mut self, name: &str, options: PortOptions) {
        let dev = self.dev(name);
        self.apply(Request::PortSet { dev, options });
    }

    fn errno(&mut self, request: Request) -> Errno {
        match self.kernel.apply(request) {
            Err(Error::Refused { errno, .. }) => errno,
            other => panic!("{other:?} is no refusal"),
        }
    }
}

#[test]
fn a_bridge_takes_the_least_address_of_its_ports_and_zero_without_any() {
    let mut host = Host::new();
    assert_eq!(host.bridge().bridge_id, Mac::ZERO);
    host.join("p2");
    assert_eq!(host.link("br0").address, mac(0x12));
    host.join("p1");
    assert_eq!(host.bridge().bridge_id, mac(0x11));
    for name in ["p1", "p2"] {
        host.set(name, LinkChange { master: Some(IfIndex(0)), ..LinkChange::default() });
    }
    assert_eq!(host.link("br0").address, Mac::ZERO);
    assert_eq!(host.fdb(), []);
}

#[test]
fn local_entries_are_listed_by_port() {
    let mut host = Host::new();
    host.join("p2");
    host.join("p1");
    let (p1, p2) = (host.link("p1").ifindex, host.link("p2").ifindex);
    assert_eq!(host.fdb(), [(mac(0x11), p1), (mac(0x12), p2)]);
    let (port, link) = (host.link("p1").port.unwrap(), host.link("p1"));
    assert_eq!((port.port_no, port.priority, port.cost, port.state), (2, 32, 2, 0));
    assert_eq!((link.promiscuity, link.allmulti), (1, 1));
}

#[test]
fn ports_forward_while_they_have_carrier_and_the_bridge_is_up() {
    let mut host = Host::new();
    host.join("p1");
    host.up(&["br0", "p1"]);
    host.wait(1500);
    assert_eq!((host.link("p1").port.unwrap().state, host.link("br0").operstate), (0, 2));
    host.up(&["h1"]);
    host.wait(1500);
    assert_eq!((host.link("p1").port.unwrap().state, host.link("br0").operstate), (3, 6));
    host.down("br0");
    assert_eq!(host.link("p1").port.unwrap().state, 0);
    host.up(&["br0"]);
    assert_eq!(host.link("p1").port.unwrap().state, 3);
    host.down("h1");
    host.wait(1500);
    assert_eq!((host.link("p1").port.unwrap().state, host.link("br0").operstate), (0, 2));
}

#[test]
fn with_stp_a_port_listens_and_learns_for_the_forward_delay_each() {
    let mut host = Host::new();
    let dev = host.dev("br0");
    let options = BridgeOptions { stp_state: Some(true), forward_delay: Some(400), ..BridgeOptions::default() };
    host.apply(Request::BridgeSet { dev, options });
    host.join("p1");
    host.up(&["br0", "h1", "p1"]);
    let mut states = vec![];
    for _ in 0..3 {
        states.push(host.link("p1").port.unwrap().state);
        host.wait(4001);
    }
    assert_eq!(states, [1, 2, 3]);
    assert_eq!(host.bridge().ageing_time, 800);
    host.wait(25_000);
    assert_eq!(host.bridge().ageing_time, 30_000);
}

#[test]
fn the_mtu_follows_the_ports_until_the_user_sets_it() {
    let mut host = Host::new();
    host.set("p1", LinkChange { mtu: Some(1400), ..LinkChange::default() });
    host.join("p1");
    assert_eq!(host.link("br0").mtu, 1400);
    host.set("br0", LinkChange { mtu: Some(1450), ..LinkChange::default() });
    host.set("p1", LinkChange { mtu: Some(1300), ..LinkChange::default() });
    assert_eq!(host.link("br0").mtu, 1450);
}

#[test]
fn requests_are_refused_as_live() {
    let mut host = Host::new();
    host.join("p1");
    let (br0, p1, p2) = (host.dev("br0"), host.dev("p1"), host.dev("p2"));
    let lo = Dev { netns: NETNS, ifindex: IfIndex(1) };
    let port = |dev, options| Request::PortSet { dev, options };
    let cost = |cost| PortOptions { cost: Some(cost), ..PortOptions::default() };
    let state = |state| PortOptions { state: Some(state), ..PortOptions::default() };
    let add = |dev, state, own| Request::FdbAdd { dev, mac: mac(9), state, sticky: false, own, how: How::Add };
    let cases = [
        (port(p2, cost(5)), Errno::EOPNOTSUPP),
        (port(p1, cost(65_536)), Errno::ERANGE),
        (port(p1, state(5)), Errno::EINVAL),
        (port(p1, state(3)), Errno::ENETDOWN),
        (Request::BridgeAddIf { bridge: br0, port: p1.ifindex }, Errno::EBUSY),
        (Request::BridgeAddIf { bridge: br0, port: lo.ifindex }, Errno::EINVAL),
        (Request::BridgeDelIf { bridge: br0, port: p2.ifindex }, Errno::EINVAL),
        (Request::BridgeDel { netns: NETNS, name: "p1".to_string() }, Errno::EPERM),
        (Request::BridgeDel { netns: NETNS, name: "nosuch".to_string() }, Errno::ENXIO),
        (add(p2, FdbState::Static, false), Errno::EOPNOTSUPP),
        (add(br0, FdbState::Static, true), Errno::EINVAL),
        (add(p1, FdbState::Dynamic, false), Errno::EPERM),
        (add(lo, FdbState::Permanent, true), Errno::EINVAL),
        (Request::FdbDel { dev: p1, mac: mac(9), own: false }, Errno::ENOENT),
        (Request::FdbFlush { dev: p1, own: true }, Errno::EOPNOTSUPP),
        (Request::FdbFlush { dev: p2, own: false }, Errno::EOPNOTSUPP),
    ];
    for (request, errno) in cases {
        let before = host.kernel.snapshot();
        assert_eq!(host.errno(request.clone()), errno, "{request:?}");
        assert_eq!(host.kernel.snapshot(), before, "{request:?}");
    }
}

#[test]
fn a_flush_leaves_nothing_and_the_option_leaves_what_is_static() {
    let mut host = Host::new();
    host.join("p1");
    let (br0, p1) = (host.dev("br0"), host.dev("p1"));
    for (last, state) in [(9, FdbState::Static), (8, FdbState::Permanent)] {
        host.apply(Request::FdbAdd { dev: p1, mac: mac(last), state, sticky: false, own: false, how: How::Add });
    }
    host.apply(Request::BridgeSet { dev: br0, options: BridgeOptions { fdb_flush: true, ..BridgeOptions::default() } });
    let macs: Vec<Mac> = host.fdb().into_iter().map(|(mac, _)| mac).collect();
    assert_eq!(macs, [mac(8), mac(9), mac(0x11)]);
    host.apply(Request::FdbFlush { dev: p1, own: false });
    assert_eq!(host.fdb(), []);
}

#[test]
fn multicast_lists_are_in_the_order_of_joining() {
    let mut host = Host::new();
    assert_eq!(host.mc("p1"), ["33:33:00:00:00:01"]);
    host.up(&["br0", "p1", "h1"]);
    let snoopers = ["01:00:5e:00:00:6a", "33:33:00:00:00:6a", "01:00:5e:00:00:01"];
    assert_eq!(host.mc("br0")[..4], [&["33:33:00:00:00:01"][..], &snoopers].concat());
    assert_eq!(host.mc("p1"), ["33:33:00:00:00:01", "01:00:5e:00:00:01", "33:33:ff:00:00:11"]);
    host.down("br0");
    assert_eq!(host.mc("br0"), Vec::<String>::new());
    host.up(&["br0"]);
    assert_eq!(host.mc("br0")[..4], [&snoopers[..], &["33:33:00:00:00:01"]].concat());
}

#[test]
fn a_link_local_address_is_tentative_for_one_to_two_seconds() {
    let mut host = Host::new();
    host.up(&["p1", "h1"]);
    let flags = |host: &Host| host.link("p1").addrs.iter().map(|addr| addr.flags).collect::<Vec<_>>();
    assert_eq!(host.link("p1").addrs[0].local.to_string(), "fe80::ff:fe00:11/64");
    assert_eq!(flags(&host), [0xc0]);
    host.wait(990);
    assert_eq!(flags(&host), [0xc0]);
    host.wait(1200);
    assert_eq!(flags(&host), [0x80]);
    host.down("p1");
    assert_eq!(flags(&host), [0; 0]);
    assert!(host.kernel.now() > Instant(0));
}

/// Ports that a frame left by, and whether it went up, as the bridge decided.
fn decided(trace: &Trace) -> (Vec<String>, bool) {
    let steps = trace.copies.iter().flat_map(|copy| &copy.steps);
    let decision = |step: &Step| match step {
        Step::Bridge { egress, local, .. } => Some((egress.clone(), *local)),
        _ => None,
    };
    let decisions: Vec<_> = steps.filter_map(decision).collect();
    assert_eq!(decisions.len(), 1, "{trace:#?}");
    decisions[0].clone()
}

fn drops(trace: &Trace) -> Vec<DropReason> {
    let steps = trace.copies.iter().flat_map(|copy| &copy.steps);
    steps.filter_map(|step| if let Step::Drop { reason, .. } = step { Some(*reason) } else { None }).collect()
}

#[test]
fn what_ipv6_says_of_its_own_fills_the_fdb_and_the_counters_as_live() {
    let host = Host::settled();
    let (p1, p2) = (host.link("p1").ifindex, host.link("p2").ifindex);
    let own = [(mac(0x21), p1), (mac(0x11), p1), (mac(0x22), p2), (mac(0x12), p2)];
    assert_eq!(host.fdb(), own);
    // Four reports of 90 bytes, a solicitation for the address of 86, four for routers of 70 in 50 seconds, as recorded.
    let h1 = host.link("h1").stats;
    assert_eq!((h1.tx_packets, h1.tx_bytes), (9, 726));
    // The bridge counts what goes up without the Ethernet header, all of it multicast.
    let br0 = host.link("br0").stats;
    assert_eq!((br0.rx_packets, br0.rx_bytes, br0.multicast), (18, 2 * (726 - 9 * 14), 18));
}

#[test]
fn an_unknown_destination_is_flooded_a_known_one_is_not() {
    let mut host = Host::settled();
    let (own, other) = (mac(0x21), mac(0x77));
    assert_eq!(decided(&host.frame("h1", own, other)), (vec!["p2".to_string()], false));
    assert_eq!(decided(&host.frame("h2", other, own)), (vec!["p1".to_string()], false));
    let trace = host.frame("h2", mac(0x22), other);
    assert_eq!((decided(&trace), drops(&trace)), ((vec![], false), vec![DropReason::BRIDGE_NO_EGRESS]));
    assert_eq!(decided(&host.frame("h1", own, mac(0x12))), (vec![], true));
    assert_eq!(decided(&host.frame("h1", own, Mac::BROADCAST)), (vec!["p2".to_string()], true));
}

#[test]
fn addresses_expire_exactly_and_go_with_the_carrier() {
    let mut host = Host::settled();
    let dev = host.dev("br0");
    host.apply(Request::BridgeSet { dev, options: BridgeOptions { ageing_time: Some(300), ..Default::default() } });
    host.wait(20);
    host.frame("h1", mac(0x77), Mac::BROADCAST);
    host.wait(2990);
    assert!(host.fdb().iter().any(|(held, _)| *held == mac(0x77)));
    host.wait(20);
    assert!(!host.fdb().iter().any(|(held, _)| *held == mac(0x77)));
    host.frame("h1", mac(0x77), Mac::BROADCAST);
    host.down("h1");
    assert!(!host.fdb().iter().any(|(held, _)| *held == mac(0x77)));
}

#[test]
fn flags_of_ports_say_who_gets_what() {
    let on = Some(true);
    let mut host = Host::settled();
    host.port("p1", PortOptions { hairpin: on, ..PortOptions::default() });
    assert_eq!(decided(&host.frame("h1", mac(0x21), mac(0x99))).0, ["p2", "p1"]);
    host.port("p1", PortOptions { isolated: on, hairpin: Some(false), ..PortOptions::default() });
    host.port("p2", PortOptions { isolated: on, ..PortOptions::default() });
    assert_eq!(decided(&host.frame("h1", mac(0x21), mac(0x99))).0, Vec::<String>::new());
    host.port("p1", PortOptions { isolated: Some(false), locked: on, ..PortOptions::default() });
    assert_eq!(drops(&host.frame("h1", mac(0x66), mac(0x99))), [DropReason::BRIDGE_LOCKED]);
    assert_eq!(decided(&host.frame("h1", mac(0x21), mac(0x99))).0, ["p2"]);
}

#[test]
fn reserved_groups_stay_at_the_port_but_bpdus_are_flooded_without_stp() {
    let mut host = Host::settled();
    let reserved = |last| Mac([0x01, 0x80, 0xc2, 0, 0, last]);
    assert_eq!(decided(&host.frame("h1", mac(0x21), reserved(0))).0, ["p2"]);
    assert_eq!(drops(&host.frame("h1", mac(0x21), reserved(1))), [DropReason::BRIDGE_LINK_LOCAL]);
    assert_eq!(drops(&host.frame("h1", mac(0x21), reserved(14))), [DropReason::UNHANDLED_PROTO]);
    let dev = host.dev("br0");
    host.apply(Request::BridgeSet {
        dev,
        options: BridgeOptions { group_fwd_mask: Some(0x4000), ..Default::default() },
    });
    assert_eq!(decided(&host.frame("h1", mac(0x21), reserved(14))).0, ["p2"]);
}

#[test]
fn the_second_of_two_equal_link_local_addresses_fails() {
    let mut host = Host::new();
    for name in ["h1", "h2"] {
        host.set(name, LinkChange { address: Some(mac(0x33)), ..LinkChange::default() });
    }
    host.join("p1");
    host.join("p2");
    host.up(&["br0", "p1", "p2", "h1"]);
    host.wait(3000);
    host.up(&["h2"]);
    host.wait(3000);
    assert_eq!((host.link("h1").addrs[0].flags, host.link("h2").addrs[0].flags), (0x80, 0xc8));
}

#[test]
fn a_bridge_with_stp_sends_bpdus_and_says_that_it_takes_none() {
    let mut host = Host::settled();
    let dev = host.dev("br0");
    let before = host.link("h2").stats.rx_packets;
    host.apply(Request::BridgeSet { dev, options: BridgeOptions { stp_state: Some(true), ..Default::default() } });
    host.wait(10_000);
    assert!((4..=6).contains(&(host.link("h2").stats.rx_packets - before)));
    let data = [&[0x42, 0x42, 0x03][..], &[0; 35]].concat();
    let packet = Packet { dst: Mac([1, 0x80, 0xc2, 0, 0, 0]), src: mac(0x21), net: Net::Other { proto: 38, data } };
    let trace = host.kernel.send(Origin::Xmit { dev: host.dev("h1") }, &wire::emit(&packet)).unwrap();
    assert!(matches!(trace.copies[0].steps.last(), Some(Step::Unsupported { .. })), "{trace:#?}");
}

#[test]
fn a_bridge_without_ports_knows_its_random_address_but_has_no_id() {
    let host = Host::new();
    let br0 = host.link("br0");
    assert_eq!((host.fdb(), host.bridge().bridge_id), (vec![(br0.address, br0.ifindex)], Mac::ZERO));
}

#[test]
fn a_router_listens_to_the_routers_groups_and_its_subnets_anycast_addresses() {
    let mut host = Host::new();
    host.up(&["p1", "h1"]);
    host.wait(3000);
    let before = host.mc("p1");
    let path = |value: &str| Request::SysctlSet {
        netns: NETNS,
        path: "ipv6/conf/p1/forwarding".to_string(),
        value: value.to_string(),
    };
    host.apply(path("1"));
    assert_eq!(
        host.mc("p1"),
        [&before[..], &["33:33:00:00:00:02".to_string(), "33:33:ff:00:00:00".to_string()]].concat()
    );
    host.apply(path("0"));
    assert_eq!(host.mc("p1"), before);
}

#[test]
fn without_ipv6_a_device_keeps_the_group_it_was_born_with() {
    let mut host = Host::new();
    let (path, value) = ("ipv6/conf/all/disable_ipv6".to_string(), "1".to_string());
    host.apply(Request::SysctlSet { netns: NETNS, path, value });
    host.up(&["p1", "h1"]);
    assert_eq!(
        (host.mc("p1"), host.link("p1").addrs),
        (vec!["33:33:00:00:00:01".into(), "01:00:5e:00:00:01".into()], vec![])
    );
    host.down("p1");
    assert_eq!(host.mc("p1"), ["33:33:00:00:00:01"]);
    host.wait(60_000);
    assert_eq!(host.link("h1").stats.tx_packets, 0);
}
