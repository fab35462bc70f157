//! The three limits on ICMP errors, and that on redirects. Models `inet_peer_xrlim_allow` (net/ipv4/inetpeer.c),
//! `icmp_global_allow` (icmp.c), `ip_error` and `ip_rt_send_redirect` (route.c).

use core::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

use crate::addr::NetnsId;
use crate::kernel::Kernel;
use crate::sysctl::names;
use crate::time::{Duration, Instant};

/// `XRLIM_BURST_FACTOR`.
const XRLIM_BURST_FACTOR: u64 = 6;
/// `net.ipv4.route.error_cost` and `error_burst`.
const ERROR_COST: Duration = Duration::secs(1);
const ERROR_BURST: Duration = Duration::secs(5);
/// `net.ipv4.route.redirect_load`, `redirect_number` and `redirect_silence`.
const REDIRECT_LOAD: Duration = Duration::millis(20);
const REDIRECT_NUMBER: u32 = 9;
const REDIRECT_SILENCE: Duration = Duration::millis(20_480);
/// What a new peer has saved up.
const NEW_PEER: Duration = Duration::secs(60);

/// What is remembered of a host that errors are sent to (`struct inet_peer`): tokens are spans of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Peer {
    tokens: Duration,
    /// Before the Kernel's boot for a new peer, hence a span that has passed.
    last: Instant,
    n_redirects: u32,
}

impl Peer {
    /// Tokens at `now`, at most `burst`.
    fn refill(&mut self, now: Instant, burst: Duration) {
        self.tokens = Duration(self.tokens.0.saturating_add(now.since(self.last).0)).min(burst);
        self.last = now;
    }

    fn take(&mut self, cost: Duration) -> bool {
        let enough = self.tokens >= cost;
        if enough {
            self.tokens.0 -= cost.0;
        }
        enough
    }
}

/// The bucket of a namespace (`icmp_global`): messages, and when it was last filled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Bucket {
    credit: u64,
    stamp: Option<Instant>,
}

impl Kernel {
    fn inet_peer(&mut self, netns: NetnsId, host: Ipv4Addr) -> Option<&mut Peer> {
        let new = Peer { tokens: NEW_PEER, last: self.now, n_redirects: 0 };
        Some(self.netns.get_mut(&netns)?.icmp.peers.entry(host).or_insert(new))
    }

    /// Whether one more error may go to a host, by `icmp_ratelimit` (`inet_peer_xrlim_allow`).
    pub(super) fn xrlim_allow(&mut self, netns: NetnsId, host: Ipv4Addr) -> bool {
        let limit = Duration::millis(self.sysctl(netns, &names::ICMP_RATELIMIT).max(0) as u64);
        let now = self.now;
        let Some(peer) = self.inet_peer(netns, host) else { return false };
        peer.refill(now, Duration(XRLIM_BURST_FACTOR * limit.0));
        limit.0 == 0 || peer.take(limit)
    }

    /// Whether an unroutable packet may be answered (`ip_error`): takes of the same tokens, before the error does.
    pub(crate) fn ip_error_allow(&mut self, netns: NetnsId, host: Ipv4Addr) -> bool {
        let now = self.now;
        let Some(peer) = self.inet_peer(netns, host) else { return false };
        peer.refill(now, ERROR_BURST);
        peer.take(ERROR_COST)
    }

    /// Whether a redirect may go to a host: at most 9, each after twice as long (`ip_rt_send_redirect`).
    pub(crate) fn redirect_allow(&mut self, netns: NetnsId, host: Ipv4Addr) -> bool {
        let now = self.now;
        let Some(peer) = self.inet_peer(netns, host) else { return false };
        if now.since(peer.last) > REDIRECT_SILENCE {
            (peer.tokens, peer.n_redirects) = (Duration(0), 0);
        }
        if peer.n_redirects >= REDIRECT_NUMBER {
            peer.last = now;
            return false;
        }
        let gap = Duration(REDIRECT_LOAD.0 << peer.n_redirects);
        peer.n_redirects == 0 || now > peer.last + gap
    }

    /// A redirect was sent.
    pub(crate) fn redirect_sent(&mut self, netns: NetnsId, host: Ipv4Addr) {
        let now = self.now;
        if let Some(peer) = self.inet_peer(netns, host) {
            peer.last = now;
            peer.n_redirects += 1;
        }
    }

    /// Whether the namespace may send one more, by `icmp_msgs_per_sec` and `icmp_msgs_burst` (`icmp_global_allow`).
    pub(super) fn icmp_global_allow(&mut self, netns: NetnsId) -> bool {
        let per_sec = self.sysctl(netns, &names::ICMP_MSGS_PER_SEC).max(0) as u64;
        let burst = self.sysctl(netns, &names::ICMP_MSGS_BURST).max(0) as u64;
        let now = self.now;
        let Some(net) = self.netns.get_mut(&netns) else { return false };
        let bucket = &mut net.icmp.global;
        let passed = bucket.stamp.map_or(Duration::secs(1), |stamp| now.since(stamp).min(Duration::secs(1)));
        // It is filled 50 times a second at most.
        if passed >= Duration::millis(20) {
            bucket.credit = (bucket.credit + per_sec * passed.0 / Duration::secs(1).0).min(burst);
            bucket.stamp = Some(now);
        }
        bucket.credit > 0
    }

    /// A message was sent: it costs none, one or two, at random, lest the count be read from outside
    /// (`icmp_global_consume`).
    pub(super) fn icmp_global_consume(&mut self, netns: NetnsId) {
        let credits = self.entropy.below("icmp_credit", &netns.0.to_string(), 3);
        if let Some(net) = self.netns.get_mut(&netns) {
            net.icmp.global.credit = net.icmp.global.credit.saturating_sub(credits);
        }
    }
}
