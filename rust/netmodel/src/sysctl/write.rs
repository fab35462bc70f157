//! What reading and writing a setting does, and what else it changes.

use crate::addr::{DevId, NetnsId};
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::sysctl::devconf::{self, Conf};
use crate::sysctl::names::{ACTING, IP_LOCAL_PORT_RANGE, IP_UNPRIVILEGED_PORT_START};
use crate::sysctl::names::{ICMP_RATELIMIT, Name, PING_GROUP_RANGE, Takes};
use crate::sysctl::shown::{ELSEWHERE, READ_ONLY, SHOWN};
use crate::sysctl::{Devconf, Ipv4, Ipv6};

/// Which of the per-device families.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Family {
    Ipv4,
    Ipv6,
    Neigh4,
    Neigh6,
}

/// Whose copy.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Owner {
    All,
    Default,
    Dev(DevId),
}

/// One directory of per-device settings.
pub(super) struct Directory {
    pub(super) path: String,
    family: Family,
    owner: Owner,
}

impl Directory {
    pub(super) fn table(&self) -> &'static [Conf] {
        match self.family {
            Family::Ipv4 => &devconf::IPV4,
            Family::Ipv6 => &devconf::IPV6,
            Family::Neigh4 | Family::Neigh6 => &devconf::NEIGH,
        }
    }

    pub(super) fn conf<'k>(&self, kernel: &'k Kernel, netns: NetnsId) -> &'k Devconf {
        let net = &kernel.netns[&netns].sysctls;
        match (self.owner, self.family) {
            (Owner::Dev(dev), Family::Ipv4) => &kernel.dev(dev).conf4,
            (Owner::Dev(dev), Family::Ipv6) => &kernel.dev(dev).conf6,
            (Owner::Dev(dev), Family::Neigh4) => &kernel.dev(dev).neigh4,
            (Owner::Dev(dev), Family::Neigh6) => &kernel.dev(dev).neigh6,
            (Owner::All, Family::Ipv6) => &net.all6,
            (Owner::All, _) => &net.all4,
            (Owner::Default, Family::Ipv4) => &net.default4,
            (Owner::Default, Family::Ipv6) => &net.default6,
            (Owner::Default, Family::Neigh4) => &net.neigh4,
            (Owner::Default, Family::Neigh6) => &net.neigh6,
        }
    }

    /// A value as it is read.
    fn value(&self, kernel: &Kernel, netns: NetnsId, index: usize) -> i64 {
        match (self.family, self.owner) {
            // IPv6 keeps the device's own mtu here.
            (Family::Ipv6, Owner::Dev(dev)) if index == Ipv6::Mtu as usize => i64::from(kernel.dev(dev).mtu),
            _ => self.conf(kernel, netns).values[index],
        }
    }

    /// Names that Linux has besides those of the table.
    fn has_besides(&self, name: &str) -> bool {
        match self.family {
            Family::Ipv4 => false,
            Family::Ipv6 => name == "stable_secret",
            Family::Neigh4 | Family::Neigh6 => {
                matches!(name, "base_reachable_time" | "retrans_time" | "unres_qlen")
                    || self.owner == Owner::Default
                        && matches!(name, "gc_interval" | "gc_thresh1" | "gc_thresh2" | "gc_thresh3")
            }
        }
    }

    fn conf_mut<'k>(&self, kernel: &'k mut Kernel, netns: NetnsId) -> &'k mut Devconf {
        if let Owner::Dev(dev) = self.owner {
            let device = kernel.dev_mut(dev);
            return match self.family {
                Family::Ipv4 => &mut device.conf4,
                Family::Ipv6 => &mut device.conf6,
                Family::Neigh4 => &mut device.neigh4,
                Family::Neigh6 => &mut device.neigh6,
            };
        }
        let net = &mut kernel.netns.get_mut(&netns).expect("looked up before").sysctls;
        match (self.owner, self.family) {
            (Owner::All, Family::Ipv6) => &mut net.all6,
            (Owner::All, _) => &mut net.all4,
            (_, Family::Ipv4) => &mut net.default4,
            (_, Family::Ipv6) => &mut net.default6,
            (_, Family::Neigh4) => &mut net.neigh4,
            (_, Family::Neigh6) => &mut net.neigh6,
        }
    }
}

/// The directories of a namespace. `neigh/default` exists in `init_net` only (`arp_init`, `ndisc_init`).
pub(super) fn directories(kernel: &Kernel, netns: NetnsId) -> Vec<Directory> {
    let Some(net) = kernel.netns.get(&netns) else { return Vec::new() };
    let mut all = Vec::new();
    let families = [
        ("ipv4/conf", Family::Ipv4),
        ("ipv4/neigh", Family::Neigh4),
        ("ipv6/conf", Family::Ipv6),
        ("ipv6/neigh", Family::Neigh6),
    ];
    for (path, family) in families {
        let conf = matches!(family, Family::Ipv4 | Family::Ipv6);
        if conf {
            all.push(Directory { path: format!("{path}/all"), family, owner: Owner::All });
        }
        if conf || netns.0 == 0 {
            all.push(Directory { path: format!("{path}/default"), family, owner: Owner::Default });
        }
        for dev in net.by_index.values() {
            all.push(Directory { path: format!("{path}/{}", kernel.dev(*dev).name), family, owner: Owner::Dev(*dev) });
        }
    }
    all
}

