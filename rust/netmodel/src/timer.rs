//! What is due when, in one queue.

use std::collections::BTreeMap;

use core::net::IpAddr;
use serde::{Deserialize, Serialize};

use crate::addr::{DevId, NetnsId, SocketId};
use crate::time::{Duration, Instant};

/// What a timer does when it fires. One timer of each value is pending at most.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Timer {
    /// `linkwatch_event`: operstate catches up with carrier.
    Linkwatch,
    /// `cleanup_net`: a namespace without references dies.
    CleanupNet(NetnsId),
    /// `neigh_timer_handler` of one neighbour.
    Neigh(DevId, IpAddr),
    /// A delayed answer of proxy ARP.
    ProxyArp(DevId),
    /// `br_fdb_cleanup` of a bridge.
    FdbGc(DevId),
    /// `br_forward_delay_timer_expired` of a port.
    ForwardDelay(DevId),
    /// `br_hello_timer_expired` of a bridge.
    Hello(DevId),
    /// `br_hold_timer_expired` of a port.
    Hold(DevId),
    /// `br_topology_change_timer_expired` of a bridge.
    TopologyChange(DevId),
    /// `check_lifetime` of a device's IPv4 addresses.
    AddrLifetime(DevId),
    /// `addrconf_dad_work` of one address.
    Dad(DevId, IpAddr),
    /// `addrconf_rs_timer`.
    RouterSolicit(DevId),
    /// `mld_ifc_work` and the group timers of a device.
    Mld(DevId),
    /// `mld_dad_work` of a device.
    MldDad(DevId),
    /// `addrconf_verify_rtnl` of a device's IPv6 addresses.
    Addr6Lifetime(DevId),
    /// `igmp_ifc_timer_expire` of a device.
    Igmp(DevId),
    /// TCP retransmission or TIME_WAIT of a socket.
    Tcp(SocketId),
    /// `ip_expire`: fragments that never came together.
    IpFrag(NetnsId, u64),
}

/// The queue: by time, then by order of arming.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Timers {
    #[serde(with = "crate::pairs")]
    queue: BTreeMap<(Instant, u64), Timer>,
    #[serde(with = "crate::pairs")]
    armed: BTreeMap<Timer, (Instant, u64)>,
    seq: u64,
}

impl Timers {
    /// Arm a timer, moving it if it is pending (`mod_timer`).
    pub fn arm(&mut self, timer: Timer, at: Instant) {
        self.cancel(&timer);
        self.seq += 1;
        self.queue.insert((at, self.seq), timer.clone());
        self.armed.insert(timer, (at, self.seq));
    }

    /// Disarm a timer; no harm if it is not pending.
    pub fn cancel(&mut self, timer: &Timer) {
        if let Some(key) = self.armed.remove(timer) {
            self.queue.remove(&key);
        }
    }

    /// When a timer is due, if it is pending.
    pub fn due(&self, timer: &Timer) -> Option<Instant> {
        self.armed.get(timer).map(|key| key.0)
    }

    /// When the next one is due.
    pub fn next(&self) -> Option<Instant> {
        self.queue.keys().next().map(|key| key.0)
    }

    /// Take the next one that is due at `until` or before.
    pub fn pop(&mut self, until: Instant) -> Option<(Instant, Timer)> {
        let key = *self.queue.keys().next().filter(|key| key.0 <= until)?;
        let timer = self.queue.remove(&key)?;
        self.armed.remove(&timer);
        Some((key.0, timer))
    }

    /// Disarm all that `stale` names.
    pub fn cancel_all(&mut self, stale: impl Fn(&Timer) -> bool) {
        let gone: Vec<Timer> = self.armed.keys().filter(|timer| stale(timer)).cloned().collect();
        gone.iter().for_each(|timer| self.cancel(timer));
    }
}

/// A tick of the kernel (`HZ` is 250).
pub const JIFFY: Duration = Duration::millis(4);

/// When a timer of the wheel fires that is armed at `now` for `after`: the further away, the coarser the grid it is
/// rounded up to (`calc_wheel_index`, kernel/time/timer.c).
pub fn wheel(now: Instant, after: Duration) -> Instant {
    let delta = after.0.div_ceil(JIFFY.0);
    let expires = now.0 / JIFFY.0 + delta;
    let level = (1..8).find(|level| delta < 63 << (3 * (level - 1))).map_or(7, |level| level - 1);
    let shift = 3 * level;
    Instant((((expires >> shift) + 1) << shift) * JIFFY.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_fire_in_order_and_once() {
        let mut timers = Timers::default();
        timers.arm(Timer::Linkwatch, Instant(9));
        timers.arm(Timer::FdbGc(DevId(1)), Instant(5));
        timers.arm(Timer::Linkwatch, Instant(3));
        assert_eq!(timers.pop(Instant(4)), Some((Instant(3), Timer::Linkwatch)));
        assert_eq!(timers.pop(Instant(4)), None);
        assert_eq!(timers.next(), Some(Instant(5)));
    }

    #[test]
    fn a_second_is_rounded_up_by_up_to_32_ms_and_five_by_up_to_256() {
        assert_eq!(wheel(Instant(0), Duration::secs(1)), Instant(1_024_000_000));
        assert_eq!(wheel(Instant(0), Duration::secs(5)), Instant(5_120_000_000));
        assert_eq!(wheel(Instant(0), Duration::millis(4)), Instant(8_000_000));
    }
}
