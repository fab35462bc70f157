//! Devices and namespaces: indexes, names, moves, ids, flags. Held to Linux 6.18.

mod machine;

use machine::{Machine, refused, refused_as};
use netmodel::addr::{IfIndex, Mac, NetnsId};
use netmodel::request::{BridgeOptions, LinkChange, LinkKind, LinkSpec};
use netmodel::time::Duration;
use netmodel::{Errno, Facts, Kernel, Reply, Request};

const UP: u8 = 6;
const UNKNOWN: u8 = 0;
const DOWN: u8 = 2;
const LOWERLAYERDOWN: u8 = 3;

#[test]
fn the_peer_is_registered_first_and_no_index_comes_again() {
    let mut machine = Machine::new();
    assert_eq!(machine.veth((0, "v0"), (0, "v1")), Ok(Reply::Link(IfIndex(3))));
    assert_eq!(machine.link(0, "v1").ifindex, IfIndex(2));
    machine.0.apply(Request::LinkDel { dev: machine.dev(0, "v1") }).unwrap();
    assert_eq!(machine.view(0).links.len(), 1, "a veth takes its peer along");
    assert_eq!(machine.veth((0, "v0"), (0, "v1")), Ok(Reply::Link(IfIndex(5))));
}

#[test]
fn a_pair_of_one_name_is_refused_and_burns_an_index() {
    let mut machine = Machine::new();
    assert_eq!(machine.veth((0, "q"), (0, "q")), refused(Errno::EEXIST));
    assert_eq!(machine.veth((0, ""), (0, "")), Ok(Reply::Link(IfIndex(4))));
    assert_eq!((machine.link(0, "veth0").ifindex, machine.link(0, "veth1").ifindex), (IfIndex(3), IfIndex(4)));
    assert_eq!(machine.veth((0, "veth0"), (0, "w")), refused(Errno::EEXIST), "seen before anything is registered");
    assert_eq!(machine.veth((0, "a%d"), (0, "b%d")), Ok(Reply::Link(IfIndex(6))));
    assert_eq!(machine.link(0, "a0").link, Some(IfIndex(5)));
}

#[test]
fn an_index_that_is_asked_for_does_not_move_the_counter() {
    let mut machine = Machine::new();
    let spec = |name: &str, index| LinkSpec { name: name.into(), ifindex: Some(IfIndex(index)), ..LinkSpec::default() };
    let bridge = |spec| Request::LinkAdd { spec, kind: LinkKind::Bridge(BridgeOptions::default()) };
    assert_eq!(machine.0.apply(bridge(spec("br0", 40))), Ok(Reply::Link(IfIndex(40))));
    assert_eq!(machine.0.apply(bridge(spec("br1", 40))), refused(Errno::EEXIST));
    assert_eq!(machine.veth((0, "v0"), (0, "v1")), Ok(Reply::Link(IfIndex(3))));
}

#[test]
fn a_move_keeps_the_index_if_it_is_free_and_loses_what_hangs_on_the_device() {
    let mut machine = Machine::new();
    let red = machine.netns();
    machine.veth((0, "v0"), (0, "v1")).unwrap();
    machine.addr(0, "v0", "192.0.2.1/24").unwrap();
    machine.up(0, "v0", true);
    machine.up(0, "v1", true);
    machine.move_to((0, "v0"), red, None).unwrap();
    let moved = machine.link(red, "v0");
    assert_eq!((moved.ifindex, moved.flags & 1, moved.qdisc.as_str()), (IfIndex(3), 0, "noop"));
    assert!(moved.addrs.is_empty());
    assert!(machine.routes(0, 254).is_empty());
    // Both namespaces named each other in their messages.
    assert_eq!(machine.view(0).nsids.get(&0), Some(&NetnsId(red)));
    assert_eq!(machine.view(red).nsids.get(&0), Some(&NetnsId(0)));
    assert_eq!(machine.veth((red, "a"), (red, "b")), Ok(Reply::Link(IfIndex(4))), "3 is taken, 2 went to b");
}

#[test]
fn moves_that_are_refused() {
    let mut machine = Machine::new();
    let red = machine.netns();
    machine.veth((0, "v0"), (0, "v1")).unwrap();
    machine.veth((red, "v0"), (red, "v2")).unwrap();
    let immutable = refused_as(Errno::EINVAL, "The interface netns is immutable");
    assert_eq!(machine.move_to((0, "lo"), red, None), immutable);
    assert_eq!(machine.move_to((0, "lo"), 0, None), Ok(Reply::Done), "where it is already");
    let same = "An interface with the same name exists in the target netns";
    assert_eq!(machine.move_to((0, "v0"), red, None), refused_as(Errno::EEXIST, same));
    let unable = "Unable to use 'v2' for the new interface name in the target netns";
    assert_eq!(machine.move_to((0, "v0"), red, Some("v2")), refused_as(Errno::EEXIST, unable));
    machine.move_to((0, "v0"), red, Some("v3")).unwrap();
    // Its own name is free there: it moves, and only then is the new name refused.
    assert_eq!(machine.move_to((0, "v1"), red, Some("v3")), refused(Errno::EEXIST));
    assert_eq!(machine.link(red, "v1").name, "v1");
}

#[test]
fn a_namespace_that_dies_takes_its_virtual_devices_along() {
    let mut machine = Machine::new();
    let red = machine.netns();
    machine.veth((0, "v0"), (red, "v1")).unwrap();
    let address = Mac([2, 0, 0, 0, 0, 1]);
    machine.0.apply(Request::PhysAdd { name: "eth0".into(), address, qdisc: "pfifo_fast".into() }).unwrap();
    machine.move_to((0, "eth0"), red, None).unwrap();
    machine.0.apply(Request::NetnsDel { netns: NetnsId(red) }).unwrap();
    let names: Vec<String> = machine.view(0).links.into_iter().map(|link| link.name).collect();
    assert_eq!(names, ["lo", "eth0"]);
    assert!(machine.view(0).nsids.is_empty(), "its id is free again");
    assert_eq!(machine.0.apply(Request::NetnsDel { netns: NetnsId(red) }), refused(Errno::ENOENT));
}

