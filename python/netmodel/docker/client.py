"""`host.docker`: the Engine in docker-py's nouns, for programs. What takes time lets the host's time pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_interface
from typing import Any

from netmodel.docker.containers import Container as EngineContainer, ContainerConfig, EndpointConfig
from netmodel.docker.engine import Engine
from netmodel.docker.execution import ExecConfig
from netmodel.docker.golang import plain
from netmodel.docker.network import Network as EngineNetwork, NetworkConfig, Subnet
from netmodel.docker.running import Waiting
from netmodel.errors import EngineError

Drive = Callable[[Waiting], None]
"""Carries out the daemon's waits: lets the host run until each is over."""


@dataclass(frozen=True)
class ExecResult:
    """How `exec_run` ended: its exit code, and what it wrote."""

    exit_code: int | None
    output: bytes


class ContainerError(EngineError):
    """A container run in the foreground has ended with an exit code that is not 0."""

    def __init__(self, command: str, image: str, exit_code: int, stderr: bytes) -> None:
        what = f"Command '{command}' in image '{image}'"
        super().__init__(500, f"{what} returned non-zero exit status {exit_code}: {stderr.decode()}")
        self.command = command
        self.image = image
        self.exit_status = exit_code
        self.stderr = stderr

    def _arguments(self) -> tuple[Any, ...]:
        return self.command, self.image, self.exit_status, self.stderr


class Container:
    """A container."""

    def __init__(self, engine: Engine, drive: Drive, held: EngineContainer) -> None:
        self._engine = engine
        self._drive = drive
        self._held = held

    @property
    def id(self) -> str:
        """64 hex digits."""
        return self._held.id

    @property
    def short_id(self) -> str:
        """The first twelve."""
        return self._held.short_id

    @property
    def name(self) -> str:
        """Its name."""
        return self._held.name

    @property
    def status(self) -> str:
        """`created`, `running`, `paused` or `exited`."""
        return self._held.state.status

    @property
    def argv(self) -> tuple[str, ...]:
        """What its first process is started with."""
        return self._held.argv

    @property
    def attrs(self) -> dict[str, Any]:
        """What `docker inspect` shows, now."""
        view: dict[str, Any] = plain(self._engine.inspect(self._held))
        return view

    @property
    def labels(self) -> Mapping[str, str]:
        """Its labels."""
        return self._held.config.labels

    def start(self) -> None:
        """Start it. Raises `EngineError`."""
        self._engine.start_container(self.id)

    def stop(self, timeout: int | None = None) -> None:
        """Ask it to end; after `timeout` seconds (10) make it."""
        self._drive(self._engine.running.stop(self._held, timeout))

    def restart(self, timeout: int | None = None) -> None:
        """Stop and start."""
        self._drive(self._engine.running.restart(self._held, timeout))

    def kill(self, signal: str | int = "SIGKILL") -> None:
        """Send a signal. Raises `EngineError`."""
        self._drive(self._engine.running.kill(self._held, str(signal)))

    def remove(self, force: bool = False) -> None:
        """Remove it. Raises `EngineError` if it runs and is not to be forced."""
        self._drive(self._engine.remove(self.id, force))

    def rename(self, name: str) -> None:
        """Give it another name. Raises `EngineError`."""
        self._engine.rename(self.id, name)

    def wait(self) -> dict[str, int]:
        """Until it has ended: its exit code under `StatusCode`."""
        self._drive(self._engine.running.wait(self._held))
        return {"StatusCode": self._held.state.exit_code}

    def logs(self, stdout: bool = True, stderr: bool = True) -> bytes:
        """What it has written."""
        wanted = {1: stdout, 2: stderr}
        return "".join(entry.text for entry in self._held.log if wanted[entry.stream]).encode()

    def exec_run(self, cmd: str | Sequence[str], environment: Sequence[str] = (), workdir: str = "") -> ExecResult:
        """Run one more program in it to its end. Raises `EngineError`."""
        made = self._engine.exec(self._held, ExecConfig(words(cmd), tuple(environment), workdir))
        written: list[str] = []
        made.output = lambda stream, text: written.append(text)
        self._engine.start_exec(made)
        if made.error:
            return ExecResult(made.exit_code, (made.error + "\r\n").encode())
        self._drive(made.wait())
        return ExecResult(made.exit_code, "".join(written).encode())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Container) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        ips = " ".join(f"{name}={one.ip}" for name, one in sorted(self._held.endpoints.items()) if one.ip)
        return f"<Container {self.name} {self.short_id} {self.status}{' ' + ips if ips else ''}>"


