//! Whole-Kernel properties of the walk: namespaces joined by veth pairs, and what becomes of packets between them.

use core::net::{IpAddr, Ipv4Addr};

use netmodel::addr::{IfIndex, NetnsId};
use netmodel::packet::{Icmp, Ipv4, Net, Transport};
use netmodel::request::{AddrSpec, Dev, How, LinkChange, LinkKind, LinkSpec, RouteSpec};
use netmodel::time::{Duration, Instant};
use netmodel::trace::{Copy, DropReason, Step, Trace};
use netmodel::{Event, Facts, Kernel, Origin, Reply, Request, wire};
use proptest::collection::vec;
use proptest::prelude::*;

fn netns(kernel: &mut Kernel) -> NetnsId {
    match kernel.apply(Request::NetnsNew) {
        Ok(Reply::Netns(netns)) => netns,
        other => panic!("{other:?}"),
    }
}

/// A pair of devices that are up, with an address each.
fn join(kernel: &mut Kernel, [a, b]: [(NetnsId, &str, &str); 2]) -> [Dev; 2] {
    let spec = |(netns, name, _): (NetnsId, &str, &str)| LinkSpec { netns, name: name.into(), ..LinkSpec::default() };
    let added = kernel.apply(Request::LinkAdd { spec: spec(a), kind: LinkKind::Veth { peer: spec(b) } });
    assert!(matches!(added, Ok(Reply::Link(_))), "{added:?}");
    [a, b].map(|(netns, name, addr)| {
        let view = kernel.snapshot().netns.into_iter().find(|view| view.id == netns).expect("the namespace is there");
        let ifindex = view.links.iter().find(|link| link.name == name).expect("it was just added").ifindex;
        let dev = Dev { netns, ifindex };
        up(kernel, dev);
        let local = addr.parse().expect("a prefix");
        let (peer, broadcast, scope, label, valid_lft, preferred_lft) = (None, None, None, None, None, None);
        let (noprefixroute, nodad, metric) = (false, false, 0);
        let addr =
            AddrSpec { local, peer, broadcast, scope, label, valid_lft, preferred_lft, noprefixroute, nodad, metric };
        kernel.apply(Request::AddrAdd { dev, addr, how: How::Add }).expect("the address is free");
        dev
    })
}

fn up(kernel: &mut Kernel, dev: Dev) {
    let change = LinkChange { up: Some(true), ..LinkChange::default() };
    kernel.apply(Request::LinkSet { dev, change }).expect("a device can be set up");
}

fn route(kernel: &mut Kernel, netns: NetnsId, dst: &str, via: &str) {
    let dst = dst.parse().expect("a prefix");
    let via: Option<IpAddr> = Some(via.parse().expect("an address"));
    let (protocol, scope, oif, src, metric, mtu) = (None, None, None, None, None, None);
    let route =
        RouteSpec { dst, kind: 1, table: 254, protocol, scope, tos: 0, via, oif, src, metric, onlink: false, mtu };
    kernel.apply(Request::RouteAdd { netns, route, how: How::Add }).expect("the gateway is on the link");
}

fn sysctl(kernel: &mut Kernel, netns: NetnsId, path: &str, value: &str) {
    let request = Request::SysctlSet { netns, path: path.into(), value: value.into() };
    kernel.apply(request).expect("the setting is modelled");
}

fn echo(src: &str, dst: &str, size: usize) -> Ipv4 {
    let message = Icmp { kind: 8, code: 0, rest: [0, 77, 0, 1], data: (0..size).map(|n| n as u8).collect() };
    let addr = |text: &str| -> Ipv4Addr { text.parse().expect("an address") };
    Ipv4::new(addr(src), addr(dst), Transport::Icmp(message))
}

fn send(kernel: &mut Kernel, netns: NetnsId, packet: &Ipv4) -> Trace {
    let mut bytes = Vec::new();
    wire::ipv4::emit(packet, &mut bytes);
    kernel.send(Origin::Local { netns }, &bytes).expect("the namespace is there")
}

fn summaries(trace: &Trace) -> Vec<&str> {
    trace.copies.iter().map(|copy| copy.summary.as_str()).collect()
}

fn is_terminal(step: &Step) -> bool {
    matches!(
        step,
        Step::Consumed { .. }
            | Step::Deliver { .. }
            | Step::Egress { .. }
            | Step::Queued { .. }
            | Step::Drop { .. }
            | Step::Unsupported { .. }
            | Step::Storm
    )
}

/// Each copy ends once, in its last step.
fn ends_once(copy: &Copy) -> bool {
    copy.steps.iter().filter(|step| is_terminal(step)).count() == 1 && copy.steps.last().is_some_and(is_terminal)
}

fn drops(trace: &Trace) -> Vec<DropReason> {
    let steps = trace.copies.iter().flat_map(|copy| &copy.steps);
    steps.filter_map(|step| if let Step::Drop { reason, .. } = step { Some(*reason) } else { None }).collect()
}

