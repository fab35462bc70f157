//! The settings that every device has its own copy of: `ipv4/conf`, `ipv6/conf`, `ipv4/neigh`, `ipv6/neigh`.

use serde::{Deserialize, Serialize};

/// One setting: its name, its value in a new namespace, and whether the model acts on it.
pub(super) struct Conf {
    pub(super) name: &'static str,
    pub(super) default: i64,
    /// If not, another value than the default is refused by name.
    pub(super) acts: bool,
}

const fn acts(name: &'static str, default: i64) -> Conf {
    Conf { name, default, acts: true }
}

const fn shown(name: &'static str, default: i64) -> Conf {
    Conf { name, default, acts: false }
}

/// The values of one directory (`struct ipv4_devconf`, `struct ipv6_devconf`, `struct neigh_parms`).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Devconf {
    pub(super) values: Vec<i64>,
    /// Settings that somebody set here: a later change of `default` passes them by.
    pub(super) set: u64,
}

impl Devconf {
    pub(super) fn new(table: &[Conf]) -> Devconf {
        Devconf { values: table.iter().map(|conf| conf.default).collect(), set: 0 }
    }

    /// A copy for a new device.
    pub(super) fn for_device(&self) -> Devconf {
        Devconf { values: self.values.clone(), set: 0 }
    }

    /// From now on `default` passes all of them by (`ipv4_devconf_setall`).
    pub(crate) fn set_all(&mut self) {
        self.set = u64::MAX;
    }

    pub(super) fn write(&mut self, index: usize, value: i64) {
        self.values[index] = value;
        self.set |= 1 << index;
    }

    /// A setting of `ipv4/conf`.
    pub(crate) fn ipv4(&self, which: Ipv4) -> i64 {
        self.values[which as usize]
    }

    /// A setting of `ipv6/conf`.
    pub(crate) fn ipv6(&self, which: Ipv6) -> i64 {
        self.values[which as usize]
    }

    /// A setting of `ipv4/neigh` or `ipv6/neigh`.
    pub(crate) fn neigh(&self, which: Neigh) -> i64 {
        self.values[which as usize]
    }
}

/// What `ipv4/conf` holds, by its kernel names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Ipv4 {
    AcceptLocal,
    AcceptRedirects,
    AcceptSourceRoute,
    ArpAccept,
    ArpAnnounce,
    ArpEvictNocarrier,
    ArpFilter,
    ArpIgnore,
    ArpNotify,
    BcForwarding,
    BootpRelay,
    DisablePolicy,
    DisableXfrm,
    DropGratuitousArp,
    DropUnicastInL2Multicast,
    ForceIgmpVersion,
    Forwarding,
    Igmpv2UnsolicitedReportInterval,
    Igmpv3UnsolicitedReportInterval,
    IgnoreRoutesWithLinkdown,
    LogMartians,
    McForwarding,
    MediumId,
    PromoteSecondaries,
    ProxyArp,
    ProxyArpPvlan,
    RouteLocalnet,
    RpFilter,
    SecureRedirects,
    SendRedirects,
    SharedMedia,
    SrcValidMark,
    Tag,
}

/// `ipv4/conf`.
pub(super) const IPV4: [Conf; 33] = [
    acts("accept_local", 0),
    shown("accept_redirects", 1),
    shown("accept_source_route", 1),
    acts("arp_accept", 0),
    acts("arp_announce", 0),
    acts("arp_evict_nocarrier", 1),
    acts("arp_filter", 0),
    acts("arp_ignore", 0),
    acts("arp_notify", 0),
    shown("bc_forwarding", 0),
    shown("bootp_relay", 0),
    shown("disable_policy", 0),
    shown("disable_xfrm", 0),
    shown("drop_gratuitous_arp", 0),
    acts("drop_unicast_in_l2_multicast", 0),
    shown("force_igmp_version", 0),
    acts("forwarding", 0),
    shown("igmpv2_unsolicited_report_interval", 10000),
    shown("igmpv3_unsolicited_report_interval", 1000),
    acts("ignore_routes_with_linkdown", 0),
    shown("log_martians", 0),
    shown("mc_forwarding", 0),
    shown("medium_id", 0),
    acts("promote_secondaries", 0),
    acts("proxy_arp", 0),
    shown("proxy_arp_pvlan", 0),
    acts("route_localnet", 0),
    acts("rp_filter", 0),
    shown("secure_redirects", 1),
    acts("send_redirects", 1),
    acts("shared_media", 1),
    shown("src_valid_mark", 0),
    shown("tag", 0),
];

