//! What IPv6 does of its own accord over a whole Kernel: addresses, groups, reports, and what a bridge makes of them.

mod host;

use host::*;
use netmodel::request::LinkChange;
use netmodel::time::Instant;
use netmodel::{Error, Request};

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

#[test]
fn an_address_is_generated_when_the_mode_says_so() {
    let mut host = Host::new();
    let mode = |value: &str| Request::SysctlSet {
        netns: NETNS,
        path: "ipv6/conf/p1/addr_gen_mode".to_string(),
        value: value.to_string(),
    };
    host.apply(mode("1"));
    host.up(&["p1", "h1"]);
    assert_eq!(host.link("p1").addrs, []);
    host.apply(mode("0"));
    assert_eq!(host.link("p1").addrs[0].local.to_string(), "fe80::ff:fe00:11/64");
    assert!(matches!(host.kernel.apply(mode("2")), Err(Error::Unsupported(_))));
}
