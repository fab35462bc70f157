"""How a container is made: what the daemon checks, in its order (moby, daemon/create.go, container.go, runconfig/)."""

from __future__ import annotations

from collections.abc import Mapping

from netmodel.docker.caps import check_capabilities
from netmodel.docker.containers import NAME, Container, ContainerConfig, EndpointConfig, EndpointSettings
from netmodel.docker.ids import Ids
from netmodel.docker.images import Image, find
from netmodel.docker.machine import Machine
from netmodel.errors import EngineError

RESTART_POLICIES = ("", "no", "always", "unless-stopped", "on-failure")


def conflicts(config: ContainerConfig) -> str | None:
    """Why options do not go with the network mode (runconfig/hostconfig_unix.go, `validateNetMode`), or `None`."""
    mode = config.network_mode
    if mode == "container" or config.joins == "":
        return "Invalid network mode: invalid container format container:<name|id>"
    if config.joins is None:
        return None
    checks = (
        (config.hostname, "hostname and the network mode"),
        (
            config.values.get("links"),
            "container type network can't be used with links. This would result in undefined behavior",
        ),
        (config.dns, "dns and the network mode"),
        (config.extra_hosts, "custom host-to-IP mapping and the network mode"),
        (config.mac_address, "mac-address and the network mode"),
        (
            config.port_bindings or config.values.get("publish_all"),
            "port publishing and the container type network mode",
        ),
        (config.exposed, "port exposing and the container type network mode"),
    )
    return next((f"conflicting options: {text}" for wrong, text in checks if wrong), None)


def check_host_config(config: ContainerConfig) -> None:
    """Raises `EngineError` for a restart policy that is none."""
    name, retries = config.restart
    if name not in RESTART_POLICIES:
        raise EngineError(400, f"invalid restart policy '{name}'")
    if name in ("always", "unless-stopped", "no") and retries:
        raise EngineError(400, f"maximum retry count cannot be used with restart policy '{name}'")


def command_of(config: ContainerConfig, image: Image) -> tuple[str, ...]:
    """Entry point and command: a given entry point drops the image's command (`merge`). Raises `EngineError`."""
    entrypoint = config.entrypoint if config.entrypoint is not None else image.entrypoint
    cmd = config.cmd
    if not cmd and (config.entrypoint is None):
        cmd = image.cmd
    argv = (*(entrypoint or ()), *(cmd or ()))
    if not argv:
        raise EngineError(400, "No command specified")
    return argv


def create(
    config: ContainerConfig, name: str, others: Mapping[str, Container], machine: Machine, ids: Ids
) -> Container:
    """A container that has never run. Raises `EngineError` with what the daemon answers."""
    conflict = conflicts(config)
    if conflict:
        raise EngineError(400, conflict)
    check_host_config(config)
    check_capabilities(config.cap_add)
    if len(config.endpoints) > 1:
        names = ", ".join(sorted(config.endpoints))
        raise EngineError(400, f"Container cannot be connected to network endpoints: {names}")
    image = find(config.image)
    argv = command_of(config, image)
    name = name or ids.container_name()
    if not NAME.fullmatch(name):
        raise EngineError(400, f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
    holder = next((other for other in others.values() if other.name == name), None)
    if holder is not None:
        raise EngineError(
            409,
            f'Conflict. The container name "/{name}" is already in use by container "{holder.id}". '
            "You have to remove (or rename) that container to be able to reuse that name.",
        )
    drawn = ids.draw("container", name)
    merged = merge(config, image, argv)
    container = Container(
        drawn, name, machine.now, image.id, merged, argv[0], argv[1:], hostname(merged, drawn, machine)
    )
    container.endpoints = endpoints(config)
    return container


def merge(config: ContainerConfig, image: Image, argv: tuple[str, ...]) -> ContainerConfig:
    """What the image adds to a configuration (runconfig, `merge`)."""
    from dataclasses import replace

    names = {entry.partition("=")[0] for entry in config.env}
    env = (*config.env, *(entry for entry in image.env if entry.partition("=")[0] not in names))
    entrypoint = config.entrypoint if config.entrypoint is not None else image.entrypoint
    exposed = tuple(sorted({*config.exposed, *image.exposed}))
    cmd = config.cmd or (image.cmd if config.entrypoint is None else None)
    stop_signal = config.stop_signal or image.stop_signal
    joined = config.joins is not None
    return replace(
        config,
        env=env,
        entrypoint=entrypoint,
        cmd=cmd,
        exposed=config.exposed if joined else exposed,
        stop_signal=stop_signal,
    )


def hostname(config: ContainerConfig, drawn: str, machine: Machine) -> str:
    """The short id, unless one was given; on the host network the host's (`generateHostname`)."""
    if config.hostname:
        return config.hostname
    return machine.hostname if config.network_mode == "host" else drawn[:12]


def endpoints(config: ContainerConfig) -> dict[str, EndpointSettings]:
    """The place in its network that a container waits for. The CLI's key for no network at all, `default`, says nothing."""
    if config.joins is not None:
        return {}
    name = "bridge" if config.network_mode == "default" else config.network_mode
    wanted = config.endpoints.get(name) if config.network_mode != "default" else None
    settings = EndpointSettings(wanted or EndpointConfig())
    settings.aliases = settings.config.aliases
    return {name: settings}
