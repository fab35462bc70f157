//! Who is told what happens to a device, in the order in which the kernel's parts asked for it; and what a link message
//! does besides being read: it gives a namespace id to the peer's namespace.

use crate::addr::{DevId, IfIndex, NetnsId};
use crate::bridge::NetdevEvent;
use crate::error::{Errno, Result};
use crate::kernel::Kernel;
use crate::link::{DevKind, RegState};

impl Kernel {
    /// `call_netdevice_notifiers`.
    pub(crate) fn netdev_notify(&mut self, dev: DevId, event: NetdevEvent) {
        self.inetdev_event(dev, event);
        if matches!(event, NetdevEvent::Up | NetdevEvent::ChangeAddr) {
            self.walk_event(|walk| walk.arp_notify(dev));
        }
        self.fib_netdev_event(dev, event);
        self.arp_netdev_event(dev, event);
        self.addrconf_notify(dev, event);
        self.br_device_event(dev, event);
    }

    /// Neighbours of a device that lost carrier or got another MAC are known no more (`arp_netdev_event`).
    fn arp_netdev_event(&mut self, dev: DevId, event: NetdevEvent) {
        match event {
            NetdevEvent::ChangeAddr => self.neigh_flush_dev(dev, true),
            NetdevEvent::Change if !self.dev(dev).carrier && self.arp_evicts_nocarrier(dev) => {
                self.neigh_flush_dev(dev, false);
            }
            _ => {}
        }
    }

    /// A link message of this device is built in its namespace (`rtmsg_ifinfo`, `rtnl_fill_link_netnsid`).
    pub(crate) fn rtmsg_ifinfo(&mut self, dev: DevId) {
        let device = self.dev(dev);
        let netns = device.netns;
        if device.reg != RegState::Registered {
            return;
        }
        let DevKind::Veth { .. } = device.kind else { return };
        if let Some(peer) = self.veth_peer(dev) {
            self.peernet2id_alloc(netns, self.dev(peer).netns);
        }
    }

    /// RTM_GETLINK: of one device, or a dump (`rtnl_getlink`, `rtnl_dump_ifinfo`). Who asks for one device gets its
    /// state as it is now.
    pub(crate) fn link_get(&mut self, netns: NetnsId, dev: Option<IfIndex>) -> Result {
        let net = self.net(netns)?;
        let devs: Vec<DevId> = match dev {
            Some(index) => vec![net.by_index.get(&index).copied().ok_or(Errno::ENODEV)?],
            None => net.by_index.values().copied().collect(),
        };
        if dev.is_some() {
            self.linkwatch_sync_dev(devs[0]);
        }
        devs.iter().for_each(|dev| self.rtmsg_ifinfo(*dev));
        Ok(())
    }
}
