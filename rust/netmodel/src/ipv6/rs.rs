//! Router solicitations: asked for as long as no router answers. Models `addrconf_rs_timer` of net/ipv6/addrconf.c.

use super::icmpv6;
use crate::addr::DevId;
use crate::kernel::Kernel;
use crate::path::{Observer, Walk};
use crate::time::Duration;
use crate::timer::{JIFFY, Timer, wheel};

/// `RTR_SOLICITATION_MAX_INTERVAL`.
const MAX_INTERVAL: Duration = Duration::secs(3600);

impl Kernel {
    /// A span times `low` to `high` millionths, drawn evenly, in whole jiffies.
    fn rs_backoff(&mut self, dev: DevId, span: Duration, low: u64, high: u64) -> Duration {
        let name = self.dev(dev).name.clone();
        let factor = low + self.entropy.below("rs-backoff", &name, high - low + 1);
        Duration(span.0 / JIFFY.0 * factor / 1_000_000 * JIFFY.0)
    }

    /// `rfc3315_s14_backoff_update`: about double, up to the greatest interval.
    fn rs_backoff_update(&mut self, dev: DevId, span: Duration) -> Duration {
        let next = self.rs_backoff(dev, span, 1_900_000, 2_100_000);
        if next > MAX_INTERVAL { self.rs_backoff(dev, MAX_INTERVAL, 900_000, 1_100_000) } else { next }
    }
}

impl<O: Observer> Walk<'_, O> {
    /// The first one, once the link-local address is valid (`addrconf_dad_completed`).
    pub(super) fn router_solicit_first(&mut self, dev: DevId) {
        self.ndisc_send_rs(dev);
        let first = Duration::secs(self.kernel.idev_conf(dev).rtr_solicit_interval);
        let interval = self.kernel.rs_backoff(dev, first, 900_000, 1_100_000);
        let inet6 = &mut self.kernel.dev_mut(dev).inet6;
        (inet6.rs_probes, inet6.rs_interval) = (1, interval);
        let at = wheel(self.kernel.now, interval);
        self.kernel.timers.arm(Timer::RouterSolicit(dev), at);
    }

    /// `addrconf_rs_timer`: another, if no router has answered and there is no limit to it.
    pub(crate) fn router_solicit(&mut self, dev: DevId) {
        let conf = self.kernel.idev_conf(dev);
        let inet6 = &mut self.kernel.dev_mut(dev).inet6;
        if !inet6.ready || !conf.accept_ra {
            return;
        }
        inet6.rs_probes += 1;
        if conf.rtr_solicits >= 0 && inet6.rs_probes > conf.rtr_solicits {
            return;
        }
        let interval = inet6.rs_interval;
        self.ndisc_send_rs(dev);
        let interval = self.kernel.rs_backoff_update(dev, interval);
        self.kernel.dev_mut(dev).inet6.rs_interval = interval;
        let at = wheel(self.kernel.now, interval);
        self.kernel.timers.arm(Timer::RouterSolicit(dev), at);
    }

    fn ndisc_send_rs(&mut self, dev: DevId) {
        if let Some(src) = self.kernel.ipv6_get_lladdr(dev) {
            let lladdr = self.kernel.dev(dev).address;
            self.ip6_output(dev, icmpv6::router_solicitation(src, lladdr));
        }
    }
}