class Network:
    """A network."""

    def __init__(self, engine: Engine, drive: Drive, held: EngineNetwork) -> None:
        self._engine = engine
        self._drive = drive
        self._held = held

    @property
    def id(self) -> str:
        """64 hex digits."""
        return self._held.id

    @property
    def short_id(self) -> str:
        """The first twelve."""
        return self._held.id[:12]

    @property
    def name(self) -> str:
        """Its name."""
        return self._held.name

    @property
    def attrs(self) -> dict[str, Any]:
        """What `docker network inspect` shows, now."""
        view: dict[str, Any] = plain(self._engine.inspect_network(self._held))
        return view

    @property
    def containers(self) -> list[Container]:
        """The running containers in it, by id."""
        ids = sorted(endpoint.container_id for endpoint in self._held.endpoints.values())
        return [Container(self._engine, self._drive, self._engine.container(one)) for one in ids]

    def connect(self, container: Container | str, aliases: Sequence[str] = (), ipv4_address: str = "") -> None:
        """Put a container into it. Raises `EngineError`."""
        config = EndpointConfig(ipv4_address, tuple(aliases) or None, has_ipam=bool(ipv4_address))
        self._engine.connect(self.id, reference(container), config)

    def disconnect(self, container: Container | str, force: bool = False) -> None:
        """Take a container out of it. Raises `EngineError`."""
        self._engine.disconnect(self.id, reference(container), force)

    def remove(self) -> None:
        """Remove it. Raises `EngineError` if it is in use."""
        self._engine.remove_network(self.id)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Network) and other.id == self.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __repr__(self) -> str:
        subnet = f" {self._held.pool.text}" if self._held.pool else ""
        return f"<Network {self.name} {self.short_id} {self._held.driver}{subnet}>"


class Containers:
    """`docker.containers`."""

    def __init__(self, engine: Engine, drive: Drive) -> None:
        self._engine = engine
        self._drive = drive

    def create(self, image: str, command: str | Sequence[str] | None = None, **options: Any) -> Container:
        """Make a container. Options: see `run`. Raises `EngineError`."""
        name = options.pop("name", "")
        config = configuration(image, command, options)
        return Container(self._engine, self._drive, self._engine.create(config, name))

    def run(
        self,
        image: str,
        command: str | Sequence[str] | None = None,
        detach: bool = False,
        remove: bool = False,
        **options: Any,
    ) -> Container | bytes:
        """Make and start a container; without `detach`, wait for its end: what it wrote to stdout.

        Options: `name`, `network`, `hostname`, `environment` (a dict or a list), `ports`, `labels`, `mac_address`,
        `restart_policy`, `entrypoint`, `working_dir`, `user`, `tty`, `stdin_open`, `extra_hosts`, `dns`, `dns_search`.
        Raises `EngineError`, `ContainerError`, and `TypeError` for an option that is none of these.
        """
        container = self.create(image, command, auto_remove=remove and detach, **options)
        container.start()
        if detach:
            return container
        code = container.wait()["StatusCode"]
        stdout, stderr = container.logs(stderr=False), container.logs(stdout=False)
        if remove:
            container.remove()
        if code:
            raise ContainerError(" ".join(container.argv), image, code, stderr)
        return stdout

    def get(self, name: str) -> Container:
        """A container by name, id or the beginning of its id. Raises `EngineError` 404."""
        return Container(self._engine, self._drive, self._engine.container(name))

    def list(self, all: bool = False) -> list[Container]:  # noqa: A002, docker-py's word
        """Containers that run, or all; newest first."""
        return [Container(self._engine, self._drive, one) for one in self._engine.listed(all)]

    def __repr__(self) -> str:
        return f"<Containers {' '.join(one.name for one in self._engine.listed())}>"


