//! The one value: what a kernel's networking holds, and the four verbs.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, IfIndex, NetnsId};
use crate::entropy::Entropy;
use crate::error::{Errno, Error, Result};
use crate::facts::Facts;
use crate::link::Device;
use crate::netns::Netns;
use crate::path::{Record, Walk};
use crate::request::{Dev, Reply, Request};
use crate::socket::Sockets;
use crate::time::Instant;
use crate::timer::{Timer, Timers};
use crate::trace::{Event, Trace};

/// Everything that a kernel's networking holds, for all namespaces of one machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Kernel {
    pub(crate) facts: Facts,
    pub(crate) now: Instant,
    pub(crate) entropy: Entropy,
    pub(crate) netns: BTreeMap<NetnsId, Netns>,
    pub(crate) devs: BTreeMap<DevId, Device>,
    pub(crate) last_netns: u32,
    pub(crate) last_dev: u32,
    pub(crate) sockets: Sockets,
    pub(crate) timers: Timers,
    pub(crate) events: Vec<Event>,
    /// When link-watch last ran, for its limit of one run per second.
    pub(crate) linkwatch: crate::link::Linkwatch,
}

impl Kernel {
    /// A kernel just booted: `init_net` with `lo`, down. `seed` is what its draws follow from, `facts` which kernel it is.
    pub fn new(seed: u64, facts: Facts) -> Kernel {
        let mut kernel = Kernel {
            facts,
            now: Instant::default(),
            entropy: Entropy::new(seed),
            netns: BTreeMap::new(),
            devs: BTreeMap::new(),
            last_netns: 0,
            last_dev: 0,
            sockets: Sockets::default(),
            timers: Timers::default(),
            events: Vec::new(),
            linkwatch: Default::default(),
        };
        kernel.setup_net(NetnsId(0));
        kernel
    }

    /// The Kernel's time.
    pub fn now(&self) -> Instant {
        self.now
    }

    /// A copy that goes its own way.
    pub fn copy(&self) -> Kernel {
        self.clone()
    }

    /// When something is due next.
    pub fn next_deadline(&self) -> Option<Instant> {
        self.timers.next()
    }

    /// Let time pass until `until`: timers fire in order. What happened is returned, in order.
    pub fn advance(&mut self, until: Instant) -> Vec<Event> {
        while let Some((at, timer)) = self.timers.pop(until) {
            self.now = self.now.max(at);
            self.fire(timer);
        }
        self.now = self.now.max(until);
        core::mem::take(&mut self.events)
    }

    /// Let time pass until `until`, but no further than to the first instant at which something happens that is told.
    pub fn advance_to_event(&mut self, until: Instant) -> Vec<Event> {
        while self.events.is_empty()
            && let Some((at, timer)) = self.timers.pop(until)
        {
            self.now = self.now.max(at);
            self.fire(timer);
        }
        if self.events.is_empty() {
            self.now = self.now.max(until);
        }
        core::mem::take(&mut self.events)
    }

    /// What happened since it was last asked, besides the replies: sockets that became readable, frames that left.
    pub fn take_events(&mut self) -> Vec<Event> {
        core::mem::take(&mut self.events)
    }

    fn fire(&mut self, timer: Timer) {
        match timer {
            Timer::Linkwatch => self.linkwatch_event(),
            Timer::CleanupNet(netns) => self.cleanup_net(netns),
            Timer::Neigh(dev, dst) => self.walk_event(|walk| walk.neigh_timer(dev, dst)),
            Timer::ProxyArp(dev) => self.walk_event(|walk| walk.proxy_arp_timer(dev)),
            Timer::FdbGc(dev) => self.fdb_cleanup(dev),
            Timer::ForwardDelay(dev) => self.forward_delay_timer(dev),
            Timer::Hello(dev) => self.walk_event(|walk| walk.br_hello_timer(dev)),
            Timer::Hold(dev) => self.walk_event(|walk| walk.br_hold_timer(dev)),
            Timer::TopologyChange(dev) => self.topology_change_timer(dev),
            Timer::AddrLifetime(dev) => self.check_lifetime(dev),
            Timer::Dad(dev, addr) => self.walk_event(|walk| walk.dad_work(dev, addr)),
            Timer::RouterSolicit(dev) => self.walk_event(|walk| walk.router_solicit(dev)),
            Timer::Mld(dev) => self.walk_event(|walk| walk.mld_work(dev)),
            Timer::MldDad(dev) => self.walk_event(|walk| walk.mld_dad_work(dev)),
            Timer::Addr6Lifetime(dev) => self.addrconf_verify(dev),
            Timer::Igmp(dev) => self.walk_event(|walk| walk.igmp_work(dev)),
            Timer::Tcp(socket) => self.walk_event(|walk| walk.tcp_timer(socket)),
            Timer::IpFrag(netns, queue) => self.walk_event(|walk| walk.ip_expire(netns, queue)),
        }
    }

