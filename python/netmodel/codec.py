# Written by rust/netmodel/codegen from the Rust types: change those, then `make generate`.
"""The JSON of the border: serde's, externally tagged, to the dataclasses and back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from netmodel import event, facts, request, snapshot, step, trace

__all__ = ["decode", "encode"]

_FIELDS: dict[type, tuple[str, ...]] = {}


def encode(value: Any) -> Any:
    """What `json.dumps` takes, of a dataclass of the border or of any part of one."""
    kind = type(value)
    if kind in (int, str, bool, type(None)) or isinstance(value, str):
        return value
    if kind is bytes or kind is tuple or kind is list:
        return [encode(one) for one in value]
    if kind is dict:
        return {str(key): encode(one) for key, one in value.items()}
    tag, shape = _TAGS.get(kind, ("", "plain"))
    if shape == "unit":
        return tag
    if shape == "newtype":
        return {tag: encode(value.value)}
    names = _FIELDS.get(kind)
    if names is None:
        names = _FIELDS[kind] = tuple(field.name for field in fields(value))
    body = {name.removesuffix("_"): encode(getattr(value, name)) for name in names}
    return {tag: body} if tag else body


def decode(name: str, data: Any) -> Any:
    """The dataclass that Rust calls `name` (`"Request"`, `"Snapshot"`, …) of what `json.loads` gave.

    Raises `KeyError` for an unknown name or variant and a missing field.
    """
    return _DECODERS[name](data)


_TAGS: dict[type, tuple[str, str]] = {
    request.Veth: ("Veth", "struct"),
    request.Bridge: ("Bridge", "newtype"),
    request.Tcp: ("Tcp", "unit"),
    request.Udp: ("Udp", "unit"),
    request.Icmp: ("Icmp", "struct"),
    request.ReuseAddr: ("ReuseAddr", "newtype"),
    request.ReusePort: ("ReusePort", "newtype"),
    request.Broadcast: ("Broadcast", "newtype"),
    request.V6Only: ("V6Only", "newtype"),
    request.BindToDevice: ("BindToDevice", "newtype"),
    request.Ttl: ("Ttl", "newtype"),
    request.Tos: ("Tos", "newtype"),
    request.DontFragment: ("DontFragment", "newtype"),
    request.NetnsNew: ("NetnsNew", "unit"),
    request.NetnsDel: ("NetnsDel", "struct"),
    request.NsidSet: ("NsidSet", "struct"),
    request.LinkAdd: ("LinkAdd", "struct"),
    request.PhysAdd: ("PhysAdd", "struct"),
    request.LinkDel: ("LinkDel", "struct"),
    request.LinkSet: ("LinkSet", "struct"),
    request.AltName: ("AltName", "struct"),
    request.LinkGet: ("LinkGet", "struct"),
    request.BridgeSet: ("BridgeSet", "struct"),
    request.PortSet: ("PortSet", "struct"),
    request.BridgeAddIf: ("BridgeAddIf", "struct"),
    request.BridgeDelIf: ("BridgeDelIf", "struct"),
    request.BridgeDel: ("BridgeDel", "struct"),
    request.FdbAdd: ("FdbAdd", "struct"),
    request.FdbDel: ("FdbDel", "struct"),
    request.FdbFlush: ("FdbFlush", "struct"),
    request.AddrAdd: ("AddrAdd", "struct"),
    request.AddrDel: ("AddrDel", "struct"),
    request.RouteAdd: ("RouteAdd", "struct"),
    request.RouteDel: ("RouteDel", "struct"),
    request.RouteGet: ("RouteGet", "struct"),
    request.NeighAdd: ("NeighAdd", "struct"),
    request.NeighDel: ("NeighDel", "struct"),
    request.SysctlSet: ("SysctlSet", "struct"),
    request.SysctlGet: ("SysctlGet", "struct"),
    request.Socket: ("Socket", "struct"),
    request.SocketSet: ("SocketSet", "struct"),
    request.Bind: ("Bind", "struct"),
    request.Listen: ("Listen", "struct"),
    request.Connect: ("Connect", "struct"),
    request.Accept: ("Accept", "struct"),
    request.SendTo: ("SendTo", "struct"),
    request.Recv: ("Recv", "struct"),
    request.SockName: ("SockName", "struct"),
    request.Close: ("Close", "struct"),
    request.Declare: ("Declare", "struct"),
    request.Undrawn: ("Undrawn", "unit"),
    request.IfIndexNext: ("IfIndexNext", "struct"),
    step.Rx: ("Rx", "struct"),
    step.Xmit: ("Xmit", "struct"),
    step.FdbLearn: ("FdbLearn", "struct"),
    step.Bridge: ("Bridge", "struct"),
    step.Route: ("Route", "struct"),
    step.Hook: ("Hook", "struct"),
    step.Neigh: ("Neigh", "struct"),
    step.Forward: ("Forward", "struct"),
    step.Answer: ("Answer", "struct"),
    step.Fragment: ("Fragment", "struct"),
    step.Consumed: ("Consumed", "struct"),
    step.Deliver: ("Deliver", "struct"),
    step.Egress: ("Egress", "struct"),
    step.Queued: ("Queued", "struct"),
    step.Drop: ("Drop", "struct"),
    step.Unsupported: ("Unsupported", "struct"),
    step.Storm: ("Storm", "unit"),
    request.DoneReply: ("Done", "unit"),
    request.NetnsReply: ("Netns", "newtype"),
    request.NsidReply: ("Nsid", "newtype"),
    request.LinkReply: ("Link", "newtype"),
    request.ValueReply: ("Value", "newtype"),
    request.SocketReply: ("Socket", "newtype"),
    request.AddressReply: ("Address", "newtype"),
    request.DatagramReply: ("Datagram", "struct"),
    request.RouteReply: ("Route", "newtype"),
    request.TraceReply: ("Trace", "newtype"),
    request.NamesReply: ("Names", "newtype"),
    trace.Rx: ("Rx", "struct"),
    trace.Xmit: ("Xmit", "struct"),
    trace.Local: ("Local", "struct"),
    event.Trace: ("Trace", "struct"),
    event.Readable: ("Readable", "struct"),
    event.SocketError: ("SocketError", "struct"),
    event.Link: ("Link", "struct"),
    event.Egress: ("Egress", "struct"),
    event.Log: ("Log", "struct"),
    snapshot.Loopback: ("Loopback", "unit"),
    snapshot.Phys: ("Phys", "unit"),
    snapshot.Veth: ("Veth", "struct"),
    snapshot.Bridge: ("Bridge", "same"),
}


def _facts(v: Any) -> facts.Facts:
    return facts.Facts(
        v["operstate_across_netns"], v["local_net_broadcast_routes"], v["rename_while_up"], v["bridge_txqueuelen"]
    )


def _link_spec(v: Any) -> request.LinkSpec:
    return request.LinkSpec(v["netns"], v["name"], v["ifindex"], v["address"], v["mtu"], v["txqueuelen"], v["up"])


def _bridge_options(v: Any) -> request.BridgeOptions:
    return request.BridgeOptions(
        v["forward_delay"],
        v["hello_time"],
        v["max_age"],
        v["ageing_time"],
        v["stp_state"],
        v["priority"],
        v["vlan_filtering"],
        v["group_fwd_mask"],
        v["mcast_snooping"],
        v["nf_call_iptables"],
        v["fdb_max_learned"],
        v["fdb_flush"],
    )


_LINK_KIND: dict[str, Callable[[Any], request.LinkKind]] = {
    "Veth": lambda v: request.Veth(_link_spec(v["peer"])),
    "Bridge": lambda v: request.Bridge(_bridge_options(v)),
}


def _link_kind(v: Any) -> request.LinkKind:
    if isinstance(v, str):
        return _LINK_KIND[v](None)
    ((tag, body),) = v.items()
    return _LINK_KIND[tag](body)


def _dev(v: Any) -> request.Dev:
    return request.Dev(v["netns"], v["ifindex"])


def _link_change(v: Any) -> request.LinkChange:
    return request.LinkChange(
        v["netns"],
        v["name"],
        v["address"],
        v["broadcast"],
        v["mtu"],
        v["txqueuelen"],
        v["group"],
        v["alias"],
        v["linkmode"],
        v["master"],
        v["up"],
        v["promisc"],
        v["allmulti"],
        v["multicast"],
        v["noarp"],
        v["carrier"],
    )


def _port_options(v: Any) -> request.PortOptions:
    return request.PortOptions(
        v["state"],
        v["priority"],
        v["cost"],
        v["hairpin"],
        v["guard"],
        v["root_block"],
        v["fastleave"],
        v["learning"],
        v["flood"],
        v["mcast_flood"],
        v["bcast_flood"],
        v["isolated"],
        v["locked"],
        v["neigh_suppress"],
    )


_fdb_state: Callable[[Any], request.FdbState] = dict(request.FdbState.__members__).__getitem__


_how: Callable[[Any], request.How] = dict(request.How.__members__).__getitem__


def _addr_spec(v: Any) -> request.AddrSpec:
    return request.AddrSpec(
        v["local"],
        v["peer"],
        v["broadcast"],
        v["scope"],
        v["label"],
        v["valid_lft"],
        v["preferred_lft"],
        v["noprefixroute"],
        v["nodad"],
        v["metric"],
    )


def _route_spec(v: Any) -> request.RouteSpec:
    return request.RouteSpec(
        v["dst"],
        v["kind"],
        v["table"],
        v["protocol"],
        v["scope"],
        v["tos"],
        v["via"],
        v["oif"],
        v["src"],
        v["metric"],
        v["onlink"],
        v["mtu"],
    )


_nud: Callable[[Any], request.Nud] = dict(request.Nud.__members__).__getitem__


_SOCKET_KIND: dict[str, Callable[[Any], request.SocketKind]] = {
    "Tcp": lambda v: request.Tcp(),
    "Udp": lambda v: request.Udp(),
    "Icmp": lambda v: request.Icmp(v["ident"]),
}


def _socket_kind(v: Any) -> request.SocketKind:
    if isinstance(v, str):
        return _SOCKET_KIND[v](None)
    ((tag, body),) = v.items()
    return _SOCKET_KIND[tag](body)


_SOCKET_OPTION: dict[str, Callable[[Any], request.SocketOption]] = {
    "ReuseAddr": lambda v: request.ReuseAddr(v),
    "ReusePort": lambda v: request.ReusePort(v),
    "Broadcast": lambda v: request.Broadcast(v),
    "V6Only": lambda v: request.V6Only(v),
    "BindToDevice": lambda v: request.BindToDevice(v),
    "Ttl": lambda v: request.Ttl(v),
    "Tos": lambda v: request.Tos(v),
    "DontFragment": lambda v: request.DontFragment(v),
}


def _socket_option(v: Any) -> request.SocketOption:
    if isinstance(v, str):
        return _SOCKET_OPTION[v](None)
    ((tag, body),) = v.items()
    return _SOCKET_OPTION[tag](body)


_REQUEST: dict[str, Callable[[Any], request.Request]] = {
    "NetnsNew": lambda v: request.NetnsNew(),
    "NetnsDel": lambda v: request.NetnsDel(v["netns"]),
    "NsidSet": lambda v: request.NsidSet(v["netns"], v["peer"], v["nsid"]),
    "LinkAdd": lambda v: request.LinkAdd(_link_spec(v["spec"]), _link_kind(v["kind"])),
    "PhysAdd": lambda v: request.PhysAdd(v["name"], v["address"], v["qdisc"]),
    "LinkDel": lambda v: request.LinkDel(_dev(v["dev"])),
    "LinkSet": lambda v: request.LinkSet(_dev(v["dev"]), _link_change(v["change"])),
    "AltName": lambda v: request.AltName(_dev(v["dev"]), v["name"], v["add"]),
    "LinkGet": lambda v: request.LinkGet(v["netns"], v["dev"]),
    "BridgeSet": lambda v: request.BridgeSet(_dev(v["dev"]), _bridge_options(v["options"])),
    "PortSet": lambda v: request.PortSet(_dev(v["dev"]), _port_options(v["options"])),
    "BridgeAddIf": lambda v: request.BridgeAddIf(_dev(v["bridge"]), v["port"]),
    "BridgeDelIf": lambda v: request.BridgeDelIf(_dev(v["bridge"]), v["port"]),
    "BridgeDel": lambda v: request.BridgeDel(v["netns"], v["name"]),
    "FdbAdd": lambda v: request.FdbAdd(
        _dev(v["dev"]), v["mac"], _fdb_state(v["state"]), v["sticky"], v["own"], _how(v["how"])
    ),
    "FdbDel": lambda v: request.FdbDel(_dev(v["dev"]), v["mac"], v["own"]),
    "FdbFlush": lambda v: request.FdbFlush(_dev(v["dev"]), v["own"]),
    "AddrAdd": lambda v: request.AddrAdd(_dev(v["dev"]), _addr_spec(v["addr"]), _how(v["how"])),
    "AddrDel": lambda v: request.AddrDel(_dev(v["dev"]), v["local"], v["len"]),
    "RouteAdd": lambda v: request.RouteAdd(v["netns"], _route_spec(v["route"]), _how(v["how"])),
    "RouteDel": lambda v: request.RouteDel(v["netns"], _route_spec(v["route"])),
    "RouteGet": lambda v: request.RouteGet(v["netns"], v["dst"], v["src"], v["iif"], v["oif"]),
    "NeighAdd": lambda v: request.NeighAdd(
        _dev(v["dev"]), v["dst"], v["lladdr"], _nud(v["state"]), v["proxy"], _how(v["how"])
    ),
    "NeighDel": lambda v: request.NeighDel(_dev(v["dev"]), v["dst"], v["proxy"]),
    "SysctlSet": lambda v: request.SysctlSet(v["netns"], v["path"], v["value"]),
    "SysctlGet": lambda v: request.SysctlGet(v["netns"], v["path"]),
    "Socket": lambda v: request.Socket(v["netns"], _socket_kind(v["kind"]), v["v6"], v["privileged"]),
    "SocketSet": lambda v: request.SocketSet(v["socket"], _socket_option(v["option"])),
    "Bind": lambda v: request.Bind(v["socket"], v["addr"]),
    "Listen": lambda v: request.Listen(v["socket"], v["backlog"]),
    "Connect": lambda v: request.Connect(v["socket"], v["addr"]),
    "Accept": lambda v: request.Accept(v["socket"]),
    "SendTo": lambda v: request.SendTo(v["socket"], v["addr"], bytes(v["data"])),
    "Recv": lambda v: request.Recv(v["socket"]),
    "SockName": lambda v: request.SockName(v["socket"]),
    "Close": lambda v: request.Close(v["socket"]),
    "Declare": lambda v: request.Declare(v["kind"], v["owner"], v["n"], bytes(v["value"])),
    "Undrawn": lambda v: request.Undrawn(),
    "IfIndexNext": lambda v: request.IfIndexNext(v["netns"], v["ifindex"]),
}


def _request(v: Any) -> request.Request:
    if isinstance(v, str):
        return _REQUEST[v](None)
    ((tag, body),) = v.items()
    return _REQUEST[tag](body)


def _route_found(v: Any) -> request.RouteFound:
    return request.RouteFound(
        v["kind"],
        v["via"],
        v["oif"],
        v["table"],
        v["src"],
        None
        if v["mtu"] is None
        else (
            v["mtu"][0],
            v["mtu"][1],
        ),
        v["flags"],
    )


_drop_reason: Callable[[Any], step.DropReason] = dict(step.DropReason.__members__).__getitem__


_STEP: dict[str, Callable[[Any], step.Step]] = {
    "Rx": lambda v: step.Rx(v["netns"], v["dev"], v["name"]),
    "Xmit": lambda v: step.Xmit(v["netns"], v["dev"], v["name"]),
    "FdbLearn": lambda v: step.FdbLearn(v["netns"], v["port"], v["mac"], v["moved_from"]),
    "Bridge": lambda v: step.Bridge(v["netns"], v["bridge"], tuple(v["egress"]), v["flood"], v["local"]),
    "Route": lambda v: step.Route(v["netns"], v["kind"], v["table"], v["oif"], v["via"]),
    "Hook": lambda v: step.Hook(v["netns"], v["hook"]),
    "Neigh": lambda v: step.Neigh(v["netns"], v["dev"], v["dst"], v["lladdr"]),
    "Forward": lambda v: step.Forward(v["netns"], v["ttl"]),
    "Answer": lambda v: step.Answer(v["netns"], v["what"]),
    "Fragment": lambda v: step.Fragment(v["netns"], v["mtu"], v["pieces"]),
    "Consumed": lambda v: step.Consumed(v["netns"], v["by"]),
    "Deliver": lambda v: step.Deliver(v["netns"], v["socket"]),
    "Egress": lambda v: step.Egress(v["netns"], v["dev"], v["name"]),
    "Queued": lambda v: step.Queued(v["netns"], v["why"]),
    "Drop": lambda v: step.Drop(v["netns"], v["dev"], _drop_reason(v["reason"])),
    "Unsupported": lambda v: step.Unsupported(v["what"]),
    "Storm": lambda v: step.Storm(),
}


def _step(v: Any) -> step.Step:
    if isinstance(v, str):
        return _STEP[v](None)
    ((tag, body),) = v.items()
    return _STEP[tag](body)


def _copy(v: Any) -> trace.Copy:
    return trace.Copy(v["parent"], v["summary"], bytes(v["bytes"]), tuple(map(_step, v["steps"])))


def _trace(v: Any) -> trace.Trace:
    return trace.Trace(v["at"], v["cost_ns"], tuple(map(_copy, v["copies"])))


_REPLY: dict[str, Callable[[Any], request.Reply]] = {
    "Done": lambda v: request.DoneReply(),
    "Netns": lambda v: request.NetnsReply(v),
    "Nsid": lambda v: request.NsidReply(v),
    "Link": lambda v: request.LinkReply(v),
    "Value": lambda v: request.ValueReply(v),
    "Socket": lambda v: request.SocketReply(v),
    "Address": lambda v: request.AddressReply(v),
    "Datagram": lambda v: request.DatagramReply(v["from"], bytes(v["data"])),
    "Route": lambda v: request.RouteReply(_route_found(v)),
    "Trace": lambda v: request.TraceReply(tuple(map(_trace, v))),
    "Names": lambda v: request.NamesReply(tuple(v)),
}


def _reply(v: Any) -> request.Reply:
    if isinstance(v, str):
        return _REPLY[v](None)
    ((tag, body),) = v.items()
    return _REPLY[tag](body)


_ORIGIN: dict[str, Callable[[Any], trace.Origin]] = {
    "Rx": lambda v: trace.Rx(_dev(v["dev"])),
    "Xmit": lambda v: trace.Xmit(_dev(v["dev"])),
    "Local": lambda v: trace.Local(v["netns"]),
}


def _origin(v: Any) -> trace.Origin:
    if isinstance(v, str):
        return _ORIGIN[v](None)
    ((tag, body),) = v.items()
    return _ORIGIN[tag](body)


_errno: Callable[[Any], event.Errno] = dict(event.Errno.__members__).__getitem__


_EVENT: dict[str, Callable[[Any], event.Event]] = {
    "Trace": lambda v: event.Trace(_trace(v["trace"])),
    "Readable": lambda v: event.Readable(v["at"], v["socket"]),
    "SocketError": lambda v: event.SocketError(v["at"], v["socket"], _errno(v["errno"])),
    "Link": lambda v: event.Link(v["at"], v["netns"], v["dev"]),
    "Egress": lambda v: event.Egress(v["at"], v["netns"], v["dev"], bytes(v["frame"])),
    "Log": lambda v: event.Log(v["at"], v["line"]),
}


def _event(v: Any) -> event.Event:
    if isinstance(v, str):
        return _EVENT[v](None)
    ((tag, body),) = v.items()
    return _EVENT[tag](body)


def _fdb_entry(v: Any) -> snapshot.FdbEntry:
    return snapshot.FdbEntry(
        v["mac"],
        v["vlan"],
        v["port"],
        v["local"],
        v["is_static"],
        v["sticky"],
        v["extern_learn"],
        v["added_by_user"],
        v["used"],
        v["updated"],
        v["stale"],
    )


def _bridge(v: Any) -> snapshot.Bridge:
    return snapshot.Bridge(
        v["forward_delay"],
        v["hello_time"],
        v["max_age"],
        v["ageing_time"],
        v["stp_state"],
        v["priority"],
        v["vlan_filtering"],
        v["bridge_id"],
        v["group_fwd_mask"],
        v["mcast_snooping"],
        v["nf_call_iptables"],
        v["fdb_n_learned"],
        v["fdb_max_learned"],
        v["tso_max_size"],
        v["topology_change"],
        v["topology_change_detected"],
        v["hello_timer"],
        v["topology_change_timer"],
        v["gc_timer"],
        tuple(map(_fdb_entry, v["fdb"])),
    )


_LINK_INFO: dict[str, Callable[[Any], snapshot.LinkInfo]] = {
    "Loopback": lambda v: snapshot.Loopback(),
    "Phys": lambda v: snapshot.Phys(),
    "Veth": lambda v: snapshot.Veth(v["peer_netns"]),
    "Bridge": lambda v: _bridge(v),
}


def _link_info(v: Any) -> snapshot.LinkInfo:
    if isinstance(v, str):
        return _LINK_INFO[v](None)
    ((tag, body),) = v.items()
    return _LINK_INFO[tag](body)


def _port(v: Any) -> snapshot.Port:
    return snapshot.Port(
        v["state"],
        v["priority"],
        v["cost"],
        v["port_no"],
        v["hairpin"],
        v["guard"],
        v["root_block"],
        v["fastleave"],
        v["learning"],
        v["flood"],
        v["mcast_flood"],
        v["bcast_flood"],
        v["isolated"],
        v["locked"],
        v["neigh_suppress"],
        v["designated_priority"],
        v["hold_timer"],
        v["config_pending"],
        v["forward_delay_timer"],
    )


def _addr(v: Any) -> snapshot.Addr:
    return snapshot.Addr(
        v["local"],
        v["peer"],
        v["broadcast"],
        v["scope"],
        v["flags"],
        v["label"],
        v["valid_lft"],
        v["preferred_lft"],
        v["metric"],
    )


def _stats(v: Any) -> snapshot.Stats:
    return snapshot.Stats(
        v["rx_bytes"],
        v["rx_packets"],
        v["rx_errors"],
        v["rx_dropped"],
        v["rx_missed"],
        v["multicast"],
        v["tx_bytes"],
        v["tx_packets"],
        v["tx_errors"],
        v["tx_dropped"],
        v["tx_carrier"],
        v["collisions"],
    )


def _link(v: Any) -> snapshot.Link:
    return snapshot.Link(
        v["ifindex"],
        v["name"],
        tuple(v["altnames"]),
        v["alias"],
        v["link"],
        v["link_netnsid"],
        v["flags"],
        v["mtu"],
        v["qdisc"],
        v["txqlen"],
        v["operstate"],
        v["linkmode"],
        v["group"],
        v["master"],
        v["kind"],
        v["address"],
        v["broadcast"],
        v["addr_assign_type"],
        v["promiscuity"],
        v["allmulti"],
        v["min_mtu"],
        v["max_mtu"],
        _link_info(v["info"]),
        None if v["port"] is None else _port(v["port"]),
        tuple(map(_addr, v["addrs"])),
        tuple(v["mc"]),
        _stats(v["stats"]),
    )


def _route(v: Any) -> snapshot.Route:
    return snapshot.Route(
        v["dst"],
        v["kind"],
        v["table"],
        v["protocol"],
        v["scope"],
        v["tos"],
        v["via"],
        v["oif"],
        v["src"],
        v["metric"],
        v["flags"],
        v["mtu"],
    )


def _neigh(v: Any) -> snapshot.Neigh:
    return snapshot.Neigh(
        v["dev"],
        v["dst"],
        v["lladdr"],
        _nud(v["state"]),
        v["proxy"],
        v["router"],
        v["used"],
        v["confirmed"],
        v["updated"],
        v["probes"],
        v["refcnt"],
    )


def _rule(v: Any) -> snapshot.Rule:
    return snapshot.Rule(v["pref"], v["table"])


def _socket(v: Any) -> snapshot.Socket:
    return snapshot.Socket(
        v["id"], _socket_kind(v["kind"]), v["local"], v["remote"], v["state"], v["backlog"], v["recv_q"]
    )


def _netns_view(v: Any) -> snapshot.NetnsView:
    return snapshot.NetnsView(
        v["id"],
        {int(k): x for k, x in v["nsids"].items()},
        tuple(map(_link, v["links"])),
        tuple(map(_route, v["routes"])),
        tuple(map(_neigh, v["neighs"])),
        tuple(map(_rule, v["rules"])),
        tuple(map(_socket, v["sockets"])),
        v["sysctls"],
    )


def _snapshot(v: Any) -> snapshot.Snapshot:
    return snapshot.Snapshot(v["now"], tuple(map(_netns_view, v["netns"])))


_DECODERS: dict[str, Callable[[Any], Any]] = {
    "Facts": _facts,
    "LinkSpec": _link_spec,
    "BridgeOptions": _bridge_options,
    "LinkKind": _link_kind,
    "Dev": _dev,
    "LinkChange": _link_change,
    "PortOptions": _port_options,
    "FdbState": _fdb_state,
    "How": _how,
    "AddrSpec": _addr_spec,
    "RouteSpec": _route_spec,
    "Nud": _nud,
    "SocketKind": _socket_kind,
    "SocketOption": _socket_option,
    "Request": _request,
    "RouteFound": _route_found,
    "DropReason": _drop_reason,
    "Step": _step,
    "Copy": _copy,
    "Trace": _trace,
    "Reply": _reply,
    "Origin": _origin,
    "Errno": _errno,
    "Event": _event,
    "FdbEntry": _fdb_entry,
    "Bridge": _bridge,
    "LinkInfo": _link_info,
    "Port": _port,
    "Addr": _addr,
    "Stats": _stats,
    "Link": _link,
    "Route": _route,
    "Neigh": _neigh,
    "Rule": _rule,
    "Socket": _socket,
    "NetnsView": _netns_view,
    "Snapshot": _snapshot,
}
