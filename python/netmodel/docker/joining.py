"""How containers get into networks and out of them: endpoints, sandboxes and their devices.

Models moby's daemon/container_operations.go and libnetwork's endpoint.go, sandbox.go and osl/.
"""

from __future__ import annotations

from contextlib import suppress
from ipaddress import IPv4Address, IPv4Interface

from netmodel.docker import drivers, sandbox
from netmodel.docker.containers import Container, EndpointSettings
from netmodel.docker.endpoint import Endpoint
from netmodel.docker.ids import SHORT, Ids
from netmodel.docker.ipam import IN_USE
from netmodel.docker.machine import Machine
from netmodel.docker.network import PREDEFINED, Network
from netmodel.docker.networking import Networking
from netmodel.docker.options import PREFIX
from netmodel.docker.sandbox import Sandbox
from netmodel.errors import EngineError, KernelError
from netmodel.request import NetnsDel, NetnsNew, NetnsReply, SysctlSet

SANDBOX_DIR = "/var/run/docker/netns"


class Joining:
    """The endpoints and sandboxes of one daemon."""

    def __init__(self, machine: Machine, ids: Ids, networking: Networking) -> None:
        self._machine = machine
        self._ids = ids
        self._networking = networking
        self._users: dict[int, int] = {}

    # Sandboxes

    def make_sandbox(self, container: Container) -> Sandbox:
        """A sandbox without a namespace: the runtime makes that later."""
        drawn = self._ids.draw("sandbox", container.name)
        is_host = container.config.network_mode == "host"
        key = f"{SANDBOX_DIR}/{'default' if is_host else drawn[:SHORT]}"
        box = Sandbox(drawn, key, container.id, is_host, drivers.INIT_NETNS if is_host else None)
        container.sandbox, container.sandbox_id, container.sandbox_key = box, box.id, box.key
        return box

    def populate(self, box: Sandbox) -> None:
        """The runtime has made the namespace: dress it, and move in what waits (`SetKey`, `populateNetworkResources`)."""
        reply = self._networking.apply(NetnsNew())
        assert isinstance(reply, NetnsReply)
        box.netns = reply.value
        self._users[box.netns] = 1
        self._networking.apply_all(sandbox.basics(box.netns))
        for endpoint in box.ordered:
            self._enter(box, endpoint)
        if self._machine.platform.has("docker.container_sysctls"):
            for path, value in (("ipv4/ip_unprivileged_port_start", "0"), ("ipv4/ping_group_range", "0 2147483647")):
                self._networking.apply(SysctlSet(netns=box.netns, path=path, value=value))

    def hold(self, netns: int) -> None:
        """One more container's processes live in this namespace."""
        if netns != drivers.INIT_NETNS:
            self._users[netns] = self._users.get(netns, 0) + 1

    def release(self, netns: int) -> None:
        """One less; the namespace goes with the last."""
        if netns == drivers.INIT_NETNS:
            return
        self._users[netns] -= 1
        if not self._users[netns]:
            del self._users[netns]
            self._networking.apply(NetnsDel(netns=netns))

    def delete_sandbox(self, container: Container) -> None:
        """Every endpoint leaves and is deleted, then the sandbox goes (`sandbox.delete`)."""
        box = container.sandbox
        if box is None:
            return
        for endpoint in box.ordered:
            self.leave(box, endpoint)
        container.sandbox = None
        for settings in container.endpoints.values():
            settings.clear()
        if box.netns is not None:
            self.release(box.netns)

    # Endpoints

    def check(self, network: Network, settings: EndpointSettings) -> None:
        """What `validateNetworkingConfig` refuses. Raises `EngineError`."""
        is_user_defined = network.name not in PREDEFINED
        if settings.config.ipv4 and not is_user_defined:
            raise EngineError(400, "user specified IP address is supported on user defined networks only")
        if settings.config.ipv4 and not network.has_user_subnet:
            only = "only when connecting to networks with user configured subnets"
            raise EngineError(400, f"user specified IP address is supported {only}")
        if settings.config.aliases and not is_user_defined:
            only = "only for containers in user defined networks"
            raise EngineError(400, f"network-scoped alias is supported {only}")

    def join(self, container: Container, network: Network, settings: EndpointSettings) -> None:
        """Make an endpoint and put it into the container's sandbox (`connectToNetwork`). Raises `EngineError`."""
        if any(endpoint.container_id == container.id for endpoint in network.endpoints.values()):
            raise EngineError(403, f"endpoint with name {container.name} already exists in network {network.name}")
        self._aliases(container, network, settings)
        endpoint = self._make(container, network, settings)
        settings.network_id = network.id
        box = container.sandbox or self.make_sandbox(container)
        box.endpoints.append(endpoint)
        settings.endpoint_id, settings.mac, settings.gateway = endpoint.id, endpoint.mac, endpoint.gateway
        if endpoint.address:
            settings.ip, settings.prefixlen = str(endpoint.address.ip), endpoint.address.network.prefixlen
        if box.netns is not None and endpoint.address:
            self._enter(box, endpoint)

    def _aliases(self, container: Container, network: Network, settings: EndpointSettings) -> None:
        """On user networks the short id is an alias, and from 20.10 on the hostname (`updateNetworkConfig`)."""
        wanted = settings.config.aliases
        settings.aliases = None if wanted is None else tuple(wanted)
        if network.name in PREDEFINED:
            return
        extra = [container.short_id]
        if self._machine.platform.has("docker.hostname_alias"):
            extra.append(container.hostname)
        settings.aliases = tuple(dict.fromkeys((*(wanted or ()), *extra)))

    def _make(self, container: Container, network: Network, settings: EndpointSettings) -> Endpoint:
        owner = f"{container.name}/{network.name}"
        endpoint = Endpoint(
            self._ids.draw("endpoint", owner),
            container.name,
            network.name,
            network.id,
            container.id,
            network.config.internal,
        )
        if network.driver == "bridge":
            endpoint.address = self._address(network, settings.config.ipv4)
            endpoint.gateway = str(network.gateway or "")
            endpoint.mac = self._mac(container, network, endpoint.address)
            endpoint.prefix = network.config.options.get(PREFIX, "eth")
            try:
                self._pair(network, endpoint, owner)
            except EngineError:
                assert network.pool is not None
                network.pool.release(endpoint.address.ip)
                raise
        network.endpoints[endpoint.id] = endpoint
        return endpoint

    def _address(self, network: Network, wanted: str) -> IPv4Interface:
        pool = network.pool
        assert pool is not None
        if wanted:
            address = IPv4Address(wanted)
            if address not in pool.subnet:
                raise EngineError(400, f"Invalid address {wanted}: It does not belong to any of this network's subnets")
            if address in pool.taken:
                raise EngineError(403, IN_USE)
            pool.take(address)
            return pool.with_length(address)
        free = pool.allocate()
        if free is None:
            where = f"{network.name} ({network.id})"
            raise EngineError(403, f"no available IPv4 addresses on this network's address pools: {where}")
        return pool.with_length(free)

    def _mac(self, container: Container, network: Network, address: IPv4Interface) -> str:
        """The MAC that was asked for counts in the container's first network; else it is made of the address
        (netutils.GenerateMACFromIP)."""
        mode = container.config.network_mode
        is_primary = network.name == ("bridge" if mode == "default" else mode) or network.id == mode
        if container.config.mac_address and is_primary:
            return container.config.mac_address
        return ":".join(f"{octet:02x}" for octet in b"\x02\x42" + address.ip.packed)

    def _pair(self, network: Network, endpoint: Endpoint, owner: str) -> None:
        """The two devices, the host's a port of the bridge. Raises `EngineError` if somebody has deleted that."""
        endpoint.host_link = self._ids.veth(owner)
        endpoint.temporary = self._ids.veth(owner)
        host = self._networking.link_of(self._networking.apply(drivers.pair(endpoint)))
        inner = self._networking.device(endpoint.temporary)
        assert inner is not None
        endpoint.ifindex = inner
        network.bridge = self._networking.device(network.bridge_name)
        if network.bridge is None:
            self._networking.apply(drivers.remove_link(inner))
            name = network.bridge_name
            raise EngineError(
                500,
                f"failed to create endpoint {endpoint.name} on network {network.name}: adding interface "
                f"{endpoint.host_link} to bridge {name} failed: could not find bridge {name}: "
                "route ip+net: no such network interface",
            )
        self._networking.apply_all(drivers.attach(host, network, inner))

    def _enter(self, box: Sandbox, endpoint: Endpoint) -> None:
        """Into the namespace under the next number, which is never used twice; the default route follows precedence."""
        assert box.netns is not None
        if endpoint.address is None:
            return
        endpoint.ifname = f"{endpoint.prefix}{box.next_number}"
        box.next_number += 1
        self._networking.apply_all(sandbox.enter(endpoint, box.netns, endpoint.ifname))
        self._route(box, next((other for other in box.ordered if other.gateway and other.ifname), None))

    def _route(self, box: Sandbox, owner: Endpoint | None) -> None:
        """Give the default route to `owner` (default_gateway.go, `updateGateway`)."""
        if box.netns is None or box.is_host or owner is box.gateway_of:
            return
        if box.gateway_of is not None:
            with suppress(KernelError):  # somebody inside may have taken it
                self._networking.apply(sandbox.unset_gateway(box.gateway_of, box.netns))
        if owner is not None:
            self._networking.apply(sandbox.set_gateway(owner, box.netns))
        box.gateway_of = owner

    def leave(self, box: Sandbox, endpoint: Endpoint) -> None:
        """Out of the sandbox, and deleted with both its devices and its address (`Leave`, `Delete`)."""
        network = self._networking.networks[endpoint.network_id]
        box.endpoints.remove(endpoint)
        if endpoint.address is not None:
            if box.netns is not None and endpoint.ifname:
                # The kernel takes the routes of a device that goes down: there is nothing to unset.
                if box.gateway_of is endpoint:
                    box.gateway_of = None
                if self._networking.is_there(endpoint.ifindex, box.netns):
                    self._networking.apply_all(sandbox.leave(endpoint, box.netns))
                self._route(box, next((other for other in box.ordered if other.gateway and other.ifname), None))
            self._remove_pair(endpoint)
            assert network.pool is not None
            network.pool.release(endpoint.address.ip)
        del network.endpoints[endpoint.id]

    def _remove_pair(self, endpoint: Endpoint) -> None:
        """Best effort: somebody may have deleted it by hand."""
        ifindex = self._networking.device(endpoint.temporary)
        if ifindex is not None:
            self._networking.apply(drivers.remove_link(ifindex))
