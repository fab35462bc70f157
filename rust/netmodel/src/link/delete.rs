//! How a device goes. Models rtnl_dellink, unregister_netdevice_many, veth_dellink, br_dev_delete,
//! default_device_exit_net.

use crate::addr::{DevId, NetnsId};
use crate::error::{Errno, Result};
use crate::kernel::Kernel;
use crate::link::{DevKind, RegState};
use crate::request::Dev;
use crate::timer::Timer;

impl Kernel {
    /// RTM_DELLINK: a veth takes its peer along; `lo` and physical devices stay.
    pub(crate) fn link_del(&mut self, dev: Dev) -> Result {
        let id = self.dev_id(dev)?;
        match self.dev(id).kind {
            DevKind::Loopback | DevKind::Phys { .. } => return Err(Errno::EOPNOTSUPP.into()),
            DevKind::Veth { .. } | DevKind::Bridge(_) => self.dellink(id),
        }
        Ok(())
    }

    /// What the driver's `dellink` does.
    pub(crate) fn dellink(&mut self, dev: DevId) {
        match self.veth_peer(dev) {
            Some(peer) => {
                // Both let go of each other first: no message names a peer that is about to vanish.
                self.dev_mut(dev).reg = RegState::Unregistering;
                self.dev_mut(peer).reg = RegState::Unregistering;
                self.unregister_netdevice(dev);
                self.unregister_netdevice(peer);
            }
            None => self.unregister_netdevice(dev),
        }
    }

    /// Close a device, let everybody forget it, and free it.
    pub(crate) fn unregister_netdevice(&mut self, dev: DevId) {
        self.dev_mut(dev).reg = RegState::Unregistering;
        self.unlist_netdevice(dev);
        self.linkwatch.pending.retain(|other| *other != dev);
        self.timers.cancel_all(|timer| match timer {
            Timer::Neigh(of, _)
            | Timer::ProxyArp(of)
            | Timer::FdbGc(of)
            | Timer::ForwardDelay(of)
            | Timer::Hello(of)
            | Timer::Hold(of)
            | Timer::TopologyChange(of)
            | Timer::AddrLifetime(of)
            | Timer::Dad(of, _)
            | Timer::RouterSolicit(of)
            | Timer::Mld(of)
            | Timer::MldDad(of)
            | Timer::Addr6Lifetime(of)
            | Timer::Igmp(of) => *of == dev,
            Timer::Linkwatch | Timer::CleanupNet(_) | Timer::Tcp(_) | Timer::IpFrag(..) => false,
        });
        self.devs.remove(&dev);
    }

    /// A namespace dies: physical devices go back to `init_net`, the others die, `lo` last (`default_device_exit_net`,
    /// `default_device_exit_batch`).
    pub(crate) fn default_device_exit_net(&mut self, netns: NetnsId) {
        let devs = self.netns.get(&netns).map(|net| net.dev_base.clone()).unwrap_or_default();
        for dev in &devs {
            if matches!(self.dev(*dev).kind, DevKind::Phys { .. }) {
                self.return_to_init_net(*dev);
            }
        }
        for dev in devs.iter().rev() {
            let here = self.devs.get(dev).is_some_and(|device| device.netns == netns);
            if here {
                self.dellink(*dev);
            }
        }
    }

    fn return_to_init_net(&mut self, dev: DevId) {
        let init = NetnsId(0);
        let mut altnames = self.dev(dev).altnames.clone();
        altnames.retain(|name| !self.netdev_name_in_use(init, name));
        self.dev_mut(dev).altnames = altnames;
        let numbered = format!("dev{}", self.dev(dev).ifindex.0);
        let pattern = if self.netdev_name_in_use(init, &numbered) { "dev%d".to_string() } else { numbered };
        self.dev_change_net_namespace(dev, init, Some(&pattern)).expect("a free name was chosen");
    }
}
