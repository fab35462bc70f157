//! The Internet checksum (RFC 1071), and its update when a field changes (RFC 1624).

use core::net::Ipv4Addr;

/// The ones' complement sum of 16-bit words; an odd last byte is padded with zero.
pub fn sum(bytes: &[u8], initial: u32) -> u16 {
    let mut total = u64::from(initial);
    let mut words = bytes.chunks_exact(2);
    for word in &mut words {
        total += u64::from(u16::from_be_bytes([word[0], word[1]]));
    }
    if let [last] = words.remainder() {
        total += u64::from(*last) << 8;
    }
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    total as u16
}

/// The checksum of bytes whose checksum field is zero. Over bytes that carry their checksum it is 0 if they are whole.
pub fn checksum(bytes: &[u8]) -> u16 {
    !sum(bytes, 0)
}

/// The sum of the pseudo header of TCP and UDP.
pub fn pseudo(src: Ipv4Addr, dst: Ipv4Addr, proto: u8, len: usize) -> u32 {
    u32::from(sum(&src.octets(), 0)) + u32::from(sum(&dst.octets(), 0)) + u32::from(proto) + len as u32
}

/// The checksum after a 16-bit field changed from `old` to `new` (RFC 1624, equation 3).
pub fn update(checksum: u16, old: u16, new: u16) -> u16 {
    let total = u32::from(!checksum) + u32::from(!old) + u32::from(new);
    let total = (total & 0xffff) + (total >> 16);
    !(((total & 0xffff) + (total >> 16)) as u16)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_rfc_1071_section_3() {
        let bytes = [0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7];
        assert_eq!(sum(&bytes, 0), 0xddf2);
        assert_eq!(checksum(&bytes), 0x220d);
    }

    #[test]
    fn the_example_of_rfc_1624_section_4() {
        assert_eq!(update(0xdd2f, 0x5555, 0x3285), 0x0000);
    }

    #[test]
    fn an_update_equals_a_new_computation() {
        let mut bytes = [0x45, 0, 0, 84, 0x12, 0x34, 0x40, 0, 64, 1, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2];
        let before = checksum(&bytes);
        bytes[8] = 63;
        assert_eq!(update(before, 0x4001, 0x3f01), checksum(&bytes));
    }
}
