//! To another namespace. Models __dev_change_net_namespace (net/core/dev.c).

use crate::addr::{DevId, IfIndex, NetnsId};
use crate::bridge::NetdevEvent;
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;

impl Kernel {
    /// Move a device; `pattern` names it there if its name is taken. What hangs on the device is lost: up, addresses,
    /// routes, neighbours, qdisc, master.
    pub(crate) fn dev_change_net_namespace(&mut self, dev: DevId, to: NetnsId, pattern: Option<&str>) -> Result {
        self.net(to)?;
        let device = self.dev(dev);
        if device.netns == to {
            return Ok(());
        }
        if device.is_loopback() || device.is_bridge() {
            return Err(Error::extack(Errno::EINVAL, "The interface netns is immutable"));
        }
        let name = self.name_there(dev, to, pattern)?;
        let from = self.dev(dev).netns;
        let kept = self.dev(dev).ifindex;
        let index = self.dev_index_reserve(to, Some(kept)).or_else(|_| self.dev_index_reserve(to, None))?;
        self.unlist_netdevice(dev);
        self.peernet2id_alloc(from, to);
        self.move_device(dev, to, (name, index));
        self.rtmsg_ifinfo(dev);
        Ok(())
    }

    fn name_there(&self, dev: DevId, to: NetnsId, pattern: Option<&str>) -> Result<String> {
        let device = self.dev(dev);
        let mut name = device.name.clone();
        if self.netdev_name_in_use(to, &name) {
            let Some(pattern) = pattern else {
                let text = "An interface with the same name exists in the target netns";
                return Err(Error::extack(Errno::EEXIST, text));
            };
            name = self.dev_prep_valid_name(to, pattern).map_err(|refused| match refused {
                Error::Refused { errno, .. } => {
                    let text = format!("Unable to use '{pattern}' for the new interface name in the target netns");
                    Error::extack(errno, &text)
                }
                other => other,
            })?;
        }
        match device.altnames.iter().find(|name| self.netdev_name_in_use(to, name)) {
            Some(name) => {
                let text = format!("An interface with the altname {name} exists in the target netns");
                Err(Error::extack(Errno::EEXIST, &text))
            }
            None => Ok(name),
        }
    }

    /// Close a device and take it out of its namespace's lists; everybody forgets it (`unlist_netdevice`,
    /// NETDEV_UNREGISTER).
    pub(crate) fn unlist_netdevice(&mut self, dev: DevId) {
        self.dev_close(dev);
        self.netdev_notify(dev, NetdevEvent::Unregister);
        let device = self.dev_mut(dev);
        device.qdisc = "noop".to_string();
        device.mc.clear();
        let (netns, ifindex) = (device.netns, device.ifindex);
        let net = self.netns.get_mut(&netns).expect("a device's namespace is there");
        net.by_index.remove(&ifindex);
        net.by_name.retain(|_, held| *held != dev);
        net.dev_base.retain(|held| *held != dev);
    }

    fn move_device(&mut self, dev: DevId, to: NetnsId, (name, ifindex): (String, IfIndex)) {
        let mut device = self.devs.remove(&dev).expect("the device is only unlisted");
        (device.netns, device.name, device.ifindex) = (to, name, ifindex);
        self.list_netdevice(device);
    }
}
