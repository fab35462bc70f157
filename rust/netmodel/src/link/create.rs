//! How a device comes. Models rtnl_newlink (net/core/rtnetlink.c), veth_newlink (drivers/net/veth.c), br_dev_newlink.

use crate::addr::{DevId, IfIndex, Mac, NetnsId};
use crate::bridge::NetdevEvent;
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::link::{DevKind, Device, RegState, oper};
use crate::request::{BridgeOptions, LinkKind, LinkSpec};

/// A MAC that was drawn (`NET_ADDR_RANDOM`).
const NET_ADDR_RANDOM: u8 = 1;
/// A MAC that the user gave (`NET_ADDR_SET`).
pub(crate) const NET_ADDR_SET: u8 = 3;

/// What a creation asks of a MAC and, for veth, of the mtu before anything else (`veth_validate`, `br_validate`).
fn validate(spec: &LinkSpec) -> Result {
    match spec.address {
        Some(mac) if !mac.is_valid_unicast() => Err(Errno::EADDRNOTAVAIL.into()),
        _ => Ok(()),
    }
}

fn veth_validate(spec: &LinkSpec) -> Result {
    validate(spec)?;
    match spec.mtu {
        Some(mtu) if !(68..=65535).contains(&mtu) => Err(Errno::EINVAL.into()),
        _ => Ok(()),
    }
}

impl Device {
    /// A device as its setup function leaves it, in no list yet.
    pub(crate) fn new(id: DevId, kind: DevKind) -> Device {
        let loopback = matches!(kind, DevKind::Loopback);
        Device {
            id,
            netns: NetnsId(0),
            ifindex: IfIndex(0),
            name: String::new(),
            altnames: Vec::new(),
            alias: None,
            kind,
            address: Mac::ZERO,
            broadcast: if loopback { Mac::ZERO } else { Mac::BROADCAST },
            addr_assign_type: 0,
            mtu: if loopback { 65536 } else { 1500 },
            txqlen: 1000,
            group: 0,
            linkmode: 0,
            up: false,
            carrier: true,
            operstate: oper::UNKNOWN,
            qdisc: "noop".to_string(),
            qdisc_active: false,
            promisc: false,
            allmulti: false,
            multicast: !loopback,
            noarp: false,
            promiscuity: 0,
            allmulti_users: 0,
            master: None,
            reg: RegState::Uninitialized,
            perm_address: None,
            conf4: Default::default(),
            conf6: Default::default(),
            neigh4: Default::default(),
            neigh6: Default::default(),
            ifaddrs: Vec::new(),
            inet6: Default::default(),
            neighs: Default::default(),
            igmp: Default::default(),
            mc: Vec::new(),
            stats: Default::default(),
        }
    }
}

impl Kernel {
    /// The number of a device to be.
    pub(crate) fn next_dev(&mut self) -> DevId {
        self.last_dev += 1;
        DevId(self.last_dev)
    }

    /// RTM_NEWLINK with NLM_F_CREATE|NLM_F_EXCL (`rtnl_newlink`). Answers the index in the namespace it was born in.
    pub(crate) fn link_add(&mut self, spec: LinkSpec, kind: LinkKind) -> Result<IfIndex> {
        self.net(spec.netns)?;
        if !spec.name.is_empty() && self.netdev_name_in_use(spec.netns, &spec.name) {
            return Err(Errno::EEXIST.into());
        }
        let dev = match kind {
            LinkKind::Veth { peer } => self.veth_newlink(&spec, &peer)?,
            LinkKind::Bridge(options) => self.br_dev_newlink(&spec, &options)?,
        };
        Ok(self.dev(dev).ifindex)
    }

    /// A new device with what the message says of it (`rtnl_create_link`).
    fn rtnl_create_link(&self, mut device: Device, spec: &LinkSpec) -> Result<Device> {
        if let Some(mtu) = spec.mtu {
            self.dev_validate_mtu(&device, mtu)?;
            device.mtu = mtu;
        }
        if let Some(address) = spec.address {
            device.address = address;
            device.addr_assign_type = NET_ADDR_SET;
        }
        device.txqlen = spec.txqueuelen.unwrap_or(device.txqlen);
        Ok(device)
    }

    fn veth_newlink(&mut self, spec: &LinkSpec, peer_spec: &LinkSpec) -> Result<DevId> {
        veth_validate(spec)?;
        veth_validate(peer_spec)?;
        self.net(peer_spec.netns)?;
        let (main, peer) = (self.next_dev(), self.next_dev());
        let peer_device = self.rtnl_create_link(Device::new(peer, DevKind::Veth { peer: main }), peer_spec)?;
        // The peer is registered first and already carries its flags: it has no other end yet, so it cannot go up.
        self.register_netdevice(peer_device, peer_spec, "veth%d")?;
        self.netif_carrier_off(peer);
        if peer_spec.up {
            self.unregister_netdevice(peer);
            return Err(Errno::ENOTCONN.into());
        }
        let device = self.rtnl_create_link(Device::new(main, DevKind::Veth { peer }), spec);
        if let Err(refused) = device.and_then(|device| self.register_netdevice(device, spec, "veth%d")) {
            self.unregister_netdevice(peer);
            return Err(refused);
        }
        self.netif_carrier_off(main);
        self.rtnl_configure_link(main, spec)?;
        Ok(main)
    }

