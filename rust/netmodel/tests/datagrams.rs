//! Sockets of processes on a modelled machine.

use core::net::SocketAddr;

use netmodel::addr::{IfIndex, NetnsId, SocketId};
use netmodel::request::{AddrSpec, Dev, How, LinkChange, LinkKind, LinkSpec, SocketKind, SocketOption};
use netmodel::time::{Duration, Instant};
use netmodel::trace::{Step, Trace};
use netmodel::{Errno, Error, Event, Facts, Kernel, Reply, Request};

const HOST: NetnsId = NetnsId(0);

fn up(kernel: &mut Kernel, dev: Dev) {
    let change = LinkChange { up: Some(true), ..LinkChange::default() };
    kernel.apply(Request::LinkSet { dev, change }).expect("a device can be set up");
}

fn address(kernel: &mut Kernel, dev: Dev, local: &str) {
    let local = local.parse().expect("a prefix");
    let (peer, broadcast, scope, label, valid_lft, preferred_lft) = (None, None, None, None, None, None);
    let (noprefixroute, nodad, metric) = (false, false, 0);
    let addr =
        AddrSpec { local, peer, broadcast, scope, label, valid_lft, preferred_lft, noprefixroute, nodad, metric };
    kernel.apply(Request::AddrAdd { dev, addr, how: How::Add }).expect("the address is free");
}

/// `init_net` with lo and va 192.0.2.1, and another namespace with lo and vb 192.0.2.2.
fn machine() -> (Kernel, NetnsId) {
    let mut kernel = Kernel::new(7, Facts::default());
    let Ok(Reply::Netns(other)) = kernel.apply(Request::NetnsNew) else { panic!("a namespace") };
    let spec = |netns, name: &str| LinkSpec { netns, name: name.into(), ..LinkSpec::default() };
    let peer = spec(other, "vb");
    kernel.apply(Request::LinkAdd { spec: spec(HOST, "va"), kind: LinkKind::Veth { peer } }).expect("names are free");
    for (netns, addr) in [(HOST, "192.0.2.1/24"), (other, "192.0.2.2/24")] {
        up(&mut kernel, Dev { netns, ifindex: IfIndex(1) });
        up(&mut kernel, Dev { netns, ifindex: IfIndex(2) });
        address(&mut kernel, Dev { netns, ifindex: IfIndex(2) }, addr);
    }
    (kernel, other)
}

fn open(kernel: &mut Kernel, netns: NetnsId, kind: SocketKind, options: &[SocketOption]) -> SocketId {
    let request = Request::Socket { netns, kind, v6: false, privileged: false };
    let Ok(Reply::Socket(socket)) = kernel.apply(request) else { panic!("a socket") };
    for option in options {
        kernel.apply(Request::SocketSet { socket, option: option.clone() }).expect("an option");
    }
    socket
}

fn bind(kernel: &mut Kernel, socket: SocketId, addr: &str) -> Result<SocketAddr, Error> {
    match kernel.apply(Request::Bind { socket, addr: addr.parse().expect("an address") })? {
        Reply::Address(addr) => Ok(addr),
        other => panic!("{other:?}"),
    }
}

fn send(kernel: &mut Kernel, socket: SocketId, addr: &str, data: &[u8]) -> Result<Trace, Error> {
    let addr = Some(addr.parse().expect("an address"));
    match kernel.apply(Request::SendTo { socket, addr, data: data.to_vec() })? {
        Reply::Trace(traces) => Ok(traces.into_iter().next().expect("one datagram, one trace")),
        other => panic!("{other:?}"),
    }
}

fn recv(kernel: &mut Kernel, socket: SocketId) -> Result<(SocketAddr, Vec<u8>), Error> {
    match kernel.apply(Request::Recv { socket })? {
        Reply::Datagram { from, data } => Ok((from, data)),
        other => panic!("{other:?}"),
    }
}

fn refused<T>(errno: Errno) -> Result<T, Error> {
    Err(Error::errno(errno))
}

#[test]
fn one_address_and_port_is_one_sockets() {
    use SocketKind::{Tcp, Udp};
    use SocketOption::{ReuseAddr, ReusePort};
    let (mut kernel, _) = machine();
    for kind in [Tcp, Udp] {
        let first = open(&mut kernel, HOST, kind, &[]);
        bind(&mut kernel, first, "192.0.2.1:8080").unwrap();
        for (addr, want) in [
            ("192.0.2.1:8080", refused(Errno::EADDRINUSE)),
            ("0.0.0.0:8080", refused(Errno::EADDRINUSE)),
            ("127.0.0.1:8080", Ok("127.0.0.1:8080".parse().unwrap())),
            ("192.0.2.9:8080", refused(Errno::EADDRNOTAVAIL)),
            ("192.0.2.1:80", refused(Errno::EACCES)),
            ("192.0.2.255:8080", Ok("192.0.2.255:8080".parse().unwrap())),
        ] {
            let socket = open(&mut kernel, HOST, kind, &[]);
            assert_eq!(bind(&mut kernel, socket, addr), want, "{kind:?} {addr}");
        }
        let [one, two] = [ReuseAddr(true), ReusePort(true)].map(|option| {
            let pair = [0, 1].map(|_| open(&mut kernel, HOST, kind, std::slice::from_ref(&option)));
            bind(&mut kernel, pair[0], "192.0.2.1:9000")
                .or_else(|_| bind(&mut kernel, pair[0], "192.0.2.1:9001"))
                .unwrap();
            (
                pair,
                bind(&mut kernel, pair[1], "192.0.2.1:9000").is_ok()
                    || bind(&mut kernel, pair[1], "192.0.2.1:9001").is_ok(),
            )
        });
        assert!(one.1 && two.1);
    }
}

