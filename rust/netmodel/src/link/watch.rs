//! Carrier, and operstate that follows it later. Models net/core/link_watch.c.

use crate::addr::DevId;
use crate::bridge::NetdevEvent;
use crate::kernel::Kernel;
use crate::link::{DevKind, RegState, oper};
use crate::time::Duration;
use crate::timer::Timer;
use crate::trace::Event;

/// Events that are not urgent are dealt with at most once in this time, for the whole machine.
const INTERVAL: Duration = Duration::secs(1);
/// `IF_LINK_MODE_DORMANT`.
const MODE_DORMANT: u8 = 1;

impl Kernel {
    /// The device has carrier (`netif_carrier_on`).
    pub(crate) fn netif_carrier_on(&mut self, dev: DevId) {
        if !core::mem::replace(&mut self.dev_mut(dev).carrier, true) {
            self.linkwatch_fire_event(dev);
        }
    }

    /// The device lost carrier (`netif_carrier_off`).
    pub(crate) fn netif_carrier_off(&mut self, dev: DevId) {
        if core::mem::replace(&mut self.dev_mut(dev).carrier, false) {
            self.linkwatch_fire_event(dev);
        }
    }

    /// `linkwatch_urgent_event`: not kept back to once a second. Carrier for which a qdisc waits is urgent.
    fn is_urgent(&self, dev: DevId) -> bool {
        let device = self.dev(dev);
        let qdisc_tx_changing = !device.qdisc_active && device.qdisc != "noop";
        device.up && (device.ifindex != self.dev_get_iflink(dev) || device.carrier && qdisc_tx_changing)
    }

    fn linkwatch_fire_event(&mut self, dev: DevId) {
        if self.dev(dev).reg == RegState::Uninitialized {
            return;
        }
        let urgent = self.is_urgent(dev);
        if !self.linkwatch.pending.contains(&dev) {
            self.linkwatch.pending.push(dev);
        } else if !urgent {
            return;
        }
        self.linkwatch_schedule_work(urgent);
    }

    fn linkwatch_schedule_work(&mut self, urgent: bool) {
        if urgent {
            self.timers.arm(Timer::Linkwatch, self.now);
        } else if self.timers.due(&Timer::Linkwatch).is_none() {
            self.timers.arm(Timer::Linkwatch, self.linkwatch.next_event.max(self.now));
        }
    }

    /// Run the queue: all of it if a second has passed since it last was, else only what is urgent
    /// (`__linkwatch_run_queue`).
    pub(crate) fn linkwatch_event(&mut self) {
        let urgent_only = self.linkwatch.next_event > self.now;
        if !urgent_only {
            self.linkwatch.next_event = self.now + INTERVAL;
        }
        for dev in core::mem::take(&mut self.linkwatch.pending) {
            if !self.devs.contains_key(&dev) {
                continue;
            }
            if urgent_only && !self.is_urgent(dev) {
                self.linkwatch.pending.push(dev);
            } else {
                self.linkwatch_do_dev(dev);
            }
        }
        if !self.linkwatch.pending.is_empty() {
            self.linkwatch_schedule_work(false);
        }
    }

    /// What waits for this device is done now (`linkwatch_sync_dev`).
    pub(super) fn linkwatch_sync_dev(&mut self, dev: DevId) {
        if self.linkwatch.pending.contains(&dev) {
            self.linkwatch_do_dev(dev);
        }
    }

    /// Work that is due at once runs as soon as the request that caused it lets go of the lock.
    pub(crate) fn linkwatch_settle(&mut self) {
        while self.timers.due(&Timer::Linkwatch).is_some_and(|at| at <= self.now) {
            self.timers.cancel(&Timer::Linkwatch);
            self.linkwatch_event();
        }
    }

    /// Operstate catches up, and who must know is told (`linkwatch_do_dev`).
    pub(crate) fn linkwatch_do_dev(&mut self, dev: DevId) {
        self.linkwatch.pending.retain(|other| *other != dev);
        self.rfc2863_policy(dev);
        if self.dev(dev).up {
            if self.dev(dev).carrier {
                self.dev_activate(dev);
            } else {
                self.dev_mut(dev).qdisc_active = false;
            }
            self.netdev_state_change(dev);
        }
    }

    /// Flags or carrier changed (`netdev_state_change`).
    fn netdev_state_change(&mut self, dev: DevId) {
        self.netdev_notify(dev, NetdevEvent::Change);
        self.rtmsg_ifinfo(dev);
        let (at, device) = (self.now, self.dev(dev));
        let (netns, dev) = (device.netns, device.ifindex);
        self.events.push(Event::Link { at, netns, dev });
    }

    fn rfc2863_policy(&mut self, dev: DevId) {
        let state = self.default_operstate(dev);
        let device = self.dev_mut(dev);
        let dormant = state == oper::UP && device.linkmode == MODE_DORMANT;
        if state != device.operstate {
            device.operstate = if dormant { oper::DORMANT } else { state };
        }
    }

    fn default_operstate(&self, dev: DevId) -> u8 {
        let device = self.dev(dev);
        if device.carrier {
            return oper::UP;
        }
        let link = self.dev_get_iflink(dev);
        if self.facts.operstate_across_netns && matches!(device.kind, DevKind::Veth { .. }) {
            return oper::LOWERLAYERDOWN;
        }
        if link == device.ifindex {
            return oper::DOWN;
        }
        // The index is looked up where the device is, wherever the peer is.
        match self.dev_by_index(device.netns, link) {
            Some(lower) if !self.dev(lower).carrier => oper::LOWERLAYERDOWN,
            _ => oper::DOWN,
        }
    }
}
