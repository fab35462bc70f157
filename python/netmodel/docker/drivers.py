"""The bridge driver: which requests make a bridge, a pair of devices, and undo them.

Pure: each function returns requests in the order in which libnetwork makes its netlink calls (drivers/bridge/bridge.go,
setup_device.go, setup_ipv4.go). The `null` and `host` drivers make none.
"""

from __future__ import annotations

from ipaddress import IPv4Interface

from netmodel.docker.endpoint import Endpoint
from netmodel.docker.network import Network
from netmodel.request import (
    AddrAdd,
    AddrSpec,
    Bridge,
    BridgeOptions,
    Dev,
    How,
    LinkAdd,
    LinkChange,
    LinkDel,
    LinkSet,
    LinkSpec,
    Request,
    SysctlSet,
    Veth,
)

INIT_NETNS = 0
IFNAMSIZ = 16


def bridge_device(name: str, mac: str) -> Request:
    """The bridge itself, with its MAC from birth so that it never follows its ports (`setupDevice`)."""
    spec = LinkSpec(netns=INIT_NETNS, name=name, address=mac, txqueuelen=0)
    return LinkAdd(spec=spec, kind=Bridge(BridgeOptions()))


def no_router_advertisements(name: str) -> Request:
    """`setupDefaultSysctl`, 19.03 and later."""
    return SysctlSet(netns=INIT_NETNS, path=f"ipv6/conf/{name}/accept_ra", value="0")


def bridge_address(ifindex: int, address: IPv4Interface) -> Request:
    """The gateway's address on the bridge (`setupBridgeIPv4`)."""
    return AddrAdd(dev=Dev(INIT_NETNS, ifindex), addr=address_of(address), how=How.Add)


def address_of(address: IPv4Interface) -> AddrSpec:
    """An address as Go's netlink library sends it: with the broadcast address of its subnet, where there is one."""
    network = address.network
    broadcast = str(network.broadcast_address) if network.prefixlen < 31 else None
    return AddrSpec(local=str(address), broadcast=broadcast)


def up(ifindex: int, netns: int = INIT_NETNS) -> Request:
    """`LinkSetUp`."""
    return LinkSet(dev=Dev(netns, ifindex), change=LinkChange(up=True))


def down(ifindex: int, netns: int = INIT_NETNS) -> Request:
    """`LinkSetDown`."""
    return LinkSet(dev=Dev(netns, ifindex), change=LinkChange(up=False))


def pair(endpoint: Endpoint) -> Request:
    """The pair of devices, both in the host's namespace; the container's end is the peer, so it is registered first."""
    peer = LinkSpec(netns=INIT_NETNS, name=endpoint.temporary, txqueuelen=0)
    spec = LinkSpec(netns=INIT_NETNS, name=endpoint.host_link, txqueuelen=0)
    return LinkAdd(spec=spec, kind=Veth(peer))


def attach(host_ifindex: int, network: Network, container_ifindex: int) -> list[Request]:
    """The host's end becomes a port and goes up (`CreateEndpoint`)."""
    requests: list[Request] = []
    if network.mtu is not None:
        for ifindex in (host_ifindex, container_ifindex):
            requests.append(LinkSet(dev=Dev(INIT_NETNS, ifindex), change=LinkChange(mtu=network.mtu)))
    requests.append(LinkSet(dev=Dev(INIT_NETNS, host_ifindex), change=LinkChange(master=network.bridge)))
    requests.append(up(host_ifindex))
    return requests


def remove_link(ifindex: int) -> Request:
    """`LinkDel`."""
    return LinkDel(dev=Dev(INIT_NETNS, ifindex))
