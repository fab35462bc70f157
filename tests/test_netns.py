"""Handles of namespaces and devices."""

from __future__ import annotations

import pytest

from netmodel import Bridge, KernelError, ModelHost, Namespace, Veth
from netmodel.request import BridgeOptions


@pytest.fixture
def host() -> ModelHost:
    return ModelHost(on="bare", seed=7)


@pytest.fixture
def pair(host: ModelHost) -> tuple[Veth, Veth]:
    red, blue = host.netns.add("red"), host.netns.add("blue")
    a, b = host.veth("va", "vb", netns=(red, blue))
    a.addr.add("192.0.2.1/24")
    b.addr.add("192.0.2.2/24")
    a.up()
    b.up()
    return a, b


def test_a_ping_is_a_trace_for_each_echo_and_the_text(host: ModelHost, pair: tuple[Veth, Veth]) -> None:
    ping = host.netns["red"].ping("192.0.2.2", count=2)
    assert len(ping.traces) == 2
    assert ping.text.startswith("PING 192.0.2.2 (192.0.2.2) 56(84) bytes of data.\n")
    assert "[blue] answered: ICMP echo reply" in str(ping)
    assert str(ping).endswith(" ms")


def test_what_is_shown_of_each_is_held_by_the_kernel(host: ModelHost, pair: tuple[Veth, Veth]) -> None:
    a, b = pair
    assert a.peer == b
    assert b.peer == a
    assert (a.operstate, a.mtu, a.ifindex) == ("UP", 1500, 2)
    assert next(iter(a.addr)) == "192.0.2.1/24"
    assert repr(a).startswith(f"<Veth 2: va in red {a.address} UP 192.0.2.1/24")
    assert repr(host.netns["red"]) == "<Namespace red: lo va>"
    assert repr(host.netns) == "<Netns blue red>"


def test_a_handle_follows_what_is_done_through_it(host: ModelHost, pair: tuple[Veth, Veth]) -> None:
    a, b = pair
    b.rename("uplink")
    a.move(host.netns.init)
    assert a.peer == b
    assert "uplink@if" in host.run("ip -n blue link").stdout
    a.delete()
    assert repr(b) == "<Veth uplink in blue: gone>"


def test_a_bridge_learns_and_tells_its_ports(host: ModelHost) -> None:
    bridge = host.bridge("br0", options=BridgeOptions(ageing_time=1000))
    port, far = host.veth("p0", "h0")
    bridge.add(port)
    assert bridge.ports == [port]
    assert port.master == bridge
    for link in (bridge, port, far):
        link.up()
    frame = bytes.fromhex("ffffffffffff0200000000aa0800") + bytes(46)
    trace = host.send(frame, far)
    assert "learned 02:00:00:00:00:aa at p0" in str(trace)
    assert "02:00:00:00:00:aa" in [entry.mac for entry in bridge.fdb]
    bridge.remove(port)
    assert bridge.ports == []
    with pytest.raises(KernelError, match="EINVAL"):
        bridge.remove(port)


def test_raw_bytes_enter_a_device_or_a_namespace(host: ModelHost, pair: tuple[Veth, Veth]) -> None:
    a, _ = pair
    arp = bytes.fromhex("ffffffffffff0200000000aa080600010800060400010200000000aac0000205000000000000c0000201")
    assert "ARP, Reply 192.0.2.1 is-at" in str(host.receive(arp, a))
    assert "dropped" in str(host.netns["red"].send(bytes(20)))


def test_names_are_taken_once_and_removed_once(host: ModelHost) -> None:
    red = host.netns.add("red")
    with pytest.raises(KernelError, match="EEXIST"):
        host.netns.add("red")
    assert isinstance(host.netns["red"], Namespace)
    assert red.sysctl("ipv4/ip_forward", "1") == "1"
    red.delete()
    with pytest.raises(KernelError, match="ENOENT"):
        red.delete()
    assert "red" not in host.netns
    assert repr(red) == "<Namespace red: gone>"


def test_a_handle_is_what_the_device_is(host: ModelHost) -> None:
    host.run("ip link add br0 type bridge; ip link add va type veth peer name vb")
    assert isinstance(host.netns.init.link("br0"), Bridge)
    assert isinstance(host.netns.init.link("va"), Veth)
    with pytest.raises(LookupError, match="no device nosuch in init_net"):
        host.netns.init.link("nosuch")
