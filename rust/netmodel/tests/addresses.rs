//! IPv4 addresses, the routes that come and go with them, and routes of one's own. Held to Linux 6.18.

mod machine;

use machine::{Machine, refused, refused_as};
use netmodel::request::How;
use netmodel::time::Duration;
use netmodel::{Errno, Facts, Kernel, Reply};

fn pair() -> Machine {
    let mut machine = Machine::new();
    machine.veth((0, "v0"), (0, "v1")).unwrap();
    machine.up(0, "v0", true);
    machine.up(0, "v1", true);
    machine
}

#[test]
fn the_nearest_scope_is_first_and_secondaries_are_last() {
    let mut machine = pair();
    for local in ["192.0.2.1/24", "192.0.2.2/24", "127.0.0.9/8", "198.51.100.1/24", "192.0.2.1/25"] {
        machine.addr(0, "v0", local).unwrap();
    }
    let want = ["127.0.0.9/8", "192.0.2.1/24", "198.51.100.1/24", "192.0.2.1/25", "192.0.2.2/24+"];
    assert_eq!(machine.addrs(0, "v0"), want);
    let again = refused_as(Errno::EEXIST, "ipv4: Address already assigned");
    assert_eq!(machine.addr(0, "v0", "192.0.2.1/24"), again);
    assert_eq!(machine.addr(0, "v0", "0.0.0.0/24"), Ok(Reply::Done), "taken and forgotten");
    let missing = refused_as(Errno::EADDRNOTAVAIL, "ipv4: Address not found");
    assert_eq!(machine.addr_del(0, "v0", "192.0.2.9/24"), missing);
    assert_eq!(machine.addrs(0, "v0"), want);
}

#[test]
fn a_primary_takes_its_secondaries_along_unless_one_is_promoted() {
    let mut machine = pair();
    for local in ["192.0.2.1/24", "192.0.2.2/24", "192.0.2.3/24", "198.51.100.1/24"] {
        machine.addr(0, "v0", local).unwrap();
    }
    machine.write(0, "ipv4/conf/v0/promote_secondaries", "1").unwrap();
    machine.addr_del(0, "v0", "192.0.2.1/24").unwrap();
    assert_eq!(machine.addrs(0, "v0"), ["198.51.100.1/24", "192.0.2.2/24", "192.0.2.3/24+"]);
    machine.write(0, "ipv4/conf/v0/promote_secondaries", "0").unwrap();
    machine.addr_del(0, "v0", "192.0.2.2/24").unwrap();
    assert_eq!(machine.addrs(0, "v0"), ["198.51.100.1/24"]);
    let local = ["198.51.100.1/32 dev v0", "198.51.100.255/32 dev v0"];
    assert_eq!(machine.routes(0, 255), local);
}

#[test]
fn going_down_leaves_local_routes_and_coming_up_brings_connected_ones() {
    let mut machine = pair();
    machine.addr(0, "v0", "192.0.2.1/24").unwrap();
    machine.route("0.0.0.0/0 via 192.0.2.9", How::Add).unwrap();
    assert_eq!(machine.routes(0, 254), ["0.0.0.0/0 via 192.0.2.9 dev v0", "192.0.2.0/24 dev v0"]);
    machine.up(0, "v0", false);
    assert!(machine.routes(0, 254).is_empty());
    assert_eq!(machine.routes(0, 255), ["192.0.2.1/32 dev v0"]);
    machine.up(0, "v0", true);
    assert_eq!(machine.routes(0, 254), ["192.0.2.0/24 dev v0"], "the default route is lost");
    machine.up(0, "v1", false);
    assert_eq!(machine.routes(0, 254), ["192.0.2.0/24 dev v0 linkdown"]);
}

#[test]
fn the_last_address_takes_all_routes_of_its_device_along() {
    let mut machine = pair();
    machine.addr(0, "v0", "192.0.2.1/24").unwrap();
    machine.addr(0, "v0", "198.51.100.1/24").unwrap();
    machine.route("0.0.0.0/0 via 192.0.2.9", How::Add).unwrap();
    machine.route("203.0.113.0/24 via 198.51.100.9 src 192.0.2.1", How::Add).unwrap();
    machine.addr_del(0, "v0", "192.0.2.1/24").unwrap();
    assert_eq!(machine.routes(0, 254), ["0.0.0.0/0 via 192.0.2.9 dev v0", "198.51.100.0/24 dev v0"]);
    machine.addr_del(0, "v0", "198.51.100.1/24").unwrap();
    assert!(machine.routes(0, 254).is_empty() && machine.routes(0, 255).is_empty());
}