/// What timers sent, without what IPv6 says of its own accord.
fn traces(events: Vec<Event>) -> Vec<Trace> {
    let sent =
        events.into_iter().filter_map(|event| if let Event::Trace { trace } = event { Some(trace) } else { None });
    sent.filter(|trace| !trace.copies[0].summary.starts_with("IP6")).collect()
}

/// Two namespaces on one link.
fn pair() -> (Kernel, [NetnsId; 2], [Dev; 2]) {
    let mut kernel = Kernel::new(7, Facts::default());
    let [red, blue] = [netns(&mut kernel), netns(&mut kernel)];
    let devs = join(&mut kernel, [(red, "va", "192.0.2.1/24"), (blue, "vb", "192.0.2.2/24")]);
    (kernel, [red, blue], devs)
}

/// Two namespaces with a router between them: red 192.0.2.2, blue 198.51.100.2.
fn routed() -> (Kernel, [NetnsId; 3]) {
    let mut kernel = Kernel::new(7, Facts::default());
    let [red, router, blue] = [netns(&mut kernel), netns(&mut kernel), netns(&mut kernel)];
    join(&mut kernel, [(red, "va", "192.0.2.2/24"), (router, "ra", "192.0.2.1/24")]);
    join(&mut kernel, [(blue, "vb", "198.51.100.2/24"), (router, "rb", "198.51.100.1/24")]);
    route(&mut kernel, red, "0.0.0.0/0", "192.0.2.1");
    route(&mut kernel, blue, "0.0.0.0/0", "198.51.100.1");
    sysctl(&mut kernel, router, "ipv4/ip_forward", "1");
    (kernel, [red, router, blue])
}