    fn br_dev_newlink(&mut self, spec: &LinkSpec, options: &BridgeOptions) -> Result<DevId> {
        validate(spec)?;
        let id = self.next_dev();
        let bridge = self.bridge_new(id, options)?;
        let mut device = Device::new(id, DevKind::Bridge(Box::new(bridge)));
        device.txqlen = if self.facts.bridge_txqueuelen { 1000 } else { 0 };
        let device = self.rtnl_create_link(device, spec)?;
        self.register_netdevice(device, spec, "bridge%d")?;
        if spec.address.is_some() {
            self.br_set_mac_address(id);
        }
        if let Err(refused) = self.br_changelink(id, options) {
            self.unregister_netdevice(id);
            return Err(refused);
        }
        self.rtnl_configure_link(id, spec)?;
        Ok(id)
    }

    /// Flags of the creating message, then the first link message (`rtnl_configure_link`).
    fn rtnl_configure_link(&mut self, dev: DevId, spec: &LinkSpec) -> Result {
        if spec.up {
            self.dev_open(dev)?;
        }
        self.rtmsg_ifinfo(dev);
        Ok(())
    }

    /// An index for a new device: the wanted one, which does not move the counter, or the next (`dev_index_reserve`).
    pub(crate) fn dev_index_reserve(&mut self, netns: NetnsId, want: Option<IfIndex>) -> Result<IfIndex> {
        let net = self.net_mut(netns)?;
        if let Some(want) = want.filter(|want| want.0 != 0) {
            return if net.by_index.contains_key(&want) { Err(Errno::EBUSY.into()) } else { Ok(want) };
        }
        loop {
            net.last_ifindex = if net.last_ifindex >= i32::MAX as u32 { 1 } else { net.last_ifindex + 1 };
            let index = IfIndex(net.last_ifindex);
            if !net.by_index.contains_key(&index) {
                return Ok(index);
            }
        }
    }

    /// The next index a namespace gives: what an unseen past used up.
    pub(crate) fn ifindex_next(&mut self, netns: NetnsId, ifindex: IfIndex) -> Result {
        if ifindex.0 < 2 {
            return Err(Errno::EINVAL.into());
        }
        self.net_mut(netns)?.last_ifindex = ifindex.0 - 1;
        Ok(())
    }

    /// Name, index and place in the lists (`register_netdevice`). A random MAC is drawn by the name it gets.
    fn register_netdevice(&mut self, mut device: Device, spec: &LinkSpec, pattern: &str) -> Result {
        let want = if spec.name.is_empty() { pattern } else { &spec.name };
        device.name = self.dev_prep_valid_name(spec.netns, want)?;
        if spec.ifindex.is_some_and(|index| self.dev_by_index(spec.netns, index).is_some()) {
            return Err(Errno::EEXIST.into());
        }
        device.ifindex = self.dev_index_reserve(spec.netns, spec.ifindex)?;
        if device.addr_assign_type == 0 && !device.is_loopback() {
            device.address = self.eth_hw_addr_random(&device.name);
            device.addr_assign_type = NET_ADDR_RANDOM;
        }
        device.netns = spec.netns;
        self.list_netdevice(device);
        Ok(())
    }

    fn eth_hw_addr_random(&mut self, owner: &str) -> Mac {
        let drawn = self.entropy.next("mac", owner, 6);
        let mut bytes = [0; 6];
        bytes.iter_mut().zip(drawn).for_each(|(to, from)| *to = from);
        Mac::from_random(bytes)
    }

    /// Put a device into the lists of its namespace and tell everybody (`list_netdevice`, NETDEV_REGISTER).
    pub(crate) fn list_netdevice(&mut self, mut device: Device) {
        let id = device.id;
        device.reg = RegState::Registered;
        let net = self.netns.get_mut(&device.netns).expect("the namespace was looked up before");
        net.by_index.insert(device.ifindex, id);
        net.by_name.insert(device.name.clone(), id);
        net.by_name.extend(device.altnames.iter().map(|name| (name.clone(), id)));
        net.dev_base.push(id);
        self.devs.insert(id, device);
        self.netdev_notify(id, NetdevEvent::Register);
    }

    /// `lo` of a new namespace (`loopback_net_init`).
    pub(crate) fn loopback_net_init(&mut self, netns: NetnsId) {
        let id = self.next_dev();
        let spec = LinkSpec { netns, name: "lo".to_string(), ..LinkSpec::default() };
        let lo = self.register_netdevice(Device::new(id, DevKind::Loopback), &spec, "lo");
        lo.expect("a new namespace has no device");
    }

    /// A physical device appears in `init_net`: carrier on, its MAC its own, `qdisc` attached when it first goes up.
    pub(crate) fn phys_add(&mut self, name: &str, address: Mac, qdisc: &str) -> Result<IfIndex> {
        if !address.is_valid_unicast() {
            return Err(Errno::EADDRNOTAVAIL.into());
        }
        let id = self.next_dev();
        let mut device = Device::new(id, DevKind::Phys { qdisc: qdisc.to_string() });
        (device.address, device.perm_address) = (address, Some(address));
        let spec = LinkSpec { name: name.to_string(), ..LinkSpec::default() };
        device.name = self.dev_prep_valid_name(spec.netns, &spec.name)?;
        device.ifindex = self.dev_index_reserve(spec.netns, None)?;
        self.list_netdevice(device);
        self.rtmsg_ifinfo(id);
        Ok(self.dev(id).ifindex)
    }

    /// Whether a device can have this mtu (`dev_validate_mtu`).
    pub(crate) fn dev_validate_mtu(&self, device: &Device, mtu: u32) -> Result {
        if mtu < device.min_mtu() {
            return Err(Error::extack(Errno::EINVAL, "mtu less than device minimum"));
        }
        if device.max_mtu() > 0 && mtu > device.max_mtu() {
            return Err(Error::extack(Errno::EINVAL, "mtu greater than device maximum"));
        }
        Ok(())
    }
}