#[test]
fn lo_has_its_address_from_its_first_going_up() {
    let mut machine = Machine::new();
    machine.up(0, "lo", true);
    assert_eq!(machine.addrs(0, "lo"), ["127.0.0.1/8"]);
    let local = ["127.0.0.0/8 dev lo", "127.0.0.1/32 dev lo", "127.255.255.255/32 dev lo"];
    assert_eq!(machine.routes(0, 255), local);
    let mut old = Machine(Kernel::new(7, Facts { local_net_broadcast_routes: true, ..Facts::default() }));
    old.up(0, "lo", true);
    assert_eq!(old.routes(0, 255).len(), 4, "with 127.0.0.0 as a broadcast address");
}

#[test]
fn routes_that_are_refused() {
    let mut machine = pair();
    machine.addr(0, "v0", "192.0.2.1/24").unwrap();
    let gateway = |errno| refused_as(errno, "Nexthop has invalid gateway");
    for (text, want) in [
        ("198.51.100.0/24 via 203.0.113.1", gateway(Errno::ENETUNREACH)),
        ("198.51.100.0/24 via 192.0.2.255", gateway(Errno::EINVAL)),
        ("198.51.100.1/24 dev v0", refused_as(Errno::EINVAL, "Invalid prefix for given prefix length")),
        ("198.51.100.0/24", refused(Errno::ENODEV)),
        ("198.51.100.0/24 dev lo", refused_as(Errno::ENETDOWN, "Device for nexthop is not up")),
        ("198.51.100.0/24 dev v0 src 192.0.2.9", refused_as(Errno::EINVAL, "Invalid prefsrc address")),
        ("198.51.100.0/24 via 203.0.113.1 onlink", refused_as(Errno::ENODEV, "Nexthop device required for onlink")),
    ] {
        assert_eq!(machine.route(text, How::Add), want, "{text}");
    }
    // Where nothing leaves, the source is not looked at.
    assert_eq!(machine.route("198.51.100.0/24 type 7 src 203.0.113.1", How::Add), Ok(Reply::Done));
    assert_eq!(machine.route_del("198.51.100.0/24 type 7"), Ok(Reply::Done));
    assert_eq!(machine.route("198.51.100.0/24 dev v0", How::Change), refused(Errno::ENOENT));
    assert_eq!(machine.route_del("198.51.100.0/24"), refused(Errno::ESRCH));
    let table = refused_as(Errno::ESRCH, "FIB table does not exist");
    assert_eq!(machine.route_del("198.51.100.0/24 table 99"), table);
}

#[test]
fn equal_routes_stand_in_order_of_metric_then_of_coming() {
    let mut machine = pair();
    machine.addr(0, "v0", "192.0.2.1/24").unwrap();
    let hops = [(How::Add, "9"), (How::Append, "11"), (How::Prepend, "12")];
    for (how, last) in hops {
        machine.route(&format!("0.0.0.0/0 via 192.0.2.{last}"), how).unwrap();
    }
    machine.route("0.0.0.0/0 via 192.0.2.10 metric 5", How::Add).unwrap();
    assert_eq!(machine.route("0.0.0.0/0 via 192.0.2.77", How::Add), refused(Errno::EEXIST));
    assert_eq!(machine.route("0.0.0.0/0 via 192.0.2.11", How::Append), refused(Errno::EEXIST));
    machine.route("0.0.0.0/0 via 192.0.2.13", How::Replace).unwrap();
    let gateways: Vec<String> = machine.routes(0, 254)[..4].iter().map(|text| text[14..].to_string()).collect();
    let want = ["192.0.2.13 dev v0", "192.0.2.9 dev v0", "192.0.2.11 dev v0", "192.0.2.10 dev v0 metric 5"];
    assert_eq!(gateways, want);
}

#[test]
fn an_address_lives_as_long_as_it_was_given() {
    use netmodel::request::{AddrSpec, Request};
    let mut machine = pair();
    let local = "192.0.2.1/24".parse().unwrap();
    let lft = |valid, preferred| AddrSpec {
        local,
        peer: None,
        broadcast: None,
        scope: None,
        label: None,
        valid_lft: Some(valid),
        preferred_lft: Some(preferred),
        noprefixroute: false,
        nodad: false,
        metric: 0,
    };
    let dev = machine.dev(0, "v0");
    let invalid = refused_as(Errno::EINVAL, "ipv4: address lifetime invalid");
    assert_eq!(machine.0.apply(Request::AddrAdd { dev, addr: lft(1, 2), how: How::Add }), invalid);
    machine.0.apply(Request::AddrAdd { dev, addr: lft(3, 1), how: How::Add }).unwrap();
    let start = machine.0.now();
    machine.0.advance(start + Duration::millis(1500));
    let shown = machine.link(0, "v0").addrs[0].clone();
    assert_eq!((shown.flags & 0x20, shown.valid_lft, shown.preferred_lft), (0x20, Some(2), Some(0)));
    machine.0.advance(start + Duration::millis(3000));
    assert!(machine.addrs(0, "v0").is_empty() && machine.routes(0, 254).is_empty());
}
