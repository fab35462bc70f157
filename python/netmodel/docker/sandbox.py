"""Sandboxes: a container's network namespace and the devices moved into it (libnetwork, sandbox.go, osl/)."""

from __future__ import annotations

from dataclasses import dataclass, field

from netmodel.docker.drivers import address_of, down, up
from netmodel.docker.endpoint import Endpoint
from netmodel.request import AddrAdd, Dev, How, LinkChange, LinkSet, Request, RouteAdd, RouteDel, RouteSpec, SysctlSet

LOOPBACK = 1
UNICAST, MAIN, BOOT, UNIVERSE = 1, 254, 3, 0


@dataclass
class Sandbox:
    """A sandbox. `netns` is `None` until the runtime has made the namespace; `is_host`: it is the host's own."""

    id: str
    key: str
    container_id: str
    is_host: bool = False
    netns: int | None = None
    endpoints: list[Endpoint] = field(default_factory=list)
    next_number: int = 0
    gateway_of: Endpoint | None = None

    @property
    def ordered(self) -> list[Endpoint]:
        """The endpoints by precedence: the first with a gateway owns the default route."""
        return sorted(self.endpoints, key=lambda endpoint: endpoint.precedence)


def basics(netns: int) -> list[Request]:
    """What every new sandbox gets: no IPv6, `lo` up (osl/namespace_linux.go, `NewSandbox`, until 25)."""
    return [SysctlSet(netns=netns, path="ipv6/conf/all/disable_ipv6", value="1"), up(LOOPBACK, netns)]


def enter(endpoint: Endpoint, netns: int, name: str) -> list[Request]:
    """Move the container's end in and dress it (osl/interface_linux.go, `AddInterface`)."""
    assert endpoint.address is not None
    inside = Dev(netns, endpoint.ifindex)
    return [
        LinkSet(dev=Dev(0, endpoint.ifindex), change=LinkChange(netns=netns)),
        down(endpoint.ifindex, netns),
        LinkSet(dev=inside, change=LinkChange(name=name)),
        LinkSet(dev=inside, change=LinkChange(address=endpoint.mac)),
        AddrAdd(dev=inside, addr=address_of(endpoint.address), how=How.Add),
        up(endpoint.ifindex, netns),
    ]


def leave(endpoint: Endpoint, netns: int) -> list[Request]:
    """Give the container's end back to the host under its temporary name (`nwIface.Remove`)."""
    inside = Dev(netns, endpoint.ifindex)
    return [
        down(endpoint.ifindex, netns),
        LinkSet(dev=inside, change=LinkChange(name=endpoint.temporary)),
        LinkSet(dev=inside, change=LinkChange(netns=0)),
    ]


def default_route(endpoint: Endpoint, netns: int) -> RouteSpec:
    """The route that `programGateway` sets."""
    return RouteSpec(
        dst="0.0.0.0/0",
        kind=UNICAST,
        table=MAIN,
        protocol=BOOT,
        scope=UNIVERSE,
        via=endpoint.gateway,
        oif=endpoint.ifindex,
    )


def set_gateway(endpoint: Endpoint, netns: int) -> Request:
    """`SetGateway`."""
    return RouteAdd(netns=netns, route=default_route(endpoint, netns), how=How.Add)


def unset_gateway(endpoint: Endpoint, netns: int) -> Request:
    """`UnsetGateway`."""
    return RouteDel(netns=netns, route=default_route(endpoint, netns))
