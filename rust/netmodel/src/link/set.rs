//! RTM_SETLINK: attributes in the order of do_setlink (net/core/rtnetlink.c). What came before a refused one stays.

use crate::addr::{DevId, IfIndex, Mac};
use crate::bridge::NetdevEvent;
use crate::error::{Errno, Result};
use crate::kernel::Kernel;
use crate::link::create::NET_ADDR_SET;
use crate::link::{DevKind, iff};
use crate::request::{Dev, LinkChange};

/// Longest alias in bytes (`IFALIASZ` without its end).
const ALIAS_MAX: usize = 255;

impl Kernel {
    /// Change a device (`do_setlink`).
    pub(crate) fn link_set(&mut self, dev: Dev, change: LinkChange) -> Result {
        let id = self.dev_id(dev)?;
        if let Some(netns) = change.netns {
            self.dev_change_net_namespace(id, netns, change.name.as_deref())?;
        }
        if let Some(address) = change.address {
            self.dev_set_mac_address(id, address)?;
        }
        if let Some(mtu) = change.mtu {
            self.dev_set_mtu(id, mtu)?;
        }
        if let Some(group) = change.group {
            self.dev_mut(id).group = group;
        }
        if let Some(name) = &change.name {
            self.dev_change_name(id, name)?;
        }
        if let Some(alias) = &change.alias {
            self.dev_set_alias(id, alias)?;
        }
        if let Some(broadcast) = change.broadcast {
            self.dev_mut(id).broadcast = broadcast;
        }
        let (flags, mask) = wanted_flags(&change);
        if mask != 0 {
            self.dev_change_flags(id, flags, mask)?;
        }
        if let Some(master) = change.master {
            self.do_set_master(id, master)?;
        }
        self.set_rest(id, &change)
    }

    /// What comes after the master.
    fn set_rest(&mut self, dev: DevId, change: &LinkChange) -> Result {
        if change.carrier.is_some() {
            // None of the devices has an `ndo_change_carrier`.
            return Err(Errno::EOPNOTSUPP.into());
        }
        let device = self.dev_mut(dev);
        device.txqlen = change.txqueuelen.unwrap_or(device.txqlen);
        device.linkmode = change.linkmode.unwrap_or(device.linkmode);
        self.rtmsg_ifinfo(dev);
        Ok(())
    }

    /// `dev_set_mac_address` with `eth_mac_addr` or `br_set_mac_address`.
    fn dev_set_mac_address(&mut self, dev: DevId, address: Mac) -> Result {
        if !address.is_valid_unicast() {
            return Err(Errno::EADDRNOTAVAIL.into());
        }
        self.dev_mut(dev).addr_assign_type = NET_ADDR_SET;
        if self.dev(dev).address == address {
            self.netdev_notify(dev, NetdevEvent::ChangeAddr);
        } else {
            self.set_address(dev, address);
            if self.dev(dev).is_bridge() {
                self.br_set_mac_address(dev);
            }
        }
        Ok(())
    }

    /// A device gets another MAC, by whomever's wish (`eth_hw_addr_set`, NETDEV_CHANGEADDR).
    pub(crate) fn set_address(&mut self, dev: DevId, address: Mac) {
        self.dev_mut(dev).address = address;
        self.netdev_notify(dev, NetdevEvent::ChangeAddr);
        self.rtmsg_ifinfo(dev);
    }

    /// `dev_set_mtu`; on a bridge also its `br_change_mtu`.
    fn dev_set_mtu(&mut self, dev: DevId, mtu: u32) -> Result {
        if self.dev(dev).mtu == mtu {
            return Ok(());
        }
        self.dev_validate_mtu(self.dev(dev), mtu)?;
        if mtu < 68 {
            // IP would be disabled on the device (`inetdev_event`).
            return Err(crate::error::Error::unsupported("a mtu below 68 on lo"));
        }
        self.set_mtu(dev, mtu);
        if self.dev(dev).is_bridge() {
            self.br_change_mtu(dev);
        }
        Ok(())
    }

    /// A device gets another mtu, by whomever's wish (NETDEV_CHANGEMTU).
    pub(crate) fn set_mtu(&mut self, dev: DevId, mtu: u32) {
        self.dev_mut(dev).mtu = mtu;
        self.netdev_notify(dev, NetdevEvent::ChangeMtu);
        self.rtmsg_ifinfo(dev);
    }

    fn dev_set_alias(&mut self, dev: DevId, alias: &str) -> Result {
        if alias.len() > ALIAS_MAX {
            return Err(Errno::EINVAL.into());
        }
        self.dev_mut(dev).alias = (!alias.is_empty()).then(|| alias.to_string());
        Ok(())
    }

    /// `do_set_master`: leave the master there is, then join another. 0 is none.
    fn do_set_master(&mut self, dev: DevId, master: IfIndex) -> Result {
        let device = self.dev(dev);
        let (netns, held) = (device.netns, device.master);
        if let Some(held) = held {
            if self.dev(held).ifindex == master {
                return Ok(());
            }
            self.set_master(dev, None)?;
        }
        if master.0 == 0 {
            return Ok(());
        }
        let upper = self.dev_by_index(netns, master).ok_or(Errno::EINVAL)?;
        match self.dev(upper).kind {
            DevKind::Bridge(_) => self.set_master(dev, Some(upper)),
            _ => Err(Errno::EOPNOTSUPP.into()),
        }
    }
}

fn wanted_flags(change: &LinkChange) -> (u32, u32) {
    let wishes = [
        (change.up, iff::UP),
        (change.promisc, iff::PROMISC),
        (change.allmulti, iff::ALLMULTI),
        (change.multicast, iff::MULTICAST),
        (change.noarp, iff::NOARP),
    ];
    wishes.iter().fold((0, 0), |(flags, mask), (wish, bit)| match wish {
        Some(true) => (flags | bit, mask | bit),
        Some(false) => (flags, mask | bit),
        None => (flags, mask),
    })
}
