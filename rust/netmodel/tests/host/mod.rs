//! A modelled host for tests: a bridge `br0` and two pairs, and what was decided over a frame.

#![allow(dead_code, reason = "each test crate uses a part")]

use netmodel::addr::{IfIndex, Mac, NetnsId};
use netmodel::packet::{Net, Packet};
use netmodel::request::{BridgeOptions, Dev, LinkChange, LinkKind, LinkSpec, PortOptions};
use netmodel::snapshot::{self, Link, LinkInfo};
use netmodel::time::Duration;
use netmodel::trace::{DropReason, Step, Trace};
use netmodel::{Errno, Error, Kernel, Origin, Reply, Request, wire};

pub const NETNS: NetnsId = NetnsId(0);

/// A kernel with a bridge `br0` and pairs p1-h1 and p2-h2, all down and apart, MACs given.
pub struct Host {
    pub kernel: Kernel,
}

pub fn mac(last: u8) -> Mac {
    Mac([2, 0, 0, 0, 0, last])
}

impl Host {
    pub fn new() -> Host {
        let mut host = Host { kernel: Kernel::new(7, Default::default()) };
        host.add("br0", None, LinkKind::Bridge(BridgeOptions::default()));
        for n in 1..=2 {
            let peer = LinkSpec { name: format!("h{n}"), address: Some(mac(0x20 + n)), ..LinkSpec::default() };
            host.add(&format!("p{n}"), Some(mac(0x10 + n)), LinkKind::Veth { peer });
        }
        host
    }

    pub fn add(&mut self, name: &str, address: Option<Mac>, kind: LinkKind) {
        let spec = LinkSpec { netns: NETNS, name: name.to_string(), address, ..LinkSpec::default() };
        self.apply(Request::LinkAdd { spec, kind });
    }

    pub fn apply(&mut self, request: Request) -> Reply {
        self.kernel.apply(request).unwrap()
    }

    pub fn link(&self, name: &str) -> Link {
        let links = self.kernel.snapshot().netns.remove(0).links;
        links.into_iter().find(|link| link.name == name).unwrap()
    }

    pub fn bridge(&self) -> snapshot::Bridge {
        match self.link("br0").info {
            LinkInfo::Bridge(bridge) => bridge,
            other => panic!("{other:?} is no bridge"),
        }
    }

    pub fn dev(&self, name: &str) -> Dev {
        Dev { netns: NETNS, ifindex: self.link(name).ifindex }
    }

    pub fn set(&mut self, name: &str, change: LinkChange) {
        let dev = self.dev(name);
        self.apply(Request::LinkSet { dev, change });
    }

    pub fn up(&mut self, names: &[&str]) {
        names.iter().for_each(|name| self.set(name, LinkChange { up: Some(true), ..LinkChange::default() }));
    }

    pub fn down(&mut self, name: &str) {
        self.set(name, LinkChange { up: Some(false), ..LinkChange::default() });
    }

    pub fn join(&mut self, name: &str) {
        let master = Some(self.link("br0").ifindex);
        self.set(name, LinkChange { master, ..LinkChange::default() });
    }

    pub fn wait(&mut self, millis: u64) {
        let until = self.kernel.now() + Duration::millis(millis);
        self.kernel.advance(until);
    }

    pub fn fdb(&self) -> Vec<(Mac, IfIndex)> {
        self.bridge().fdb.iter().map(|entry| (entry.mac, entry.port)).collect()
    }

    pub fn mc(&self, name: &str) -> Vec<String> {
        self.link(name).mc.iter().map(Mac::to_string).collect()
    }

    /// Everything up and settled, IPv6's own frames sent.
    pub fn settled() -> Host {
        let mut host = Host::new();
        host.join("p1");
        host.join("p2");
        host.up(&["br0", "p1", "p2", "h1", "h2"]);
        host.wait(50_000);
        host
    }

    /// A frame of an unknown protocol from the process behind `name`.
    pub fn frame(&mut self, name: &str, src: Mac, dst: Mac) -> Trace {
        let packet = Packet { dst, src, net: Net::Other { proto: 0x88b5, data: vec![0; 46] } };
        let origin = Origin::Xmit { dev: self.dev(name) };
        self.kernel.send(origin, &wire::emit(&packet)).unwrap()
    }

    pub fn port(&mut self, name: &str, options: PortOptions) {
        let dev = self.dev(name);
        self.apply(Request::PortSet { dev, options });
    }

    pub fn errno(&mut self, request: Request) -> Errno {
        match self.kernel.apply(request) {
            Err(Error::Refused { errno, .. }) => errno,
            other => panic!("{other:?} is no refusal"),
        }
    }
}

/// Ports that a frame left by, and whether it went up, as the bridge decided.
pub fn decided(trace: &Trace) -> (Vec<String>, bool) {
    let steps = trace.copies.iter().flat_map(|copy| &copy.steps);
    let decision = |step: &Step| match step {
        Step::Bridge { egress, local, .. } => Some((egress.clone(), *local)),
        _ => None,
    };
    let decisions: Vec<_> = steps.filter_map(decision).collect();
    assert_eq!(decisions.len(), 1, "{trace:#?}");
    decisions[0].clone()
}

/// Why copies of a frame ended.
pub fn drops(trace: &Trace) -> Vec<DropReason> {
    let steps = trace.copies.iter().flat_map(|copy| &copy.steps);
    steps.filter_map(|step| if let Step::Drop { reason, .. } = step { Some(*reason) } else { None }).collect()
}