    /// Run a walk and return its traces.
    pub(crate) fn walk<T>(&mut self, start: impl FnOnce(&mut Walk<'_, Record>) -> T) -> (T, Trace) {
        let record = Record::new(self.now);
        let mut walk = Walk::new(self, record);
        let value = start(&mut walk);
        walk.run();
        (value, walk.observer.into_trace())
    }

    /// Run a walk that a timer starts; its trace becomes an event.
    pub(crate) fn walk_event(&mut self, start: impl FnOnce(&mut Walk<'_, Record>)) {
        let ((), trace) = self.walk(start);
        if !trace.copies.is_empty() {
            self.events.push(Event::Trace { trace });
        }
    }

    /// The namespace, or ENOENT if it is gone.
    pub(crate) fn net(&self, id: NetnsId) -> Result<&Netns> {
        self.netns.get(&id).ok_or(Error::errno(Errno::ENOENT))
    }

    /// The namespace, or ENOENT if it is gone.
    pub(crate) fn net_mut(&mut self, id: NetnsId) -> Result<&mut Netns> {
        self.netns.get_mut(&id).ok_or(Error::errno(Errno::ENOENT))
    }

    /// The device that a request names, or ENODEV.
    pub(crate) fn dev_id(&self, dev: Dev) -> Result<DevId> {
        let net = self.net(dev.netns)?;
        net.by_index.get(&dev.ifindex).copied().ok_or(Error::errno(Errno::ENODEV))
    }

    /// A device that is known to exist.
    pub(crate) fn dev(&self, id: DevId) -> &Device {
        self.devs.get(&id).expect("a DevId held in the Kernel names a live device")
    }

    /// A device that is known to exist.
    pub(crate) fn dev_mut(&mut self, id: DevId) -> &mut Device {
        self.devs.get_mut(&id).expect("a DevId held in the Kernel names a live device")
    }

    /// The device of this index in a namespace.
    pub(crate) fn dev_by_index(&self, netns: NetnsId, ifindex: IfIndex) -> Option<DevId> {
        self.netns.get(&netns)?.by_index.get(&ifindex).copied()
    }

    /// Carry out a request, or leave what Linux leaves.
    ///
    /// # Errors
    /// [`Error::Refused`] with the errno Linux gives, [`Error::Unsupported`] by name.
    pub fn apply(&mut self, request: Request) -> Result<Reply> {
        let reply = self.carry_out(request);
        self.linkwatch_settle();
        reply
    }

    fn carry_out(&mut self, request: Request) -> Result<Reply> {
        match request {
            Request::NetnsNew => Ok(Reply::Netns(self.netns_new())),
            Request::NetnsDel { netns } => self.netns_del(netns).map(|()| Reply::Done),
            Request::NsidSet { netns, peer, nsid } => self.nsid_set(netns, peer, nsid).map(Reply::Nsid),
            Request::LinkAdd { spec, kind } => self.link_add(spec, kind).map(Reply::Link),
            Request::PhysAdd { name, address, qdisc } => self.phys_add(&name, address, &qdisc).map(Reply::Link),
            Request::LinkDel { dev } => self.link_del(dev).map(|()| Reply::Done),
            Request::LinkSet { dev, change } => self.link_set(dev, change).map(|()| Reply::Done),
            Request::AltName { dev, name, add } => self.altname(dev, &name, add).map(|()| Reply::Done),
            Request::LinkGet { netns, dev } => self.link_get(netns, dev).map(|()| Reply::Done),
            Request::IfIndexNext { netns, ifindex } => self.ifindex_next(netns, ifindex).map(|()| Reply::Done),
            Request::BridgeSet { .. }
            | Request::PortSet { .. }
            | Request::BridgeAddIf { .. }
            | Request::BridgeDelIf { .. }
            | Request::BridgeDel { .. }
            | Request::FdbAdd { .. }
            | Request::FdbDel { .. }
            | Request::FdbFlush { .. } => self.bridge_request(request),
            Request::AddrAdd { dev, addr, how } => self.addr_add(dev, addr, how).map(|()| Reply::Done),
            Request::AddrDel { dev, local, len } => self.addr_del(dev, local, len).map(|()| Reply::Done),
            Request::RouteAdd { netns, route, how } => self.route_add(netns, route, how).map(|()| Reply::Done),
            Request::RouteDel { netns, route } => self.route_del(netns, route).map(|()| Reply::Done),
            Request::RouteGet { .. } => self.route_get(request),
            Request::NeighAdd { .. } | Request::NeighDel { .. } => self.neigh_request(request),
            Request::SysctlSet { netns, path, value } => self.sysctl_set(netns, &path, &value).map(|()| Reply::Done),
            Request::SysctlGet { netns, path } => self.sysctl_get(netns, &path).map(Reply::Value),
            Request::Socket { .. }
            | Request::SocketSet { .. }
            | Request::Bind { .. }
            | Request::Listen { .. }
            | Request::Connect { .. }
            | Request::Accept { .. }
            | Request::SendTo { .. }
            | Request::Recv { .. }
            | Request::SockName { .. }
            | Request::Close { .. } => self.socket_request(request),
            Request::Declare { kind, owner, n, value } => {
                self.entropy.declare(&kind, &owner, n, value);
                Ok(Reply::Done)
            }
            Request::Undrawn => Ok(Reply::Names(self.entropy.unused())),
        }
    }
}
