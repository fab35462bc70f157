"""Endpoints: one container's end in one network (libnetwork, endpoint.go)."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Interface


@dataclass
class Endpoint:
    """An endpoint. Of the bridge driver it has an address and a pair of devices; elsewhere it is only a row.

    `temporary` is the name of the container's end while it lies on the host, `ifname` the one inside (`eth0`).
    """

    id: str
    name: str
    network: str
    network_id: str
    container_id: str
    is_internal: bool = False
    address: IPv4Interface | None = None
    gateway: str = ""
    mac: str = ""
    host_link: str = ""
    temporary: str = ""
    ifindex: int = 0
    ifname: str = ""
    prefix: str = "eth"

    @property
    def precedence(self) -> tuple[bool, bool, str]:
        """What sorts the endpoints of a sandbox: first a network that is not internal, then one with a gateway, then by
        name (`epHeap.Less` in sandbox.go)."""
        return (self.is_internal, not self.gateway, self.network)
