//! The settings of a namespace that the model acts on.

/// A setting of a namespace.
#[derive(Debug)]
pub struct Name {
    /// Below `/proc/sys/net`.
    pub path: &'static str,
    /// In a new namespace.
    pub(super) default: &'static [i64],
    /// The values it takes.
    pub(super) takes: Takes,
}

/// Which values a setting takes.
#[derive(Debug)]
pub(super) enum Takes {
    /// From least to greatest (`proc_dointvec_minmax`); what is beyond is EINVAL.
    Between(i64, i64),
    /// Anything that is not 0 becomes 1 (`brnf_sysctl_call_tables`).
    Bool,
}

const fn name(path: &'static str, default: &'static [i64], takes: Takes) -> Name {
    Name { path, default, takes }
}

/// `ipv4/ip_default_ttl`.
pub const IP_DEFAULT_TTL: Name = name("ipv4/ip_default_ttl", &[64], Takes::Between(1, 255));
/// `ipv4/ip_local_port_range`.
pub const IP_LOCAL_PORT_RANGE: Name = name("ipv4/ip_local_port_range", &[32768, 60999], Takes::Between(1, 65535));
/// `ipv4/ip_unprivileged_port_start`.
pub const IP_UNPRIVILEGED_PORT_START: Name = name("ipv4/ip_unprivileged_port_start", &[1024], Takes::Between(0, 65535));
/// `ipv4/ip_nonlocal_bind`.
pub const IP_NONLOCAL_BIND: Name = name("ipv4/ip_nonlocal_bind", &[0], Takes::Between(0, 255));
/// `ipv4/ping_group_range`.
pub const PING_GROUP_RANGE: Name = name("ipv4/ping_group_range", &[1, 0], Takes::Between(0, 2147483647));
/// `ipv4/icmp_ratelimit`.
pub const ICMP_RATELIMIT: Name = name("ipv4/icmp_ratelimit", &[1000], Takes::Between(0, 2147483647));
/// `ipv4/icmp_ratemask`.
pub const ICMP_RATEMASK: Name = name("ipv4/icmp_ratemask", &[6168], Takes::Between(-2147483648, 2147483647));
/// `ipv4/icmp_msgs_per_sec`.
pub const ICMP_MSGS_PER_SEC: Name = name("ipv4/icmp_msgs_per_sec", &[1000], Takes::Between(0, 2147483647));
/// `ipv4/icmp_msgs_burst`.
pub const ICMP_MSGS_BURST: Name = name("ipv4/icmp_msgs_burst", &[50], Takes::Between(0, 2147483647));
/// `ipv4/icmp_echo_ignore_all`.
pub const ICMP_ECHO_IGNORE_ALL: Name = name("ipv4/icmp_echo_ignore_all", &[0], Takes::Between(0, 1));
/// `ipv4/icmp_echo_ignore_broadcasts`.
pub const ICMP_ECHO_IGNORE_BROADCASTS: Name = name("ipv4/icmp_echo_ignore_broadcasts", &[1], Takes::Between(0, 1));
/// `ipv4/icmp_errors_use_inbound_ifaddr`.
pub const ICMP_ERRORS_USE_INBOUND_IFADDR: Name =
    name("ipv4/icmp_errors_use_inbound_ifaddr", &[0], Takes::Between(0, 1));
/// `ipv4/ipfrag_time`.
pub const IPFRAG_TIME: Name = name("ipv4/ipfrag_time", &[30], Takes::Between(-2147483648, 2147483647));
/// `ipv4/tcp_syn_retries`.
pub const TCP_SYN_RETRIES: Name = name("ipv4/tcp_syn_retries", &[6], Takes::Between(1, 127));
/// `ipv4/tcp_synack_retries`.
pub const TCP_SYNACK_RETRIES: Name = name("ipv4/tcp_synack_retries", &[5], Takes::Between(0, 255));
/// `ipv4/tcp_fin_timeout`.
pub const TCP_FIN_TIMEOUT: Name = name("ipv4/tcp_fin_timeout", &[60], Takes::Between(-2147483648, 2147483647));
/// `ipv4/tcp_retries2`.
pub const TCP_RETRIES2: Name = name("ipv4/tcp_retries2", &[15], Takes::Between(0, 255));
/// `core/somaxconn`.
pub const SOMAXCONN: Name = name("core/somaxconn", &[4096], Takes::Between(0, 2147483647));
/// `bridge/bridge-nf-call-iptables`.
pub const BRIDGE_NF_CALL_IPTABLES: Name = name("bridge/bridge-nf-call-iptables", &[1], Takes::Bool);
/// `bridge/bridge-nf-call-ip6tables`. Kept; no ip6tables rule can be made, so either value is the same.
pub const BRIDGE_NF_CALL_IP6TABLES: Name = name("bridge/bridge-nf-call-ip6tables", &[1], Takes::Bool);
/// `bridge/bridge-nf-call-arptables`. Kept; no arptables rule can be made, so either value is the same.
pub const BRIDGE_NF_CALL_ARPTABLES: Name = name("bridge/bridge-nf-call-arptables", &[1], Takes::Bool);
/// `ipv6/bindv6only`.
pub const IPV6_BINDV6ONLY: Name = name("ipv6/bindv6only", &[0], Takes::Between(0, 255));

/// All of them.
pub(super) const ACTING: [&Name; 22] = [
    &IP_DEFAULT_TTL,
    &IP_LOCAL_PORT_RANGE,
    &IP_UNPRIVILEGED_PORT_START,
    &IP_NONLOCAL_BIND,
    &PING_GROUP_RANGE,
    &ICMP_RATELIMIT,
    &ICMP_RATEMASK,
    &ICMP_MSGS_PER_SEC,
    &ICMP_MSGS_BURST,
    &ICMP_ECHO_IGNORE_ALL,
    &ICMP_ECHO_IGNORE_BROADCASTS,
    &ICMP_ERRORS_USE_INBOUND_IFADDR,
    &IPFRAG_TIME,
    &TCP_SYN_RETRIES,
    &TCP_SYNACK_RETRIES,
    &TCP_FIN_TIMEOUT,
    &TCP_RETRIES2,
    &SOMAXCONN,
    &BRIDGE_NF_CALL_IPTABLES,
    &BRIDGE_NF_CALL_IP6TABLES,
    &BRIDGE_NF_CALL_ARPTABLES,
    &IPV6_BINDV6ONLY,
];