#[test]
fn a_listener_is_not_shared_by_reuseaddr() {
    let (mut kernel, _) = machine();
    let [one, two] = [0, 1].map(|_| open(&mut kernel, HOST, SocketKind::Tcp, &[SocketOption::ReuseAddr(true)]));
    bind(&mut kernel, one, "0.0.0.0:8080").unwrap();
    kernel.apply(Request::Listen { socket: one, backlog: 5 }).unwrap();
    assert_eq!(bind(&mut kernel, two, "192.0.2.1:8080"), refused(Errno::EADDRINUSE));
}

#[test]
fn a_drawn_port_is_of_the_range_and_odd_on_tcp() {
    let (mut kernel, _) = machine();
    for _ in 0..20 {
        let socket = open(&mut kernel, HOST, SocketKind::Tcp, &[]);
        let addr = bind(&mut kernel, socket, "0.0.0.0:0").unwrap();
        assert!((32768..=60999).contains(&addr.port()) && addr.port() % 2 == 1, "{addr}");
    }
}

#[test]
fn a_ping_comes_back_as_an_ip_packet() {
    let (mut kernel, _) = machine();
    let socket = open(&mut kernel, HOST, SocketKind::Icmp { ident: 77 }, &[]);
    let mut message = vec![8, 0, 0, 0, 0, 77, 0, 5];
    message.extend(0..56);
    let trace = send(&mut kernel, socket, "192.0.2.2:0", &message).unwrap();
    let last = trace.copies.last().expect("a reply");
    assert_eq!(last.summary, "IP 192.0.2.2 > 192.0.2.1: ICMP echo reply, id 77, seq 5, length 64");
    assert!(matches!(last.steps.last(), Some(Step::Deliver { .. })), "{last:#?}");
    assert!((40_000..120_000).contains(&trace.cost_ns), "{}", trace.cost_ns);
    assert!(kernel.take_events().iter().any(|event| matches!(event, Event::Readable { .. })));
    let (from, data) = recv(&mut kernel, socket).unwrap();
    assert_eq!((from.to_string().as_str(), data.len(), data[8], data[20]), ("192.0.2.2:0", 84, 64, 0));
    assert_eq!(recv(&mut kernel, socket), refused(Errno::EAGAIN));
}

#[test]
fn an_unreachable_host_is_reported_to_the_ping_that_asked() {
    let (mut kernel, _) = machine();
    let socket = open(&mut kernel, HOST, SocketKind::Icmp { ident: 77 }, &[]);
    send(&mut kernel, socket, "192.0.2.9:0", &[8, 0, 0, 0, 0, 77, 0, 1]).unwrap();
    let events = kernel.advance(Instant(0) + Duration::millis(3200));
    assert!(events.iter().any(|event| matches!(event, Event::Readable { .. })), "{events:#?}");
    let (from, data) = recv(&mut kernel, socket).unwrap();
    assert_eq!((from.to_string().as_str(), data[20], data[21]), ("192.0.2.1:0", 3, 1));
}

#[test]
fn a_datagram_arrives_and_a_closed_port_refuses_the_connected() {
    let (mut kernel, other) = machine();
    let server = open(&mut kernel, other, SocketKind::Udp, &[]);
    bind(&mut kernel, server, "0.0.0.0:5000").unwrap();
    let client = open(&mut kernel, HOST, SocketKind::Udp, &[]);
    send(&mut kernel, client, "192.0.2.2:5000", b"hello").unwrap();
    let (from, data) = recv(&mut kernel, server).unwrap();
    assert_eq!((from.ip().to_string().as_str(), data.as_slice()), ("192.0.2.1", b"hello".as_slice()));
    kernel.apply(Request::Connect { socket: client, addr: "192.0.2.2:5001".parse().unwrap() }).unwrap();
    send(&mut kernel, client, "192.0.2.2:5001", b"hello").unwrap();
    assert_eq!(recv(&mut kernel, client), refused(Errno::ECONNREFUSED));
    assert_eq!(recv(&mut kernel, client), refused(Errno::EAGAIN));
}

#[test]
fn a_broadcast_needs_leave_and_reaches_all() {
    let (mut kernel, other) = machine();
    let server = open(&mut kernel, other, SocketKind::Udp, &[]);
    bind(&mut kernel, server, "0.0.0.0:5000").unwrap();
    let client = open(&mut kernel, HOST, SocketKind::Udp, &[]);
    assert_eq!(send(&mut kernel, client, "192.0.2.255:5000", b"x"), refused(Errno::EACCES));
    kernel.apply(Request::SocketSet { socket: client, option: SocketOption::Broadcast(true) }).unwrap();
    send(&mut kernel, client, "192.0.2.255:5000", b"x").unwrap();
    assert_eq!(recv(&mut kernel, server).map(|got| got.1), Ok(b"x".to_vec()));
    assert_eq!(send(&mut kernel, client, "203.0.113.1:5000", b"x"), refused(Errno::ENETUNREACH));
}