#[test]
fn ids_of_namespaces_are_given_once() {
    let mut machine = Machine::new();
    let (red, blue) = (machine.netns(), machine.netns());
    let set = |machine: &mut Machine, peer, nsid| {
        machine.0.apply(Request::NsidSet { netns: NetnsId(0), peer: NetnsId(peer), nsid })
    };
    assert_eq!(set(&mut machine, red, 0), Ok(Reply::Nsid(0)));
    assert_eq!(set(&mut machine, red, 5), refused_as(Errno::EEXIST, "Peer netns already has a nsid assigned"));
    assert_eq!(set(&mut machine, blue, -1), Ok(Reply::Nsid(1)), "the lowest free one");
}

#[test]
fn operstate_follows_carrier_when_link_watch_lets_it() {
    let mut machine = Machine::new();
    let red = machine.netns();
    machine.veth((0, "v0"), (0, "v1")).unwrap();
    machine.up(0, "v0", true);
    assert_eq!(machine.link(0, "v0").operstate, LOWERLAYERDOWN);
    machine.up(0, "v1", true);
    assert_eq!((machine.link(0, "v0").operstate, machine.link(0, "v0").flags), (UP, 0x11043));
    machine.veth((0, "w0"), (red, "w1")).unwrap();
    machine.up(0, "w0", true);
    machine.0.advance(machine.0.now() + Duration::secs(2));
    // The peer's index is looked up at home, where it is `lo`'s neighbour v1, which has carrier.
    assert_eq!(machine.link(0, "w0").operstate, DOWN);
    let facts = Facts { operstate_across_netns: true, ..Facts::default() };
    let mut old = Machine(Kernel::new(7, facts));
    let red = old.netns();
    old.veth((0, "w0"), (red, "w1")).unwrap();
    old.up(0, "w0", true);
    old.0.advance(old.0.now() + Duration::secs(2));
    assert_eq!(old.link(0, "w0").operstate, LOWERLAYERDOWN);
}

#[test]
fn who_asks_for_one_device_gets_its_state_as_it_is_now() {
    let mut machine = Machine::new();
    machine.veth((0, "a"), (0, "b")).unwrap();
    // Link-watch has just run: what comes now waits for a second.
    machine.veth((0, "v0"), (0, "v1")).unwrap();
    machine.up(0, "v0", true);
    assert_eq!(machine.link(0, "v0").operstate, UNKNOWN);
    let (netns, dev) = (NetnsId(0), machine.link(0, "v0").ifindex);
    machine.0.apply(Request::LinkGet { netns, dev: None }).unwrap();
    assert_eq!(machine.link(0, "v0").operstate, UNKNOWN, "a dump waits for nothing");
    machine.0.apply(Request::LinkGet { netns, dev: Some(dev) }).unwrap();
    assert_eq!(machine.link(0, "v0").operstate, LOWERLAYERDOWN);
}

#[test]
fn what_comes_before_a_refused_attribute_stays() {
    let mut machine = Machine::new();
    machine.veth((0, "v0"), (0, "v1")).unwrap();
    // Flags are set before the master is looked at, the mtu before the name, the name before flags.
    let lo = Some(IfIndex(1));
    let both = LinkChange { up: Some(true), master: lo, ..LinkChange::default() };
    assert_eq!(machine.set((0, "v0"), both), refused(Errno::EOPNOTSUPP));
    assert_eq!(machine.link(0, "v0").flags & 1, 1);
    let name = Some("v1".to_string());
    let taken = LinkChange { mtu: Some(1400), name, up: Some(false), ..LinkChange::default() };
    assert_eq!(machine.set((0, "v0"), taken), refused(Errno::EEXIST));
    assert_eq!((machine.link(0, "v0").flags & 1, machine.link(0, "v0").mtu), (1, 1400));
    let small = LinkChange { mtu: Some(10), ..LinkChange::default() };
    assert_eq!(machine.set((0, "v0"), small), refused_as(Errno::EINVAL, "mtu less than device minimum"));
    let group = LinkChange { address: Some(Mac([1, 0, 0, 0, 0, 1])), ..LinkChange::default() };
    assert_eq!(machine.set((0, "v0"), group), refused(Errno::EADDRNOTAVAIL));
}

#[test]
fn an_altname_is_a_name_of_one_device() {
    let mut machine = Machine::new();
    machine.veth((0, "v0"), (0, "v1")).unwrap();
    let ask = |machine: &mut Machine, dev: &str, name: &str, add| {
        machine.0.apply(Request::AltName { dev: machine.dev(0, dev), name: name.into(), add })
    };
    assert_eq!(ask(&mut machine, "v0", "a-name-longer-than-fifteen", true), Ok(Reply::Done));
    assert_eq!(ask(&mut machine, "v1", "a-name-longer-than-fifteen", true), refused(Errno::EEXIST));
    assert_eq!(ask(&mut machine, "v1", "a-name-longer-than-fifteen", false), refused(Errno::EINVAL));
    assert_eq!(ask(&mut machine, "v0", "v0", false), refused(Errno::EINVAL));
    assert_eq!(ask(&mut machine, "v0", "none", false), refused(Errno::ENOENT));
    assert_eq!(ask(&mut machine, "v0", "a-name-longer-than-fifteen", false), Ok(Reply::Done));
}
