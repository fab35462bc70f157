//! Addresses as values: MAC, IP prefix, interface and namespace numbers.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A network namespace, numbered in order of creation and never reused; 0 is `init_net`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct NetnsId(pub u32);

/// A device's number within its namespace; `lo` is 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct IfIndex(pub u32);

/// A device as the whole Kernel knows it, whatever namespace it is in; never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct DevId(pub u32);

/// A socket; never reused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct SocketId(pub u32);

/// An Ethernet address.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mac(pub [u8; 6]);

impl Mac {
    /// `00:00:00:00:00:00`.
    pub const ZERO: Mac = Mac([0; 6]);
    /// `ff:ff:ff:ff:ff:ff`.
    pub const BROADCAST: Mac = Mac([0xff; 6]);

    /// Multicast or broadcast (`is_multicast_ether_addr`).
    pub fn is_group(self) -> bool {
        self.0[0] & 1 == 1
    }

    /// Neither group nor zero (`is_valid_ether_addr`).
    pub fn is_valid_unicast(self) -> bool {
        !self.is_group() && self != Mac::ZERO
    }

    /// The address six random bytes give (`eth_random_addr`): unicast, locally administered.
    pub fn from_random(mut bytes: [u8; 6]) -> Mac {
        bytes[0] = (bytes[0] & 0xfe) | 0x02;
        Mac(bytes)
    }

    /// The EUI-64 link-local address of this MAC (`addrconf_ifid_eui48`).
    pub fn link_local(self) -> Ipv6Addr {
        let m = self.0;
        let id = [m[0] ^ 2, m[1], m[2], 0xff, 0xfe, m[3], m[4], m[5]];
        let mut octets = [0u8; 16];
        octets[0] = 0xfe;
        octets[1] = 0x80;
        octets[8..].copy_from_slice(&id);
        Ipv6Addr::from(octets)
    }
}

impl fmt::Display for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let m = self.0;
        write!(f, "{:02x}:{:02x}:{:02x}:{:02x}:{:02x}:{:02x}", m[0], m[1], m[2], m[3], m[4], m[5])
    }
}

impl fmt::Debug for Mac {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Text that is no address of the wanted kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an address")]
pub struct ParseAddrError;

impl FromStr for Mac {
    type Err = ParseAddrError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0u8; 6];
        let mut parts = text.split(':');
        for byte in &mut bytes {
            let part = parts.next().ok_or(ParseAddrError)?;
            *byte = u8::from_str_radix(part, 16).map_err(|_| ParseAddrError)?;
        }
        parts.next().map_or(Ok(Mac(bytes)), |_| Err(ParseAddrError))
    }
}

/// An IP address with the length of its network part.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    /// The address, host bits included.
    pub addr: IpAddr,
    /// Bits of the network part.
    pub len: u8,
}

impl Cidr {
    /// An IPv4 prefix.
    pub const fn v4(addr: Ipv4Addr, len: u8) -> Self {
        Cidr { addr: IpAddr::V4(addr), len }
    }

    /// A prefix of one address.
    pub fn host(addr: IpAddr) -> Self {
        Cidr { addr, len: if addr.is_ipv4() { 32 } else { 128 } }
    }

    /// Whether `addr` is of the same family and lies inside.
    pub fn contains(&self, addr: IpAddr) -> bool {
        match (self.addr, addr) {
            (IpAddr::V4(net), IpAddr::V4(a)) => (u32::from(net) ^ u32::from(a)) & mask4(self.len) == 0,
            (IpAddr::V6(net), IpAddr::V6(a)) => (u128::from(net) ^ u128::from(a)) & mask6(self.len) == 0,
            _ => false,
        }
    }

    /// The prefix with its host bits cleared.
    pub fn network(&self) -> Cidr {
        let addr = match self.addr {
            IpAddr::V4(a) => IpAddr::V4((u32::from(a) & mask4(self.len)).into()),
            IpAddr::V6(a) => IpAddr::V6((u128::from(a) & mask6(self.len)).into()),
        };
        Cidr { addr, len: self.len }
    }

    /// The subnet's broadcast address; `None` for IPv6 and prefixes of 31 and 32 bits.
    pub fn broadcast(&self) -> Option<Ipv4Addr> {
        match self.addr {
            IpAddr::V4(a) if self.len < 31 => Some((u32::from(a) | !mask4(self.len)).into()),
            _ => None,
        }
    }
}

/// The IPv4 netmask of a prefix length.
pub const fn mask4(len: u8) -> u32 {
    if len == 0 { 0 } else { u32::MAX << (32 - len) }
}

/// The IPv6 netmask of a prefix length.
pub const fn mask6(len: u8) -> u128 {
    if len == 0 { 0 } else { u128::MAX << (128 - len) }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.addr, self.len)
    }
}

impl fmt::Debug for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Cidr {
    type Err = ParseAddrError;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (addr, len) = text.split_once('/').ok_or(ParseAddrError)?;
        let addr: IpAddr = addr.parse().map_err(|_| ParseAddrError)?;
        let len: u8 = len.parse().map_err(|_| ParseAddrError)?;
        let max = if addr.is_ipv4() { 32 } else { 128 };
        if len > max { Err(ParseAddrError) } else { Ok(Cidr { addr, len }) }
    }
}

macro_rules! as_text {
    ($($type:ty),*) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                let text = String::deserialize(d)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
        #[cfg(feature = "schema")]
        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }
            fn inline_schema() -> bool {
                true
            }
            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({ "type": "string" })
            }
        }
    )*};
}
as_text!(Mac, Cidr);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_value_are_the_same() {
        for text in ["02:42:ac:11:00:02", "ff:ff:ff:ff:ff:ff"] {
            assert_eq!(text.parse::<Mac>().unwrap().to_string(), text);
        }
        for text in ["192.0.2.1/24", "fe80::1/64", "0.0.0.0/0"] {
            assert_eq!(text.parse::<Cidr>().unwrap().to_string(), text);
        }
        assert!("192.0.2.1/33".parse::<Cidr>().is_err());
    }

    #[test]
    fn link_local_flips_the_universal_bit() {
        let mac: Mac = "02:42:80:a4:a8:0e".parse().unwrap();
        assert_eq!(mac.link_local().to_string(), "fe80::42:80ff:fea4:a80e");
    }

    #[test]
    fn a_31_bit_prefix_has_no_broadcast() {
        let of = |text: &str| text.parse::<Cidr>().unwrap().broadcast();
        assert_eq!(of("192.0.2.1/31"), None);
        assert_eq!(of("192.0.2.1/24"), Some(Ipv4Addr::new(192, 0, 2, 255)));
    }
}
