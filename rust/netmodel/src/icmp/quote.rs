//! The packet that an ICMP error quotes: its header and what of the rest is there.

use core::net::Ipv4Addr;

use crate::wire::{be16, be32, transport};

/// A quoted packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Quote<'m> {
    /// Its source: whoever gets the error.
    pub src: Ipv4Addr,
    /// Its destination.
    pub dst: Ipv4Addr,
    /// Its protocol.
    pub proto: u8,
    /// What is quoted after the IP header.
    pub body: &'m [u8],
}

impl<'m> Quote<'m> {
    /// What the data of an error holds; `None` if that is no IPv4 header.
    pub fn parse(data: &'m [u8]) -> Option<Self> {
        let hlen = usize::from(data.first()? & 0xf) * 4;
        let address = |at| be32(data, at).map(Ipv4Addr::from);
        let body = data.get(hlen.max(20)..)?;
        (hlen >= 20).then_some(Quote { src: address(12)?, dst: address(16)?, proto: *data.get(9)?, body })
    }

    /// Source and destination port of TCP or UDP.
    pub fn ports(&self) -> Option<(u16, u16)> {
        matches!(self.proto, transport::TCP | transport::UDP).then_some(())?;
        Some((be16(self.body, 0)?, be16(self.body, 2)?))
    }

    /// The id of an ICMP echo request.
    pub fn echo_id(&self) -> Option<u16> {
        (self.proto == transport::ICMP && self.body.first() == Some(&super::ECHO)).then_some(())?;
        be16(self.body, 4)
    }
}
