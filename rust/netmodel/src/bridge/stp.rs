//! The states of ports, with and without the kernel's spanning tree. Models net/bridge/br_stp.c, br_stp_if.c,
//! br_stp_timer.c and br_stp_bpdu.c as far as a bridge is alone: it sends BPDUs; one that comes in is not modelled.

use super::{BPDU_GUARD, Bridge, NetdevEvent, Port, State, input};
use crate::addr::{DevId, Mac};
use crate::kernel::Kernel;
use crate::packet::{Net, Packet};
use crate::path::{Observer, Walk};
use crate::skb::Skb;
use crate::time::{Duration, Instant};
use crate::timer::{JIFFY, Timer};
use crate::trace::Step;

/// `BR_MIN_FORWARD_DELAY`.
pub(super) const MIN_FORWARD_DELAY: Duration = Duration::secs(2);
/// `BR_MAX_FORWARD_DELAY`.
pub(super) const MAX_FORWARD_DELAY: Duration = Duration::secs(30);
/// `BR_HOLD_TIME`: between two BPDUs of a port.
const HOLD_TIME: Duration = Duration::secs(1);
/// The first sweep of the FDB after the bridge went up.
const FIRST_GC: Duration = Duration::millis(100);
/// `br_group_address`: where BPDUs go.
const GROUP_ADDRESS: Mac = Mac([0x01, 0x80, 0xc2, 0, 0, 0]);

impl Kernel {
    pub(super) fn br_stp_enable_bridge(&mut self, bridge: DevId) {
        let br = self.bridge(bridge);
        let (stp, hello_time, ports) = (br.stp, br.hello_time, devs(br));
        if stp {
            self.timers.arm(Timer::Hello(bridge), self.now + hello_time);
        }
        self.timers.arm(Timer::FdbGc(bridge), self.now + FIRST_GC);
        for port in ports {
            if self.is_oper_up(port) {
                self.br_stp_enable_port(bridge, port);
            }
        }
    }

    pub(super) fn br_stp_disable_bridge(&mut self, bridge: DevId) {
        for port in devs(self.bridge(bridge)) {
            if self.port_of(bridge, port).state != State::Disabled {
                self.br_stp_disable_port(bridge, port);
            }
        }
        let br = self.bridge_mut(bridge);
        br.topology_change = false;
        br.topology_change_detected = false;
        for timer in [Timer::FdbGc(bridge), Timer::Hello(bridge), Timer::TopologyChange(bridge)] {
            self.timers.cancel(&timer);
        }
    }

    pub(super) fn br_stp_enable_port(&mut self, bridge: DevId, dev: DevId) {
        let designated_priority = self.bridge(bridge).priority;
        let port = self.port_of(bridge, dev);
        port.designated_priority = designated_priority;
        port.state = State::Blocking;
        port.config_pending = false;
        self.br_port_state_selection(bridge);
    }

    pub(super) fn br_stp_disable_port(&mut self, bridge: DevId, dev: DevId) {
        let designated_priority = self.bridge(bridge).priority;
        let port = self.port_of(bridge, dev);
        port.designated_priority = designated_priority;
        port.state = State::Disabled;
        port.config_pending = false;
        self.timers.cancel(&Timer::ForwardDelay(dev));
        self.timers.cancel(&Timer::Hold(dev));
        self.bridge_mut(bridge).fdb.delete_by_port(Some(dev), None);
        self.br_port_state_selection(bridge);
    }

    /// Every port that is not disabled is designated, since this bridge is its own root: it makes for forwarding. The
    /// bridge has carrier while a port forwards.
    pub(super) fn br_port_state_selection(&mut self, bridge: DevId) {
        for dev in devs(self.bridge(bridge)) {
            if self.port_of(bridge, dev).state == State::Blocking {
                self.br_make_forwarding(bridge, dev);
            }
        }
        match self.bridge(bridge).ports.iter().any(|port| port.state == State::Forwarding) {
            true => self.netif_carrier_on(bridge),
            false => self.netif_carrier_off(bridge),
        }
    }

    fn br_make_forwarding(&mut self, bridge: DevId, dev: DevId) {
        let br = self.bridge(bridge);
        let (stp, delay) = (br.stp, br.forward_delay);
        let at_once = !stp || delay == Duration(0);
        self.port_of(bridge, dev).state = if at_once { State::Forwarding } else { State::Listening };
        if at_once {
            self.br_topology_change_detection(bridge);
            self.timers.cancel(&Timer::ForwardDelay(dev));
        }
        if delay != Duration(0) {
            self.timers.arm(Timer::ForwardDelay(dev), self.now + delay);
        }
    }

