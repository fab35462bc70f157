//! Bridges over a whole Kernel: what requests, carrier and time make of ports, addresses and the FDB.

use netmodel::addr::{IfIndex, Mac, NetnsId};
use netmodel::request::{BridgeOptions, Dev, FdbState, How, LinkChange, LinkKind, LinkSpec, PortOptions};
use netmodel::snapshot::{self, Link, LinkInfo};
use netmodel::time::{Duration, Instant};
use netmodel::{Errno, Error, Kernel, Reply, Request};

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
        (Request::FdbFlush { dev: p1 }, Errno::EOPNOTSUPP),
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
    host.apply(Request::FdbFlush { dev: br0 });
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
