//! Bridges over a whole Kernel: what requests, carrier, frames and time make of ports and the FDB.

mod host;

use host::*;
use netmodel::addr::{IfIndex, Mac};
use netmodel::packet::{Net, Packet};
use netmodel::request::{BridgeOptions, Dev, FdbState, How, LinkChange, PortOptions};
use netmodel::trace::{DropReason, Step};
use netmodel::{Errno, Origin, Request, wire};

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
