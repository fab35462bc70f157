//! Where a frame goes: the decision, pure over the bridge's tables. Models net/bridge/br_forward.c and the choice in
//! `br_handle_frame_finish` and `br_dev_xmit`.

use super::{BCAST_FLOOD, Bridge, FLOOD, HAIRPIN_MODE, ISOLATED, MCAST_FLOOD, Port, State, fdb};
use crate::addr::{DevId, Mac};

/// What a frame is by its destination (`enum br_pkt_type`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BrPktType {
    /// To one address.
    Unicast,
    /// To a group.
    Multicast,
    /// To all.
    Broadcast,
}

impl BrPktType {
    /// The type of a destination.
    pub fn of(dst: Mac) -> BrPktType {
        match dst {
            Mac::BROADCAST => BrPktType::Broadcast,
            group if group.is_group() => BrPktType::Multicast,
            _ => BrPktType::Unicast,
        }
    }
}

/// Which ports a frame leaves by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Egress {
    /// None.
    Nobody,
    /// The one that its destination is behind.
    Port(DevId),
    /// All that [`Bridge::flood`] names.
    Flood(BrPktType),
}

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The ports it leaves by.
    pub egress: Egress,
    /// Whether the bridge device receives it.
    pub local: bool,
}

impl Bridge {
    /// Decide over a frame to `dst` that came in at a port; `promisc`: the bridge device wants every frame.
    pub fn decide(&self, ingress: &Port, dst: Mac, promisc: bool) -> Decision {
        let kind = BrPktType::of(dst);
        if kind != BrPktType::Unicast {
            return Decision { egress: Egress::Flood(kind), local: true };
        }
        match self.fdb.get(0, dst) {
            Some(entry) if entry.is(fdb::LOCAL) => Decision { egress: Egress::Nobody, local: true },
            Some(entry) => Decision { egress: self.forward(Some(ingress), entry.dst), local: promisc },
            None => Decision { egress: Egress::Flood(kind), local: promisc },
        }
    }

    /// Decide over a frame to `dst` that the bridge device itself sends. A local address is behind its port, too.
    pub fn decide_xmit(&self, dst: Mac) -> Egress {
        match BrPktType::of(dst) {
            BrPktType::Unicast => match self.fdb.get(0, dst) {
                Some(entry) => self.forward(None, entry.dst),
                None => Egress::Flood(BrPktType::Unicast),
            },
            group => Egress::Flood(group),
        }
    }

    /// The ports that a frame is flooded to, in order (`br_flood`). What the bridge itself sends passes `mcast_flood off`
    /// and `bcast_flood off`.
    pub fn flood<'a>(&'a self, ingress: Option<&'a Port>, kind: BrPktType) -> impl Iterator<Item = DevId> + 'a {
        let wants = move |port: &&Port| match kind {
            BrPktType::Unicast => port.is(FLOOD),
            BrPktType::Multicast => port.is(MCAST_FLOOD) || ingress.is_none(),
            BrPktType::Broadcast => port.is(BCAST_FLOOD) || ingress.is_none(),
        };
        self.ports.iter().filter(wants).filter(move |port| should_deliver(port, ingress)).map(|port| port.dev)
    }

    fn forward(&self, ingress: Option<&Port>, to: Option<DevId>) -> Egress {
        match to.and_then(|dev| self.port(dev)) {
            Some(port) if should_deliver(port, ingress) => Egress::Port(port.dev),
            _ => Egress::Nobody,
        }
    }
}

/// Whether a frame may leave by a port (`should_deliver`).
fn should_deliver(port: &Port, ingress: Option<&Port>) -> bool {
    let comes_back = ingress.is_some_and(|ingress| ingress.dev == port.dev);
    let isolated = port.is(ISOLATED) && ingress.is_some_and(|ingress| ingress.is(ISOLATED));
    (port.is(HAIRPIN_MODE) || !comes_back) && port.state == State::Forwarding && !isolated
}

#[cfg(test)]
mod tests {
    use super::super::LEARNING;
    use super::*;
    use crate::time::Instant;

    fn port(dev: u32) -> Port {
        Port {
            dev: DevId(dev),
            port_no: dev as u16,
            priority: 32,
            path_cost: 2,
            admin_cost: false,
            state: State::Forwarding,
            flags: LEARNING | FLOOD | MCAST_FLOOD | BCAST_FLOOD,
            designated_priority: 0x8000,
            config_pending: false,
        }
    }

    fn bridge() -> Bridge {
        Bridge { ports: vec![port(3), port(2), port(1)], ..Bridge::new(7) }
    }

    fn mac(last: u8) -> Mac {
        Mac([2, 0, 0, 0, 0, last])
    }

    fn flooded(bridge: &Bridge, from: Option<usize>, kind: BrPktType) -> Vec<u32> {
        bridge.flood(from.map(|at| &bridge.ports[at]), kind).map(|dev| dev.0).collect()
    }

    #[test]
    fn an_unknown_destination_is_flooded_newest_port_first() {
        let bridge = bridge();
        let decision = bridge.decide(&bridge.ports[1], mac(9), false);
        assert_eq!(decision, Decision { egress: Egress::Flood(BrPktType::Unicast), local: false });
        assert_eq!(flooded(&bridge, Some(1), BrPktType::Unicast), [3, 1]);
    }

    #[test]
    fn a_destination_behind_the_ingress_port_goes_nowhere_without_hairpin() {
        let mut bridge = bridge();
        bridge.fdb.update(DevId(2), 0, mac(9), bridge.ageing(Instant(0)));
        assert_eq!(bridge.decide(&bridge.ports[1], mac(9), false).egress, Egress::Nobody);
        bridge.ports[1].flags |= HAIRPIN_MODE;
        assert_eq!(bridge.decide(&bridge.ports[1], mac(9), false).egress, Egress::Port(DevId(2)));
    }

    #[test]
    fn a_local_address_goes_up_from_a_port_and_out_from_the_bridge() {
        let mut bridge = bridge();
        bridge.fdb.add_local(Some(DevId(2)), mac(9), Instant(0));
        let decision = bridge.decide(&bridge.ports[0], mac(9), false);
        assert_eq!(decision, Decision { egress: Egress::Nobody, local: true });
        assert_eq!(bridge.decide_xmit(mac(9)), Egress::Port(DevId(2)));
    }

    #[test]
    fn isolated_ports_reach_all_but_each_other() {
        let mut bridge = bridge();
        bridge.ports[0].flags |= ISOLATED;
        bridge.ports[1].flags |= ISOLATED;
        assert_eq!(flooded(&bridge, Some(0), BrPktType::Broadcast), [1]);
        assert_eq!(flooded(&bridge, Some(2), BrPktType::Broadcast), [3, 2]);
        assert_eq!(flooded(&bridge, None, BrPktType::Broadcast), [3, 2, 1]);
    }

    #[test]
    fn what_the_bridge_sends_passes_ports_that_want_no_broadcast() {
        let mut bridge = bridge();
        bridge.ports[0].flags &= !(BCAST_FLOOD | FLOOD);
        assert_eq!(flooded(&bridge, Some(2), BrPktType::Broadcast), [2]);
        assert_eq!(flooded(&bridge, None, BrPktType::Broadcast), [3, 2, 1]);
        assert_eq!(flooded(&bridge, None, BrPktType::Unicast), [2, 1]);
    }

    #[test]
    fn a_port_that_does_not_forward_sends_nothing() {
        let mut bridge = bridge();
        bridge.ports[0].state = State::Learning;
        assert_eq!(flooded(&bridge, Some(2), BrPktType::Multicast), [2]);
    }
}
