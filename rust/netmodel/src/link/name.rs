//! What a device is called: valid names, patterns, renaming, altnames.

use crate::addr::{DevId, NetnsId};
use crate::bridge::NetdevEvent;
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::request::Dev;

/// Longest name in bytes (`IFNAMSIZ` without its end).
const NAME_MAX: usize = 15;
/// Longest altname in bytes (`ALTIFNAMSIZ` without its end).
const ALTNAME_MAX: usize = 127;

/// Whether a device may be called so (`dev_valid_name`).
fn dev_valid_name(name: &str) -> bool {
    let bad = |byte: u8| byte == b'/' || byte == b':' || byte.is_ascii_whitespace() || byte == 0x0b;
    !matches!(name, "" | "." | "..") && name.len() <= NAME_MAX && !name.bytes().any(bad)
}

/// A name too long for its netlink attribute.
fn check_policy(name: &str, max: usize) -> Result {
    if name.len() > max {
        return Err(Error::extack(Errno::ERANGE, "Attribute failed policy validation"));
    }
    Ok(())
}

impl Kernel {
    /// Whether a device or an altname of the namespace is called so (`netdev_name_in_use`).
    pub(crate) fn netdev_name_in_use(&self, netns: NetnsId, name: &str) -> bool {
        self.netns.get(&netns).is_some_and(|net| net.by_name.contains_key(name))
    }

    /// The name that a wanted one or a pattern with `%d` gives in a namespace (`dev_prep_valid_name`).
    ///
    /// # Errors
    /// EINVAL for what is no name, ERANGE for a long one, EEXIST if it is taken.
    pub(crate) fn dev_prep_valid_name(&self, netns: NetnsId, want: &str) -> Result<String> {
        check_policy(want, NAME_MAX)?;
        if !dev_valid_name(want) {
            return Err(Errno::EINVAL.into());
        }
        if want.contains('%') {
            return self.dev_alloc_name(netns, want);
        }
        if self.netdev_name_in_use(netns, want) {
            return Err(Errno::EEXIST.into());
        }
        Ok(want.to_string())
    }

    /// The pattern with the lowest free number (`__dev_alloc_name`).
    fn dev_alloc_name(&self, netns: NetnsId, pattern: &str) -> Result<String> {
        let (head, tail) = pattern.split_once("%d").ok_or(Errno::EINVAL)?;
        if head.contains('%') || tail.contains('%') {
            return Err(Errno::EINVAL.into());
        }
        let name = (0u32..).map(|n| format!("{head}{n}{tail}")).find(|name| !self.netdev_name_in_use(netns, name));
        name.filter(|name| name.len() <= NAME_MAX).ok_or(Error::errno(Errno::ENOSPC))
    }

    /// `dev_change_name`: to a name or pattern.
    pub(crate) fn dev_change_name(&mut self, dev: DevId, want: &str) -> Result {
        let device = self.dev(dev);
        if device.up && !self.facts.rename_while_up {
            return Err(Errno::EBUSY.into());
        }
        if device.name == want {
            return Ok(());
        }
        let (netns, old) = (device.netns, device.name.clone());
        let name = self.dev_prep_valid_name(netns, want)?;
        let net = self.net_mut(netns)?;
        net.by_name.remove(&old);
        net.by_name.insert(name.clone(), dev);
        self.dev_mut(dev).name = name;
        self.netdev_notify(dev, NetdevEvent::ChangeName);
        self.rtmsg_ifinfo(dev);
        Ok(())
    }

    /// RTM_NEWLINKPROP, RTM_DELLINKPROP (`rtnl_alt_ifname`).
    pub(crate) fn altname(&mut self, dev: Dev, name: &str, add: bool) -> Result {
        let (netns, id) = (dev.netns, self.dev_id(dev)?);
        check_policy(name, ALTNAME_MAX)?;
        let owner = self.net(netns)?.by_name.get(name).copied();
        match (add, owner) {
            (true, Some(_)) => return Err(Errno::EEXIST.into()),
            (true, None) => {
                self.net_mut(netns)?.by_name.insert(name.to_string(), id);
                self.dev_mut(id).altnames.push(name.to_string());
            }
            (false, None) => return Err(Errno::ENOENT.into()),
            (false, Some(owner)) => {
                // Neither the name itself nor another device's.
                if owner != id || self.dev(id).name == name {
                    return Err(Errno::EINVAL.into());
                }
                self.net_mut(netns)?.by_name.remove(name);
                self.dev_mut(id).altnames.retain(|other| other != name);
            }
        }
        self.rtmsg_ifinfo(id);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_to_fifteen_bytes_without_slash_colon_or_space() {
        for good in ["a", "veth0", "abcdefghijklmno", "br-0123456789ab"] {
            assert!(dev_valid_name(good), "{good}");
        }
        for bad in ["", ".", "..", "a/b", "a:b", "a b", "abcdefghijklmnop"] {
            assert!(!dev_valid_name(bad), "{bad}");
        }
    }
}
