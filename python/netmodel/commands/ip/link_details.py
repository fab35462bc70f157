"""What `ip -d` adds to a device (ip/ipaddress.c, ip/iplink_bridge.c, ip/iplink_bridge_slave.c).

Values that no request of the model changes are written here as Linux sets them at creation (net/core/dev.c,
net/bridge/br_if.c, net/bridge/br_multicast.c).
"""

from __future__ import annotations

from dataclasses import replace

from netmodel.commands.ip.scene import Scene
from netmodel.commands.printer import Printer
from netmodel.errors import UnsupportedError
from netmodel.snapshot import Bridge, Link, Port

PORT_STATES = ("disabled", "listening", "learning", "forwarding", "blocking")

# `br_multicast_init` and `br_dev_setup`: text's word, JSON's key, value.
MULTICAST: tuple[tuple[str, str, int], ...] = (
    ("no_linklocal_learn", "no_linklocal_learn", 0),
    ("mcast_vlan_snooping", "mcast_vlan_snooping", 0),
    ("mcast_router", "mcast_router", 1),
    ("mcast_query_use_ifaddr", "mcast_query_use_ifaddr", 0),
    ("mcast_querier", "mcast_querier", 0),
    ("mcast_hash_elasticity", "mcast_hash_elasticity", 16),
    ("mcast_hash_max", "mcast_hash_max", 4096),
    ("mcast_last_member_count", "mcast_last_member_cnt", 2),
    ("mcast_startup_query_count", "mcast_startup_query_cnt", 2),
    ("mcast_last_member_interval", "mcast_last_member_intvl", 100),
    ("mcast_membership_interval", "mcast_membership_intvl", 26000),
    ("mcast_querier_interval", "mcast_querier_intvl", 25500),
    ("mcast_query_interval", "mcast_query_intvl", 12500),
    ("mcast_query_response_interval", "mcast_query_response_intvl", 1000),
    ("mcast_startup_query_interval", "mcast_startup_query_intvl", 3124),
    ("mcast_stats_enabled", "mcast_stats_enabled", 0),
    ("mcast_igmp_version", "mcast_igmp_version", 2),
    ("mcast_mld_version", "mcast_mld_version", 1),
)


def print_details(printer: Printer, link: Link, scene: Scene, is_link: bool) -> None:
    """The rest of the second line, and the lines of the kind. Raises `UnsupportedError` for what no recording holds."""
    kind = type(link.info).__name__
    if not scene.platform.has("iproute2.details") or kind == "Phys":
        raise UnsupportedError(f"ip -d of {scene.platform.name}" if kind != "Phys" else "ip -d of a physical device")
    printer.any("promiscuity", " promiscuity %d ", link.promiscuity)
    printer.any("allmulti", " allmulti %d ", link.allmulti)
    printer.any("min_mtu", "minmtu %d ", link.min_mtu)
    printer.any("max_mtu", "maxmtu %d ", link.max_mtu)
    if kind != "Loopback":
        _print_kind(printer, link, scene)
    if is_link:
        printer.any("inet6_addr_gen_mode", "addrgenmode %s ", "eui64")
    queues = scene.platform.cpus if kind == "Veth" else 1
    for word, key, value in (
        ("numtxqueues", "num_tx_queues", queues),
        ("numrxqueues", "num_rx_queues", queues),
        ("gso_max_size", "gso_max_size", 65536),
        ("gso_max_segs", "gso_max_segs", 65535),
        ("tso_max_size", "tso_max_size", _tso_max_size(link)),
        ("tso_max_segs", "tso_max_segs", 65535),
        ("gro_max_size", "gro_max_size", 65536),
    ):
        printer.any(key, f"{word} %d ", value)


def _tso_max_size(link: Link) -> int:
    """`IFLA_TSO_MAX_SIZE`."""
    bridge = bridge_of(link)
    return 524280 if bridge is None else bridge.tso_max_size


def _print_kind(printer: Printer, link: Link, scene: Scene) -> None:
    printer.open_object("linkinfo")
    printer.newline()
    bridge = bridge_of(link)
    printer.any("info_kind", "    %s ", "bridge" if bridge else "veth")
    if bridge is not None:
        printer.open_object("info_data")
        _print_bridge(printer, bridge)
        printer.close_object()
    if link.port is not None and link.master is not None:
        master = scene.link(link.master)
        above = bridge_of(master) if master is not None else None
        printer.newline()
        printer.any("info_slave_kind", "    %s_slave ", "bridge")
        printer.open_object("info_slave_data")
        if above is not None:
            _print_port(printer, link.port, designated_id(above, link.port))
        printer.close_object()
    printer.close_object()


def bridge_of(link: Link) -> Bridge | None:
    """The bridge that a device is."""
    return link.info if isinstance(link.info, Bridge) else None


