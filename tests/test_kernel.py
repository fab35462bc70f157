"""The border: what is asked of a Kernel is answered or refused by name, and a Kernel is a value."""

from __future__ import annotations

import copy
import pickle
from typing import Any, get_args

import pytest
from hypothesis import given, settings, strategies as st

from netmodel import _core, request
from netmodel.errors import KernelError, UnsupportedError
from netmodel.kernel import Kernel
from netmodel.request import Dev, LinkAdd, LinkChange, LinkReply, LinkSet, LinkSpec, NetnsNew, NetnsReply, Veth
from netmodel.trace import Local, Origin, Rx, Xmit

REQUESTS: st.SearchStrategy[Any] = st.one_of(*map(st.from_type, get_args(request.Request)))
SECOND = 10**9


def pair() -> Kernel:
    """A Kernel with a veth pair in `init_net`."""
    kernel = Kernel(7)
    kernel.apply(LinkAdd(LinkSpec(name="va"), Veth(LinkSpec(name="vb"))))
    return kernel


def names(kernel: Kernel) -> list[str]:
    """The devices of `init_net`."""
    return [link.name for link in kernel.snapshot().netns[0].links]


def test_a_kernel_begins_with_lo_alone() -> None:
    assert names(Kernel()) == ["lo"]
    assert Kernel().apply(NetnsNew()) == NetnsReply(1)


def test_a_refusal_has_the_kernels_number_and_name() -> None:
    with pytest.raises(KernelError) as refused:
        Kernel().apply(LinkSet(Dev(0, 99), LinkChange(up=True)))
    assert (refused.value.errno, refused.value.name) == (19, "ENODEV")


def test_a_copy_goes_its_own_way() -> None:
    kernel = pair()
    for other in (kernel.copy(), copy.copy(kernel), copy.deepcopy(kernel)):
        assert other.snapshot() == kernel.snapshot()
        other.apply(LinkAdd(LinkSpec(name="vc"), Veth(LinkSpec(name="vd"))))
        assert "vc" in names(other)
        assert "vc" not in names(kernel)


def test_a_kernel_pickles_whole() -> None:
    kernel = pair()
    kernel.apply(LinkSet(Dev(0, 2), LinkChange(up=True)))
    kernel.advance(3 * SECOND)
    again = pickle.loads(pickle.dumps(kernel))
    assert again.snapshot() == kernel.snapshot()
    assert again.next_deadline() == kernel.next_deadline()
    assert pickle.dumps(again) == pickle.dumps(kernel)


def test_no_kernel_is_made_of_other_bytes() -> None:
    whole = Kernel()._core.dump()
    for state in (b"", b"netmodel", whole[:-1], whole[:8] + b"\xff" + whole[9:]):
        with pytest.raises(ValueError, match="no Kernel of this version"):
            _core.load(state)


def test_time_is_what_it_is_told() -> None:
    kernel = Kernel()
    kernel.advance(5 * SECOND)
    assert kernel.now == 5 * SECOND == kernel.snapshot().now
    kernel.advance(4 * SECOND)
    assert kernel.now == 5 * SECOND


def test_the_same_seed_gives_the_same_kernel() -> None:
    assert pair().snapshot() == pair().snapshot()
    other = Kernel(8)
    other.apply(LinkAdd(LinkSpec(name="va"), Veth(LinkSpec(name="vb"))))
    assert other.snapshot() != pair().snapshot()


@pytest.mark.parametrize("text", ["", "{}", '"Wish"', '{"LinkDel": {}}', '{"LinkDel": {"dev": {"netns": -1}}}'])
def test_what_is_no_request_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match="line 1"):
        _core.Kernel(0).apply(text)


@settings(deadline=None)
@given(st.lists(REQUESTS, max_size=8))
def test_no_request_is_a_bug(asked: list[request.Request]) -> None:
    kernel = pair()
    for one in asked:
        try:
            kernel.apply(one)
        except (KernelError, UnsupportedError, ValueError):
            continue
    kernel.advance(10 * SECOND)
    kernel.snapshot()


@settings(deadline=None)
@given(st.sampled_from([Rx(Dev(0, 2)), Xmit(Dev(0, 3)), Local(0)]), st.binary(max_size=80))
def test_no_packet_is_a_bug(origin: Origin, packet: bytes) -> None:
    kernel = pair()
    for ifindex in (2, 3):
        kernel.apply(LinkSet(Dev(0, ifindex), LinkChange(up=True)))
    kernel.send(origin, packet)


def test_a_veth_pair_takes_two_indexes() -> None:
    reply = Kernel().apply(LinkAdd(LinkSpec(name="va"), Veth(LinkSpec(name="vb"))))
    assert reply == LinkReply(3)
