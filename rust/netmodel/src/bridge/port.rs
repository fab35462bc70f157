//! Ports join and leave, and follow what happens to their devices. Models net/bridge/br_if.c and br.c.

use super::{
    BCAST_FLOOD, Bridge, FLOOD, LEARNING, MCAST_FLOOD, NetdevEvent, Port, State, TSO_LEGACY_MAX_SIZE, TSO_MAX_SIZE,
};
use crate::addr::{DevId, Mac};
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::link::DevKind;
use crate::request::BridgeOptions;
use crate::timer::Timer;

/// `IF_OPER_UNKNOWN`.
const OPER_UNKNOWN: u8 = 0;
/// `IF_OPER_UP`.
const OPER_UP: u8 = 6;
/// `BR_MAX_PORTS`.
const MAX_PORTS: u16 = 1024;
/// `ETH_DATA_LEN`: a bridge's mtu without ports.
const ETH_DATA_LEN: u32 = 1500;

impl Kernel {
    /// A bridge with the kernel's defaults (`br_dev_setup`). Its options are set by `br_changelink` once it is registered.
    ///
    /// # Errors
    /// None yet.
    pub(crate) fn bridge_new(&mut self, dev: DevId, _options: &BridgeOptions) -> Result<Bridge> {
        Ok(Bridge::new(self.entropy.below("fdb-seed", &dev.0.to_string(), u64::MAX)))
    }

    /// The user set a bridge's mtu: from now on it follows no port (`br_change_mtu`).
    pub(crate) fn br_change_mtu(&mut self, bridge: DevId) {
        self.bridge_mut(bridge).mtu_set_by_user = true;
    }

    /// The user set a bridge's MAC: from now on it follows no port (`br_set_mac_address`, `br_stp_change_bridge_id`).
    pub(crate) fn br_set_mac_address(&mut self, bridge: DevId) {
        let address = self.dev(bridge).address;
        self.br_stp_change_bridge_id(bridge, address);
    }

    /// `IFLA_MASTER` (`do_set_master`): `None` leaves. A port that has another master leaves that first, and stays without
    /// one if the new one refuses.
    ///
    /// # Errors
    /// EOPNOTSUPP if the master is no bridge; those of `br_add_if`.
    pub(crate) fn set_master(&mut self, dev: DevId, master: Option<DevId>) -> Result {
        let old = self.dev(dev).master;
        if old == master {
            return Ok(());
        }
        if let Some(bridge) = old {
            self.br_del_if(bridge, dev)?;
        }
        match master {
            None => Ok(()),
            Some(bridge) if self.as_bridge(bridge).is_none() => Err(Errno::EOPNOTSUPP.into()),
            Some(bridge) => self.br_add_if(bridge, dev),
        }
    }

    /// A device becomes a port (`br_add_if`).
    ///
    /// # Errors
    /// EINVAL for `lo` and a device without a valid address, ELOOP for a bridge, EBUSY for a port.
    pub(crate) fn br_add_if(&mut self, bridge: DevId, dev: DevId) -> Result {
        let device = self.dev(dev);
        if device.kind == DevKind::Loopback || !device.address.is_valid_unicast() {
            return Err(Errno::EINVAL.into());
        }
        if self.as_bridge(dev).is_some() {
            return Err(Error::extack(Errno::ELOOP, "Can not enslave a bridge to a bridge"));
        }
        if device.master.is_some() {
            return Err(Errno::EBUSY.into());
        }
        let address = device.address;
        let port = self.new_nbp(bridge, dev)?;
        self.dev_set_allmulti(dev, 1);
        // Without VLAN filtering every port is promiscuous (`br_manage_promisc`).
        self.dev_set_promiscuity(dev, 1);
        self.dev_mut(dev).master = Some(bridge);
        let now = self.now;
        let br = self.bridge_mut(bridge);
        br.ports.insert(0, port);
        br.fdb.add_local(Some(dev), address, now);
        self.br_stp_recalculate_bridge_id(bridge);
        if self.is_oper_up(dev) && self.dev(bridge).up {
            self.br_stp_enable_port(bridge, dev);
        }
        self.br_mtu_auto_adjust(bridge);
        self.br_set_gso_limits(bridge);
        Ok(())
    }

