"""Networks: what one is, and where it comes from (libnetwork, network.go)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address

from netmodel.docker.endpoint import Endpoint
from netmodel.docker.ipam import Pool

PREDEFINED = ("bridge", "host", "none")
BRIDGE = "com.docker.network.bridge"
MTU = "com.docker.network.driver.mtu"


@dataclass(frozen=True)
class Subnet:
    """One item of an IPAM configuration, as it was typed."""

    subnet: str = ""
    ip_range: str = ""
    gateway: str = ""
    aux: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class NetworkConfig:
    """The body of a network create call."""

    name: str
    driver: str = "bridge"
    subnets: tuple[Subnet, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)
    internal: bool = False
    attachable: bool = False
    ipv6: bool = False


@dataclass
class Network:
    """A network of this daemon. `bridge` is the index of its bridge device, for the bridge
    driver, and `has_own_bridge` whether the daemon made that: only then it goes with the network."""

    id: str
    created: int
    config: NetworkConfig
    pool: Pool | None = None
    shows_gateway: bool = True
    has_user_subnet: bool = False
    bridge: int | None = None
    has_own_bridge: bool = True
    endpoints: dict[str, Endpoint] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name."""
        return self.config.name

    @property
    def driver(self) -> str:
        """Its driver: `bridge`, `host` or `null`."""
        return self.config.driver

    @property
    def bridge_name(self) -> str:
        """The device's name: given, or `br-` and the short id."""
        return self.config.options.get(f"{BRIDGE}.name") or f"br-{self.id[:12]}"

    @property
    def mtu(self) -> int | None:
        """The mtu option, if it was given, in bytes."""
        text = self.config.options.get(MTU)
        return int(text) if text else None

    @property
    def is_predefined(self) -> bool:
        """Whether the daemon makes it by itself."""
        return self.name in PREDEFINED

    @property
    def gateway(self) -> IPv4Address | None:
        """The bridge's own address."""
        return self.pool.gateway if self.pool else None
