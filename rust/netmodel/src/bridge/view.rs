//! Bridges, ports and FDBs as a snapshot shows them. Models `br_fill_info`, `br_port_fill_attrs` and `br_fdb_dump`.

use super::fdb::{ADDED_BY_EXT_LEARN, ADDED_BY_USER, Entry, LOCAL, STATIC, STICKY};
use super::netlink::to_clock_t;
use super::{
    BCAST_FLOOD, BPDU_GUARD, FLOOD, HAIRPIN_MODE, ISOLATED, LEARNING, MCAST_FLOOD, MULTICAST_FAST_LEAVE, PORT_LOCKED,
    ROOT_BLOCK,
};
use crate::addr::DevId;
use crate::kernel::Kernel;
use crate::snapshot;
use crate::timer::Timer;

impl Kernel {
    /// A bridge as a snapshot shows it; `None` if the device is no bridge.
    pub(crate) fn bridge_view(&self, dev: DevId) -> Option<snapshot::Bridge> {
        let br = self.as_bridge(dev)?;
        Some(snapshot::Bridge {
            forward_delay: to_clock_t(br.forward_delay),
            hello_time: to_clock_t(br.hello_time),
            max_age: to_clock_t(br.max_age),
            ageing_time: to_clock_t(br.ageing_time),
            stp_state: u32::from(br.stp),
            priority: br.priority,
            vlan_filtering: false,
            bridge_id: br.bridge_id,
            group_fwd_mask: br.group_fwd_mask,
            mcast_snooping: br.mcast_snooping,
            nf_call_iptables: br.nf_call_iptables,
            fdb_n_learned: br.fdb.n_learned(),
            fdb_max_learned: br.fdb_max_learned,
            tso_max_size: br.tso_max_size,
            topology_change: br.topology_change,
            topology_change_detected: br.topology_change_detected,
            hello_timer: self.timer_value(&Timer::Hello(dev)),
            topology_change_timer: self.timer_value(&Timer::TopologyChange(dev)),
            gc_timer: self.timer_value(&Timer::FdbGc(dev)),
            fdb: self.fdb_view(dev),
        })
    }

    /// A bridge port as a snapshot shows it; `None` if the device is no port.
    pub(crate) fn port_view(&self, dev: DevId) -> Option<snapshot::Port> {
        let port = self.bridge(self.dev(dev).master?).port(dev)?;
        Some(snapshot::Port {
            state: port.state as u8,
            priority: port.priority,
            cost: port.path_cost,
            port_no: port.port_no,
            hairpin: port.is(HAIRPIN_MODE),
            guard: port.is(BPDU_GUARD),
            root_block: port.is(ROOT_BLOCK),
            fastleave: port.is(MULTICAST_FAST_LEAVE),
            learning: port.is(LEARNING),
            flood: port.is(FLOOD),
            mcast_flood: port.is(MCAST_FLOOD),
            bcast_flood: port.is(BCAST_FLOOD),
            isolated: port.is(ISOLATED),
            locked: port.is(PORT_LOCKED),
            neigh_suppress: false,
            designated_priority: port.designated_priority,
            hold_timer: self.timer_value(&Timer::Hold(dev)),
            config_pending: port.config_pending,
            forward_delay_timer: self.timer_value(&Timer::ForwardDelay(dev)),
        })
    }

    /// The FDB by device in order of index, each newest first, as `rtnl_fdb_dump` goes through the devices.
    fn fdb_view(&self, bridge: DevId) -> Vec<snapshot::FdbEntry> {
        let mut entries: Vec<_> =
            self.bridge(bridge).fdb.dump().iter().map(|e| self.fdb_entry_view(bridge, e)).collect();
        let own = self.dev(bridge).ifindex;
        entries.sort_by_key(|entry| (entry.port != own, entry.port));
        entries
    }

    fn fdb_entry_view(&self, bridge: DevId, entry: &Entry) -> snapshot::FdbEntry {
        snapshot::FdbEntry {
            mac: entry.key.mac(),
            vlan: entry.key.vlan(),
            port: self.dev(entry.dst.unwrap_or(bridge)).ifindex,
            local: entry.is(LOCAL),
            is_static: entry.is(STATIC),
            sticky: entry.is(STICKY),
            extern_learn: entry.is(ADDED_BY_EXT_LEARN),
            added_by_user: entry.is(ADDED_BY_USER),
            used: self.now.since(entry.used).0,
            updated: self.now.since(entry.updated).0,
            stale: entry.has_expired(self.bridge(bridge).hold_time(), self.now),
        }
    }

    /// 1/100 s left, 0 if it is not pending (`br_timer_value`).
    fn timer_value(&self, timer: &Timer) -> u32 {
        self.timers.due(timer).map_or(0, |at| to_clock_t(at.since(self.now)))
    }
}