    /// `br_forward_delay_timer_expired`: listening, learning, forwarding.
    pub(crate) fn forward_delay_timer(&mut self, dev: DevId) {
        let Some(bridge) = self.dev(dev).master else { return };
        let delay = self.bridge(bridge).forward_delay;
        let port = self.port_of(bridge, dev);
        match port.state {
            State::Listening => {
                port.state = State::Learning;
                self.timers.arm(Timer::ForwardDelay(dev), self.now + delay);
            }
            State::Learning => {
                port.state = State::Forwarding;
                self.br_topology_change_detection(bridge);
                self.netif_carrier_on(bridge);
            }
            State::Disabled | State::Forwarding | State::Blocking => {}
        }
    }

    /// The root propagates a topology change: addresses age fast for a while.
    fn br_topology_change_detection(&mut self, bridge: DevId) {
        let now = self.now;
        let br = self.bridge_mut(bridge);
        if !br.stp {
            return;
        }
        if !br.topology_change {
            br.ageing_time = Duration(br.forward_delay.0 * 2);
        }
        br.topology_change = true;
        br.topology_change_detected = true;
        let until = now + br.forward_delay + br.max_age;
        self.timers.arm(Timer::TopologyChange(bridge), until);
    }

    /// `br_topology_change_timer_expired`.
    pub(crate) fn topology_change_timer(&mut self, bridge: DevId) {
        let br = self.bridge_mut(bridge);
        if br.stp {
            br.ageing_time = br.bridge_ageing_time;
        }
        br.topology_change = false;
        br.topology_change_detected = false;
    }

    /// `br_stp_set_enabled`: on, the forward delay is brought into its bounds, and ports that forward go on.
    pub(super) fn br_stp_set_enabled(&mut self, bridge: DevId, on: bool) {
        let (now, up) = (self.now, self.dev(bridge).up);
        let br = self.bridge_mut(bridge);
        if br.stp == on {
            return;
        }
        br.stp = on;
        if !on {
            return;
        }
        br.forward_delay = br.forward_delay.clamp(MIN_FORWARD_DELAY, MAX_FORWARD_DELAY);
        let hello = now + br.hello_time;
        if up {
            self.timers.arm(Timer::Hello(bridge), hello);
        }
        self.br_port_state_selection(bridge);
    }

    /// The bridge's address is its ports' least one, zero without ports, until the user sets it
    /// (`br_stp_recalculate_bridge_id`).
    pub(super) fn br_stp_recalculate_bridge_id(&mut self, bridge: DevId) {
        const NET_ADDR_SET: u8 = 3;
        if self.dev(bridge).addr_assign_type == NET_ADDR_SET {
            return;
        }
        let br = self.bridge(bridge);
        let least = br.ports.iter().map(|port| self.dev(port.dev).address).min().unwrap_or(Mac::ZERO);
        if br.bridge_id != least {
            self.br_stp_change_bridge_id(bridge, least);
            self.netdev_notify(bridge, NetdevEvent::ChangeAddr);
        }
    }

    /// `br_stp_change_bridge_id`: id, address and the bridge's own FDB entry.
    pub(super) fn br_stp_change_bridge_id(&mut self, bridge: DevId, address: Mac) {
        let (now, owners) = (self.now, self.local_owners(bridge));
        let br = self.bridge_mut(bridge);
        if let Some(old) = br.fdb.own_address(None) {
            br.fdb.delete_local(None, old, &owners);
        }
        br.fdb.add_local(None, address, now);
        br.bridge_id = address;
        self.dev_mut(bridge).address = address;
        self.br_port_state_selection(bridge);
    }

    /// `br_fdb_cleanup`.
    pub(crate) fn fdb_cleanup(&mut self, bridge: DevId) {
        let now = self.now;
        let br = self.bridge_mut(bridge);
        let hold = br.hold_time();
        let delay = br.fdb.cleanup(hold, now);
        self.timers.arm(Timer::FdbGc(bridge), now + delay);
    }
}

