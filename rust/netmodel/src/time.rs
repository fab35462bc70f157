//! Time as a value: the core never asks a clock.

use serde::{Deserialize, Serialize};

/// A point in a Kernel's time, in nanoseconds since its boot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Instant(pub u64);

/// A span of time in nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Duration(pub u64);

impl Duration {
    /// `n` whole seconds.
    pub const fn secs(n: u64) -> Self {
        Duration(n * 1_000_000_000)
    }

    /// `n` milliseconds.
    pub const fn millis(n: u64) -> Self {
        Duration(n * 1_000_000)
    }

    /// Whole seconds in this span, rounded down as the kernel's `/ HZ` does.
    pub const fn as_secs(self) -> u64 {
        self.0 / 1_000_000_000
    }
}

impl Instant {
    /// The span since `earlier`, zero if that lies in the future.
    pub fn since(self, earlier: Instant) -> Duration {
        Duration(self.0.saturating_sub(earlier.0))
    }
}

impl core::ops::Add<Duration> for Instant {
    type Output = Instant;
    fn add(self, span: Duration) -> Instant {
        Instant(self.0.saturating_add(span.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_never_is_negative() {
        let early = Instant(5);
        assert_eq!(early.since(Instant(9)), Duration(0));
        assert_eq!((early + Duration::secs(2)).since(early).as_secs(), 2);
    }
}
