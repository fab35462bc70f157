//! Where an FDB entry is: an open-addressing table from (VLAN, MAC) to a position in the entries.

use serde::{Deserialize, Serialize};

use crate::addr::Mac;

/// VLAN and address as one word: the key of `net_bridge_fdb_key`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(u64);

impl Key {
    /// The key of an address in a VLAN; 0 without VLAN filtering.
    pub fn new(vlan: u16, mac: Mac) -> Key {
        let m = mac.0;
        Key(u64::from_be_bytes([(vlan >> 8) as u8, vlan as u8, m[0], m[1], m[2], m[3], m[4], m[5]]))
    }

    /// Its VLAN.
    pub fn vlan(self) -> u16 {
        (self.0 >> 48) as u16
    }

    /// Its address.
    pub fn mac(self) -> Mac {
        let [_, _, a, b, c, d, e, f] = self.0.to_be_bytes();
        Mac([a, b, c, d, e, f])
    }

    fn hash(self, seed: u64) -> u64 {
        let z = (self.0 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let z = (z ^ (z >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
        z ^ (z >> 32)
    }
}

/// One place of the table: a key and its position plus one, 0 if free.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Slot {
    key: Key,
    at: u32,
}

/// Key → position, linear probing, at most half full.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Index {
    seed: u64,
    slots: Vec<Slot>,
    used: usize,
}

impl Index {
    /// An empty table hashed with `seed`: who sends frames chooses the keys.
    pub fn new(seed: u64) -> Index {
        Index { seed, ..Index::default() }
    }

    /// The position stored for a key.
    pub fn get(&self, key: Key) -> Option<usize> {
        let slot = self.slots.get(self.find(key)?)?;
        (slot.at != 0).then(|| slot.at as usize - 1)
    }

    /// Store or move the position of a key.
    pub fn set(&mut self, key: Key, position: usize) {
        if self.used * 2 >= self.slots.len() {
            self.grow();
        }
        let Some(at) = self.find(key) else { return };
        self.used += usize::from(self.slots[at].at == 0);
        self.slots[at] = Slot { key, at: position as u32 + 1 };
    }

    /// Forget a key. Later slots of its run move up, so that no probe meets a hole.
    pub fn remove(&mut self, key: Key) {
        let Some(mut hole) = self.find(key).filter(|at| self.slots[*at].at != 0) else { return };
        let mask = self.slots.len() - 1;
        let mut at = hole;
        loop {
            at = (at + 1) & mask;
            let slot = self.slots[at];
            if slot.at == 0 {
                break;
            }
            let home = slot.key.hash(self.seed) as usize & mask;
            if (at.wrapping_sub(home) & mask) >= (at.wrapping_sub(hole) & mask) {
                self.slots[hole] = slot;
                hole = at;
            }
        }
        self.slots[hole] = Slot::default();
        self.used -= 1;
    }

    /// The slot that holds the key, or the free one where it would go.
    fn find(&self, key: Key) -> Option<usize> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = key.hash(self.seed) as usize & mask;
        while self.slots[at].at != 0 && self.slots[at].key != key {
            at = (at + 1) & mask;
        }
        Some(at)
    }

    fn grow(&mut self) {
        let old = core::mem::take(&mut self.slots);
        self.slots = vec![Slot::default(); (old.len() * 2).max(16)];
        for slot in old.into_iter().filter(|slot| slot.at != 0) {
            if let Some(at) = self.find(slot.key) {
                self.slots[at] = slot;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_key_keeps_vlan_and_address() {
        let mac: Mac = "02:00:00:00:00:07".parse().unwrap();
        let key = Key::new(4094, mac);
        assert_eq!((key.vlan(), key.mac()), (4094, mac));
    }

    proptest! {
        #[test]
        fn it_is_a_map(seed: u64, ops in prop::collection::vec((0u8..40, any::<bool>()), 0..200)) {
            let (mut index, mut naive) = (Index::new(seed), BTreeMap::new());
            for (n, (last, set)) in ops.into_iter().enumerate() {
                let key = Key::new(0, Mac([2, 0, 0, 0, 0, last]));
                if set {
                    index.set(key, n);
                    naive.insert(key, n);
                } else {
                    index.remove(key);
                    naive.remove(&key);
                }
                for last in 0..40 {
                    let key = Key::new(0, Mac([2, 0, 0, 0, 0, last]));
                    prop_assert_eq!(index.get(key), naive.get(&key).copied());
                }
            }
        }
    }
}
