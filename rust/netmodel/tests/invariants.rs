//! What holds for a whole Kernel after any requests.

mod requests;

use std::collections::BTreeMap;

use netmodel::addr::IfIndex;
use netmodel::snapshot::{Link, LinkInfo, NetnsView};
use netmodel::time::{Duration, Instant};
use netmodel::{Error, Kernel, Reply, Request, Snapshot};
use proptest::prelude::*;
use requests::{machine, request};

/// `IFF_UP`, and what is only shown with it: `IFF_RUNNING | IFF_LOWER_UP`.
const UP: u32 = 1;
const LOWER_UP: u32 = 0x10000;
const SHOWN_UP: u32 = 0x10040;

/// A refused request leaves all as it was; this one may leave part of what it asked, as Linux does: attributes before
/// the refused one, and the old master that a port left.
fn may_leave_part(request: &Request) -> bool {
    matches!(request, Request::LinkSet { .. })
}

fn links(shot: &Snapshot) -> impl Iterator<Item = (&NetnsView, &Link)> {
    shot.netns.iter().flat_map(|net| net.links.iter().map(move |link| (net, link)))
}

/// What a snapshot must not contradict itself in.
fn check(shot: &Snapshot) {
    for net in &shot.netns {
        assert_eq!((net.links[0].ifindex, net.links[0].kind), (IfIndex(1), 772), "every namespace has its lo");
        assert!(net.links.is_sorted_by(|a, b| a.ifindex < b.ifindex), "a dump is in order of index");
        let mut names = BTreeMap::new();
        for link in &net.links {
            for name in link.altnames.iter().chain([&link.name]) {
                assert_eq!(names.insert(name.clone(), link.ifindex), None, "{name} is one device's");
            }
        }
        for route in &net.routes {
            let known = |oif: IfIndex| net.links.iter().any(|link| link.ifindex == oif);
            assert!(route.oif.is_none_or(known), "a route's device is in its namespace: {route:?}");
        }
        assert!(
            net.nsids.values().all(|id| shot.netns.iter().any(|net| net.id == *id)),
            "an id names a live namespace"
        );
    }
    links(shot).for_each(|(net, link)| check_link(shot, net, link));
}

fn check_link(shot: &Snapshot, net: &NetnsView, link: &Link) {
    if let LinkInfo::Veth { peer_netns } = link.info {
        let there = shot.netns.iter().find(|other| other.id == peer_netns).expect("the peer's namespace lives");
        let index = link.link.unwrap_or(link.ifindex);
        let peer = there.links.iter().find(|other| other.ifindex == index).expect("the peer is there");
        assert_eq!(peer.link.unwrap_or(peer.ifindex), link.ifindex, "peers are each other's");
        assert!(matches!(peer.info, LinkInfo::Veth { peer_netns } if peer_netns == net.id));
        let both_up = link.flags & peer.flags & UP != 0;
        assert_eq!(both_up, link.flags & LOWER_UP != 0, "carrier is both ends up");
    }
    if let Some(master) = link.master {
        let master = net.links.iter().find(|other| other.ifindex == master).expect("the master is beside its port");
        assert!(matches!(master.info, LinkInfo::Bridge(_)));
    }
    assert_eq!(link.master.is_some(), link.port.is_some(), "a port is what has a master");
    assert!(link.flags & UP != 0 || link.flags & SHOWN_UP == 0, "what is down neither runs nor shows carrier");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_kernel_stays_whole_whatever_is_asked(requests in prop::collection::vec(request(), 20..70)) {
        let mut kernel = machine();
        for (step, request) in requests.into_iter().enumerate() {
            let before = kernel.snapshot();
            let refused = kernel.apply(request.clone()).is_err();
            let after = kernel.snapshot();
            check(&after);
            if refused && !may_leave_part(&request) {
                prop_assert_eq!(&before, &after, "refused, but changed: {:?}", request);
            }
            if step % 7 == 6 {
                kernel.advance(kernel.now() + Duration::millis(700));
                check(&kernel.snapshot());
            }
        }
    }

    #[test]
    fn a_kernel_is_what_its_text_says(requests in prop::collection::vec(request(), 1..30)) {
        let mut kernel = machine();
        for request in requests {
            let _ = kernel.apply(request);
        }
        let text = serde_json::to_string(&kernel).expect("a Kernel is JSON");
        let again: Kernel = serde_json::from_str(&text).expect("what was written is read");
        prop_assert_eq!(kernel, again);
    }

    #[test]
    fn the_same_requests_give_the_same_kernel(requests in prop::collection::vec(request(), 1..30)) {
        let run = || {
            let mut kernel = machine();
            let replies: Vec<Result<Reply, Error>> =
                requests.iter().map(|request| kernel.apply(request.clone())).collect();
            (replies, kernel.advance(Instant(5_000_000_000)), kernel.snapshot())
        };
        prop_assert_eq!(run(), run());
    }
}
