"""The cable: what leaves by eth0 reaches the host outside, and its answers come back at the right instant."""

from __future__ import annotations

from netmodel import ModelHost

SECOND = 10**9


def test_a_neighbour_outside_answers_probes_while_nobody_waits() -> None:
    host = ModelHost()
    host.run("ping -c 1 192.168.65.1")
    host.run("sleep 60; ping -c 1 192.168.65.1; sleep 10")
    assert "REACHABLE" in host.run("ip neigh show 192.168.65.1").stdout


def test_without_a_cable_nobody_answers() -> None:
    host = ModelHost(on="bare")
    assert host.router is None
    assert host.run("ping -c 1 192.168.65.1").stderr == "ping: connect: Network is unreachable\n"


def test_the_way_outside_costs_time_as_well() -> None:
    host = ModelHost()
    near, far = (host.netns.init.ping(address).text for address in ("192.168.65.3", "192.168.65.1"))
    times = [float(text.partition("time=")[2].partition(" ")[0]) for text in (near, far)]
    assert 0 < times[0] < times[1]


def test_a_device_that_is_down_receives_nothing() -> None:
    host = ModelHost()
    host.run("ip link set eth0 down")
    host.advance(host.now + 10 * SECOND)
    assert "Network is unreachable" in host.run("ping -c 1 192.168.65.1").stderr
