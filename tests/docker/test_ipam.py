"""Which subnet a network gets, and which address an endpoint."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest

from netmodel.docker.ipam import NO_POOL, OVERLAP, Ipam, Pool
from netmodel.errors import EngineError


def pool(subnet: str) -> Pool:
    return Pool(IPv4Network(subnet), subnet)


def test_pools_are_handed_out_in_their_order_and_not_again_before_the_last() -> None:
    ipam = Ipam()
    first = [ipam.request(()) for _ in range(2)]
    assert [str(one) for one in first] == ["172.17.0.0/16", "172.18.0.0/16"]
    ipam.release(first[1])
    assert str(ipam.request(())) == "172.19.0.0/16"


def test_a_pool_that_a_route_of_the_host_overlaps_is_passed_over() -> None:
    ipam = Ipam()
    assert str(ipam.request([IPv4Network("172.17.5.0/24")])) == "172.18.0.0/16"


def test_thirty_one_pools_and_no_more_and_a_released_one_comes_back_when_all_were_given() -> None:
    ipam = Ipam()
    pools = [ipam.request(()) for _ in range(31)]
    assert str(pools[-1]) == "192.168.240.0/20"
    with pytest.raises(EngineError) as caught:
        ipam.request(())
    assert caught.value.message == NO_POOL
    ipam.release(pools[3])
    assert ipam.request(()) == pools[3]


def test_a_given_subnet_may_not_overlap_one_in_use() -> None:
    ipam = Ipam()
    ipam.claim(IPv4Network("10.1.0.0/16"))
    with pytest.raises(EngineError) as caught:
        ipam.claim(IPv4Network("10.1.2.0/24"))
    assert (caught.value.status, caught.value.message) == (403, OVERLAP)


def test_the_lowest_free_address_comes_first_and_a_hole_is_filled() -> None:
    held = pool("172.17.0.0/16")
    assert [str(held.allocate()) for _ in range(3)] == ["172.17.0.1", "172.17.0.2", "172.17.0.3"]
    held.release(IPv4Address("172.17.0.2"))
    assert str(held.allocate()) == "172.17.0.2"
    assert str(held.allocate()) == "172.17.0.4"


def test_network_and_broadcast_addresses_are_never_free() -> None:
    held = pool("10.0.0.0/30")
    assert [str(held.allocate()) for _ in range(3)] == ["10.0.0.1", "10.0.0.2", "None"]
    with pytest.raises(EngineError, match="Address already in use"):
        held.take(IPv4Address("10.0.0.0"))


def test_a_range_limits_what_is_handed_out_but_not_what_is_asked_for() -> None:
    held = pool("10.5.0.0/24")
    held.ip_range = IPv4Network("10.5.0.128/25")
    assert str(held.allocate()) == "10.5.0.128"
    held.take(IPv4Address("10.5.0.7"))
    assert IPv4Address("10.5.0.7") in held.taken
