//! A packet enters: from a wire, from a packet socket, from a raw IP socket.

use core::net::Ipv4Addr;

use crate::addr::{DevId, Mac, NetnsId};
use crate::error::{Errno, Result};
use crate::ip::{Flow, Sent};
use crate::kernel::Kernel;
use crate::packet::{Net, Packet};
use crate::path::{Observer, Walk};
use crate::trace::{DropReason, Origin, Step, Trace};
use crate::wire::{self, checksum, ipv4};

impl Kernel {
    /// A packet enters and is walked to its end, with all copies and answers.
    ///
    /// # Errors
    /// ENODEV, ENOENT: the device or namespace does not exist. What happens to the packet is no error.
    pub fn send(&mut self, origin: Origin, bytes: &[u8]) -> Result<Trace> {
        match origin {
            Origin::Rx { dev } => {
                let dev = self.dev_id(dev)?;
                Ok(self.walk(|walk| walk.enter_frame(dev, bytes, Enter::Rx)).1)
            }
            Origin::Xmit { dev } => {
                let dev = self.dev_id(dev)?;
                Ok(self.walk(|walk| walk.enter_frame(dev, bytes, Enter::Xmit)).1)
            }
            Origin::Local { netns } => {
                self.net(netns)?;
                Ok(self.walk(|walk| walk.enter_ip(netns, bytes)).1)
            }
        }
    }
}

/// Which way a frame enters by a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Enter {
    Rx,
    Xmit,
}

impl<O: Observer> Walk<'_, O> {
    fn enter_frame(&mut self, dev: DevId, bytes: &[u8], enter: Enter) {
        let packet = match wire::parse(bytes) {
            Ok(packet) => packet,
            Err(reason) => return self.enter_malformed(self.netns_of(dev), bytes, reason),
        };
        let mut skb = self.begin(None, packet);
        skb.len = bytes.len();
        match skb.packet.proto() {
            wire::ETH_P_8021Q | wire::ETH_P_8021AD => self.unsupported(&skb, "a VLAN tag"),
            _ if enter == Enter::Xmit => self.dev_queue_xmit(dev, skb),
            _ => {
                self.count_rx(dev, bytes.len());
                self.netif_rx(dev, skb);
            }
        }
    }

    /// What a driver counts; `lo` leaves out the Ethernet header. A bridge counts what its ports hand up.
    fn count_rx(&mut self, dev: DevId, len: usize) {
        let device = self.kernel.dev_mut(dev);
        let header = if device.is_loopback() { wire::ETH_HLEN } else { 0 };
        if device.up {
            device.stats.rx_packets += 1;
            device.stats.rx_bytes += (len - header) as u64;
        }
    }

    fn enter_malformed(&mut self, netns: NetnsId, bytes: &[u8], reason: DropReason) {
        let copy = self.observer.begin_malformed(bytes);
        self.observer.step(copy, || Step::Drop { netns, dev: None, reason });
    }

    /// As a raw socket with IP_HDRINCL sends (`raw_send_hdrinc`): total length and checksum are filled in, source and
    /// identification if they are zero.
    pub fn enter_ip(&mut self, netns: NetnsId, bytes: &[u8]) {
        let version = bytes.first().map_or(0, |first| first >> 4);
        let mut bytes = bytes.to_vec();
        if version == 6 {
            let copy = self.observer.begin_malformed(&bytes);
            return self.observer.step(copy, || Step::Unsupported { what: "IPv6".to_string() });
        }
        fill_header(&mut bytes);
        let mut packet = match ipv4::parse(&bytes) {
            Ok(packet) => packet,
            Err(reason) => return self.enter_malformed(netns, &bytes, reason),
        };
        // The source may be anybody's: a raw socket's route is looked up without it.
        let flow = Flow { dst: packet.dst, src: Ipv4Addr::UNSPECIFIED, oif: None };
        let route = match self.kernel.ip_route_output_key(netns, flow) {
            Ok(route) => route,
            Err(error) => {
                let skb = self.begin(None, Packet { dst: Mac::ZERO, src: Mac::ZERO, net: Net::Ipv4(packet) });
                let refused = error != Errno::ENETUNREACH.into();
                let reason = if refused { DropReason::IP_ROUTE_REFUSED } else { DropReason::IP_OUTNOROUTES };
                return self.observer.step(skb.copy, || Step::Drop { netns, dev: None, reason });
            }
        };
        if packet.src.is_unspecified() {
            packet.src = route.src;
        }
        if packet.id == 0 {
            packet.id = self.kernel.ip_select_ident(netns, (packet.src, packet.dst, packet.payload.proto()));
        }
        // A drop in OUTPUT is in the trace.
        let _ = self.ip_local_out(route, packet, Sent::default());
    }
}

fn fill_header(bytes: &mut [u8]) {
    let hlen = bytes.first().map_or(0, |first| usize::from(first & 0xf) * 4);
    if hlen < ipv4::HLEN || bytes.len() < hlen {
        return;
    }
    let len = (bytes.len() as u16).to_be_bytes();
    bytes[2..4].copy_from_slice(&len);
    bytes[10..12].copy_from_slice(&[0, 0]);
    let sum = checksum::checksum(&bytes[..hlen]).to_be_bytes();
    bytes[10..12].copy_from_slice(&sum);
}
