//! ARP: what a namespace asks and answers. Models net/ipv4/arp.c.

use crate::addr::DevId;
use crate::path::{Observer, Walk};
use crate::skb::Skb;

impl<O: Observer> Walk<'_, O> {
    /// An ARP packet came in (`arp_rcv`, `arp_process`).
    pub(crate) fn arp_rcv(&mut self, _dev: DevId, _skb: Skb) {}

    pub(crate) fn proxy_arp_timer(&mut self, _dev: DevId) {}
}
