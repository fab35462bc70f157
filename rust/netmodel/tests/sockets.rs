//! Sockets over a whole Kernel: two namespaces joined by a veth pair.

use netmodel::addr::{IfIndex, NetnsId, SocketId};
use netmodel::request::{AddrSpec, Dev, How, LinkChange, LinkKind, LinkSpec, SocketKind, SocketOption};
use netmodel::{Errno, Error, Event, Kernel, Reply, Request};

fn up(kernel: &mut Kernel, netns: NetnsId, ifindex: u32) {
    let change = LinkChange { up: Some(true), ..LinkChange::default() };
    kernel.apply(Request::LinkSet { dev: Dev { netns, ifindex: IfIndex(ifindex) }, change }).unwrap();
}

/// Two namespaces, 192.0.2.1 and 192.0.2.2 at the ends of a pair.
fn pair() -> (Kernel, NetnsId, NetnsId) {
    let mut kernel = Kernel::new(7, netmodel::facts::Facts::default());
    let mut new = || match kernel.apply(Request::NetnsNew) {
        Ok(Reply::Netns(id)) => id,
        other => panic!("{other:?}"),
    };
    let (red, blue) = (new(), new());
    let peer = LinkSpec { netns: blue, name: "vb".into(), ..LinkSpec::default() };
    let spec = LinkSpec { netns: red, name: "va".into(), ..LinkSpec::default() };
    kernel.apply(Request::LinkAdd { spec, kind: LinkKind::Veth { peer } }).unwrap();
    for (netns, addr) in [(red, "192.0.2.1/24"), (blue, "192.0.2.2/24")] {
        up(&mut kernel, netns, 1);
        up(&mut kernel, netns, 2);
        let addr = AddrSpec {
            local: addr.parse().unwrap(),
            peer: None,
            broadcast: None,
            scope: None,
            label: None,
            valid_lft: None,
            preferred_lft: None,
            noprefixroute: false,
            nodad: false,
            metric: 0,
        };
        let dev = Dev { netns, ifindex: IfIndex(2) };
        kernel.apply(Request::AddrAdd { dev, addr, how: How::Add }).unwrap();
    }
    (kernel, red, blue)
}

fn socket(kernel: &mut Kernel, netns: NetnsId, kind: SocketKind) -> SocketId {
    match kernel.apply(Request::Socket { netns, kind, v6: false, privileged: true }) {
        Ok(Reply::Socket(id)) => id,
        other => panic!("{other:?}"),
    }
}

fn bind(kernel: &mut Kernel, socket: SocketId, addr: &str) -> Result<Reply, Error> {
    kernel.apply(Request::Bind { socket, addr: addr.parse().unwrap() })
}

fn data(kernel: &mut Kernel, socket: SocketId) -> Vec<u8> {
    match kernel.apply(Request::Recv { socket }) {
        Ok(Reply::Datagram { data, .. }) => data,
        other => panic!("{other:?}"),
    }
}

fn states(kernel: &Kernel, netns: NetnsId) -> Vec<String> {
    let snapshot = kernel.snapshot();
    let view = snapshot.netns.iter().find(|view| view.id == netns).unwrap();
    view.sockets.iter().map(|socket| socket.state.clone()).collect()
}

#[test]
fn an_echo_comes_back_to_the_socket_with_its_id() {
    let (mut kernel, red, _) = pair();
    let ping = socket(&mut kernel, red, SocketKind::Icmp { ident: 0x1234 });
    let other = socket(&mut kernel, red, SocketKind::Icmp { ident: 0x1235 });
    let data_out = vec![8, 0, 0, 0, 0x12, 0x34, 0, 1, 1, 2, 3];
    let addr = Some("192.0.2.2:0".parse().unwrap());
    kernel.apply(Request::SendTo { socket: ping, addr, data: data_out }).unwrap();
    let packet = data(&mut kernel, ping);
    assert_eq!((packet[0], packet[20], packet.len()), (0x45, 0, 31));
    assert_eq!(kernel.apply(Request::Recv { socket: other }), Err(Error::errno(Errno::EAGAIN)));
}

#[test]
fn nobody_there_is_told_to_the_sender_after_three_questions() {
    let (mut kernel, red, _) = pair();
    let ping = socket(&mut kernel, red, SocketKind::Icmp { ident: 1 });
    let addr = Some("192.0.2.9:0".parse().unwrap());
    kernel.apply(Request::SendTo { socket: ping, addr, data: vec![8, 0, 0, 0, 0, 1, 0, 1] }).unwrap();
    let until = kernel.now() + netmodel::time::Duration::secs(4);
    let events = kernel.advance(until);
    assert!(events.iter().any(|event| matches!(event, Event::Readable { socket, .. } if *socket == ping)));
    let packet = data(&mut kernel, ping);
    assert_eq!((packet[20], packet[21]), (3, 1));
}