#[test]
fn an_echo_request_is_resolved_and_answered() {
    let (mut kernel, [red, _], _) = pair();
    let trace = send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.2", 56));
    let want = [
        "IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 77, seq 1, length 64",
        "ARP, Request who-has 192.0.2.2 tell 192.0.2.1, length 28",
        "ARP, Reply 192.0.2.2 is-at ",
        "IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 77, seq 1, length 64",
        "IP 192.0.2.2 > 192.0.2.1: ICMP echo reply, id 77, seq 1, length 64",
    ];
    let got = summaries(&trace);
    assert_eq!(got.len(), want.len(), "{got:#?}");
    for (got, want) in got.iter().zip(want) {
        assert!(got.starts_with(want), "{got} is not {want}");
    }
    assert!(trace.copies.iter().all(ends_once), "{trace:#?}");
    // The second needs no ARP.
    assert_eq!(send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.2", 56)).copies.len(), 2);
}

#[test]
fn a_round_trip_costs_some_ten_microseconds() {
    let (mut kernel, [red, _], _) = pair();
    send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.2", 56));
    let trace = send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.2", 56));
    assert!((10_000..70_000).contains(&trace.cost_ns), "{}", trace.cost_ns);
}

#[test]
fn nobody_answers_for_three_seconds_and_the_sender_hears_of_it() {
    let (mut kernel, [red, _], _) = pair();
    let trace = send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.9", 56));
    assert!(matches!(trace.copies[0].steps.last(), Some(Step::Queued { .. })), "{trace:#?}");
    let early = traces(kernel.advance(Instant(0) + Duration::millis(2990)));
    let asked = early.iter().filter(|trace| trace.copies[0].summary.starts_with("ARP")).count();
    assert_eq!(asked, 2, "two more requests: {early:#?}");
    let mut late = traces(kernel.advance(Instant(0) + Duration::millis(3200)));
    // IPv6 speaks of its own accord.
    late.retain(|trace| !trace.copies[0].summary.starts_with("IP6"));
    let lines: Vec<&str> = late.iter().flat_map(summaries).collect();
    assert!(lines[1].contains("ICMP host 192.0.2.9 unreachable"), "{lines:#?}");
    assert_eq!(drops(&late[0])[0], DropReason::NEIGH_FAILED);
}

#[test]
fn a_router_takes_one_from_ttl_and_leaves_the_rest_alone() {
    let (mut kernel, [red, ..]) = routed();
    let packet = echo("192.0.2.2", "198.51.100.2", 56);
    let trace = send(&mut kernel, red, &packet);
    assert!(trace.copies.iter().all(ends_once), "{trace:#?}");
    let reply = trace.copies.iter().rfind(|copy| copy.summary.contains("echo reply")).expect("an answer");
    assert!(matches!(reply.steps.last(), Some(Step::Drop { reason: DropReason::NO_SOCKET, .. })), "{reply:#?}");
    let arrived = trace.copies.iter().rfind(|copy| copy.summary.contains("echo request")).expect("a request");
    let Ok(Net::Ipv4(got)) = wire::parse(&arrived.bytes).map(|packet| packet.net) else { panic!("IPv4") };
    assert_eq!(Ipv4 { ttl: packet.ttl, id: 0, ..got }, packet);
    assert_eq!(got.ttl, packet.ttl - 1);
}

#[test]
fn a_last_hop_and_a_missing_route_are_reported_by_the_router() {
    let (mut kernel, [red, ..]) = routed();
    let mut packet = echo("192.0.2.2", "198.51.100.2", 56);
    packet.ttl = 1;
    let trace = send(&mut kernel, red, &packet);
    assert!(summaries(&trace).iter().any(|line| line.contains("time exceeded in-transit")), "{trace:#?}");
    let trace = send(&mut kernel, red, &echo("192.0.2.2", "203.0.113.1", 56));
    assert!(summaries(&trace).iter().any(|line| line.contains("ICMP net 203.0.113.1 unreachable")), "{trace:#?}");
}

#[test]
fn six_errors_and_then_one_a_second() {
    let (mut kernel, [red, ..]) = routed();
    let mut packet = echo("192.0.2.2", "198.51.100.2", 56);
    packet.ttl = 1;
    let errors = |kernel: &mut Kernel| {
        (0..30).filter(|_| summaries(&send(kernel, red, &packet)).iter().any(|line| line.contains("exceeded"))).count()
    };
    assert_eq!(errors(&mut kernel), 6);
    kernel.advance(Instant(0) + Duration::secs(2));
    assert_eq!(errors(&mut kernel), 2);
}

#[test]
fn a_long_packet_is_cut_and_put_together() {
    let (mut kernel, [red, _], _) = pair();
    let trace = send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.2", 4000));
    assert!(trace.copies.iter().all(ends_once), "{trace:#?}");
    let replies = summaries(&trace).into_iter().filter(|line| line.contains("echo reply")).count();
    assert!(replies >= 1, "{trace:#?}");
    assert!(
        trace.copies.iter().any(|copy| copy.steps.iter().any(|step| matches!(step, Step::Fragment { pieces: 3, .. })))
    );
}

#[test]
fn a_piece_that_is_refused_ends_those_after_it() {
    let (mut kernel, [red, _], [_, far]) = pair();
    send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.2", 56));
    let change = LinkChange { mtu: Some(1400), ..LinkChange::default() };
    kernel.apply(Request::LinkSet { dev: far, change }).expect("a mtu");
    let trace = send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.2", 4000));
    assert_eq!(drops(&trace), [DropReason::PKT_TOO_BIG, DropReason::NOT_SPECIFIED, DropReason::NOT_SPECIFIED]);
    assert!(trace.copies.iter().all(ends_once), "{trace:#?}");
}

#[test]
fn counting_walks_the_same_way_as_recording() {
    use netmodel::path::{Count, Walk};
    let (mut kernel, [red, _], _) = pair();
    let trace = send(&mut kernel.copy(), red, &echo("192.0.2.1", "192.0.2.2", 56));
    let mut bytes = Vec::new();
    wire::ipv4::emit(&echo("192.0.2.1", "192.0.2.2", 56), &mut bytes);
    let mut walk = Walk::new(&mut kernel, Count::default());
    walk.enter_ip(red, &bytes);
    walk.run();
    let steps: usize = trace.copies.iter().map(|copy| copy.steps.len()).sum();
    assert_eq!((walk.observer.copies as usize, walk.observer.steps as usize), (trace.copies.len(), steps));
}

#[test]
fn own_addresses_answer_by_lo_which_must_be_up() {
    let (mut kernel, [red, _], _) = pair();
    let trace = send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.1", 56));
    assert_eq!(drops(&trace), [DropReason::DEV_READY]);
    up(&mut kernel, Dev { netns: red, ifindex: IfIndex(1) });
    let trace = send(&mut kernel, red, &echo("192.0.2.1", "192.0.2.1", 56));
    assert!(summaries(&trace)[1].contains("echo reply"), "{trace:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_comes_in_ends_once(frames in vec((vec(any::<u8>(), 0..90), 0..4usize), 1..8)) {
        let (mut kernel, _, [dev, _]) = pair();
        for (mut frame, proto) in frames {
            if let Some(kind) = frame.get_mut(12..14) {
                kind.copy_from_slice(&[0x0800u16, 0x0806, 0x86dd, 0x1234][proto].to_be_bytes());
                frame[..6].copy_from_slice(&[0xff; 6]);
            }
            let trace = kernel.send(Origin::Rx { dev }, &frame).unwrap();
            prop_assert!(trace.copies.iter().all(ends_once), "{:#?}", trace);
        }
        for trace in traces(kernel.advance(Instant(0) + Duration::secs(40))) {
            prop_assert!(trace.copies.iter().all(ends_once), "{:#?}", trace);
        }
    }

    #[test]
    fn whatever_is_sent_ends_once(dst in any::<u32>(), src in any::<bool>(), ttl in any::<u8>(), size in 0..3000usize) {
        let (mut kernel, [red, ..]) = routed();
        let src = if src { Ipv4Addr::new(192, 0, 2, 2) } else { Ipv4Addr::UNSPECIFIED };
        let mut packet = echo("0.0.0.0", "0.0.0.0", size);
        (packet.src, packet.dst, packet.ttl) = (src, dst.into(), ttl);
        let trace = send(&mut kernel, red, &packet);
        prop_assert!(trace.copies.iter().all(ends_once), "{:#?}", trace);
    }
}
