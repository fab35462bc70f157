//! What is random in reality, as an input.
//!
//! A draw is a pure function of (seed, kind, owner, n): one more draw of one owner shifts no other.
//! Declared draws come first; they are how an experiment says what reality drew.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// The seed, what is declared, and how often each owner has drawn.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Entropy {
    seed: u64,
    declared: BTreeMap<String, Vec<u8>>,
    used: BTreeSet<String>,
    drawn: BTreeMap<String, u64>,
}

/// The bytes of draw `n` of `owner`: a keyed splitmix over an FNV-1a digest of the name.
pub fn draw(seed: u64, kind: &str, owner: &str, n: u64, size: usize) -> Vec<u8> {
    let mut state = 0xcbf2_9ce4_8422_2325_u64 ^ seed;
    for byte in kind.bytes().chain([0]).chain(owner.bytes()).chain([0]).chain(n.to_le_bytes()) {
        state = (state ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    }
    state = state.wrapping_add(seed.rotate_left(32));
    let mut out = Vec::with_capacity(size + 8);
    while out.len() < size {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        out.extend_from_slice(&(z ^ (z >> 31)).to_le_bytes());
    }
    out.truncate(size);
    out
}

impl Entropy {
    /// Entropy of a seed with nothing declared.
    pub fn new(seed: u64) -> Self {
        Entropy { seed, ..Entropy::default() }
    }

    /// The seed, for what is random but the same each time, as a hash with a random key is.
    pub fn seed(&self) -> u64 {
        self.seed
    }

    /// Say what draw `n` of `owner` gives. `name` of a draw is `kind:owner#n`.
    pub fn declare(&mut self, kind: &str, owner: &str, n: u64, value: Vec<u8>) {
        self.declared.insert(format!("{kind}:{owner}#{n}"), value);
    }

    /// The next draw of `owner`.
    pub fn next(&mut self, kind: &str, owner: &str, size: usize) -> Vec<u8> {
        let counter = self.drawn.entry(format!("{kind}:{owner}")).or_insert(0);
        let n = *counter;
        *counter += 1;
        let name = format!("{kind}:{owner}#{n}");
        match self.declared.get(&name) {
            Some(value) => {
                self.used.insert(name);
                value.clone()
            }
            None => draw(self.seed, kind, owner, n, size),
        }
    }

    /// The next draw of `owner`, uniform in `0..below`.
    pub fn below(&mut self, kind: &str, owner: &str, below: u64) -> u64 {
        let bytes = self.next(kind, owner, 8);
        let mut word = [0u8; 8];
        for (to, from) in word.iter_mut().zip(&bytes) {
            *to = *from;
        }
        ((u128::from(u64::from_le_bytes(word)) * u128::from(below.max(1))) >> 64) as u64
    }

    /// Declared draws that nothing has asked for.
    pub fn unused(&self) -> Vec<String> {
        self.declared.keys().filter(|name| !self.used.contains(*name)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_owner_shifts_no_other() {
        let mut one = Entropy::new(7);
        let mut two = Entropy::new(7);
        two.next("mac", "other", 6);
        assert_eq!(one.next("mac", "v0", 6), two.next("mac", "v0", 6));
        assert_ne!(one.next("mac", "v0", 6), Entropy::new(8).next("mac", "v0", 6));
    }

    #[test]
    fn a_declared_draw_is_given_once_and_remembered() {
        let mut entropy = Entropy::new(7);
        entropy.declare("mac", "v0", 0, vec![2; 6]);
        entropy.declare("mac", "v1", 0, vec![4; 6]);
        assert_eq!(entropy.next("mac", "v0", 6), vec![2; 6]);
        assert_ne!(entropy.next("mac", "v0", 6), vec![2; 6]);
        assert_eq!(entropy.unused(), vec!["mac:v1#0".to_string()]);
    }
}