#[test]
fn two_listeners_on_one_port_are_one_too_many() {
    let (mut kernel, red, _) = pair();
    let (first, second) = (socket(&mut kernel, red, SocketKind::Tcp), socket(&mut kernel, red, SocketKind::Tcp));
    for socket in [first, second] {
        kernel.apply(Request::SocketSet { socket, option: SocketOption::ReuseAddr(true) }).unwrap();
    }
    bind(&mut kernel, first, "0.0.0.0:80").unwrap();
    kernel.apply(Request::Listen { socket: first, backlog: 511 }).unwrap();
    assert_eq!(bind(&mut kernel, second, "0.0.0.0:80"), Err(Error::errno(Errno::EADDRINUSE)));
    assert_eq!(bind(&mut kernel, second, "192.0.2.1:80"), Err(Error::errno(Errno::EADDRINUSE)));
    assert_eq!(bind(&mut kernel, second, "192.0.2.7:81"), Err(Error::errno(Errno::EADDRNOTAVAIL)));
    kernel.apply(Request::Close { socket: first }).unwrap();
    bind(&mut kernel, second, "0.0.0.0:80").unwrap();
    assert_eq!(bind(&mut kernel, second, "0.0.0.0:81"), Err(Error::errno(Errno::EINVAL)));
}

#[test]
fn a_connection_opens_carries_and_closes() {
    let (mut kernel, red, blue) = pair();
    let server = socket(&mut kernel, blue, SocketKind::Tcp);
    bind(&mut kernel, server, "0.0.0.0:80").unwrap();
    kernel.apply(Request::Listen { socket: server, backlog: 5 }).unwrap();
    let client = socket(&mut kernel, red, SocketKind::Tcp);
    kernel.apply(Request::Connect { socket: client, addr: "192.0.2.2:80".parse().unwrap() }).unwrap();
    let Ok(Reply::Socket(child)) = kernel.apply(Request::Accept { socket: server }) else { panic!("no connection") };
    assert_eq!(states(&kernel, red), ["ESTABLISHED"]);
    kernel.apply(Request::SendTo { socket: client, addr: None, data: vec![7; 3000] }).unwrap();
    let mut got = Vec::new();
    for _ in 0..3 {
        got.extend(data(&mut kernel, child));
    }
    assert_eq!(got, vec![7; 3000]);
    kernel.apply(Request::Close { socket: client }).unwrap();
    assert_eq!(data(&mut kernel, child), Vec::<u8>::new());
    assert_eq!(
        (states(&kernel, red), states(&kernel, blue)),
        (vec!["FIN_WAIT2".into()], vec!["LISTEN".into(), "CLOSE_WAIT".into()])
    );
    kernel.apply(Request::Close { socket: child }).unwrap();
    assert_eq!((states(&kernel, red), states(&kernel, blue)), (vec!["TIME_WAIT".into()], vec!["LISTEN".to_string()]));
    let until = kernel.now() + netmodel::time::Duration::secs(60);
    kernel.advance(until);
    assert!(states(&kernel, red).is_empty());
}

#[test]
fn a_closed_port_refuses() {
    let (mut kernel, red, _) = pair();
    let tcp = socket(&mut kernel, red, SocketKind::Tcp);
    kernel.apply(Request::Connect { socket: tcp, addr: "192.0.2.2:81".parse().unwrap() }).unwrap();
    assert_eq!(kernel.apply(Request::Recv { socket: tcp }), Err(Error::errno(Errno::ECONNREFUSED)));
    let udp = socket(&mut kernel, red, SocketKind::Udp);
    kernel.apply(Request::Connect { socket: udp, addr: "192.0.2.2:81".parse().unwrap() }).unwrap();
    kernel.apply(Request::SendTo { socket: udp, addr: None, data: vec![1] }).unwrap();
    assert_eq!(kernel.apply(Request::Recv { socket: udp }), Err(Error::errno(Errno::ECONNREFUSED)));
}

#[test]
fn a_datagram_finds_the_most_specific_socket() {
    let (mut kernel, red, blue) = pair();
    let any = socket(&mut kernel, blue, SocketKind::Udp);
    let one = socket(&mut kernel, blue, SocketKind::Udp);
    for socket in [any, one] {
        kernel.apply(Request::SocketSet { socket, option: SocketOption::ReuseAddr(true) }).unwrap();
    }
    bind(&mut kernel, any, "0.0.0.0:53").unwrap();
    bind(&mut kernel, one, "192.0.2.2:53").unwrap();
    let sender = socket(&mut kernel, red, SocketKind::Udp);
    let addr = Some("192.0.2.2:53".parse().unwrap());
    kernel.apply(Request::SendTo { socket: sender, addr, data: b"hi".to_vec() }).unwrap();
    assert_eq!(data(&mut kernel, one), b"hi");
    assert_eq!(kernel.apply(Request::Recv { socket: any }), Err(Error::errno(Errno::EAGAIN)));
    let to_all = Some("192.0.2.255:53".parse().unwrap());
    let sent = kernel.apply(Request::SendTo { socket: sender, addr: to_all, data: vec![1] });
    assert_eq!(sent, Err(Error::errno(Errno::EACCES)));
}
