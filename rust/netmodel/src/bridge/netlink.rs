//! Requests for bridges, ports and the FDB. Models net/bridge/br_netlink.c, br_ioctl.c, `br_fdb_add` and its kin, and
//! `rtnl_fdb_add` of net/core/rtnetlink.c.

use super::fdb::{ADDED_BY_USER, LOCAL, STATIC, STICKY};
use super::index::Key;
use super::stp::{MAX_FORWARD_DELAY, MIN_FORWARD_DELAY};
use super::{
    BCAST_FLOOD, BPDU_GUARD, FLOOD, HAIRPIN_MODE, ISOLATED, LEARNING, MCAST_FLOOD, MULTICAST_FAST_LEAVE, PORT_LOCKED,
    ROOT_BLOCK, State,
};
use crate::addr::{DevId, Mac, NetnsId};
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::link::DevKind;
use crate::request::{BridgeOptions, Dev, FdbState, How, PortOptions, Reply, Request};
use crate::time::Duration;
use crate::timer::{JIFFY, Timer};

/// `BR_GROUPFWD_RESTRICTED`: groups that a bridge never forwards.
const GROUPFWD_RESTRICTED: u16 = 0b111;

/// What `RTM_NEWNEIGH` says of an entry.
struct FdbSpec {
    mac: Mac,
    state: FdbState,
    sticky: bool,
    how: How,
}

impl Kernel {
    pub(crate) fn bridge_request(&mut self, request: Request) -> Result<Reply> {
        match request {
            Request::BridgeSet { dev, options } => {
                let dev = self.dev_id(dev)?;
                self.as_bridge(dev).ok_or(Errno::EOPNOTSUPP)?;
                self.br_changelink(dev, &options)?;
            }
            Request::PortSet { dev, options } => {
                let dev = self.dev_id(dev)?;
                let bridge = self.dev(dev).master.ok_or(Errno::EOPNOTSUPP)?;
                self.br_setport(bridge, dev, &options)?;
            }
            Request::BridgeAddIf { bridge, port } => self.add_del_if(bridge, port, Kernel::br_add_if)?,
            Request::BridgeDelIf { bridge, port } => self.add_del_if(bridge, port, Kernel::br_del_if)?,
            Request::BridgeDel { netns, name } => self.br_del_bridge(netns, &name)?,
            Request::FdbAdd { dev, mac, state, sticky, own, how } => {
                let dev = self.dev_id(dev)?;
                self.rtnl_fdb_add(dev, &FdbSpec { mac, state, sticky, how }, own)?;
            }
            Request::FdbDel { dev, mac, own } => {
                let dev = self.dev_id(dev)?;
                self.rtnl_fdb_del(dev, mac, own)?;
            }
            Request::FdbFlush { dev, own } => {
                let dev = self.dev_id(dev)?;
                self.rtnl_fdb_flush(dev, own)?;
            }
            other => unreachable!("Kernel::apply gives requests for bridges only, not {other:?}"),
        }
        Ok(Reply::Done)
    }

    /// `br_changelink`: in the order of the attributes; what came before a refused one stays.
    pub(crate) fn br_changelink(&mut self, bridge: DevId, options: &BridgeOptions) -> Result {
        self.br_change_times(bridge, options)?;
        if let Some(on) = options.stp_state {
            self.br_stp_set_enabled(bridge, on);
        }
        let br = self.bridge_mut(bridge);
        if let Some(priority) = options.priority {
            br.set_priority(priority);
            self.br_port_state_selection(bridge);
        }
        if options.vlan_filtering.is_some() {
            return Err(Error::unsupported("bridge vlan_filtering"));
        }
        let br = self.bridge_mut(bridge);
        if let Some(mask) = options.group_fwd_mask {
            if mask & GROUPFWD_RESTRICTED != 0 {
                return Err(Errno::EINVAL.into());
            }
            br.group_fwd_mask = mask;
        }
        if options.fdb_flush {
            br.fdb.flush(|entry| !entry.is(STATIC));
        }
        if let Some(on) = options.mcast_snooping {
            self.br_multicast_toggle(bridge, on);
        }
        let br = self.bridge_mut(bridge);
        br.nf_call_iptables = options.nf_call_iptables.unwrap_or(br.nf_call_iptables);
        br.fdb_max_learned = options.fdb_max_learned.unwrap_or(br.fdb_max_learned);
        Ok(())
    }

    fn br_change_times(&mut self, bridge: DevId, options: &BridgeOptions) -> Result {
        let now = self.now;
        let br = self.bridge_mut(bridge);
        if let Some(delay) = options.forward_delay.map(from_clock_t) {
            if br.stp && !(MIN_FORWARD_DELAY..=MAX_FORWARD_DELAY).contains(&delay) {
                return Err(Errno::ERANGE.into());
            }
            br.forward_delay = delay;
        }
        if let Some(time) = options.hello_time {
            br.hello_time = in_range(time, 1, 10)?;
        }
        if let Some(time) = options.max_age {
            br.max_age = in_range(time, 6, 40)?;
        }
        if let Some(time) = options.ageing_time {
            br.bridge_ageing_time = from_clock_t(time);
            br.ageing_time = br.bridge_ageing_time;
            self.timers.arm(Timer::FdbGc(bridge), now);
        }
        Ok(())
    }