def bridge_id(bridge: Bridge) -> str:
    """`br_dump_bridge_id`: the priority, and the octets in hexadecimal without leading zeros."""
    octets = ":".join(f"{int(octet, 16):x}" for octet in bridge.bridge_id.split(":"))
    return f"{bridge.priority:04x}.{octets}"


def designated_id(bridge: Bridge, port: Port) -> str:
    """The bridge id that a port tells of its bridge."""
    return bridge_id(replace(bridge, priority=port.designated_priority))


def _timer(printer: Printer, word: str, hundredths: int) -> None:
    printer.raw(word, f"{word} {hundredths // 100:4}.{hundredths % 100:02} ", f"{hundredths / 100:.2f}")


def _print_bridge(printer: Printer, bridge: Bridge) -> None:
    for word in ("forward_delay", "hello_time", "max_age", "ageing_time", "stp_state", "priority"):
        printer.any(word, f"{word} %d ", getattr(bridge, word))
    printer.any("vlan_filtering", "vlan_filtering %d ", int(bridge.vlan_filtering))
    printer.any("bridge_id", "bridge_id %s ", bridge_id(bridge))
    printer.any("root_id", "designated_root %s ", bridge_id(bridge))
    for word in ("root_port", "root_path_cost"):
        printer.any(word, f"{word} %d ", 0)
    for word in ("topology_change", "topology_change_detected"):
        printer.any(word, f"{word} %d ", int(getattr(bridge, word)))
    _timer(printer, "hello_timer", bridge.hello_timer)
    _timer(printer, "tcn_timer", 0)
    _timer(printer, "topology_change_timer", bridge.topology_change_timer)
    _timer(printer, "gc_timer", bridge.gc_timer)
    printer.any("group_fwd_mask", "group_fwd_mask %s ", _alternate_hex(bridge.group_fwd_mask))
    printer.any("group_addr", "group_address %s ", "01:80:c2:00:00:00")
    printer.any("mcast_snooping", "mcast_snooping %d ", int(bridge.mcast_snooping))
    for word, key, value in MULTICAST:
        printer.any(key, f"{word} %d ", value)
    printer.any("nf_call_iptables", "nf_call_iptables %d ", int(bridge.nf_call_iptables))
    printer.any("nf_call_ip6tables", "nf_call_ip6tables %d ", 0)
    printer.any("nf_call_arptables", "nf_call_arptables %d ", 0)


def _alternate_hex(value: int) -> str:
    """C's `%#x`: zero has no prefix."""
    return f"{value:#x}" if value else "0"


def _on_off(printer: Printer, word: str, value: bool) -> None:
    printer.raw(word, f"{word} {'on' if value else 'off'} ", "true" if value else "false")


def _print_port(printer: Printer, port: Port, root: str) -> None:
    printer.any("state", "state %s ", PORT_STATES[port.state])
    printer.any("priority", "priority %d ", port.priority)
    printer.any("cost", "cost %d ", port.cost)
    for word in ("hairpin", "guard", "root_block", "fastleave", "learning", "flood"):
        _on_off(printer, word, getattr(port, word))
    number = port.priority << 10 | port.port_no
    printer.any("id", "port_id %s ", _alternate_hex(number))
    printer.any("no", "port_no %s ", _alternate_hex(port.port_no))
    printer.any("designated_port", "designated_port %d ", number)
    printer.any("designated_cost", "designated_cost %d ", 0)
    printer.any("bridge_id", "designated_bridge %s ", root)
    printer.any("root_id", "designated_root %s ", root)
    _timer(printer, "hold_timer", port.hold_timer)
    _timer(printer, "message_age_timer", 0)
    _timer(printer, "forward_delay_timer", port.forward_delay_timer)
    printer.any("topology_change_ack", "topology_change_ack %d ", 0)
    printer.any("config_pending", "config_pending %d ", int(port.config_pending))
    _on_off(printer, "proxy_arp", False)
    _on_off(printer, "proxy_arp_wifi", False)
    printer.any("multicast_router", "mcast_router %d ", 1)
    printer.text(f"mcast_fast_leave {'on' if port.fastleave else 'off'} ")
    for word in ("mcast_flood", "bcast_flood"):
        _on_off(printer, word, getattr(port, word))
    _on_off(printer, "mcast_to_unicast", False)
    _on_off(printer, "neigh_suppress", port.neigh_suppress)
    printer.any("group_fwd_mask", "group_fwd_mask %s ", "0")
    printer.any("group_fwd_mask_str", "group_fwd_mask_str %s ", "0x0")
    _on_off(printer, "vlan_tunnel", False)
    _on_off(printer, "isolated", port.isolated)
    _on_off(printer, "locked", port.locked)