class Networks:
    """`docker.networks`."""

    def __init__(self, engine: Engine, drive: Drive) -> None:
        self._engine = engine
        self._drive = drive

    def create(
        self,
        name: str,
        driver: str = "bridge",
        subnet: str = "",
        gateway: str = "",
        ip_range: str = "",
        options: Mapping[str, str] | None = None,
        labels: Mapping[str, str] | None = None,
        internal: bool = False,
    ) -> Network:
        """Make a network. Raises `EngineError`, `ValueError` for a subnet that is none."""
        subnets: tuple[Subnet, ...] = ()
        if subnet:
            ip_interface(subnet)
            subnets = (Subnet(subnet, ip_range, gateway),)
        config = NetworkConfig(name, driver, subnets, options or {}, labels or {}, internal)
        return Network(self._engine, self._drive, self._engine.create_network(config))

    def get(self, name: str) -> Network:
        """A network by name, id or the beginning of its id. Raises `EngineError` 404."""
        return Network(self._engine, self._drive, self._engine.network(name))

    def prune(self) -> list[str]:
        """Remove what no container is in; the names that are gone."""
        return [network.name for network in self._engine.prune_networks()]

    def list(self) -> list[Network]:
        """All networks, by name."""
        return [Network(self._engine, self._drive, one) for one in self._engine.networks()]

    def __repr__(self) -> str:
        return f"<Networks {' '.join(one.name for one in self._engine.networks())}>"


class DockerClient:
    """What `host.docker` is: `containers` and `networks` of the host's daemon."""

    def __init__(self, engine: Engine, drive: Drive) -> None:
        self.engine = engine
        self.containers = Containers(engine, drive)
        self.networks = Networks(engine, drive)
        self._drive = drive

    def restart(self) -> None:
        """Restart the daemon."""
        self._drive(self.engine.restart())

    def __repr__(self) -> str:
        version = ".".join(map(str, self.engine.machine.platform.docker))
        running = len(self.engine.listed())
        return f"<DockerClient {version}, {running} running, {len(self.engine.networks())} networks>"


def reference(container: Container | str) -> str:
    """How a container is named to the Engine."""
    return container if isinstance(container, str) else container.id


def words(command: str | Sequence[str]) -> tuple[str, ...]:
    """A command as docker-py splits it: a text as a shell would."""
    import shlex

    return tuple(shlex.split(command)) if isinstance(command, str) else tuple(command)


def pairs(values: Mapping[str, str] | Sequence[str] | None) -> tuple[str, ...]:
    """`NAME=VALUE` of a dict or a list."""
    if isinstance(values, Mapping):
        return tuple(f"{name}={value}" for name, value in values.items())
    return tuple(values or ())


def configuration(image: str, command: str | Sequence[str] | None, options: dict[str, Any]) -> ContainerConfig:
    """The create call of docker-py's options. Raises `TypeError` for one that is not known."""
    taken = dict(options)
    entrypoint = taken.pop("entrypoint", None)
    policy = taken.pop("restart_policy", None) or {"Name": "no"}
    ports = bindings(taken.pop("ports", None) or {})
    hosts = taken.pop("extra_hosts", None) or {}
    config = ContainerConfig(
        image=image,
        cmd=None if command is None else words(command),
        entrypoint=None if entrypoint is None else words(entrypoint),
        hostname=taken.pop("hostname", "") or "",
        user=str(taken.pop("user", "") or ""),
        workdir=taken.pop("working_dir", "") or "",
        env=pairs(taken.pop("environment", None)),
        labels=dict(taken.pop("labels", None) or {}),
        tty=bool(taken.pop("tty", False)),
        open_stdin=bool(taken.pop("stdin_open", False)),
        exposed=tuple(ports),
        mac_address=taken.pop("mac_address", "") or "",
        network_mode=taken.pop("network", None) or taken.pop("network_mode", None) or "default",
        port_bindings=ports,
        restart=(policy["Name"], policy.get("MaximumRetryCount", 0)),
        auto_remove=bool(taken.pop("auto_remove", False)),
        dns=tuple(taken.pop("dns", None) or ()),
        dns_search=tuple(taken.pop("dns_search", None) or ()),
        extra_hosts=tuple(f"{name}:{address}" for name, address in hosts.items()) or None,
    )
    taken.pop("network_mode", None)
    if taken:
        raise TypeError(f"run() got an unexpected keyword argument '{next(iter(taken))}'")
    return config


def bindings(ports: Mapping[str, Any]) -> dict[str, tuple[tuple[str, str], ...]]:
    """docker-py's `ports`: `{"80/tcp": 8080}`, `("127.0.0.1", 8080)`, a list of either, or `None` for any free port."""
    found = {}
    for port, wanted in ports.items():
        items = wanted if isinstance(wanted, list) else [wanted]
        name = port if "/" in port else f"{port}/tcp"
        found[name] = tuple(
            (str(item[0]), str(item[1])) if isinstance(item, tuple) else ("", "" if item is None else str(item))
            for item in items
        )
    return found
