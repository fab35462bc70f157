"""A Trace reads as a list of hops."""

from __future__ import annotations

from typing import get_args

from hypothesis import given, strategies as st

from netmodel.explain import hop, text
from netmodel.kernel import Kernel
from netmodel.request import AddrAdd, AddrSpec, Dev, How, LinkAdd, LinkChange, LinkSet, LinkSpec, NetnsNew, Veth
from netmodel.step import Step
from netmodel.trace import Local

ECHO = bytes.fromhex("45000054000140004001b655c0000201c00002020800f7ff00000000" + "00" * 56)


def test_an_unresolved_neighbour_is_asked_for_and_answers() -> None:
    kernel = Kernel(7)
    kernel.apply(NetnsNew())
    kernel.apply(LinkAdd(LinkSpec(name="va"), Veth(LinkSpec(name="vb", netns=1))))
    for netns, address in ((0, "192.0.2.1/24"), (1, "192.0.2.2/24")):
        (ifindex,) = (link.ifindex for link in kernel.snapshot().netns[netns].links if link.name != "lo")
        kernel.apply(AddrAdd(Dev(netns, ifindex), AddrSpec(local=address), How.Add))
        kernel.apply(LinkSet(Dev(netns, ifindex), LinkChange(up=True)))
    trace = kernel.send(Local(0), ECHO)
    lines = text(trace, {1: "blue"}).splitlines()
    assert str(trace) == text(trace)
    assert lines[1] == "    [init_net] route: unicast dev va (table main)"
    assert lines[2] == "    [init_net] waits: resolving 192.0.2.2"
    assert "    [blue] answered: ARP reply" in lines
    assert "    [blue] answered: ICMP echo reply" in lines


@given(st.one_of(*map(st.from_type, get_args(Step))))
def test_every_step_is_one_line(one: Step) -> None:
    assert hop(one)
