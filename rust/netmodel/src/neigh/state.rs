//! How a neighbour's state changes: by sending, by time, by what is heard. Models `__neigh_event_send`,
//! `neigh_timer_handler` and `__neigh_update` of net/core/neighbour.c.

use core::net::IpAddr;

use super::{Neighbour, is_connected, is_valid};
use crate::addr::{DevId, Mac};
use crate::error::{Errno, Error, Result};
use crate::kernel::Kernel;
use crate::path::{Observer, Walk};
use crate::request::Nud;
use crate::skb::Skb;
use crate::sysctl::Neigh;
use crate::time::Duration;
use crate::timer::{JIFFY, Timer, wheel};
use crate::trace::DropReason;

/// Who wants to change an entry (`NEIGH_UPDATE_F_*`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Override {
    /// A packet that may not change a known address.
    No,
    /// A packet that may (`NEIGH_UPDATE_F_OVERRIDE`).
    Yes,
    /// The administrator, who may not replace an address (`NEIGH_UPDATE_F_ADMIN`).
    Admin,
    /// The administrator, who may.
    AdminReplace,
}

impl Override {
    fn is_admin(self) -> bool {
        matches!(self, Override::Admin | Override::AdminReplace)
    }

    fn may_replace(self) -> bool {
        matches!(self, Override::Yes | Override::AdminReplace)
    }
}

fn is_in_timer(nud: Nud) -> bool {
    matches!(nud, Nud::INCOMPLETE | Nud::REACHABLE | Nud::DELAY | Nud::PROBE)
}

impl Kernel {
    fn neigh_add_timer(&mut self, dev: DevId, dst: IpAddr, after: Duration) {
        let at = wheel(self.now, after);
        self.timers.arm(Timer::Neigh(dev, dst), at);
    }

    fn retrans_time(&self, dev: DevId) -> Duration {
        self.neigh_time(dev, Neigh::RetransTimeMs).max(Duration::millis(10))
    }

    fn delay_probe_time(&self, dev: DevId) -> Duration {
        self.neigh_time(dev, Neigh::DelayFirstProbeTime)
    }

    fn neigh_max_probes(&self, dev: DevId, nud: Nud) -> u32 {
        let last = if nud == Nud::PROBE { Neigh::McastResolicit } else { Neigh::McastSolicit };
        let conf = &self.dev(dev).neigh4;
        (conf.neigh(Neigh::UcastSolicit) + conf.neigh(Neigh::AppSolicit) + conf.neigh(last)) as u32
    }
}