/// Values as a file shows them.
pub(super) fn text(values: &[i64]) -> String {
    values.iter().map(i64::to_string).collect::<Vec<_>>().join("\t")
}

/// One integer as `proc_get_long` reads it: decimal, octal or hexadecimal, then white space or the end.
fn integer(token: &str) -> Result<i64> {
    let (sign, digits) = token.strip_prefix('-').map_or((1, token), |digits| (-1, digits));
    let parsed = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16),
        None if digits.len() > 1 && digits.starts_with('0') => i64::from_str_radix(&digits[1..], 8),
        None => digits.parse(),
    };
    let value = parsed.map_err(|_| Errno::EINVAL)? * sign;
    let plain = digits.bytes().next().is_some_and(|byte| byte.is_ascii_digit());
    if !plain || value < i64::from(i32::MIN) || value > i64::from(i32::MAX) {
        return Err(Errno::EINVAL.into());
    }
    Ok(value)
}

/// A setting that the model does not act on keeps its value.
fn write_shown(netns: NetnsId, path: &str, (held, value): (&str, &str)) -> Result {
    if netns.0 != 0 && READ_ONLY.contains(&path) {
        return Err(Errno::EACCES.into());
    }
    if held.split_ascii_whitespace().eq(value.split_ascii_whitespace()) {
        return Ok(());
    }
    Err(Error::unsupported(format!("sysctl net/{path}")))
}

impl Kernel {
    /// A read below `/proc/sys/net`.
    pub(crate) fn sysctl_get(&mut self, netns: NetnsId, path: &str) -> Result<String> {
        self.net(netns)?;
        if path == "ipv4/ip_forward" {
            return self.sysctl_get(netns, "ipv4/conf/all/forwarding");
        }
        if let Some(name) = ACTING.iter().find(|name| name.path == path) {
            return Ok(text(self.net(netns)?.sysctls.get(name)));
        }
        if let Some((_, value)) = SHOWN.iter().find(|(name, _)| *name == path) {
            return Ok((*value).to_string());
        }
        let (directory, index) = self.find_conf(netns, path)?;
        Ok(directory.value(self, netns, index).to_string())
    }

    /// A write below `/proc/sys/net`.
    pub(crate) fn sysctl_set(&mut self, netns: NetnsId, path: &str, value: &str) -> Result {
        self.net(netns)?;
        if path == "ipv4/ip_forward" {
            return self.sysctl_set(netns, "ipv4/conf/all/forwarding", value);
        }
        if let Some(name) = ACTING.iter().find(|name| name.path == path) {
            return self.write_name(netns, name, value);
        }
        if let Some((_, held)) = SHOWN.iter().find(|(name, _)| *name == path) {
            return write_shown(netns, path, (held, value));
        }
        let (directory, index) = self.find_conf(netns, path)?;
        let value = integer(value.split_ascii_whitespace().next().ok_or(Errno::EINVAL)?)?;
        self.write_conf(netns, &directory, (index, value))
    }

    fn find_conf(&self, netns: NetnsId, path: &str) -> Result<(Directory, usize)> {
        if ELSEWHERE.contains(&path) && netns.0 == 0 {
            return Err(Error::unsupported(format!("sysctl net/{path}")));
        }
        let (parent, name) = path.rsplit_once('/').ok_or(Errno::ENOENT)?;
        let directory = directories(self, netns).into_iter().find(|directory| directory.path == parent);
        let directory = directory.ok_or(Error::errno(Errno::ENOENT))?;
        let index = directory.table().iter().position(|conf| conf.name == name);
        match index {
            Some(index) => Ok((directory, index)),
            None if directory.has_besides(name) => Err(Error::unsupported(format!("sysctl net/{path}"))),
            None => Err(Errno::ENOENT.into()),
        }
    }

    fn write_name(&mut self, netns: NetnsId, name: &'static Name, value: &str) -> Result {
        let mut values = self.net(netns)?.sysctls.get(name).to_vec();
        let tokens: Vec<&str> = value.split_ascii_whitespace().collect();
        if tokens.is_empty() {
            return Err(Errno::EINVAL.into());
        }
        for (slot, token) in values.iter_mut().zip(tokens) {
            let value = integer(token)?;
            *slot = match name.takes {
                Takes::Bool => i64::from(value != 0),
                Takes::Between(least, greatest) if (least..=greatest).contains(&value) => value,
                Takes::Between(..) => return Err(Errno::EINVAL.into()),
            };
        }
        self.check_name(netns, name, &mut values)?;
        self.net_mut(netns)?.sysctls.values.insert(name.path.to_string(), values);
        Ok(())
    }

