"""The JSON of the border: every dataclass comes back as it went."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import given, strategies as st

from netmodel import request, snapshot, step, trace
from netmodel.codec import decode, encode

REQUESTS: st.SearchStrategy[Any] = st.one_of(*map(st.from_type, get_args(request.Request)))


@given(REQUESTS)
def test_request_comes_back(value: request.Request) -> None:
    assert decode("Request", json.loads(json.dumps(encode(value)))) == value


def test_variants_are_tagged_as_serde_tags_them() -> None:
    assert encode(request.NetnsNew()) == "NetnsNew"
    assert encode(request.LinkDel(request.Dev(0, 2))) == {"LinkDel": {"dev": {"netns": 0, "ifindex": 2}}}
    assert encode(request.NsidReply(-1)) == {"Nsid": -1}
    assert encode(request.DatagramReply(from_="192.0.2.1:9", data=b"\0\1")) == {
        "Datagram": {"from": "192.0.2.1:9", "data": [0, 1]}
    }


def test_a_variant_that_is_a_struct_keeps_its_tag() -> None:
    data = {"Veth": {"peer_netns": 3}}
    assert decode("LinkInfo", data) == snapshot.Veth(3)
    assert encode(snapshot.Veth(3)) == data


def test_a_trace_comes_back() -> None:
    steps = (
        step.Rx(netns=0, dev=2, name="eth0"),
        step.Drop(netns=0, dev="eth0", reason=step.DropReason.NO_SOCKET),
        step.Storm(),
    )
    copy = trace.Copy(parent=None, summary="a frame", bytes=b"\0" * 60, steps=steps)
    whole = trace.Trace(at=5, copies=(copy,), cost_ns=9)
    assert decode("Trace", json.loads(json.dumps(encode(whole)))) == whole


def test_what_is_not_known_is_refused() -> None:
    with pytest.raises(KeyError):
        decode("Request", {"Wish": {}})
    with pytest.raises(KeyError):
        decode("Dev", {"netns": 0})
