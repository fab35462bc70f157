"""Networks and endpoints of one daemon: made, joined, left and removed, with the requests that each takes.

Models moby's daemon/container_operations.go and libnetwork's controller.go, network.go and endpoint.go.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from netmodel.docker import drivers
from netmodel.docker.golang import parse_instant
from netmodel.docker.ids import Ids
from netmodel.docker.ipam import Ipam, Pool
from netmodel.docker.machine import Machine
from netmodel.docker.network import BRIDGE, MTU, PREDEFINED, Network, NetworkConfig, Subnet
from netmodel.docker.options import check_options
from netmodel.docker.resolv import nameservers
from netmodel.errors import EngineError, UnsupportedError
from netmodel.request import LinkReply, Reply, Request, SysctlSet

DRIVERS = ("bridge", "host", "null")
NOT_MODELLED = ("macvlan", "ipvlan", "overlay")
DEFAULT_OPTIONS = {
    f"{BRIDGE}.default_bridge": "true",
    f"{BRIDGE}.enable_icc": "true",
    f"{BRIDGE}.enable_ip_masquerade": "true",
    f"{BRIDGE}.host_binding_ipv4": "0.0.0.0",
    f"{BRIDGE}.name": "docker0",
    MTU: "1500",
}
MAIN, LINK_SCOPE = 254, 253


class Networking:
    """The networks, the address pools, and what the daemon does to the kernel for them."""

    def __init__(self, machine: Machine, ids: Ids) -> None:
        self._machine = machine
        self._ids = ids
        self.ipam = Ipam()
        self.networks: dict[str, Network] = {}

    def apply(self, request: Request) -> Reply:
        """One request to the kernel."""
        return self._machine.kernel.apply(request)

    def apply_all(self, requests: Iterable[Request]) -> None:
        """Requests in their order."""
        for request in requests:
            self.apply(request)

    # Looking up

    def find(self, reference: str) -> Network:
        """A network by full id, by name, or by the beginning of its id if that is unique. Raises `EngineError` 404."""
        if reference in self.networks:
            return self.networks[reference]
        for network in self.networks.values():
            if network.name == reference:
                return network
        found = [network for network in self.networks.values() if reference and network.id.startswith(reference)]
        if len(found) > 1:
            raise EngineError(400, f"network {reference} is ambiguous ({len(found)} matches found based on ID prefix)")
        if not found:
            raise EngineError(404, f"network {reference} not found")
        return found[0]

    # Networks

    def create(self, config: NetworkConfig) -> Network:
        """Make a network that a person asks for. Raises `EngineError`."""
        if config.name in (*PREDEFINED, "default"):
            raise EngineError(403, f"operation is not permitted on predefined {config.name} network ")
        if any(network.name == config.name for network in self.networks.values()):
            raise EngineError(409, f"network with name {config.name} already exists")
        if config.driver in NOT_MODELLED:
            raise UnsupportedError(f"docker network create --driver {config.driver}")
        if config.driver not in DRIVERS:
            raise EngineError(404, f'plugin "{config.driver}" not found')
        if config.driver != "bridge":
            raise EngineError(403, f'only one instance of "{config.driver}" network is allowed')
        return self.make(config)

    def make(self, config: NetworkConfig) -> Network:
        """Draw an id, take a pool, and let the driver work. What was taken is given back when it refuses."""
        network = Network(self._ids.draw("network", config.name), self._created(config.name), config)
        if config.driver != "bridge":
            self.networks[network.id] = network
            return network
        if config.ipv6:
            pools = "IPv6 address pool among the defaults to assign to the network"
            raise EngineError(404, f"could not find an available, non-overlapping {pools}")
        self._pool(network)
        assert network.pool is not None
        try:
            if len(config.subnets) > 1:
                raise EngineError(500, "bridge driver doesn't support multiple subnets")
            check_options(config.options)
            self._bridge(network)
        except (EngineError, UnsupportedError):
            self.ipam.release(network.pool.subnet)
            raise
        self.networks[network.id] = network
        return network

    def _created(self, name: str) -> int:
        declared = self._ids.created(name)
        return self._machine.now if declared is None else parse_instant(declared)

    def _pool(self, network: Network) -> None:
        """The subnet, then the gateway, then the auxiliary addresses (network.go, `ipamAllocateVersion`)."""
        wanted = network.config.subnets[0] if network.config.subnets else None
        if wanted and wanted.subnet:
            try:
                subnet = IPv4Interface(wanted.subnet).network
            except ValueError:
                reason = f"Invalid subnet {wanted.subnet} : invalid CIDR address: {wanted.subnet}"
                raise EngineError(500, reason) from None
            pool = Pool(self.ipam.claim(subnet), wanted.subnet)
            network.has_user_subnet = True
        else:
            subnet = self.ipam.request(self.reserved())
            pool = Pool(subnet, str(subnet))
        network.pool = pool
        network.shows_gateway = wanted is None or not wanted.subnet or bool(wanted.gateway)
        try:
            if wanted and wanted.ip_range:
                pool.range_text = wanted.ip_range
                pool.ip_range = IPv4Interface(wanted.ip_range).network
            pool.gateway = self._gateway(pool, wanted.gateway if wanted else "")
            for name, text in sorted((wanted.aux if wanted else {}).items()):
                pool.aux = {**pool.aux, name: self._aux(pool, name, text)}
        except EngineError:
            self.ipam.release(pool.subnet)
            raise

    def _gateway(self, pool: Pool, wanted: str) -> IPv4Address:
        if wanted:
            try:
                pool.take(IPv4Address(wanted))
            except EngineError as error:
                raise EngineError(403, f"failed to allocate gateway ({wanted}): {error.message}") from None
            return IPv4Address(wanted)
        address = pool.allocate()
        if address is None:
            raise EngineError(500, "failed to allocate gateway (): No available addresses on this pool")
        return address

    def _aux(self, pool: Pool, name: str, text: str) -> IPv4Address:
        try:
            pool.take(IPv4Address(text))
        except EngineError as error:
            message = f"failed to allocate secondary ip address ({name}:{text}): {error.message}"
            raise EngineError(403, message) from None
        return IPv4Address(text)

    def reserved(self) -> list[IPv4Network]:
        """What no predefined pool may overlap: the host's on-link routes and its name servers (ipamutils,
        `ElectInterfaceAddresses`, `CheckRouteOverlaps`, `CheckNameserverOverlaps`)."""
        view = self._machine.kernel.snapshot().netns[drivers.INIT_NETNS]
        routes = [
            IPv4Network(route.dst)
            for route in view.routes
            if route.table == MAIN and route.scope == LINK_SCOPE and ":" not in route.dst
        ]
        servers = nameservers(self._machine.read_file("/etc/resolv.conf") or "")
        return routes + [IPv4Network(server) for server in servers if ":" not in server]

    def _bridge(self, network: Network) -> None:
        """The bridge device with the gateway's address, up."""
        assert network.pool is not None and network.pool.gateway is not None
        name = network.bridge_name
        existing = self.device(name)
        network.has_own_bridge = existing is None
        if existing is not None:
            network.bridge = existing
        else:
            network.bridge = self.link_of(self.apply(drivers.bridge_device(name, self._ids.mac(name))))
        if self._machine.platform.has("docker.accept_ra_off"):
            self.apply(drivers.no_router_advertisements(name))
        address = network.pool.with_length(network.pool.gateway)
        if not self.has_address(network.bridge, address):
            self.apply(drivers.bridge_address(network.bridge, address))
        self.apply(drivers.up(network.bridge))

    def device(self, name: str) -> int | None:
        """The index of a device of the host, or `None`."""
        links = self._machine.kernel.snapshot().netns[drivers.INIT_NETNS].links
        return next((link.ifindex for link in links if link.name == name), None)

    def is_there(self, ifindex: int, netns: int) -> bool:
        """Whether a namespace has a device of this index."""
        views = self._machine.kernel.snapshot().netns
        return any(link.ifindex == ifindex for view in views if view.id == netns for link in view.links)

    def has_address(self, ifindex: int, address: IPv4Interface) -> bool:
        """Whether a device of the host has an address already."""
        links = self._machine.kernel.snapshot().netns[drivers.INIT_NETNS].links
        return any(str(address) == addr.local for link in links if link.ifindex == ifindex for addr in link.addrs)

    def link_of(self, reply: Reply) -> int:
        """The index that a creation answers."""
        assert isinstance(reply, LinkReply)
        return reply.value

    def remove(self, reference: str) -> Network:
        """Remove a network. Raises `EngineError` if it is predefined or in use."""
        network = self.find(reference)
        if network.is_predefined:
            raise EngineError(403, f"{network.name} is a pre-defined network and cannot be removed")
        if network.endpoints:
            message = f"error while removing network: network {network.name} id {network.id} has active endpoints"
            raise EngineError(403, message)
        self.drop(network)
        bridge = self.device(network.bridge_name) if network.driver == "bridge" else None
        if bridge is not None and network.has_own_bridge:
            self.apply(drivers.remove_link(bridge))
        return network

    def drop(self, network: Network) -> None:
        """Forget a network and give its pool back; its bridge device stays."""
        del self.networks[network.id]
        if network.pool:
            self.ipam.release(network.pool.subnet)

    # The daemon's start

    def start(self) -> None:
        """What a daemon does to networks when it starts: forwarding on, the three networks made in their order.

        `none` and `host` are kept from the last run, user networks with their pools, too; `bridge` is made anew
        (daemon/daemon_unix.go, `initNetworkController`). A docker0 that has an address gives the network its gateway.
        """
        kept = {network.name: network for network in self.networks.values()}
        self.ipam = Ipam()
        for network in self.networks.values():
            if network.pool and not network.is_predefined:
                self.ipam.claim(network.pool.subnet)
        self._forwarding()
        for name, driver in (("none", "null"), ("host", "host")):
            if name not in kept:
                self.make(NetworkConfig(name, driver))
        if "bridge" in kept:
            del self.networks[kept["bridge"].id]
        self._default_bridge()

    def _forwarding(self) -> None:
        """`setupIPForwarding`: only if it is off."""
        values = self._machine.kernel.snapshot().netns[drivers.INIT_NETNS].sysctls
        if values.get("ipv4/ip_forward") != "1":
            self.apply(SysctlSet(netns=drivers.INIT_NETNS, path="ipv4/ip_forward", value="1"))

    def _default_bridge(self) -> None:
        existing = self._existing_address()
        subnets: tuple[Subnet, ...] = ()
        if existing is not None:
            subnets = (Subnet(str(existing.network), gateway=str(existing.ip)),)
        network = self.make(NetworkConfig("bridge", "bridge", subnets, DEFAULT_OPTIONS))
        network.has_user_subnet = False
        network.shows_gateway = existing is not None

    def _existing_address(self) -> IPv4Interface | None:
        """The first IPv4 address of docker0, if that device is there."""
        for link in self._machine.kernel.snapshot().netns[drivers.INIT_NETNS].links:
            if link.name == "docker0":
                return next((IPv4Interface(addr.local) for addr in link.addrs if ":" not in addr.local), None)
        return None
