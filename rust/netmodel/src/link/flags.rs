//! Going up and down, and the counts of who wants all frames. Models __dev_open, __dev_close_many, __dev_change_flags,
//! __dev_set_promiscuity (net/core/dev.c).

use crate::addr::{DevId, Mac};
use crate::bridge::NetdevEvent;
use crate::error::{Errno, Result};
use crate::kernel::Kernel;
use crate::link::{DevKind, iff};

impl Kernel {
    /// Bring a device up and tell everybody (`dev_open`). No harm if it is.
    pub(crate) fn dev_open(&mut self, dev: DevId) -> Result {
        if self.dev(dev).up {
            return Ok(());
        }
        self.ndo_open(dev)?;
        self.dev_activate(dev);
        self.rtmsg_ifinfo(dev);
        self.netdev_notify(dev, NetdevEvent::Up);
        Ok(())
    }

    /// What the driver does (`veth_open`, `br_dev_open`). The device counts as running from here on.
    fn ndo_open(&mut self, dev: DevId) -> Result {
        match self.dev(dev).kind {
            DevKind::Veth { .. } => {
                let peer = self.veth_peer(dev).ok_or(Errno::ENOTCONN)?;
                self.dev_mut(dev).up = true;
                if self.dev(peer).up {
                    self.netif_carrier_on(dev);
                    self.netif_carrier_on(peer);
                }
            }
            DevKind::Phys { .. } => {
                self.dev_mut(dev).up = true;
                // The wire is plugged in: the driver has its link as soon as it looks.
                self.netif_carrier_on(dev);
                self.linkwatch_do_dev(dev);
            }
            DevKind::Bridge(_) => self.br_dev_open(dev),
            DevKind::Loopback => self.dev_mut(dev).up = true,
        }
        Ok(())
    }

    /// A default qdisc takes the place of `noop` and, with carrier, is put to use (`dev_activate`,
    /// `attach_default_qdiscs`).
    pub(super) fn dev_activate(&mut self, dev: DevId) {
        let device = self.dev_mut(dev);
        if device.qdisc == "noop" {
            device.qdisc = match &device.kind {
                DevKind::Phys { qdisc } => qdisc.clone(),
                _ => "noqueue".to_string(),
            };
        }
        device.qdisc_active |= device.carrier;
    }

    /// Take a device down and tell everybody (`dev_close`). No harm if it is.
    pub(crate) fn dev_close(&mut self, dev: DevId) {
        if !self.dev(dev).up {
            return;
        }
        let device = self.dev_mut(dev);
        (device.up, device.qdisc_active) = (false, false);
        match self.dev(dev).kind {
            DevKind::Veth { .. } => {
                self.netif_carrier_off(dev);
                if let Some(peer) = self.veth_peer(dev) {
                    self.netif_carrier_off(peer);
                }
            }
            DevKind::Phys { .. } => self.netif_carrier_off(dev),
            DevKind::Bridge(_) => self.br_dev_stop(dev),
            DevKind::Loopback => {}
        }
        self.rtmsg_ifinfo(dev);
        self.netdev_notify(dev, NetdevEvent::Down);
    }

    /// Change the flags that `mask` names (`dev_change_flags`).
    pub(crate) fn dev_change_flags(&mut self, dev: DevId, flags: u32, mask: u32) -> Result {
        let wants = |bit: u32| (mask & bit != 0).then_some(flags & bit != 0);
        let before = self.dev(dev).flags();
        let device = self.dev_mut(dev);
        device.noarp = wants(iff::NOARP).unwrap_or(device.noarp);
        device.multicast = wants(iff::MULTICAST).unwrap_or(device.multicast);
        match wants(iff::UP) {
            Some(true) => self.dev_open(dev)?,
            Some(false) => self.dev_close(dev),
            None => {}
        }
        let device = self.dev_mut(dev);
        device.promisc = wants(iff::PROMISC).unwrap_or(device.promisc);
        device.allmulti = wants(iff::ALLMULTI).unwrap_or(device.allmulti);
        let changed = before ^ self.dev(dev).flags();
        if changed != 0 {
            self.rtmsg_ifinfo(dev);
        }
        if self.dev(dev).up && changed & (iff::NOARP | iff::MULTICAST) != 0 && changed & iff::UP == 0 {
            if changed & iff::NOARP != 0 {
                // Who is behind an address is not known to be the same any more (`arp_netdev_event`).
                self.neigh_flush_dev(dev, true);
            }
            self.netdev_notify(dev, NetdevEvent::Change);
        }
        Ok(())
    }

    /// One user more or less of all frames (`dev_set_promiscuity`).
    pub(crate) fn dev_set_promiscuity(&mut self, dev: DevId, delta: i32) {
        let device = self.dev_mut(dev);
        device.promiscuity = device.promiscuity.saturating_add_signed(delta);
    }

    /// One user more or less of all multicast (`dev_set_allmulti`).
    pub(crate) fn dev_set_allmulti(&mut self, dev: DevId, delta: i32) {
        let device = self.dev_mut(dev);
        device.allmulti_users = device.allmulti_users.saturating_add_signed(delta);
    }

    /// One user more of a multicast address (`dev_mc_add`).
    pub(crate) fn dev_mc_add(&mut self, dev: DevId, mac: Mac) {
        self.dev_mut(dev).mc.push(mac);
    }

    /// One user less of a multicast address (`dev_mc_del`).
    pub(crate) fn dev_mc_del(&mut self, dev: DevId, mac: Mac) {
        let list = &mut self.dev_mut(dev).mc;
        if let Some(at) = list.iter().rposition(|held| *held == mac) {
            list.remove(at);
        }
    }
}