    /// A port leaves (`br_del_if`).
    ///
    /// # Errors
    /// EINVAL if the device is no port of this bridge.
    pub(crate) fn br_del_if(&mut self, bridge: DevId, dev: DevId) -> Result {
        if self.as_bridge(bridge).and_then(|br| br.port(dev)).is_none() {
            return Err(Errno::EINVAL.into());
        }
        self.del_nbp(bridge, dev);
        self.br_mtu_auto_adjust(bridge);
        self.br_set_gso_limits(bridge);
        self.br_stp_recalculate_bridge_id(bridge);
        Ok(())
    }

    fn del_nbp(&mut self, bridge: DevId, dev: DevId) {
        self.dev_set_allmulti(dev, -1);
        self.dev_set_promiscuity(dev, -1);
        self.br_stp_disable_port(bridge, dev);
        let br = self.bridge_mut(bridge);
        br.ports.retain(|port| port.dev != dev);
        let owners = self.local_owners(bridge);
        self.bridge_mut(bridge).fdb.delete_by_port(Some(dev), Some(&owners));
        self.dev_mut(dev).master = None;
    }

    /// A bridge is being deleted: its ports leave (`br_dev_delete`).
    fn br_dev_delete(&mut self, bridge: DevId) {
        while let Some(port) = self.bridge(bridge).ports.first() {
            let dev = port.dev;
            self.del_nbp(bridge, dev);
        }
        self.bridge_mut(bridge).fdb.flush(|_| true);
        self.timers.cancel_all(|timer| {
            matches!(timer, Timer::FdbGc(dev) | Timer::Hello(dev) | Timer::TopologyChange(dev) if *dev == bridge)
        });
    }

    fn new_nbp(&self, bridge: DevId, dev: DevId) -> Result<Port> {
        let br = self.bridge(bridge);
        let free = |number: &u16| br.ports.iter().all(|port| port.port_no != *number);
        let port_no = (1..MAX_PORTS).find(free).ok_or(Error::unsupported("a bridge with more than 1023 ports"))?;
        Ok(Port {
            dev,
            port_no,
            priority: 0x8000 >> 10,
            path_cost: self.port_cost(dev),
            admin_cost: false,
            state: State::Disabled,
            flags: LEARNING | FLOOD | MCAST_FLOOD | BCAST_FLOOD,
            designated_priority: br.priority,
            config_pending: false,
        })
    }

    /// `port_cost`: a veth says 10 Gbit/s, another virtual device says nothing.
    fn port_cost(&self, dev: DevId) -> u32 {
        if matches!(self.dev(dev).kind, DevKind::Veth { .. }) { 2 } else { 100 }
    }

    /// Up, and `netif_oper_up`.
    pub(super) fn is_oper_up(&self, dev: DevId) -> bool {
        let device = self.dev(dev);
        device.up && matches!(device.operstate, OPER_UNKNOWN | OPER_UP)
    }

    /// Whose address may keep a local entry alive: the ports, newest first, then the bridge.
    pub(super) fn local_owners(&self, bridge: DevId) -> Vec<(Option<DevId>, Mac)> {
        let ports = self.bridge(bridge).ports.iter().map(|port| (Some(port.dev), self.dev(port.dev).address));
        ports.chain([(None, self.dev(bridge).address)]).collect()
    }

    /// The bridge's mtu follows the least of its ports', until the user sets it (`br_mtu_auto_adjust`).
    fn br_mtu_auto_adjust(&mut self, bridge: DevId) {
        let br = self.bridge(bridge);
        if br.mtu_set_by_user {
            return;
        }
        let least = br.ports.iter().map(|port| self.dev(port.dev).mtu).min().unwrap_or(ETH_DATA_LEN);
        if self.dev(bridge).mtu != least {
            self.set_mtu(bridge, least);
        }
    }

