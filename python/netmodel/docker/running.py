"""Containers start, end, and are made to (moby, daemon/start.go, stop.go, kill.go, monitor.go, restart.go)."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Any

from netmodel.docker import resolv
from netmodel.docker.caps import capabilities
from netmodel.docker.containers import Container, LogEntry
from netmodel.docker.joining import Joining
from netmodel.docker.machine import Machine, Program, StartError, Task
from netmodel.docker.network import PREDEFINED
from netmodel.docker.networking import Networking
from netmodel.errors import EngineError, UnsupportedError
from netmodel.programs.process import Wait

SECOND = 10**9
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
STOP_TIMEOUT = 10
FIRST_DELAY, LAST_DELAY = SECOND // 10, 60 * SECOND
NETWORK_FAILED = 128


Waiting = Generator[Wait, Any, None]


def signal_number(text: str) -> int:
    """A signal by name, with or without SIG, or by number (pkg/signal, ParseSignal). Raises `EngineError`."""
    if text.lstrip("-").isdigit():
        if int(text) == 0:
            raise EngineError(400, f"Invalid signal: {text}")
        return int(text)
    name = text.upper().removeprefix("SIG")
    found = getattr(signal, f"SIG{name}", None)
    if not isinstance(found, signal.Signals):
        raise EngineError(400, f"Invalid signal: {text}")
    return int(found)


def pair(entry: str) -> tuple[str, str]:
    """Name and value of `NAME=VALUE`."""
    name, _, value = entry.partition("=")
    return name, value


class Running:
    """The life of containers."""

    def __init__(
        self, machine: Machine, networking: Networking, joining: Joining, containers: dict[str, Container]
    ) -> None:
        self.machine = machine
        self._networking = networking
        self._joining = joining
        self._containers = containers
        self.watchers: dict[str, list[Callable[[int, str], None]]] = {}

    # Starting

    def start(self, container: Container) -> None:
        """Start a container that is not running. Raises `EngineError`; then it stays as it was, with the error kept."""
        if container.state.status == "paused":
            raise EngineError(409, "cannot start a paused container, try unpause instead")
        if container.state.running:
            return
        try:
            self._networks(container)
        except EngineError as error:
            self._failed(container, NETWORK_FAILED, error.message)
            raise
        except UnsupportedError:
            self._joining.delete_sandbox(container)
            raise
        try:
            self._spawn(container)
        except StartError as error:
            self._failed(container, error.code, error.message)
            raise EngineError(400, error.message) from None
        container.has_started = True

    def _failed(self, container: Container, code: int, message: str) -> None:
        self._joining.delete_sandbox(container)
        container.state.exit_code = code
        container.state.error = message

    def _networks(self, container: Container) -> None:
        """Endpoints in every network that it is to be in, the default bridge first (`allocateNetwork`)."""
        joins = container.config.joins
        if joins is not None:
            self._joined(container, joins)
            return
        order = sorted(container.endpoints, key=lambda name: (name != "bridge", name))
        for name in order:
            network = self._networking.find(name)
            settings = container.endpoints.pop(name)
            container.endpoints[network.name] = settings
            self._joining.check(network, settings)
            self._joining.join(container, network, settings)
        if container.sandbox is None:
            self._joining.make_sandbox(container)

    def _joined(self, container: Container, joins: str) -> Container:
        """The container whose network namespace this one shares (`getNetworkedContainer`)."""
        other = self.find(joins)
        if other is container:
            raise EngineError(409, "cannot join own network")
        if not other.state.running:
            raise EngineError(409, f"cannot join network of a non running container: {other.id}")
        if other.netns is None:
            raise EngineError(409, f"Container {other.id} is restarting, wait until the container is running")
        return other

    def find(self, reference: str) -> Container:
        """A container by full id, by name, or by the beginning of its id. Raises `EngineError` 404."""
        if reference in self._containers:
            return self._containers[reference]
        name = reference.removeprefix("/")
        for container in self._containers.values():
            if container.name == name:
                return container
        found = [
            container for container in self._containers.values() if reference and container.id.startswith(reference)
        ]
        if len(found) > 1:
            raise EngineError(400, f"Multiple IDs found with provided prefix: {reference}")
        if not found:
            raise EngineError(404, f"No such container: {reference}")
        return found[0]

    def _spawn(self, container: Container) -> None:
        """The runtime makes the namespace, the daemon dresses it, the program starts."""
        joins = container.config.joins
        if joins is not None:
            other = self.find(joins)
            assert other.netns is not None
            self._joining.hold(other.netns)
            container.netns, container.files, hostname = other.netns, other.files, other.hostname
        else:
            box = container.sandbox
            assert box is not None
            if box.netns is None:
                self._joining.populate(box)
            container.netns, hostname = box.netns, container.hostname
            container.files = self.files(container)
        try:
            container.task = self.machine.spawn(self._program(container, hostname))
        except StartError as error:
            if joins is not None and container.netns is not None:
                self._joining.release(container.netns)
            container.netns = None
            raise StartError(self._runtime_error(error.message), error.code) from None
        state = container.state
        state.status, state.pid, state.exit_code, state.error = "running", container.task.pid, 0, ""
        state.started = self.machine.now
        container.stopped_by_hand = False

    def _runtime_error(self, message: str) -> str:
        """What the daemon makes of the runtime's refusal."""
        if self.machine.platform.has("docker.shim_task_error"):
            return (
                "failed to create shim task: OCI runtime create failed: runc create failed: "
                f"unable to start container process: {message}: unknown"
            )
        quoted = message.replace('"', '\\"')
        return (
            f'OCI runtime create failed: container_linux.go:348: starting container process caused "{quoted}": unknown'
        )

    def _program(self, container: Container, hostname: str) -> Program:
        assert container.netns is not None
        config = container.config

        def output(stream: int, text: str) -> None:
            container.log.append(LogEntry(self.machine.now, stream, text))
            for watcher in tuple(self.watchers.get(container.id, ())):
                watcher(stream, text)

        return Program(
            argv=container.argv,
            container=container.id,
            image=config.image,
            netns=container.netns,
            hostname=hostname,
            env=self.environment(container, hostname, config.tty),
            files=container.files,
            output=output,
            ended=lambda code: self._ended(container, code),
            workdir=config.workdir or "/",
            user=config.user,
            tty=config.tty,
            stdin=config.open_stdin,
            domainname=config.domainname,
            capabilities=capabilities(config.cap_add),
            resolve=lambda name: self.resolve(container, name),
        )

    def environment(self, container: Container, hostname: str, tty: bool) -> dict[str, str]:
        """PATH, HOSTNAME, TERM, then what was asked for (`CreateDaemonEnvironment`); runc adds HOME at the end."""
        env = {"PATH": PATH, "HOSTNAME": hostname}
        if tty:
            env["TERM"] = "xterm"
        env.update(pair(entry) for entry in container.config.env)
        env.setdefault("HOME", "/root")
        return env

    # Files and names

    def files(self, container: Container) -> dict[str, str]:
        """The files that the daemon mounts into a container."""
        config = container.config
        hosts = self.machine.read_file("/etc/hosts") if config.network_mode == "host" else None
        text = hosts if hosts is not None else resolv.HOSTS
        text += "".join("{1}\t{0}\n".format(*entry.split(":", 1)) for entry in config.extra_hosts or ())
        name = container.hostname + (f".{config.domainname} {container.hostname}" if config.domainname else "")
        for settings in container.endpoints.values():
            text += f"{settings.ip}\t{name}\n" if settings.ip else ""
        return {
            "/etc/hosts": text,
            "/etc/hostname": container.hostname + "\n",
            "/etc/resolv.conf": self._resolv(container),
        }

    def _resolv(self, container: Container) -> str:
        config = container.config
        host = self.machine.read_file("/etc/resolv.conf") or ""
        if self.has_resolver(container):
            return resolv.built(("127.0.0.11",), config.dns_search, config.dns_options or ("ndots:0",))
        if config.dns or config.dns_search or config.dns_options:
            return resolv.built(config.dns or resolv.nameservers(host), config.dns_search, config.dns_options)
        return host if config.network_mode == "host" else resolv.inherited(host)

    def has_resolver(self, container: Container) -> bool:
        """Whether the embedded name server works for it: it is in a network of a user's."""
        return any(name not in PREDEFINED for name in container.endpoints)

    def resolve(self, container: Container, name: str) -> list[str] | None:
        """The addresses that the embedded name server gives for a name, or `None`: it knows none, or is not there."""
        joins = container.config.joins
        asking = self.find(joins) if joins is not None else container
        if not self.has_resolver(asking):
            return None
        for network_name in sorted(asking.endpoints):
            if network_name in PREDEFINED:
                continue
            wanted = name.lower().removesuffix(f".{network_name.lower()}")
            found = [
                other.endpoints[network_name].ip
                for other in self._containers.values()
                if network_name in other.endpoints
                and other.endpoints[network_name].ip
                and wanted in (alias.lower() for alias in (other.name, *(other.endpoints[network_name].aliases or ())))
            ]
            if found:
                return found
        return None

    def connected(self, container: Container) -> None:
        """What a connect changes in the files of a running container."""
        container.files["/etc/hosts"] = self.files(container)["/etc/hosts"]
        container.files["/etc/resolv.conf"] = self._resolv(container)

    # Ending

    def _ended(self, container: Container, code: int) -> None:
        """The first process has ended (`handleContainerExit`)."""
        state = container.state
        state.status, state.pid, state.exit_code = "exited", 0, code
        state.finished = self.machine.now
        container.task = None
        netns, container.netns = container.netns, None
        if container.sandbox is not None:
            self._joining.delete_sandbox(container)
        elif netns is not None:
            self._joining.release(netns)
        if container.starts_again:
            container.starts_again = False
            with suppress(EngineError):
                self.start(container)
        elif self._restarts(container, code):
            state.status = "restarting"
            self.machine.after(self._delay(container), lambda: self._again(container))
        elif container.config.auto_remove:
            self._containers.pop(container.id, None)

    def _restarts(self, container: Container, code: int) -> bool:
        """Whether the restart policy starts it again (restartmanager)."""
        name, retries = container.config.restart
        if container.stopped_by_hand or name in ("", "no"):
            return False
        if name == "on-failure":
            return code != 0 and (not retries or container.restarts < retries)
        return True

    def _delay(self, container: Container) -> int:
        """How long until it is started again: 100 ms, doubled each time up to a minute, anew after ten seconds of life."""
        if container.state.finished - container.state.started >= 10 * SECOND:
            container.backoff = 0
        container.backoff = min(container.backoff * 2 or FIRST_DELAY, LAST_DELAY)
        return container.backoff

    def _again(self, container: Container) -> None:
        if container.id in self._containers and container.state.status == "restarting":
            container.restarts += 1
            container.state.status = "exited"
            with suppress(EngineError):  # the daemon logs it, and tries no more
                self.start(container)

    def stop(self, container: Container, seconds: int | None = None) -> Waiting:
        """Ask it to end, then make it: SIGTERM, or what the image says, and SIGKILL after `seconds`, by default 10."""
        if not container.state.running:
            return
        container.stopped_by_hand = True
        if container.state.status == "restarting":
            container.state.status = "exited"
            return
        task = self._task(container)
        config = container.config
        if seconds is None:
            seconds = STOP_TIMEOUT if config.stop_timeout is None else config.stop_timeout
        task.signal(signal_number(config.stop_signal or "TERM"))
        if seconds >= 0:  # the daemon does that, whether whoever asked still waits or not
            self.machine.after(seconds * SECOND, lambda: self._force(container, task))
        yield Wait(lambda: container.task is not task)

    def _force(self, container: Container, task: Task) -> None:
        if container.task is task:
            task.signal(signal.SIGKILL)

    def stop_all(self) -> Waiting:
        """What a daemon does that ends: all are asked to end at once, and killed after ten seconds."""
        alive = [container for container in self._containers.values() if container.state.running]
        stops = [(container.stopped_by_hand, container, self.stop(container)) for container in alive]
        for _, _, stop in stops:
            next(stop, None)
        yield Wait(lambda: not any(container.state.running for container in alive))
        for by_hand, container, stop in stops:
            yield from stop
            container.stopped_by_hand = by_hand

    def restart(self, container: Container, seconds: int | None = None) -> Waiting:
        """Stop and start; the automatic removal that was asked for does not come. The daemon starts it again, whether
        whoever asked still waits or not."""
        if not container.state.running or container.task is None:
            container.state.status = "exited" if container.state.status == "restarting" else container.state.status
            self.start(container)
            return
        container.starts_again = True
        yield from self.stop(container, seconds)
        self.start(container)  # it runs already, or could not be started: once more, to say why

    def kill(self, container: Container, sig: str = "KILL") -> Waiting:
        """Send a signal; SIGKILL is waited for. Raises `EngineError`."""
        number = signal_number(sig)
        if not 0 < number <= 64:
            raise EngineError(400, f"The linux daemon does not support signal {number}")
        if not container.state.running or container.task is None:
            raise EngineError(409, f"Container {container.id} is not running")
        container.stopped_by_hand = True
        self._task(container).signal(number)
        if number == signal.SIGKILL:
            yield Wait(lambda: not container.state.running)

    def _task(self, container: Container) -> Task:
        assert container.task is not None
        return container.task

    def wait(self, container: Container) -> Waiting:
        """Until it has ended."""
        yield Wait(lambda: not container.state.running)