impl<O: Observer> Walk<'_, O> {
    /// `br_hello_timer_expired`.
    pub(crate) fn br_hello_timer(&mut self, bridge: DevId) {
        if !self.kernel.dev(bridge).up {
            return;
        }
        let br = self.kernel.bridge(bridge);
        let (stp, hello_time) = (br.stp, br.hello_time);
        let ports = br.ports.iter().filter(|port| port.state != State::Disabled);
        for port in ports.map(|port| port.dev).collect::<Vec<_>>() {
            self.br_transmit_config(bridge, port);
        }
        if stp {
            let at = round_jiffies(self.kernel.now + hello_time, self.kernel.now);
            self.kernel.timers.arm(Timer::Hello(bridge), at);
        }
    }

    /// `br_hold_timer_expired`.
    pub(crate) fn br_hold_timer(&mut self, dev: DevId) {
        let Some(bridge) = self.kernel.dev(dev).master else { return };
        if self.kernel.port_of(bridge, dev).config_pending {
            self.br_transmit_config(bridge, dev);
        }
    }

    fn br_transmit_config(&mut self, bridge: DevId, dev: DevId) {
        let now = self.kernel.now;
        if !self.kernel.bridge(bridge).stp {
            return;
        }
        if self.kernel.timers.due(&Timer::Hold(dev)).is_some() {
            self.kernel.port_of(bridge, dev).config_pending = true;
            return;
        }
        let br = self.kernel.bridge(bridge);
        let Some(data) = br.port(dev).map(|port| config_bpdu(br, port)) else { return };
        let packet = Packet {
            dst: GROUP_ADDRESS,
            src: self.kernel.dev(dev).address,
            net: Net::Other { proto: data.len() as u16, data },
        };
        self.originate(dev, packet);
        self.kernel.port_of(bridge, dev).config_pending = false;
        self.kernel.timers.arm(Timer::Hold(dev), round_jiffies(now + HOLD_TIME, now));
    }

    /// A frame for the bridge group address at a port of a bridge with STP (`br_stp_rcv`); any other frame is given back.
    pub(super) fn br_stp_rcv(&mut self, bridge: DevId, dev: DevId, skb: Skb) -> Option<Skb> {
        let port = self.kernel.bridge(bridge).port(dev)?;
        if skb.packet.dst != GROUP_ADDRESS || !input::is_bpdu(&skb.packet) || port.state == State::Disabled {
            return Some(skb);
        }
        let netns = self.kernel.dev(dev).netns;
        if port.is(BPDU_GUARD) {
            self.kernel.br_stp_disable_port(bridge, dev);
            self.observer.step(skb.copy, || Step::Consumed { netns, by: "STP: BPDU guard".to_string() });
        } else {
            self.observer.step(skb.copy, || Step::Unsupported { what: "STP between bridges".to_string() });
        }
        None
    }
}

/// The devices of the ports, newest first.
fn devs(bridge: &Bridge) -> Vec<DevId> {
    bridge.ports.iter().map(|port| port.dev).collect()
}

/// A configuration BPDU of a root bridge behind its LLC header (`br_send_config_bpdu`, IEEE 802.1D-1998 9.3.1).
fn config_bpdu(bridge: &Bridge, port: &Port) -> Vec<u8> {
    let mut id = bridge.priority.to_be_bytes().to_vec();
    id.extend(bridge.bridge_id.0);
    // In 1/256 s, from whole jiffies.
    let ticks = |span: Duration| ((span.0 / JIFFY.0 * 256 / 250) as u16).to_be_bytes();
    let mut data = vec![0x42, 0x42, 0x03, 0, 0, 0, 0, u8::from(bridge.topology_change)];
    data.extend(&id);
    data.extend([0; 4]);
    data.extend(&id);
    data.extend(port.port_id().to_be_bytes());
    data.extend([0; 2]);
    for span in [bridge.max_age, bridge.hello_time, bridge.forward_delay] {
        data.extend(ticks(span));
    }
    data
}

/// `round_jiffies`: to a whole second, down in its first quarter, and never into the past.
fn round_jiffies(at: Instant, now: Instant) -> Instant {
    const SECOND: u64 = 1_000_000_000;
    let rest = at.0 % SECOND;
    let rounded = if rest < SECOND / 4 { at.0 - rest } else { at.0 - rest + SECOND };
    if rounded > now.0 { Instant(rounded) } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bpdu_is_35_bytes_behind_llc() {
        let port = Port {
            dev: DevId(1),
            port_no: 1,
            priority: 32,
            path_cost: 2,
            admin_cost: false,
            state: State::Forwarding,
            flags: 0,
            designated_priority: 0x8000,
            config_pending: false,
        };
        let data = config_bpdu(&Bridge { bridge_id: Mac([2, 0, 0, 0, 0, 1]), ..Bridge::new(7) }, &port);
        assert_eq!(data.len(), 38);
        assert_eq!(data[28..30], [0x80, 0x01]);
        assert_eq!(data[32..38], [20, 0, 2, 0, 15, 0]);
    }

    #[test]
    fn jiffies_are_rounded_to_seconds_but_not_into_the_past() {
        let ms = |n: u64| Instant(n * 1_000_000);
        assert_eq!(round_jiffies(ms(2100), ms(100)), ms(2000));
        assert_eq!(round_jiffies(ms(2300), ms(300)), ms(3000));
        assert_eq!(round_jiffies(ms(1100), ms(1050)), ms(1100));
    }
}