    fn br_multicast_toggle(&mut self, bridge: DevId, on: bool) {
        let up = self.dev(bridge).up;
        let br = self.bridge_mut(bridge);
        if br.mcast_snooping == on {
            return;
        }
        br.mcast_snooping = on;
        br.querier = super::snooping::Querier::default();
        match (up, on) {
            (true, true) => self.br_multicast_join_snoopers(bridge),
            (true, false) => self.br_multicast_leave_snoopers(bridge),
            (false, _) => {}
        }
    }

    /// `br_setport`: flags first, then what may be refused.
    fn br_setport(&mut self, bridge: DevId, dev: DevId, options: &PortOptions) -> Result {
        if options.neigh_suppress == Some(true) {
            return Err(Error::unsupported("bridge port neigh_suppress"));
        }
        let flags = [
            (options.hairpin, HAIRPIN_MODE),
            (options.guard, BPDU_GUARD),
            (options.fastleave, MULTICAST_FAST_LEAVE),
            (options.root_block, ROOT_BLOCK),
            (options.learning, LEARNING),
            (options.flood, FLOOD),
            (options.mcast_flood, MCAST_FLOOD),
            (options.bcast_flood, BCAST_FLOOD),
            (options.isolated, ISOLATED),
            (options.locked, PORT_LOCKED),
        ];
        let port = self.port_of(bridge, dev);
        for (on, flag) in flags {
            match on {
                Some(true) => port.flags |= flag,
                Some(false) => port.flags &= !flag,
                None => {}
            }
        }
        if let Some(cost) = options.cost {
            // `bridge link` sends a cost of 0 as none at all.
            if !(1..=65535).contains(&cost) {
                return Err(Errno::ERANGE.into());
            }
            (port.path_cost, port.admin_cost) = (cost, true);
        }
        if let Some(priority) = options.priority {
            if priority > 63 {
                return Err(Errno::ERANGE.into());
            }
            port.priority = priority;
        }
        options.state.map_or(Ok(()), |state| self.br_set_port_state(bridge, dev, state))
    }

    fn br_set_port_state(&mut self, bridge: DevId, dev: DevId, state: u8) -> Result {
        const STATES: [State; 5] =
            [State::Disabled, State::Listening, State::Learning, State::Forwarding, State::Blocking];
        let state = *STATES.get(usize::from(state)).ok_or(Errno::EINVAL)?;
        if self.bridge(bridge).stp {
            return Err(Errno::EBUSY.into());
        }
        if !self.dev(dev).up || (!self.is_oper_up(dev) && state != State::Disabled) {
            return Err(Errno::ENETDOWN.into());
        }
        self.port_of(bridge, dev).state = state;
        self.br_port_state_selection(bridge);
        Ok(())
    }

    fn add_del_if(
        &mut self,
        bridge: Dev,
        port: crate::addr::IfIndex,
        change: fn(&mut Kernel, DevId, DevId) -> Result,
    ) -> Result {
        let dev = self.dev_id(bridge)?;
        self.as_bridge(dev).ok_or(Errno::EOPNOTSUPP)?;
        let port = self.dev_by_index(bridge.netns, port).ok_or(Errno::EINVAL)?;
        change(self, dev, port)
    }

    fn br_del_bridge(&mut self, netns: NetnsId, name: &str) -> Result {
        let dev = *self.net(netns)?.by_name.get(name).ok_or(Errno::ENXIO)?;
        self.as_bridge(dev).ok_or(Errno::EPERM)?;
        if self.dev(dev).up {
            return Err(Errno::EBUSY.into());
        }
        let ifindex = self.dev(dev).ifindex;
        self.link_del(Dev { netns, ifindex })
    }

    fn must_be_ethernet(&self, dev: DevId, message: &str) -> Result {
        match self.dev(dev).kind {
            DevKind::Loopback => Err(Error::extack(Errno::EINVAL, message)),
            DevKind::Phys { .. } | DevKind::Veth { .. } | DevKind::Bridge(_) => Ok(()),
        }
    }

    /// `NTF_MASTER` is for the bridge of a port, `NTF_SELF` for the device: a bridge's FDB, or another's address lists.
    fn rtnl_fdb_add(&mut self, dev: DevId, spec: &FdbSpec, own: bool) -> Result {
        self.must_be_ethernet(dev, "FDB add only supported for Ethernet devices")?;
        match (own, self.dev(dev).master) {
            (false, Some(bridge)) => self.br_fdb_add(bridge, Some(dev), spec),
            (false, None) => Err(Errno::EOPNOTSUPP.into()),
            (true, _) if self.as_bridge(dev).is_some() => self.br_fdb_add(dev, None, spec),
            (true, _) => self.ndo_dflt_fdb_add(dev, spec),
        }
    }

