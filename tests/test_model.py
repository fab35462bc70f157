"""A modelled host: its clock, its commands and processes, and what keeps a namespace alive."""

from __future__ import annotations

import signal

import pytest

from netmodel import ModelHost, UnsupportedError
from netmodel.entropy import Draw, Entropy

SECOND = 10**9
START = 1_600_000_000 * SECOND


@pytest.fixture
def host() -> ModelHost:
    return ModelHost(on="bare", start=START)


def test_a_command_that_fails_is_a_value(host: ModelHost) -> None:
    done = host.run("ip link show nosuch")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == 'Device "nosuch" does not exist.\n'


def test_sleep_moves_the_clock_and_nothing_else_does(host: ModelHost) -> None:
    host.run("ip link set lo up; ip addr; sleep 1.5")
    assert host.now == START + SECOND * 3 // 2


def test_an_instant_that_has_passed_is_no_error(host: ModelHost) -> None:
    host.advance(START + SECOND)
    host.advance(START)
    assert host.now == START + SECOND


def test_a_program_that_is_not_there_ends_with_127(host: ModelHost) -> None:
    done = host.start(["nosuch"]).wait()
    assert done is not None
    assert (done.returncode, done.stdout) == (127, "sh: nosuch: not found\n")


def test_a_program_that_is_there_in_reality_is_refused_by_name(host: ModelHost) -> None:
    with pytest.raises(UnsupportedError, match="iptables"):
        host.run("iptables -L")
    assert host.run("echo still here").stdout == "still here\n"


def test_waiting_until_an_instant_leaves_the_process_running(host: ModelHost) -> None:
    process = host.start(["sleep", "10"])
    assert process.wait(START + SECOND) is None
    assert host.now == START + SECOND
    process.signal(signal.SIGTERM)
    done = process.wait()
    assert done is not None
    assert done.returncode == 128 + signal.SIGTERM


def test_a_key_at_a_terminal_ends_ping_with_its_statistics(host: ModelHost) -> None:
    host.run("ip link set lo up")
    process = host.start(["ping", "127.0.0.1"], tty=True)
    process.wait(START)
    process.wait(START + SECOND // 2)
    process.signal(signal.SIGINT)
    done = process.wait()
    assert done is not None
    assert done.returncode == 0
    assert "1 packets transmitted, 1 received, 0% packet loss, time 0ms" in done.stdout


def test_a_process_keeps_its_namespace_alive(host: ModelHost) -> None:
    host.run("ip netns add red")
    process = host.start(["sleep", "10"], netns="red")
    process.wait(START + SECOND)
    number = host.netns["red"].id
    host.run("ip netns delete red")
    assert number in [view.id for view in host.kernel.snapshot().netns]
    process.wait()
    assert number not in [view.id for view in host.kernel.snapshot().netns]


def test_declared_macs_reach_the_kernel_and_are_marked_when_drawn() -> None:
    entropy = Entropy(0, {Draw("mac", "va", 0): "02:00:00:00:00:0a", Draw("mac", "vz", 0): "02:00:00:00:00:0b"})
    host = ModelHost(on="bare", entropy=entropy)
    a, _ = host.veth("va", "vb")
    assert a.address == "02:00:00:00:00:0a"
    assert entropy.unused() == [Draw("mac", "vz", 0)]


def test_the_host_outside_answers() -> None:
    done = ModelHost().run("ping -c 1 192.168.65.1")
    assert "1 packets transmitted, 1 received" in done.stdout


def test_a_lease_is_renewed_at_half_its_time() -> None:
    entropy = Entropy()
    values = {"address": "00:1c:42:00:00:09", "inet": "10.0.0.9/24", "lease": "1800"}
    entropy.declare({Draw("outside", f"eth0.{name}", 0): value for name, value in values.items()})
    host = ModelHost(entropy=entropy, start=START)
    for seconds, left in ((600, 1200), (1000, 1700), (900 * 1000 + 5, 1795)):
        host.advance(START + seconds * SECOND)
        assert f"valid_lft {left}sec preferred_lft {left}sec" in host.run("ip -4 addr show eth0").stdout


def test_two_hosts_of_one_seed_are_equal_and_another_seed_differs() -> None:
    def macs(seed: int) -> str:
        host = ModelHost(seed=seed, on="bare")
        host.run("ip link add va type veth peer name vb")
        return host.run("ip link").stdout

    assert macs(1) == macs(1)
    assert macs(1) != macs(2)


def test_an_unknown_platform_is_answered_with_those_there_are() -> None:
    with pytest.raises(LookupError, match="debian12"):
        ModelHost(platform="nosuch")
