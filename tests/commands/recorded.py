"""Recordings of live tools, and the state they were made in, taken from the same recording's JSON."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from netmodel.request import Nud
from netmodel.snapshot import Addr, Bridge, FdbEntry, Link, Loopback, Neigh, NetnsView, Port, Route, Rule, Stats, Veth

DATA = Path(__file__).parent / "data"
FLAG_BITS = {
    "UP": 0x1,
    "BROADCAST": 0x2,
    "LOOPBACK": 0x8,
    "MULTICAST": 0x1000,
    "LOWER_UP": 0x10000,
    "PROMISC": 0x100,
    "ALLMULTI": 0x200,
    "NOARP": 0x80,
    "DORMANT": 0x20000,
}
ADDR_BITS = {"secondary": 0x01, "nodad": 0x02, "tentative": 0x40, "deprecated": 0x20, "noprefixroute": 0x200}
OPERSTATES = ("UNKNOWN", "NOTPRESENT", "DOWN", "LOWERLAYERDOWN", "TESTING", "DORMANT", "UP")
SCOPES = {"global": 0, "link": 253, "host": 254}
TABLES = {"main": 254, "local": 255, "default": 253}
KINDS = {"unicast": 1, "local": 2, "broadcast": 3, "blackhole": 6, "unreachable": 7, "prohibit": 8, "throw": 9}
PROTOCOLS = {"kernel": 2, "boot": 3, "static": 4}
PORT_STATES = ("disabled", "listening", "learning", "forwarding", "blocking")


@dataclass(frozen=True)
class Turn:
    """One command of a recording: what it wrote to each stream, and its exit code."""

    line: str
    stdout: str
    stderr: str
    code: int

    @property
    def argv(self) -> list[str]:
        """The words of the command."""
        return shlex.split(self.line)


def turns(name: str) -> Iterator[Turn]:
    """The commands of a recording: `$ command`, its output, `! ` before each line of stderr, `[exit N]`."""
    line, stdout, stderr, code = "", "", "", 0
    for text in (DATA / name).read_text(encoding="utf-8").splitlines(keepends=True):
        if text.startswith("$ "):
            if line:
                yield Turn(line, stdout, stderr, code)
            line, stdout, stderr, code = text[2:].rstrip("\n"), "", "", 0
        elif text.startswith("! "):
            stderr += text[2:]
        elif text.startswith("[exit "):
            code = int(text[6:].rstrip("]\n"))
        else:
            stdout += text
    if line:
        yield Turn(line, stdout, stderr, code)


def view(recorded: dict[str, str]) -> NetnsView:
    """The namespace that the JSON outputs of a recording, by command, tell of."""
    links = json.loads(recorded["ip -d -s -j link"])
    index = {link["ifname"]: link["ifindex"] for link in links}
    addrs = {link["ifindex"]: link["addr_info"] for link in json.loads(recorded["ip -j addr"])}
    fdb = json.loads(recorded["bridge -d -s -j fdb"]) if "bridge -d -s -j fdb" in recorded else []
    return NetnsView(
        id=0,
        nsids={},
        links=tuple(_link(link, index, addrs.get(link["ifindex"], []), fdb) for link in links),
        routes=tuple(_route(route, index) for route in json.loads(recorded["ip -4 -d -j route show table all"])),
        neighs=tuple(_neigh(neigh, index) for neigh in json.loads(recorded["ip -s -j neigh show nud all"])),
        rules=tuple(Rule(pref=pref, table=table) for pref, table in ((0, 255), (32766, 254), (32767, 253))),
        sockets=(),
        sysctls={},
    )


def _link(link: dict[str, Any], index: dict[str, int], addrs: list[Any], fdb: list[Any]) -> Link:
    info = link.get("linkinfo", {})
    flags = sum(FLAG_BITS.get(flag, 0) for flag in link["flags"])
    if "UP" in link["flags"] and "NO-CARRIER" not in link["flags"]:
        flags |= 0x40
    return Link(
        ifindex=link["ifindex"],
        name=link["ifname"],
        altnames=tuple(link.get("altnames", [])),
        alias=link.get("ifalias"),
        link=index[link["link"]] if "link" in link else link.get("link_index"),
        link_netnsid=link.get("link_netnsid"),
        flags=flags,
        mtu=link["mtu"],
        qdisc=link["qdisc"],
        txqlen=link.get("txqlen", 0),
        operstate=OPERSTATES.index(link["operstate"]),
        linkmode=("DEFAULT", "DORMANT").index(link["linkmode"]),
        group=0 if link["group"] == "default" else int(link["group"]),
        master=index[link["master"]] if "master" in link else None,
        kind={"loopback": 772, "ether": 1}[link["link_type"]],
        address=link["address"],
        broadcast=link["broadcast"],
        addr_assign_type=1,
        promiscuity=link["promiscuity"],
        allmulti=link["allmulti"],
        min_mtu=link["min_mtu"],
        max_mtu=link["max_mtu"],
        info=_info(info, index, link, fdb),
        port=_port(info["info_slave_data"]) if info.get("info_slave_kind") == "bridge" else None,
        addrs=tuple(_addr(addr) for addr in addrs),
        mc=tuple(entry["mac"] for entry in fdb if entry["ifname"] == link["ifname"] and "self" in entry["flags"]),
        stats=_stats(link["stats64"]),
    )


def _stats(stats: dict[str, dict[str, int]]) -> Stats:
    rx, tx = stats["rx"], stats["tx"]
    return Stats(
        rx_bytes=rx["bytes"],
        rx_packets=rx["packets"],
        rx_errors=rx["errors"],
        rx_dropped=rx["dropped"],
        rx_missed=0,
        multicast=rx["multicast"],
        tx_bytes=tx["bytes"],
        tx_packets=tx["packets"],
        tx_errors=tx["errors"],
        tx_dropped=tx["dropped"],
        tx_carrier=tx["carrier_errors"],
        collisions=tx["collisions"],
    )


def _info(info: dict[str, Any], index: dict[str, int], link: dict[str, Any], fdb: list[Any]) -> Any:
    if info.get("info_kind") == "veth":
        return Veth(peer_netns=0)
    if info.get("info_kind") != "bridge":
        return Loopback()
    data = info["info_data"]
    mac = ":".join(f"{int(octet, 16):02x}" for octet in data["bridge_id"].partition(".")[2].split(":"))
    return Bridge(
        forward_delay=data["forward_delay"],
        hello_time=data["hello_time"],
        max_age=data["max_age"],
        ageing_time=data["ageing_time"],
        stp_state=data["stp_state"],
        priority=data["priority"],
        vlan_filtering=bool(data["vlan_filtering"]),
        bridge_id=mac,
        group_fwd_mask=int(data["group_fwd_mask"], 16),
        mcast_snooping=bool(data["mcast_snooping"]),
        nf_call_iptables=bool(data["nf_call_iptables"]),
        fdb_n_learned=0,
        fdb_max_learned=0,
        tso_max_size=link["tso_max_size"],
        topology_change=bool(data["topology_change"]),
        topology_change_detected=bool(data["topology_change_detected"]),
        hello_timer=round(data["hello_timer"] * 100),
        topology_change_timer=round(data["topology_change_timer"] * 100),
        gc_timer=round(data["gc_timer"] * 100),
        fdb=tuple(_fdb(entry, index) for entry in fdb if entry.get("master") == link["ifname"]),
    )


def _fdb(entry: dict[str, Any], index: dict[str, int]) -> FdbEntry:
    return FdbEntry(
        mac=entry["mac"],
        vlan=entry.get("vlan", 0),
        port=index[entry["ifname"]],
        local=entry["state"] == "permanent",
        is_static=entry["state"] in ("permanent", "static"),
        sticky="sticky" in entry["flags"],
        extern_learn="extern_learn" in entry["flags"],
        added_by_user=False,
        used=entry.get("used", 0) * 10**9,
        updated=entry.get("updated", 0) * 10**9,
        stale=entry["state"] == "stale",
    )


def _port(data: dict[str, Any]) -> Port:
    names = ("hairpin", "guard", "root_block", "fastleave", "learning", "flood", "mcast_flood", "bcast_flood")
    more = ("isolated", "locked", "neigh_suppress")
    return Port(
        state=PORT_STATES.index(data["state"]),
        priority=data["priority"],
        cost=data["cost"],
        port_no=int(data["no"], 16),
        designated_priority=int(data["bridge_id"].partition(".")[0], 16),
        hold_timer=round(data["hold_timer"] * 100),
        config_pending=bool(data["config_pending"]),
        forward_delay_timer=round(data["forward_delay_timer"] * 100),
        **{name: data[name] for name in (*names, *more)},
    )


def _addr(addr: dict[str, Any]) -> Addr:
    flags = sum(bit for name, bit in ADDR_BITS.items() if addr.get(name)) | (0 if addr.get("dynamic") else 0x80)
    return Addr(
        local=f"{addr['local']}/{addr['prefixlen']}",
        peer=addr.get("address"),
        broadcast=addr.get("broadcast"),
        scope=SCOPES[addr["scope"]],
        flags=flags,
        label=addr.get("label", ""),
        valid_lft=None if addr["valid_life_time"] == 2**32 - 1 else addr["valid_life_time"],
        preferred_lft=None if addr["preferred_life_time"] == 2**32 - 1 else addr["preferred_life_time"],
        metric=addr.get("metric", 0),
    )


def _route(route: dict[str, Any], index: dict[str, int]) -> Route:
    dst = "0.0.0.0/0" if route["dst"] == "default" else route["dst"]
    bits = {"dead": 1, "onlink": 4, "linkdown": 16}
    return Route(
        dst=dst if "/" in dst else f"{dst}/32",
        kind=KINDS[route["type"]],
        table=TABLES[route["table"]] if route["table"] in TABLES else int(route["table"]),
        protocol=PROTOCOLS[route["protocol"]],
        scope=SCOPES[route["scope"]],
        tos=int(route.get("tos", "0"), 16),
        via=route.get("gateway"),
        oif=index[route["dev"]] if "dev" in route else None,
        src=route.get("prefsrc"),
        metric=route.get("metric", 0),
        flags=sum(bits[flag] for flag in route["flags"]),
        mtu=route["metrics"][0]["mtu"] if "metrics" in route else None,
    )


def _neigh(neigh: dict[str, Any], index: dict[str, int]) -> Neigh:
    return Neigh(
        dev=index[neigh["dev"]],
        dst=neigh["dst"],
        lladdr=neigh.get("lladdr"),
        state=Nud[neigh["state"][0] if neigh.get("state") else "NONE"],
        proxy="proxy" in neigh,
        router="router" in neigh,
        used=neigh.get("used", 0) * 10**9,
        confirmed=neigh.get("confirmed", 0) * 10**9,
        updated=neigh.get("updated", 0) * 10**9,
        probes=neigh.get("probes", 0),
        refcnt=neigh.get("refcnt", 0),
    )
