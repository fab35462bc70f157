//! `/proc/sys/net`: what a write is, and what else it changes. Held to Linux 6.18.

mod machine;

use machine::{Machine, refused};
use netmodel::{Errno, Error, Reply};

#[test]
fn ip_forward_reaches_every_device_and_ends_belief_in_redirects() {
    let mut machine = Machine::new();
    machine.veth((0, "v0"), (0, "v1")).unwrap();
    machine.write(0, "ipv4/ip_forward", "1").unwrap();
    for path in ["ipv4/conf/all/forwarding", "ipv4/conf/default/forwarding", "ipv4/conf/v0/forwarding"] {
        assert_eq!(machine.sysctl(0, path), "1", "{path}");
    }
    assert_eq!(machine.sysctl(0, "ipv4/conf/all/accept_redirects"), "0");
    machine.write(0, "ipv4/conf/v0/forwarding", "0").unwrap();
    assert_eq!(machine.sysctl(0, "ipv4/ip_forward"), "1");
    let red = machine.netns();
    assert_eq!(machine.sysctl(red, "ipv4/ip_forward"), "1", "a new namespace has what init_net has");
    assert_eq!(machine.sysctl(red, "ipv4/conf/lo/forwarding"), "1");
}

#[test]
fn default_reaches_devices_that_nobody_set_and_that_have_no_address() {
    let mut machine = Machine::new();
    machine.veth((0, "v0"), (0, "v1")).unwrap();
    machine.write(0, "ipv4/conf/v0/rp_filter", "2").unwrap();
    machine.write(0, "ipv4/conf/default/rp_filter", "1").unwrap();
    let values =
        |machine: &mut Machine| ["v0", "v1"].map(|dev| machine.sysctl(0, &format!("ipv4/conf/{dev}/rp_filter")));
    assert_eq!(values(&mut machine), ["2", "1"]);
    machine.addr(0, "v1", "192.0.2.1/24").unwrap();
    machine.write(0, "ipv4/conf/default/rp_filter", "0").unwrap();
    assert_eq!(values(&mut machine), ["2", "1"]);
}

#[test]
fn a_write_is_one_number_in_its_range() {
    let mut machine = Machine::new();
    let path = "ipv4/conf/lo/rp_filter";
    for (text, value) in [("0x10", "16"), ("010", "8"), ("-1", "-1"), (" 5\n", "5"), ("1 2", "1")] {
        machine.write(0, path, text).unwrap();
        assert_eq!(machine.sysctl(0, path), value, "{text:?}");
    }
    for text in ["abc", "", "1x", "+3", "99999999999"] {
        assert_eq!(machine.write(0, path, text), refused(Errno::EINVAL), "{text:?}");
    }
    for (path, text) in [
        ("ipv4/ip_default_ttl", "256"),
        ("ipv4/tcp_syn_retries", "0"),
        ("ipv4/icmp_echo_ignore_all", "2"),
        ("ipv4/ip_local_port_range", "5000 4000"),
        ("ipv4/ip_local_port_range", "1000 6000"),
    ] {
        assert_eq!(machine.write(0, path, text), refused(Errno::EINVAL), "{path} {text}");
    }
    machine.write(0, "ipv4/ip_local_port_range", "5000 6000").unwrap();
    assert_eq!(machine.sysctl(0, "ipv4/ip_local_port_range"), "5000\t6000");
    machine.write(0, "ipv4/icmp_ratelimit", "5").unwrap();
    assert_eq!(machine.sysctl(0, "ipv4/icmp_ratelimit"), "8");
}

#[test]
fn what_is_not_there_is_told_from_what_is_not_modelled() {
    let mut machine = Machine::new();
    let red = machine.netns();
    let unsupported = |path: &str| Err(Error::unsupported(format!("sysctl net/{path}")));
    assert_eq!(machine.write(0, "ipv4/no_such", "1"), refused(Errno::ENOENT));
    assert_eq!(machine.write(0, "ipv4/conf/nosuch/rp_filter", "1"), refused(Errno::ENOENT));
    assert_eq!(machine.write(0, "ipv4/tcp_sack", "0"), unsupported("ipv4/tcp_sack"));
    assert_eq!(machine.write(0, "ipv4/tcp_sack", "1"), Ok(Reply::Done), "its value already");
    assert_eq!(machine.write(red, "netfilter/nf_conntrack_max", "5"), refused(Errno::EACCES));
    assert_eq!(machine.write(0, "ipv4/tcp_mem", "5"), unsupported("ipv4/tcp_mem"));
    assert_eq!(machine.write(red, "ipv4/tcp_mem", "5"), refused(Errno::ENOENT), "of init_net alone");
    assert_eq!(machine.sysctl(0, "ipv6/conf/lo/mtu"), "65536");
    assert_eq!(machine.sysctl(red, "ipv6/neigh/lo/locktime"), "0");
}
