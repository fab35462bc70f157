//! The forwarding database: behind which port an address was last seen. Models net/bridge/br_fdb.c.

use serde::{Deserialize, Serialize};

use super::index::{Index, Key};
use crate::addr::{DevId, Mac};
use crate::time::{Duration, Instant};

/// `BR_FDB_LOCAL`: an address of this machine; frames to it go up.
pub const LOCAL: u8 = 1;
/// `BR_FDB_STATIC`: does not age.
pub const STATIC: u8 = 2;
/// `BR_FDB_STICKY`: does not move to another port.
pub const STICKY: u8 = 4;
/// `BR_FDB_ADDED_BY_USER`.
pub const ADDED_BY_USER: u8 = 8;
/// `BR_FDB_ADDED_BY_EXT_LEARN`: does not age.
pub const ADDED_BY_EXT_LEARN: u8 = 16;
/// `BR_FDB_DYNAMIC_LEARNED`: counts for `fdb_max_learned`.
const DYNAMIC_LEARNED: u8 = 32;

/// One address (`struct net_bridge_fdb_entry`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// VLAN and address.
    pub key: Key,
    /// The port it is behind; `None` is the bridge itself.
    pub dst: Option<DevId>,
    /// `LOCAL`, `STATIC`, …
    pub flags: u8,
    /// When it was last seen as a source.
    pub updated: Instant,
    /// When it was last looked up as a destination.
    pub used: Instant,
    /// Order of creation: a dump shows the newest first.
    seq: u64,
}

impl Entry {
    /// Whether all of `flags` are set.
    pub fn is(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }

    fn ages(&self) -> bool {
        self.flags & (STATIC | ADDED_BY_EXT_LEARN) == 0
    }

    /// Not seen for `hold` (`has_expired`); it forwards until the next sweep all the same.
    pub fn has_expired(&self, hold: Duration, now: Instant) -> bool {
        self.ages() && self.updated + hold <= now
    }
}

/// What seeing a source address did (`br_fdb_update`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Learned {
    /// Nothing: the bridge does not learn, or its FDB may hold no more learned entries.
    No,
    /// Nothing: it is an address of this machine.
    Own,
    /// It was known there, or is sticky elsewhere.
    Refreshed,
    /// It was behind another port, or the bridge itself.
    Moved(Option<DevId>),
    /// It is new.
    New,
}

/// When and how long: what ageing needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ageing {
    /// `hold_time`: after which an entry that was not refreshed expires.
    pub hold: Duration,
    /// `fdb_max_learned`; 0 is no limit.
    pub max_learned: u32,
    /// The present.
    pub now: Instant,
}

/// Addresses and the ports they are behind.
///
/// Invariant: `index` gives the position of every entry, and of nothing else.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Fdb {
    index: Index,
    entries: Vec<Entry>,
    n_learned: u32,
    seq: u64,
}

impl Fdb {
    /// An empty FDB whose table is hashed with `seed`.
    pub fn new(seed: u64) -> Fdb {
        Fdb { index: Index::new(seed), ..Fdb::default() }
    }

    /// How many entries were learned from traffic.
    pub fn n_learned(&self) -> u32 {
        self.n_learned
    }

    /// The entry of an address (`br_fdb_find_rcu`).
    pub fn get(&self, vlan: u16, mac: Mac) -> Option<&Entry> {
        self.entries.get(self.index.get(Key::new(vlan, mac))?)
    }

    /// The entry of an address, to change it.
    pub fn get_mut(&mut self, vlan: u16, mac: Mac) -> Option<&mut Entry> {
        self.entries.get_mut(self.index.get(Key::new(vlan, mac))?)
    }

    /// All entries, newest first.
    pub fn dump(&self) -> Vec<Entry> {
        let mut all = self.entries.clone();
        all.sort_unstable_by_key(|entry| core::cmp::Reverse(entry.seq));
        all
    }

    /// A frame from `mac` came in at `port` (`br_fdb_update`). A hold time of zero means that the bridge never learns.
    pub fn update(&mut self, port: DevId, vlan: u16, mac: Mac, ageing: Ageing) -> Learned {
        if ageing.hold == Duration(0) {
            return Learned::No;
        }
        let Some(entry) = self.get_mut(vlan, mac) else {
            let created = self.create(Key::new(vlan, mac), Some(port), 0, ageing);
            return if created { Learned::New } else { Learned::No };
        };
        if entry.is(LOCAL) {
            return Learned::Own;
        }
        entry.updated = ageing.now;
        if entry.dst == Some(port) || entry.is(STICKY) {
            return Learned::Refreshed;
        }
        entry.flags &= !ADDED_BY_EXT_LEARN;
        Learned::Moved(entry.dst.replace(port))
    }