impl<O: Observer> Walk<'_, O> {
    /// A packet is about to use the entry (`neigh_event_send`): it is given back if it can go now, else it is queued.
    pub(super) fn neigh_event_send(&mut self, dev: DevId, dst: IpAddr, skb: Skb) -> Option<Skb> {
        let now = self.kernel.now;
        let neigh = self.kernel.neigh_entry(dev, dst);
        match neigh.nud {
            nud if is_connected(nud) => Some(skb),
            Nud::DELAY | Nud::PROBE => {
                neigh.used = now;
                Some(skb)
            }
            Nud::STALE => {
                (neigh.used, neigh.updated, neigh.nud) = (now, now, Nud::DELAY);
                let delay = self.kernel.delay_probe_time(dev);
                self.kernel.neigh_add_timer(dev, dst, delay);
                Some(skb)
            }
            Nud::INCOMPLETE => {
                neigh.used = now;
                self.neigh_enqueue(dev, dst, skb);
                None
            }
            _ => {
                self.neigh_start(dev, dst, Some(skb));
                None
            }
        }
    }

    /// Ask for an address that no packet waits for, if it is not known or asked for already.
    pub(crate) fn neigh_ask(&mut self, dev: DevId, dst: IpAddr) {
        if self.kernel.dev(dev).neighs.get(dst).is_none() {
            self.kernel.neigh_create(dev, dst);
        }
        if matches!(self.kernel.neigh_entry(dev, dst).nud, Nud::NONE | Nud::FAILED) {
            self.neigh_start(dev, dst, None);
        }
    }

    /// Ask for an address anew: the packet waits, the first request goes out at once.
    fn neigh_start(&mut self, dev: DevId, dst: IpAddr, skb: Option<Skb>) {
        let now = self.kernel.now;
        let multicast = self.kernel.dev(dev).neigh4.neigh(Neigh::McastSolicit);
        let probes = self.kernel.dev(dev).neigh4.neigh(Neigh::UcastSolicit) as u32;
        let neigh = self.kernel.neigh_entry(dev, dst);
        (neigh.used, neigh.updated) = (now, now);
        if multicast == 0 {
            neigh.nud = Nud::FAILED;
            if let Some(skb) = skb {
                self.kfree_skb(dev, &skb, DropReason::NEIGH_FAILED);
            }
            return;
        }
        (neigh.nud, neigh.probes) = (Nud::INCOMPLETE, probes);
        let retrans = self.kernel.retrans_time(dev);
        self.kernel.neigh_add_timer(dev, dst, retrans);
        if let Some(skb) = skb {
            self.neigh_enqueue(dev, dst, skb);
        }
        self.neigh_probe(dev, dst);
    }

    fn neigh_probe(&mut self, dev: DevId, dst: IpAddr) {
        self.arp_solicit(dev, dst);
        self.kernel.neigh_entry(dev, dst).probes += 1;
    }

    /// `neigh_timer_handler`.
    pub(crate) fn neigh_timer(&mut self, dev: DevId, dst: IpAddr) {
        let known = self.kernel.devs.get(&dev).is_some_and(|dev| dev.neighs.get(dst).is_some());
        if !known {
            return;
        }
        let (now, delay) = (self.kernel.now, self.kernel.delay_probe_time(dev));
        let reachable = self.kernel.neigh_reachable_time(dev);
        let retrans = self.kernel.retrans_time(dev);
        let neigh = self.kernel.neigh_entry(dev, dst);
        let Some(after) = next_state(neigh, now, [reachable, delay, retrans]) else { return };
        let (nud, probes) = (neigh.nud, neigh.probes);
        let asking = matches!(nud, Nud::INCOMPLETE | Nud::PROBE);
        if asking && probes >= self.kernel.neigh_max_probes(dev, nud) {
            self.kernel.neigh_entry(dev, dst).nud = Nud::FAILED;
            return self.neigh_invalidate(dev, dst);
        }
        if is_in_timer(nud) {
            self.kernel.neigh_add_timer(dev, dst, after.max(Duration::millis(10)));
        }
        if asking {
            self.neigh_probe(dev, dst);
        }
    }

    /// Nobody answered: what waits is reported and dropped (`neigh_invalidate`, `arp_error_report`).
    pub(super) fn neigh_invalidate(&mut self, dev: DevId, dst: IpAddr) {
        self.kernel.neigh_entry(dev, dst).updated = self.kernel.now;
        for waiting in core::mem::take(self.kernel.neigh_queue(dev, dst)) {
            let skb = self.neigh_resume(waiting);
            self.ipv4_link_failure(&skb);
            self.kfree_skb(dev, &skb, DropReason::NEIGH_FAILED);
        }
    }

    /// An ARP packet or the administrator says what an entry is (`__neigh_update`).
    ///
    /// # Errors
    /// EPERM: a packet may not change a permanent entry. EINVAL: no address is given and none known.
    pub(crate) fn neigh_update(
        &mut self,
        (dev, dst): (DevId, IpAddr),
        lladdr: Option<Mac>,
        wanted: Nud,
        who: Override,
    ) -> Result {
        let old = self.kernel.neigh_entry(dev, dst).nud;
        if !who.is_admin() && matches!(old, Nud::NOARP | Nud::PERMANENT) {
            return Err(Errno::EPERM.into());
        }
        if !is_valid(wanted) {
            self.neigh_unset(dev, dst, wanted);
            return Ok(());
        }
        let now = self.kernel.now;
        let known = self.kernel.neigh_entry(dev, dst).lladdr();
        let Some(given) = lladdr.or(known) else {
            return Err(Error::extack(Errno::EINVAL, "No link layer address given"));
        };
        let neigh = self.kernel.neigh_entry(dev, dst);
        if is_connected(wanted) {
            neigh.confirmed = now;
        }
        let mut new = wanted;
        match known {
            Some(known) if known != given && !who.may_replace() => return Ok(()),
            // STALE says nothing new of an address that is known.
            Some(known) if known == given && new == Nud::STALE && !who.is_admin() => new = old,
            _ => {}
        }
        self.neigh_set(dev, dst, new, given);
        Ok(())
    }

    fn neigh_unset(&mut self, dev: DevId, dst: IpAddr, new: Nud) {
        self.kernel.timers.cancel(&Timer::Neigh(dev, dst));
        let neigh = self.kernel.neigh_entry(dev, dst);
        let old = core::mem::replace(&mut neigh.nud, new);
        if matches!(old, Nud::INCOMPLETE | Nud::PROBE) && new == Nud::FAILED {
            self.neigh_invalidate(dev, dst);
        }
    }

    fn neigh_set(&mut self, dev: DevId, dst: IpAddr, new: Nud, lladdr: Mac) {
        let now = self.kernel.now;
        let reachable = self.kernel.neigh_reachable_time(dev);
        let base = self.kernel.neigh_time(dev, Neigh::BaseReachableTimeMs);
        let neigh = self.kernel.neigh_entry(dev, dst);
        let old = neigh.nud;
        if new != old || neigh.ha != lladdr {
            neigh.updated = now;
        }
        if neigh.ha != lladdr {
            neigh.ha = lladdr;
            if !is_connected(new) {
                neigh.confirmed = crate::time::Instant(now.0.saturating_sub(2 * base.0));
            }
        }
        if new == old {
            return;
        }
        if new == Nud::PROBE {
            neigh.probes = 0;
        }
        neigh.nud = new;
        self.kernel.timers.cancel(&Timer::Neigh(dev, dst));
        if is_in_timer(new) {
            let after = if new == Nud::REACHABLE { reachable } else { Duration(0) };
            self.kernel.neigh_add_timer(dev, dst, after);
        }
        if !is_valid(old) {
            for waiting in core::mem::take(self.kernel.neigh_queue(dev, dst)) {
                let skb = self.neigh_resume(waiting);
                self.neigh_xmit(dev, dst, skb);
            }
        }
    }

    /// What sends to a neighbour got an answer by it: it is reachable (`neigh_confirm`).
    pub(crate) fn neigh_confirm(&mut self, dev: DevId, dst: IpAddr) {
        let now = self.kernel.now;
        if let Some(neigh) = self.kernel.dev_mut(dev).neighs.entries.get_mut(&dst) {
            neigh.confirmed = now;
        }
    }
}

/// The state that time brings, and when to look again; `None` if the state has no timer.
fn next_state(
    neigh: &mut Neighbour,
    now: crate::time::Instant,
    [reachable, delay, retrans]: [Duration; 3],
) -> Option<Duration> {
    let until = |at: crate::time::Instant| Duration(at.0.saturating_sub(now.0)).max(JIFFY);
    match neigh.nud {
        Nud::REACHABLE if now <= neigh.confirmed + reachable => Some(until(neigh.confirmed + reachable)),
        Nud::REACHABLE if now <= neigh.used + delay => {
            (neigh.nud, neigh.updated) = (Nud::DELAY, now);
            Some(delay)
        }
        Nud::REACHABLE => {
            (neigh.nud, neigh.updated) = (Nud::STALE, now);
            Some(retrans)
        }
        Nud::DELAY if now <= neigh.confirmed + delay => {
            (neigh.nud, neigh.updated) = (Nud::REACHABLE, now);
            Some(until(neigh.confirmed + reachable))
        }
        Nud::DELAY => {
            (neigh.nud, neigh.updated, neigh.probes) = (Nud::PROBE, now, 0);
            Some(retrans)
        }
        Nud::PROBE | Nud::INCOMPLETE => Some(retrans),
        _ => None,
    }
}
