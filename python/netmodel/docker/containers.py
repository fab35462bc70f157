"""Containers: what was asked for at their making, and what state they are in (moby, container/container.go, state.go)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from netmodel.docker.machine import Task
from netmodel.docker.sandbox import Sandbox

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")
SHORT = 12


@dataclass(frozen=True)
class EndpointConfig:
    """What a person asks of one endpoint. `None` where nothing was said, which JSON tells from an empty value."""

    ipv4: str = ""
    aliases: tuple[str, ...] | None = None
    has_ipam: bool = False
    driver_opts: Mapping[str, str] | None = None


@dataclass(frozen=True)
class ContainerConfig:
    """The body of a create call: `Config`, `HostConfig` and `NetworkingConfig`."""

    image: str
    cmd: tuple[str, ...] | None = None
    entrypoint: tuple[str, ...] | None = None
    hostname: str = ""
    domainname: str = ""
    user: str = ""
    workdir: str = ""
    env: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    tty: bool = False
    open_stdin: bool = False
    stdin_once: bool = False
    attach: tuple[bool, bool, bool] = (False, False, False)
    exposed: tuple[str, ...] = ()
    mac_address: str = ""
    stop_signal: str = ""
    stop_timeout: int | None = None
    network_mode: str = "default"
    port_bindings: Mapping[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    restart: tuple[str, int] = ("no", 0)
    auto_remove: bool = False
    dns: tuple[str, ...] = ()
    dns_options: tuple[str, ...] = ()
    dns_search: tuple[str, ...] = ()
    extra_hosts: tuple[str, ...] | None = None
    cap_add: tuple[str, ...] | None = None
    endpoints: Mapping[str, EndpointConfig] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def joins(self) -> str | None:
        """Whose network namespace it shares (`container:NAME`), or `None`."""
        return self.network_mode.partition(":")[2] if self.network_mode.startswith("container:") else None


@dataclass
class EndpointSettings:
    """A container's place in one network: the wishes stay, the rest is there only while it runs."""

    config: EndpointConfig
    aliases: tuple[str, ...] | None = None
    network_id: str = ""
    endpoint_id: str = ""
    gateway: str = ""
    ip: str = ""
    prefixlen: int = 0
    mac: str = ""

    def clear(self) -> None:
        """What a stop leaves: `NetworkID` stays."""
        self.endpoint_id = self.gateway = self.ip = self.mac = ""
        self.prefixlen = 0


@dataclass
class State:
    """Whether it runs, since when, and how it ended. Instants are nanoseconds since 1970, 0 for never."""

    status: str = "created"
    pid: int = 0
    exit_code: int = 0
    error: str = ""
    started: int = 0
    finished: int = 0
    oom_killed: bool = False

    @property
    def running(self) -> bool:
        """Paused containers run, too, and those that wait to be started again."""
        return self.status in ("running", "paused", "restarting")


@dataclass
class LogEntry:
    """A piece of output: when, on which stream, and the text."""

    at: int
    stream: int
    text: str


@dataclass
class Container:
    """One container."""

    id: str
    name: str
    created: int
    image_id: str
    config: ContainerConfig
    path: str
    args: tuple[str, ...]
    hostname: str
    state: State = field(default_factory=State)
    endpoints: dict[str, EndpointSettings] = field(default_factory=dict)
    sandbox: Sandbox | None = None
    sandbox_id: str = ""
    sandbox_key: str = ""
    ports: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    log: list[LogEntry] = field(default_factory=list)
    task: Task | None = None
    netns: int | None = None
    has_started: bool = False
    stopped_by_hand: bool = False
    restarts: int = 0
    backoff: int = 0
    starts_again: bool = False
    execs: list[str] = field(default_factory=list)
    init_env: dict[str, str] = field(default_factory=dict)

    @property
    def short_id(self) -> str:
        """The first twelve characters of the id."""
        return self.id[:SHORT]

    @property
    def argv(self) -> tuple[str, ...]:
        """What its first process is started with."""
        return (self.path, *self.args)