    /// A bridge goes up (`br_dev_open`). It is in the snoopers' groups before it counts as up.
    pub(crate) fn br_dev_open(&mut self, bridge: DevId) {
        if self.bridge(bridge).mcast_snooping {
            self.br_multicast_join_snoopers(bridge);
        }
        self.dev_mut(bridge).up = true;
        self.br_stp_enable_bridge(bridge);
    }

    /// A bridge goes down (`br_dev_stop`).
    pub(crate) fn br_dev_stop(&mut self, bridge: DevId) {
        self.br_stp_disable_bridge(bridge);
        if self.bridge(bridge).mcast_snooping {
            self.br_multicast_leave_snoopers(bridge);
        }
    }

    /// `br_set_gso_limits`.
    fn br_set_gso_limits(&mut self, bridge: DevId) {
        let of = |port: &Port| match self.dev(port.dev).kind {
            DevKind::Veth { .. } => TSO_MAX_SIZE,
            _ => TSO_LEGACY_MAX_SIZE,
        };
        let least = self.bridge(bridge).ports.iter().map(of).min();
        self.bridge_mut(bridge).tso_max_size = least.unwrap_or(TSO_MAX_SIZE);
    }

    /// Something happened to a device: ports react (`br_device_event`).
    pub(crate) fn br_device_event(&mut self, dev: DevId, event: NetdevEvent) {
        if self.as_bridge(dev).is_some() {
            return self.br_own_event(dev, event);
        }
        let Some(bridge) = self.dev(dev).master else { return };
        let running = self.dev(bridge).up;
        match event {
            NetdevEvent::Up if running && self.is_oper_up(dev) => self.br_stp_enable_port(bridge, dev),
            NetdevEvent::Register | NetdevEvent::ChangeName | NetdevEvent::Up => {}
            NetdevEvent::Down if running => self.br_stp_disable_port(bridge, dev),
            NetdevEvent::Down => {}
            NetdevEvent::Change => self.br_port_carrier_check(bridge, dev),
            NetdevEvent::ChangeMtu => self.br_mtu_auto_adjust(bridge),
            NetdevEvent::ChangeAddr => self.br_fdb_changeaddr(bridge, dev),
            NetdevEvent::Unregister => {
                self.br_del_if(bridge, dev).expect("a device with a bridge as master is its port")
            }
        }
    }

    /// A bridge knows its own address from its registration on; one that is being deleted lets its ports go.
    fn br_own_event(&mut self, bridge: DevId, event: NetdevEvent) {
        match event {
            NetdevEvent::Register => {
                let (now, address) = (self.now, self.dev(bridge).address);
                self.bridge_mut(bridge).fdb.add_local(None, address, now);
            }
            NetdevEvent::Unregister => self.br_dev_delete(bridge),
            _ => {}
        }
    }

    fn br_port_carrier_check(&mut self, bridge: DevId, dev: DevId) {
        let (oper_up, cost) = (self.is_oper_up(dev), self.port_cost(dev));
        let port = self.port_of(bridge, dev);
        if oper_up && !port.admin_cost {
            port.path_cost = cost;
        }
        let state = port.state;
        if !self.dev(bridge).up {
            return;
        }
        match (oper_up, state) {
            (true, State::Disabled) => self.br_stp_enable_port(bridge, dev),
            (true, _) | (false, State::Disabled) => {}
            (false, _) => self.br_stp_disable_port(bridge, dev),
        }
    }

    fn br_fdb_changeaddr(&mut self, bridge: DevId, dev: DevId) {
        let (now, address, owners) = (self.now, self.dev(dev).address, self.local_owners(bridge));
        let fdb = &mut self.bridge_mut(bridge).fdb;
        if let Some(old) = fdb.own_address(Some(dev)) {
            fdb.delete_local(Some(dev), old, &owners);
        }
        fdb.add_local(Some(dev), address, now);
        self.br_stp_recalculate_bridge_id(bridge);
    }
}
