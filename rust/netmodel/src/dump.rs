//! A [`Snapshot`] of a Kernel: everything held, in the order of the kernel's own dumps.

use crate::addr::{DevId, IfIndex, NetnsId};
use crate::kernel::Kernel;
use crate::link::{DevKind, Device, oper};
use crate::netns::Netns;
use crate::snapshot::{Link, LinkInfo, NetnsView, Rule, Snapshot};

/// `ARPHRD_ETHER`, `ARPHRD_LOOPBACK`.
const ARPHRD: (u16, u16) = (1, 772);

impl Kernel {
    /// What is held, comparable and in canonical order.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot { now: self.now, netns: self.netns.values().map(|net| self.netns_view(net)).collect() }
    }

    fn netns_view(&self, net: &Netns) -> NetnsView {
        let mut routes = self.fib_view(net.id);
        routes.extend(self.route6_view(net.id));
        NetnsView {
            id: net.id,
            nsids: net.nsids.clone(),
            links: net.by_index.values().map(|dev| self.link_view(net, *dev)).collect(),
            routes,
            neighs: self.neigh_view(net.id),
            rules: [(0, 255), (32766, 254), (32767, 253)].map(|(pref, table)| Rule { pref, table }).to_vec(),
            sockets: self.socket_view(net.id),
            sysctls: self.sysctl_view(net.id),
        }
    }

    fn link_view(&self, net: &Netns, dev: DevId) -> Link {
        let device = self.dev(dev);
        let (link, link_netnsid) = self.link_below(net, dev);
        let mut addrs = self.ifaddr_view(dev);
        addrs.extend(self.inet6_view(dev));
        Link {
            ifindex: device.ifindex,
            name: device.name.clone(),
            altnames: device.altnames.clone(),
            alias: device.alias.clone(),
            link,
            link_netnsid,
            flags: device.flags(),
            mtu: device.mtu,
            qdisc: device.qdisc.clone(),
            txqlen: device.txqlen,
            operstate: if device.up { device.operstate } else { oper::DOWN },
            linkmode: device.linkmode,
            group: device.group,
            master: device.master.map(|master| self.dev(master).ifindex),
            kind: if device.is_loopback() { ARPHRD.1 } else { ARPHRD.0 },
            address: device.address,
            broadcast: device.broadcast,
            addr_assign_type: device.addr_assign_type,
            promiscuity: device.promiscuity + u32::from(device.promisc),
            allmulti: device.allmulti_users + u32::from(device.allmulti),
            min_mtu: device.min_mtu(),
            max_mtu: device.max_mtu(),
            info: self.link_info(device),
            port: self.port_view(dev),
            addrs,
            mc: once_each(&device.mc),
            stats: device.stats,
        }
    }

    /// `IFLA_LINK` and `IFLA_LINK_NETNSID` (`rtnl_fill_link_netnsid`, `nla_put_iflink`).
    fn link_below(&self, net: &Netns, dev: DevId) -> (Option<IfIndex>, Option<u32>) {
        let below = self.dev_get_iflink(dev);
        let there = self.veth_peer(dev).map(|peer| self.dev(peer).netns).filter(|there| *there != net.id);
        let shown = there.is_some() || below != self.dev(dev).ifindex;
        (shown.then_some(below), there.and_then(|there| net.nsid_of(there)))
    }

    fn link_info(&self, device: &Device) -> LinkInfo {
        match &device.kind {
            DevKind::Loopback => LinkInfo::Loopback,
            DevKind::Phys { .. } => LinkInfo::Phys,
            DevKind::Veth { .. } => {
                let peer_netns = self.veth_peer(device.id).map_or(NetnsId(0), |peer| self.dev(peer).netns);
                LinkInfo::Veth { peer_netns }
            }
            DevKind::Bridge(_) => {
                LinkInfo::Bridge(self.bridge_view(device.id).expect("a bridge device has a bridge's view"))
            }
        }
    }
}

/// A list in which each user has an entry, as it is shown: every address once.
fn once_each<T: Copy + PartialEq>(list: &[T]) -> Vec<T> {
    let mut seen = Vec::new();
    list.iter().for_each(|item| {
        if !seen.contains(item) {
            seen.push(*item);
        }
    });
    seen
}