    /// Make an entry (`fdb_create`); false if the limit of learned entries is reached. Flags without `ADDED_BY_USER`
    /// and `LOCAL` make it a learned one.
    pub fn create(&mut self, key: Key, dst: Option<DevId>, flags: u8, ageing: Ageing) -> bool {
        let learned = flags & (ADDED_BY_USER | LOCAL) == 0;
        if learned && ageing.max_learned != 0 && self.n_learned >= ageing.max_learned {
            return false;
        }
        self.n_learned += u32::from(learned);
        self.seq += 1;
        let flags = if learned { flags | DYNAMIC_LEARNED } else { flags };
        self.index.set(key, self.entries.len());
        self.entries.push(Entry { key, dst, flags, updated: ageing.now, used: ageing.now, seq: self.seq });
        true
    }

    /// An address of this machine (`fdb_add_local`). One that another port of the machine has stays there; one that was
    /// learned from outside gives way.
    pub fn add_local(&mut self, owner: Option<DevId>, mac: Mac, now: Instant) {
        if !mac.is_valid_unicast() || self.get(0, mac).is_some_and(|entry| entry.is(LOCAL)) {
            return;
        }
        let key = Key::new(0, mac);
        self.delete(key);
        self.create(key, owner, LOCAL | STATIC, Ageing { hold: Duration(0), max_learned: 0, now });
    }

    /// The user has taken this entry over: it no longer counts as learned.
    pub fn mark_added_by_user(&mut self, key: Key) {
        let Some(entry) = self.index.get(key).and_then(|at| self.entries.get_mut(at)) else { return };
        self.n_learned -= u32::from(entry.is(DYNAMIC_LEARNED));
        entry.flags = (entry.flags & !DYNAMIC_LEARNED) | ADDED_BY_USER;
    }

    /// Remove an entry (`fdb_delete`).
    pub fn delete(&mut self, key: Key) {
        let Some(at) = self.index.get(key) else { return };
        let gone = self.entries.swap_remove(at);
        self.index.remove(key);
        if let Some(moved) = self.entries.get(at) {
            self.index.set(moved.key, at);
        }
        self.n_learned -= u32::from(gone.is(DYNAMIC_LEARNED));
    }

    /// Remove a local entry of `owner`, unless another of `owners`, in order, has the same address: then it is that
    /// one's (`fdb_delete_local`). The bridge itself, `None`, comes last in `owners`.
    pub fn delete_local(&mut self, owner: Option<DevId>, mac: Mac, owners: &[(Option<DevId>, Mac)]) {
        match owners.iter().find(|(other, address)| *other != owner && *address == mac) {
            Some((other, _)) => {
                if let Some(entry) = self.get_mut(0, mac) {
                    entry.dst = *other;
                    entry.flags &= !ADDED_BY_USER;
                }
            }
            None => self.delete(Key::new(0, mac)),
        }
    }

    /// The address of `owner` that the kernel itself has put in, if any.
    pub fn own_address(&self, owner: Option<DevId>) -> Option<Mac> {
        let own = |entry: &&Entry| entry.dst == owner && entry.is(LOCAL) && !entry.is(ADDED_BY_USER);
        self.entries.iter().filter(own).max_by_key(|entry| entry.seq).map(|entry| entry.key.mac())
    }

    /// Remove what is behind a port (`br_fdb_delete_by_port`): what ages, or with `owners` everything, local addresses
    /// going to another owner if there is one.
    pub fn delete_by_port(&mut self, port: Option<DevId>, owners: Option<&[(Option<DevId>, Mac)]>) {
        for entry in self.dump().into_iter().filter(|entry| entry.dst == port) {
            match owners {
                None if entry.ages() => self.delete(entry.key),
                None => {}
                Some(owners) if entry.is(LOCAL) => self.delete_local(port, entry.key.mac(), owners),
                Some(_) => self.delete(entry.key),
            }
        }
    }

    /// Remove every entry that `goes` names (`br_fdb_flush`).
    pub fn flush(&mut self, goes: impl Fn(&Entry) -> bool) {
        let gone: Vec<Key> = self.entries.iter().filter(|entry| goes(entry)).map(|entry| entry.key).collect();
        gone.into_iter().for_each(|key| self.delete(key));
    }

    /// Sweep out what has expired and say how long to wait for the next sweep (`br_fdb_cleanup`): until the next entry
    /// expires, at most `hold`, at least 10 ms.
    pub fn cleanup(&mut self, hold: Duration, now: Instant) -> Duration {
        self.flush(|entry| entry.has_expired(hold, now));
        let next =
            self.entries.iter().filter(|entry| entry.ages()).map(|entry| (entry.updated + hold).since(now)).min();
        next.unwrap_or(hold).min(hold).max(MIN_DELAY)
    }
}

