//! Bytes ⇄ [`Packet`]: the only file that sees bytes.

use crate::packet::Packet;

/// The frame's bytes, checksums computed.
pub fn emit(_packet: &Packet) -> Vec<u8> {
    Vec::new()
}

/// One line that says what a packet is, in tcpdump's words.
pub fn summary(_packet: &Packet) -> String {
    String::new()
}