    fn ndo_dflt_fdb_add(&mut self, dev: DevId, spec: &FdbSpec) -> Result {
        if spec.state != FdbState::Permanent {
            return Err(Errno::EINVAL.into());
        }
        if !spec.mac.is_group() {
            return Err(Error::unsupported("a further unicast address of a device (bridge fdb add … self)"));
        }
        let mc = &mut self.dev_mut(dev).mc;
        match mc.contains(&spec.mac) {
            true if spec.how == How::Add => Err(Errno::EEXIST.into()),
            true => Ok(()),
            false => {
                mc.push(spec.mac);
                Ok(())
            }
        }
    }

    /// `br_fdb_add` and `fdb_add_entry`.
    fn br_fdb_add(&mut self, bridge: DevId, source: Option<DevId>, spec: &FdbSpec) -> Result {
        let now = self.now;
        let br = self.bridge_mut(bridge);
        if spec.mac == Mac::ZERO {
            return Err(Errno::EINVAL.into());
        }
        let learns = source.and_then(|dev| br.port(dev)).map(|port| port.state);
        if spec.state == FdbState::Dynamic
            && learns.is_some_and(|state| !matches!(state, State::Learning | State::Forwarding))
        {
            return Err(Errno::EPERM.into());
        }
        let permanent = spec.state == FdbState::Permanent;
        if (source.is_none() && !permanent) || (spec.sticky && permanent) {
            return Err(Errno::EINVAL.into());
        }
        let (key, ageing) = (Key::new(0, spec.mac), br.ageing(now));
        let mut modified = false;
        match (br.fdb.get(0, spec.mac).is_some(), spec.how) {
            (false, How::Change) => return Err(Errno::ENOENT.into()),
            (false, _) => modified = br.fdb.create(key, source, ADDED_BY_USER, ageing),
            (true, How::Add) => return Err(Errno::EEXIST.into()),
            (true, _) => br.fdb.mark_added_by_user(key),
        }
        let entry = br.fdb.get_mut(0, spec.mac).expect("it was found or made just now");
        let wanted = match spec.state {
            FdbState::Permanent => LOCAL | STATIC,
            FdbState::Static => STATIC,
            FdbState::Dynamic => 0,
        } | if spec.sticky { STICKY } else { 0 };
        let stale = spec.state == FdbState::Dynamic && entry.has_expired(ageing.hold, now);
        let before = (entry.dst, entry.flags & (LOCAL | STATIC | STICKY));
        modified |= stale || before != (source, wanted);
        entry.dst = source;
        entry.flags = (entry.flags & !(LOCAL | STATIC | STICKY)) | wanted;
        entry.used = now;
        if modified {
            entry.updated = now;
        }
        Ok(())
    }

    fn rtnl_fdb_flush(&mut self, dev: DevId, own: bool) -> Result {
        self.must_be_ethernet(dev, "FDB delete only supported for Ethernet devices")?;
        match self.dev(dev).master {
            Some(bridge) if !own => self.bridge_mut(bridge).fdb.flush(|entry| entry.dst == Some(dev)),
            _ if own && self.as_bridge(dev).is_some() => self.bridge_mut(dev).fdb.flush(|_| true),
            _ => return Err(Errno::EOPNOTSUPP.into()),
        }
        Ok(())
    }

    fn rtnl_fdb_del(&mut self, dev: DevId, mac: Mac, own: bool) -> Result {
        self.must_be_ethernet(dev, "FDB delete only supported for Ethernet devices")?;
        let (bridge, source) = match (own, self.dev(dev).master) {
            (false, Some(bridge)) => (bridge, Some(dev)),
            (false, None) => return Err(Errno::EOPNOTSUPP.into()),
            (true, _) if self.as_bridge(dev).is_some() => (dev, None),
            (true, _) => {
                let mc = &mut self.dev_mut(dev).mc;
                let at = mc.iter().position(|group| *group == mac).ok_or(Errno::ENOENT)?;
                mc.remove(at);
                return Ok(());
            }
        };
        let fdb = &mut self.bridge_mut(bridge).fdb;
        fdb.get(0, mac).filter(|entry| entry.dst == source).ok_or(Errno::ENOENT)?;
        fdb.delete(Key::new(0, mac));
        Ok(())
    }
}

/// 1/100 s as whole jiffies (`clock_t_to_jiffies`).
fn from_clock_t(time: u32) -> Duration {
    Duration(u64::from(time) * 250 / 100 * JIFFY.0)
}

fn in_range(time: u32, min: u64, max: u64) -> Result<Duration> {
    let span = from_clock_t(time);
    if span < Duration::secs(min) || span > Duration::secs(max) { Err(Errno::ERANGE.into()) } else { Ok(span) }
}

/// A span in 1/100 s, rounded down (`jiffies_to_clock_t`).
pub(super) fn to_clock_t(span: Duration) -> u32 {
    (span.0 / 10_000_000) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_go_through_jiffies() {
        assert_eq!(to_clock_t(from_clock_t(1500)), 1500);
        assert_eq!(to_clock_t(from_clock_t(1)), 0);
        assert!(in_range(99, 1, 10).is_err());
        assert_eq!(in_range(100, 1, 10), Ok(Duration::secs(1)));
    }
}
