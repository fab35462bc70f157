"""The Docker Engine: what the command line and the HTTP API both call.

Models dockerd of 18.06 and 20.10 on one machine. Every refusal is an `EngineError` with the daemon's status and words.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from netmodel.docker import creating, execution
from netmodel.docker.containers import NAME, Container, ContainerConfig, EndpointConfig, EndpointSettings
from netmodel.docker.execution import Exec, ExecConfig
from netmodel.docker.golang import Struct
from netmodel.docker.ids import Ids
from netmodel.docker.inspect import container_view, network_view
from netmodel.docker.joining import Joining
from netmodel.docker.machine import Machine
from netmodel.docker.network import PREDEFINED, Network, NetworkConfig
from netmodel.docker.networking import Networking
from netmodel.docker.running import Running, Waiting
from netmodel.errors import EngineError, UnsupportedError

PRIVATE = "container cannot be connected to multiple networks with one of the networks in private (none) mode"
HOST_MODE = "container cannot be disconnected from host network or connected to host network"
SHARING = "container sharing network namespace with another container or host cannot be connected to any other network"


class Engine:
    """One daemon. It does nothing until `start`."""

    def __init__(self, machine: Machine) -> None:
        self.machine = machine
        self.is_up = False
        self.containers: dict[str, Container] = {}
        self._ids = Ids(machine.entropy)
        self.networking = Networking(machine, self._ids)
        self.joining = Joining(machine, self._ids, self.networking)
        self.running = Running(machine, self.networking, self.joining, self.containers)

    # The daemon

    def start(self) -> None:
        """Start the daemon: networks first, then the containers whose restart policy says so, oldest first."""
        self.networking.start()
        self.is_up = True
        for container in sorted(self.containers.values(), key=lambda one: one.created):
            name = container.config.restart[0]
            if name == "always" or (name == "unless-stopped" and not container.stopped_by_hand):
                with suppress(EngineError):  # the daemon logs it
                    self.running.start(container)

    def stop(self) -> Waiting:
        """Stop the daemon: all containers first; devices of networks stay."""
        yield from self.running.stop_all()
        self.is_up = False

    def restart(self) -> Waiting:
        """`systemctl restart docker`."""
        yield from self.stop()
        self.start()

    # Networks

    def networks(self) -> list[Network]:
        """All networks by name; the real engine gives them in no order."""
        return sorted(self.networking.networks.values(), key=lambda network: network.name)

    def network(self, reference: str) -> Network:
        """One network. Raises `EngineError` 404."""
        return self.networking.find(reference)

    def inspect_network(self, network: Network) -> Struct:
        """A network as JSON."""
        names = {container.id: container.name for container in self.containers.values()}
        return network_view(network, names, self.machine.utc_offset)

    def create_network(self, config: NetworkConfig) -> Network:
        """Make a network. Raises `EngineError`."""
        return self.networking.create(config)

    def remove_network(self, reference: str) -> Network:
        """Remove a network. Raises `EngineError`."""
        return self.networking.remove(reference)

    def prune_networks(self) -> list[Network]:
        """Remove the user networks that no container, running or not, is in; by name."""
        used = {name for container in self.containers.values() for name in container.endpoints}
        idle = [n for n in self.networks() if not n.is_predefined and n.name not in used and not n.endpoints]
        return [self.networking.remove(network.id) for network in idle]

    def connect(self, network_ref: str, reference: str, config: EndpointConfig) -> None:
        """Put a container into one more network; one that does not run only notes it. Raises `EngineError`."""
        container = self.running.find(reference)
        network = self.networking.find(network_ref)
        settings = EndpointSettings(config)
        if not container.state.running:
            self._check_modes(container, network)
            self.joining.check(network, settings)
            settings.aliases = config.aliases
            if network.name not in PREDEFINED:
                settings.aliases = (*(config.aliases or ()), container.short_id)
            settings.network_id = network.id
            container.endpoints[network.name] = settings
            return
        self._check_modes(container, network)
        if network.name in container.endpoints and container.endpoints[network.name].endpoint_id:
            raise EngineError(403, f"endpoint with name {container.name} already exists in network {network.name}")
        self.joining.check(network, settings)
        self.joining.join(container, network, settings)
        container.endpoints[network.name] = settings
        container.endpoints.update(sorted(container.endpoints.items()))
        self.running.connected(container)

    def _check_modes(self, container: Container, network: Network) -> None:
        """Which modes go together (`updateNetworkSettings`)."""
        mode = container.config.network_mode
        if container.config.joins is not None:
            raise EngineError(400, SHARING)
        if mode == "host" or network.name == "host":
            raise EngineError(400, SHARING if mode == "host" and network.name != "host" else HOST_MODE)
        for name in container.endpoints:
            if name == network.name:
                continue
            if name == "none" or network.name == "none":
                raise EngineError(400, PRIVATE)

    def disconnect(self, network_ref: str, reference: str, force: bool = False) -> None:
        """Take a container out of a network. Raises `EngineError`."""
        try:
            container = self.running.find(reference)
        except EngineError:
            if not force:
                raise
            self.networking.find(network_ref)
            raise EngineError(404, f"endpoint {reference} not found") from None
        network = self.networking.find(network_ref)
        settings = container.endpoints.get(network.name)
        if network.name == "host" and container.config.network_mode == "host":
            raise EngineError(400, HOST_MODE)
        if settings is None or (container.state.running and not settings.endpoint_id):
            raise EngineError(500, f"container {container.id} is not connected to network {network.name}")
        if container.state.running:
            box = container.sandbox
            assert box is not None
            endpoint = next(one for one in box.endpoints if one.network_id == network.id)
            self.joining.leave(box, endpoint)
        del container.endpoints[network.name]

    # Containers

    def container(self, reference: str) -> Container:
        """One container. Raises `EngineError` 404."""
        return self.running.find(reference)

    def listed(self, everything: bool = False) -> list[Container]:
        """Containers that run, or all; newest first."""
        found = [one for one in reversed(self.containers.values()) if everything or one.state.running]
        return sorted(found, key=lambda one: one.created, reverse=True)

    def inspect(self, container: Container) -> Struct:
        """A container as JSON."""
        joins, owner = container.config.joins, container
        if joins is not None and container.has_started:
            owner = self.containers.get(joins, container)
        return container_view(container, self.machine.platform, owner)

    def create(self, config: ContainerConfig, name: str = "") -> Container:
        """Make a container. Raises `EngineError`."""
        container = creating.create(config, name, self.containers, self.machine, self._ids)
        if config.port_bindings and config.network_mode not in ("host", "none"):
            raise UnsupportedError(
                "docker run -p"
            )  # published ports need NAT, but for networks in which they mean nothing
        if config.joins:
            container = self._joining_mode(container)
        self.containers[container.id] = container
        return container

    def _joining_mode(self, container: Container) -> Container:
        """`container:NAME` is kept with the full id, and the hostname of the other (`adaptContainerSettings`)."""
        from dataclasses import replace

        joins = container.config.joins or ""
        try:
            other = self.running.find(joins)
        except EngineError:
            return container
        container.config = replace(container.config, network_mode=f"container:{other.id}")
        return container

    def start_container(self, reference: str) -> Container:
        """Start a container; one that runs stays as it is. Raises `EngineError`."""
        container = self.running.find(reference)
        self.running.start(container)
        joins = container.config.joins
        if joins is not None:
            container.hostname = self.running.find(joins).hostname
        return container

    def remove(self, reference: str, force: bool = False) -> Waiting:
        """Remove a container. Raises `EngineError` if it runs and `force` does not say to kill it."""
        container = self.running.find(reference)
        if container.state.running:
            if container.task is None and force:
                container.state.status = "exited"
            elif not force:
                raise EngineError(
                    409,
                    f"You cannot remove a running container {container.id}. "
                    "Stop the container before attempting removal or force remove",
                )
            else:
                yield from self.running.kill(container)
        self.containers.pop(container.id, None)

    def rename(self, reference: str, name: str) -> None:
        """Give a container another name. Raises `EngineError`."""
        container = self.running.find(reference)
        if not NAME.fullmatch(name.removeprefix("/")):
            wrong = f"Invalid container name (/{name.removeprefix('/')}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            raise EngineError(400, f"Error when allocating new name: {wrong}")
        holder = next((one for one in self.containers.values() if one.name == name.removeprefix("/")), None)
        if holder is container:
            raise EngineError(400, "Renaming a container with the same name as its current name")
        if holder is not None:
            conflict = f'Conflict. The container name "/{name}" is already in use by container "{holder.id}". '
            advice = "You have to remove (or rename) that container to be able to reuse that name."
            raise EngineError(409, f"Error when allocating new name: {conflict}{advice}")
        container.name = name.removeprefix("/")

    def exec(self, container: Container, config: ExecConfig) -> Exec:
        """Make an exec; `execution.start` starts it. Raises `EngineError`."""
        execution.check_running(container)
        return Exec(self._ids.draw("exec", container.name), container, config)

    def start_exec(self, run: Exec) -> None:
        """Start it."""
        execution.start(run, self.running)

    def prune_containers(self) -> list[Container]:
        """Remove all that do not run, newest first."""
        gone = [one for one in self.listed(True) if not one.state.running]
        for container in gone:
            del self.containers[container.id]
        return gone

    def names(self, references: Sequence[str]) -> list[str]:
        """The names of containers by reference. Raises `EngineError`."""
        return [self.running.find(reference).name for reference in references]