/// Sweeps are this far apart at least: `msecs_to_jiffies(10)` at 250 Hz.
const MIN_DELAY: Duration = Duration::millis(12);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const P1: DevId = DevId(1);
    const P2: DevId = DevId(2);

    fn mac(last: u8) -> Mac {
        Mac([2, 0, 0, 0, 0, last])
    }

    fn at(secs: u64) -> Ageing {
        Ageing { hold: Duration::secs(300), max_learned: 0, now: Instant(secs * 1_000_000_000) }
    }

    #[test]
    fn an_address_moves_unless_it_is_sticky_or_local() {
        let mut fdb = Fdb::new(7);
        assert_eq!(fdb.update(P1, 0, mac(1), at(0)), Learned::New);
        assert_eq!(fdb.update(P2, 0, mac(1), at(1)), Learned::Moved(Some(P1)));
        fdb.get_mut(0, mac(1)).unwrap().flags |= STICKY;
        assert_eq!(fdb.update(P1, 0, mac(1), at(2)), Learned::Refreshed);
        assert_eq!(fdb.get(0, mac(1)).unwrap().dst, Some(P2));
        fdb.add_local(Some(P1), mac(2), at(0).now);
        assert_eq!(fdb.update(P2, 0, mac(2), at(3)), Learned::Own);
    }

    #[test]
    fn a_static_entry_moves_but_does_not_age() {
        let mut fdb = Fdb::new(7);
        fdb.create(Key::new(0, mac(1)), Some(P1), ADDED_BY_USER | STATIC, at(0));
        assert_eq!(fdb.update(P2, 0, mac(1), at(1)), Learned::Moved(Some(P1)));
        fdb.cleanup(Duration::secs(300), at(1000).now);
        assert!(fdb.get(0, mac(1)).is_some());
    }

    #[test]
    fn the_sweep_comes_back_when_the_next_entry_expires() {
        let mut fdb = Fdb::new(7);
        let hold = Duration::secs(300);
        assert_eq!(fdb.cleanup(hold, at(0).now), hold);
        fdb.update(P1, 0, mac(1), at(5));
        fdb.update(P1, 0, mac(2), at(9));
        assert_eq!(fdb.cleanup(hold, at(300).now), Duration::secs(5));
        assert_eq!(fdb.cleanup(hold, at(305).now), Duration::secs(4));
        assert!(fdb.get(0, mac(1)).is_none());
        assert!(fdb.get(0, mac(2)).is_some());
    }

    #[test]
    fn a_shared_address_passes_to_the_next_owner() {
        let mut fdb = Fdb::new(7);
        fdb.add_local(Some(P1), mac(1), at(0).now);
        fdb.add_local(Some(P2), mac(1), at(0).now);
        assert_eq!(fdb.get(0, mac(1)).unwrap().dst, Some(P1));
        fdb.delete_by_port(Some(P1), Some(&[(Some(P2), mac(1)), (None, mac(9))]));
        assert_eq!(fdb.get(0, mac(1)).unwrap().dst, Some(P2));
        fdb.delete_by_port(Some(P2), Some(&[(None, mac(1))]));
        assert_eq!(fdb.get(0, mac(1)).unwrap().dst, None);
    }

    #[test]
    fn learning_stops_at_the_limit() {
        let mut fdb = Fdb::new(7);
        let limited = Ageing { max_learned: 1, ..at(0) };
        assert_eq!(fdb.update(P1, 0, mac(1), limited), Learned::New);
        assert_eq!(fdb.update(P1, 0, mac(2), limited), Learned::No);
        fdb.mark_added_by_user(Key::new(0, mac(1)));
        assert_eq!(fdb.update(P1, 0, mac(2), limited), Learned::New);
    }

    proptest! {
        #[test]
        fn it_agrees_with_a_list(ops in prop::collection::vec((0u8..4, 0u8..12, 1u32..4), 0..120)) {
            let mut fdb = Fdb::new(9);
            let mut naive: BTreeMap<Mac, (DevId, u64)> = BTreeMap::new();
            for (now, (op, last, port)) in (0u64..).map(|n| n * 40).zip(ops) {
                match op {
                    0 | 1 => {
                        fdb.update(DevId(port), 0, mac(last), at(now));
                        naive.insert(mac(last), (DevId(port), now));
                    }
                    2 => {
                        fdb.delete_by_port(Some(DevId(port)), None);
                        naive.retain(|_, (dst, _)| *dst != DevId(port));
                    }
                    _ => {
                        fdb.cleanup(Duration::secs(300), at(now).now);
                        naive.retain(|_, (_, seen)| *seen + 300 > now);
                    }
                }
                let mut held: Vec<_> = fdb.dump().iter().map(|e| (e.key.mac(), e.dst.unwrap())).collect();
                held.sort_unstable();
                prop_assert_eq!(held, naive.iter().map(|(mac, (dst, _))| (*mac, *dst)).collect::<Vec<_>>());
                prop_assert_eq!(fdb.n_learned() as usize, naive.len());
            }
        }
    }
}
