//! `/proc/sys/net` of a namespace, per device where Linux has it so.
//!
//! `devconf` holds what each device has its own copy of, `names` what a namespace has once and acts on,
//! `shown` what is there besides, `write` what a write does.

mod devconf;
pub mod names;
mod shown;
mod write;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::addr::{DevId, NetnsId};
use crate::kernel::Kernel;

pub use devconf::{Devconf, Ipv4, Ipv6, Neigh};
use names::{ACTING, Name};

/// The settings of a namespace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sysctls {
    /// What differs from the default, by path.
    values: BTreeMap<String, Vec<i64>>,
    /// `ipv4/conf/all`.
    pub all4: Devconf,
    /// `ipv4/conf/default`.
    pub default4: Devconf,
    /// `ipv6/conf/all`.
    pub all6: Devconf,
    /// `ipv6/conf/default`.
    pub default6: Devconf,
    /// What a new device's `ipv4/neigh` starts from.
    pub neigh4: Devconf,
    /// What a new device's `ipv6/neigh` starts from.
    pub neigh6: Devconf,
}

impl Sysctls {
    /// Those of a new namespace: IPv4's `all` and `default` are copied from `init_net`
    /// (`devinet_init_net` with `net.core.devconf_inherit_init_net` 0), IPv6's are not (`addrconf_init_net`).
    pub(crate) fn new(init_net: Option<&Sysctls>) -> Sysctls {
        let ipv4 = || Devconf::new(&devconf::IPV4);
        let mut ipv4_all = ipv4();
        // `ipv4_devconf` and `ipv6_devconf` differ from what devices start with in one value each.
        ipv4_all.values[Ipv4::AcceptSourceRoute as usize] = 0;
        let mut all6 = Devconf::new(&devconf::IPV6);
        all6.values[Ipv6::AcceptDad as usize] = 0;
        Sysctls {
            values: BTreeMap::new(),
            all4: init_net.map_or(ipv4_all, |init| init.all4.clone()),
            default4: init_net.map_or_else(ipv4, |init| init.default4.clone()),
            all6,
            default6: Devconf::new(&devconf::IPV6),
            neigh4: init_net.map_or_else(|| Devconf::new(&devconf::NEIGH), |init| init.neigh4.clone()),
            neigh6: init_net.map_or_else(devconf::neigh6, |init| init.neigh6.clone()),
        }
    }

    /// The values of a setting: two for a range, else one.
    pub(crate) fn get(&self, name: &'static Name) -> &[i64] {
        self.values.get(name.path).map_or(name.default, Vec::as_slice)
    }
}

impl Kernel {
    /// A setting of a namespace; 0 if that is gone.
    pub(crate) fn sysctl(&self, netns: NetnsId, name: &'static Name) -> i64 {
        self.netns.get(&netns).map_or(0, |net| net.sysctls.get(name)[0])
    }

    /// What `ipv4/conf` says for a device, `all` and its own taken together as `inetdevice.h` does (`IN_DEV_*`).
    pub(crate) fn in_dev_conf(&self, dev: DevId, which: Ipv4) -> i64 {
        let device = self.dev(dev);
        let own = device.conf4.ipv4(which);
        let all = self.netns.get(&device.netns).map_or(0, |net| net.sysctls.all4.ipv4(which));
        match which {
            Ipv4::Forwarding | Ipv4::IgnoreRoutesWithLinkdown | Ipv4::McForwarding | Ipv4::BcForwarding => own,
            Ipv4::ArpEvictNocarrier => i64::from(own != 0 && all != 0),
            Ipv4::RpFilter | Ipv4::ArpAnnounce | Ipv4::ArpIgnore | Ipv4::ArpNotify | Ipv4::ArpAccept => own.max(all),
            _ => i64::from(own != 0 || all != 0),
        }
    }

    /// Every device gets its own copies (`inetdev_init`, `ipv6_add_dev`, `neigh_parms_alloc`).
    pub(crate) fn devconf_init(&mut self, dev: DevId) {
        let netns = self.dev(dev).netns;
        let Some(net) = self.netns.get(&netns) else { return };
        let (conf4, conf6) = (net.sysctls.default4.for_device(), net.sysctls.default6.for_device());
        let (neigh4, neigh6) = (net.sysctls.neigh4.for_device(), net.sysctls.neigh6.for_device());
        let device = self.dev_mut(dev);
        let loopback = device.is_loopback();
        (device.conf4, device.conf6, device.neigh4, device.neigh6) = (conf4, conf6, neigh4, neigh6);
        if loopback {
            // `inetdev_event`, `ipv6_add_dev`: nothing to transform, nobody to ask, nothing to hide.
            device.conf4.values[Ipv4::DisableXfrm as usize] = 1;
            device.conf4.values[Ipv4::DisablePolicy as usize] = 1;
            device.conf6.values[Ipv6::AcceptDad as usize] = -1;
            device.conf6.values[Ipv6::UseTempaddr as usize] = -1;
        }
    }

    /// All that the model acts on, by path, as `/proc/sys/net` shows it.
    pub(crate) fn sysctl_view(&self, netns: NetnsId) -> BTreeMap<String, String> {
        let Some(net) = self.netns.get(&netns) else { return BTreeMap::new() };
        let mut view = BTreeMap::new();
        for name in ACTING {
            view.insert(name.path.to_string(), write::text(net.sysctls.get(name)));
        }
        view.insert("ipv4/ip_forward".to_string(), net.sysctls.all4.ipv4(Ipv4::Forwarding).to_string());
        for directory in write::directories(self, netns) {
            let conf = directory.conf(self, netns);
            for (index, setting) in directory.table().iter().enumerate().filter(|(_, setting)| setting.acts) {
                view.insert(format!("{}/{}", directory.path, setting.name), conf.values[index].to_string());
            }
        }
        view
    }
}