    /// What single settings ask besides their range.
    fn check_name(&self, netns: NetnsId, name: &'static Name, values: &mut Vec<i64>) -> Result {
        let start = self.sysctl(netns, &IP_UNPRIVILEGED_PORT_START);
        match name.path {
            // `ipv4_local_port_range`: ordered, and above what is privileged.
            path if path == IP_LOCAL_PORT_RANGE.path && (values[1] < values[0] || values[0] < start) => {
                Err(Errno::EINVAL.into())
            }
            // `ipv4_privileged_ports`: may not reach into the local ports.
            path if path == IP_UNPRIVILEGED_PORT_START.path => {
                let low = self.sysctl(netns, &IP_LOCAL_PORT_RANGE);
                if values[0] > low { Err(Errno::EINVAL.into()) } else { Ok(()) }
            }
            // `ipv4_ping_group_range`: an empty range is kept as 1 0.
            path if path == PING_GROUP_RANGE.path && values[1] < values[0] => {
                *values = vec![1, 0];
                Ok(())
            }
            // `proc_dointvec_ms_jiffies` at 250 Hz: rounded up to 4 ms.
            path if path == ICMP_RATELIMIT.path => {
                values[0] = (values[0] + 3) / 4 * 4;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// `devinet_conf_proc`, `devinet_sysctl_forward`, `addrconf_sysctl_forward`, `addrconf_sysctl_disable`.
    fn write_conf(&mut self, netns: NetnsId, directory: &Directory, (index, value): (usize, i64)) -> Result {
        let setting = &directory.table()[index];
        let before = directory.conf(self, netns).values[index];
        if !setting.acts && before != value {
            return Err(Error::unsupported(format!("sysctl net/{}/{}", directory.path, setting.name)));
        }
        let gen_mode = directory.family == Family::Ipv6 && setting.name == "addr_gen_mode" && before != value;
        if gen_mode && (value > 1 || directory.owner == Owner::All) {
            return Err(Error::unsupported(format!("sysctl net/{}/addr_gen_mode = {value}", directory.path)));
        }
        directory.conf_mut(self, netns).write(index, value);
        match (directory.family, directory.owner, setting.name) {
            (Family::Ipv4, Owner::All, "forwarding") if before != value => self.inet_forward_change(netns, value),
            (Family::Ipv4, _, "forwarding") => {}
            (Family::Ipv4, Owner::Default, _) => self.devinet_copy_dflt_conf(netns, index, value),
            (Family::Ipv6, Owner::All, "forwarding" | "disable_ipv6") if before != value => {
                self.addrconf_change_all(netns, index, value);
            }
            (Family::Ipv6, Owner::Dev(dev), "forwarding") if (before == 0) != (value == 0) => {
                self.dev_forward_change(dev)
            }
            (Family::Ipv6, Owner::Dev(dev), "addr_gen_mode") if gen_mode => self.addrconf_init_auto_addrs(dev),
            (Family::Ipv6, Owner::Dev(dev), "disable_ipv6") if before != value => self.dev_disable_change(dev),
            _ => {}
        }
        Ok(())
    }

    /// `ip_forward` reaches every device and `default`; ICMP redirects are believed by hosts only.
    fn inet_forward_change(&mut self, netns: NetnsId, on: i64) {
        let net = self.netns.get_mut(&netns).expect("looked up before");
        net.sysctls.all4.values[Ipv4::AcceptRedirects as usize] = i64::from(on == 0);
        net.sysctls.default4.values[Ipv4::Forwarding as usize] = on;
        let devs: Vec<DevId> = net.by_index.values().copied().collect();
        for dev in devs {
            self.dev_mut(dev).conf4.write(Ipv4::Forwarding as usize, on);
        }
    }

    /// A change of `default` reaches the devices on which nobody set this or an address (`devinet_copy_dflt_conf`).
    fn devinet_copy_dflt_conf(&mut self, netns: NetnsId, index: usize, value: i64) {
        let devs: Vec<DevId> = self.netns[&netns].by_index.values().copied().collect();
        for dev in devs {
            let conf = &mut self.dev_mut(dev).conf4;
            if conf.set & (1 << index) == 0 {
                conf.values[index] = value;
            }
        }
    }

    /// IPv6's `all` reaches `default` and every device in these two.
    fn addrconf_change_all(&mut self, netns: NetnsId, index: usize, value: i64) {
        let net = self.netns.get_mut(&netns).expect("looked up before");
        net.sysctls.default6.values[index] = value;
        let devs: Vec<DevId> = net.by_index.values().copied().collect();
        for dev in devs {
            let before = core::mem::replace(&mut self.dev_mut(dev).conf6.values[index], value);
            if index == Ipv6::DisableIpv6 as usize && before != value {
                self.dev_disable_change(dev);
            }
            if index == Ipv6::Forwarding as usize && (before == 0) != (value == 0) {
                self.dev_forward_change(dev);
            }
        }
    }
}