/// What `ipv6/conf` holds, by its kernel names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Ipv6 {
    AcceptDad,
    AcceptRa,
    AcceptRaDefrtr,
    AcceptRaFromLocal,
    AcceptRaMinHopLimit,
    AcceptRaMinLft,
    AcceptRaMtu,
    AcceptRaPinfo,
    AcceptRaRtInfoMaxPlen,
    AcceptRaRtInfoMinPlen,
    AcceptRaRtrPref,
    AcceptRedirects,
    AcceptSourceRoute,
    AcceptUntrackedNa,
    AddrGenMode,
    Autoconf,
    DadTransmits,
    DisableIpv6,
    DisablePolicy,
    DropUnicastInL2Multicast,
    DropUnsolicitedNa,
    EnhancedDad,
    ForceForwarding,
    ForceMldVersion,
    ForceTllao,
    Forwarding,
    HopLimit,
    IgnoreRoutesWithLinkdown,
    Ioam6Enabled,
    Ioam6Id,
    Ioam6IdWide,
    KeepAddrOnDown,
    MaxAddresses,
    MaxDesyncFactor,
    McForwarding,
    Mldv1UnsolicitedReportInterval,
    Mldv2UnsolicitedReportInterval,
    Mtu,
    NdiscEvictNocarrier,
    NdiscNotify,
    NdiscTclass,
    OptimisticDad,
    ProxyNdp,
    RaDefrtrMetric,
    RaHonorPioLife,
    RaHonorPioPflag,
    RegenMaxRetry,
    RegenMinAdvance,
    RouterProbeInterval,
    RouterSolicitationDelay,
    RouterSolicitationInterval,
    RouterSolicitationMaxInterval,
    RouterSolicitations,
    RplSegEnabled,
    Seg6Enabled,
    Seg6RequireHmac,
    SuppressFragNdisc,
    TempPreferedLft,
    TempValidLft,
    UseOifAddrsOnly,
    UseOptimistic,
    UseTempaddr,
}

/// `ipv6/conf`.
pub(super) const IPV6: [Conf; 62] = [
    acts("accept_dad", 1),
    acts("accept_ra", 1),
    shown("accept_ra_defrtr", 1),
    shown("accept_ra_from_local", 0),
    shown("accept_ra_min_hop_limit", 1),
    shown("accept_ra_min_lft", 0),
    shown("accept_ra_mtu", 1),
    shown("accept_ra_pinfo", 1),
    shown("accept_ra_rt_info_max_plen", 0),
    shown("accept_ra_rt_info_min_plen", 0),
    shown("accept_ra_rtr_pref", 1),
    shown("accept_redirects", 1),
    shown("accept_source_route", 0),
    shown("accept_untracked_na", 0),
    acts("addr_gen_mode", 0),
    acts("autoconf", 1),
    acts("dad_transmits", 1),
    acts("disable_ipv6", 0),
    shown("disable_policy", 0),
    shown("drop_unicast_in_l2_multicast", 0),
    shown("drop_unsolicited_na", 0),
    shown("enhanced_dad", 1),
    shown("force_forwarding", 0),
    shown("force_mld_version", 0),
    shown("force_tllao", 0),
    acts("forwarding", 0),
    shown("hop_limit", 64),
    shown("ignore_routes_with_linkdown", 0),
    shown("ioam6_enabled", 0),
    shown("ioam6_id", 65535),
    shown("ioam6_id_wide", 4294967295),
    shown("keep_addr_on_down", 0),
    shown("max_addresses", 16),
    shown("max_desync_factor", 600),
    shown("mc_forwarding", 0),
    shown("mldv1_unsolicited_report_interval", 10000),
    shown("mldv2_unsolicited_report_interval", 1000),
    shown("mtu", 1280),
    shown("ndisc_evict_nocarrier", 1),
    shown("ndisc_notify", 0),
    shown("ndisc_tclass", 0),
    shown("optimistic_dad", 0),
    shown("proxy_ndp", 0),
    shown("ra_defrtr_metric", 1024),
    shown("ra_honor_pio_life", 0),
    shown("ra_honor_pio_pflag", 0),
    shown("regen_max_retry", 3),
    shown("regen_min_advance", 2),
    shown("router_probe_interval", 60),
    acts("router_solicitation_delay", 1),
    acts("router_solicitation_interval", 4),
    shown("router_solicitation_max_interval", 3600),
    acts("router_solicitations", -1),
    shown("rpl_seg_enabled", 0),
    shown("seg6_enabled", 0),
    shown("seg6_require_hmac", 0),
    shown("suppress_frag_ndisc", 1),
    shown("temp_prefered_lft", 86400),
    shown("temp_valid_lft", 604800),
    shown("use_oif_addrs_only", 0),
    shown("use_optimistic", 0),
    shown("use_tempaddr", 0),
];

/// What `neigh` holds, by its kernel names; times in ms, clock ticks (1/100 s) or seconds as there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Neigh {
    AnycastDelay,
    AppSolicit,
    BaseReachableTimeMs,
    DelayFirstProbeTime,
    GcStaleTime,
    IntervalProbeTimeMs,
    Locktime,
    McastResolicit,
    McastSolicit,
    ProxyDelay,
    ProxyQlen,
    RetransTimeMs,
    UcastSolicit,
    UnresQlenBytes,
}

/// `ipv4/neigh`.
pub(super) const NEIGH: [Conf; 14] = [
    shown("anycast_delay", 100),
    acts("app_solicit", 0),
    acts("base_reachable_time_ms", 30000),
    acts("delay_first_probe_time", 5),
    acts("gc_stale_time", 60),
    shown("interval_probe_time_ms", 5000),
    acts("locktime", 100),
    acts("mcast_resolicit", 0),
    acts("mcast_solicit", 3),
    acts("proxy_delay", 80),
    shown("proxy_qlen", 64),
    acts("retrans_time_ms", 1000),
    acts("ucast_solicit", 3),
    shown("unres_qlen_bytes", 212992),
];

/// `locktime` is 0 in `ipv6/neigh`.
pub(super) fn neigh6() -> Devconf {
    let mut conf = Devconf::new(&NEIGH);
    conf.values[Neigh::Locktime as usize] = 0;
    conf
}
