"""The JSON that the Engine sends: key orders, nulls and empty values of each object (moby, api/types)."""

from __future__ import annotations

from typing import Any

from netmodel.docker.containers import Container, EndpointConfig, EndpointSettings
from netmodel.docker.golang import ZERO_TIME, Instant, Nil, Struct
from netmodel.docker.hostconfig import host_config
from netmodel.docker.network import Network
from netmodel.platform import Platform

DATA_ROOT = "/var/lib/docker"


def instant(ns: int) -> Instant | str:
    """An instant in UTC, Go's zero time for never."""
    return Instant(ns) if ns else ZERO_TIME


def network_view(network: Network, names: dict[str, str], offset: int) -> Struct:
    """`types.NetworkResource` (daemon/network.go, buildNetworkResource). `names`: of containers by id."""
    return Struct(
        {
            "Name": network.name,
            "Id": network.id,
            "Created": Instant(network.created, offset),
            "Scope": "local",
            "Driver": network.driver,
            "EnableIPv6": False,
            "IPAM": _ipam(network),
            "Internal": network.config.internal,
            "Attachable": network.config.attachable,
            "Ingress": False,
            "ConfigFrom": Struct({"Network": ""}),
            "ConfigOnly": False,
            "Containers": {
                endpoint.container_id: Struct(
                    {
                        "Name": names.get(endpoint.container_id, endpoint.name),
                        "EndpointID": endpoint.id,
                        "MacAddress": endpoint.mac,
                        "IPv4Address": str(endpoint.address or ""),
                        "IPv6Address": "",
                    }
                )
                for endpoint in network.endpoints.values()
            },
            "Options": dict(network.config.options),
            "Labels": dict(network.config.labels),
            "Peers": Nil.SLICE,
            "Services": Nil.MAP,
        },
        optional=("Peers", "Services"),
    )


def _ipam(network: Network) -> Struct:
    items = []
    pool = network.pool
    if pool:
        items.append(
            Struct(
                {
                    "Subnet": pool.text,
                    "IPRange": pool.range_text,
                    "Gateway": str(pool.gateway) if network.shows_gateway and pool.gateway else "",
                    "AuxiliaryAddresses": {name: str(address) for name, address in pool.aux.items()},
                },
                optional=("IPRange", "Gateway", "AuxiliaryAddresses"),
            )
        )
    options: Any = Nil.MAP if network.is_predefined else {}
    return Struct({"Driver": "default", "Options": options, "Config": items})


def endpoint_view(settings: EndpointSettings) -> Struct:
    """`network.EndpointSettings`."""
    config = settings.config
    ipam: Any = Nil.POINTER
    if config.ipv4:
        ipam = Struct({"IPv4Address": config.ipv4}, is_pointer=True)
    elif config.has_ipam:
        ipam = Struct({}, is_pointer=True)
    return Struct(
        {
            "IPAMConfig": ipam,
            "Links": Nil.SLICE,
            "Aliases": Nil.SLICE if settings.aliases is None else list(settings.aliases),
            "NetworkID": settings.network_id,
            "EndpointID": settings.endpoint_id,
            "Gateway": settings.gateway,
            "IPAddress": settings.ip,
            "IPPrefixLen": settings.prefixlen,
            "IPv6Gateway": "",
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "MacAddress": settings.mac,
            "DriverOpts": Nil.MAP if config.driver_opts is None else dict(config.driver_opts),
        },
        is_pointer=True,
    )


def network_settings(container: Container) -> Struct:
    """`types.NetworkSettings`: the fields at the top repeat those of the default bridge."""
    top = container.endpoints.get("bridge") or EndpointSettings(EndpointConfig())
    exposed = dict.fromkeys(container.config.exposed, Nil.SLICE)
    return Struct(
        {
            "Bridge": "",
            "SandboxID": container.sandbox_id,
            "HairpinMode": False,
            "LinkLocalIPv6Address": "",
            "LinkLocalIPv6PrefixLen": 0,
            "Ports": exposed if container.state.running and has_bridge(container) else {},
            "SandboxKey": container.sandbox_key,
            "SecondaryIPAddresses": Nil.SLICE,
            "SecondaryIPv6Addresses": Nil.SLICE,
            "EndpointID": top.endpoint_id,
            "Gateway": top.gateway,
            "GlobalIPv6Address": "",
            "GlobalIPv6PrefixLen": 0,
            "IPAddress": top.ip,
            "IPPrefixLen": top.prefixlen,
            "IPv6Gateway": "",
            "MacAddress": top.mac,
            "Networks": {name: endpoint_view(settings) for name, settings in container.endpoints.items()},
        },
        is_pointer=True,
    )


def has_bridge(container: Container) -> bool:
    """Whether any endpoint is of the bridge driver: only that driver reports ports."""
    return any(settings.ip for settings in container.endpoints.values())


def state_view(container: Container) -> Struct:
    """`types.ContainerState`."""
    state = container.state
    return Struct(
        {
            "Status": state.status,
            "Running": state.running,
            "Paused": state.status == "paused",
            "Restarting": state.status == "restarting",
            "OOMKilled": state.oom_killed,
            "Dead": False,
            "Pid": state.pid,
            "ExitCode": state.exit_code,
            "Error": state.error,
            "StartedAt": str(instant(state.started)),
            "FinishedAt": str(instant(state.finished)),
            "Health": Nil.POINTER,
        },
        optional=("Health",),
        is_pointer=True,
    )


def config_view(container: Container) -> Struct:
    """`container.Config`."""
    config = container.config
    stdin, stdout, stderr = config.attach
    return Struct(
        {
            "Hostname": container.hostname,
            "Domainname": config.domainname,
            "User": config.user,
            "AttachStdin": stdin,
            "AttachStdout": stdout,
            "AttachStderr": stderr,
            "ExposedPorts": {port: Struct({}) for port in config.exposed},
            "Tty": config.tty,
            "OpenStdin": config.open_stdin,
            "StdinOnce": config.stdin_once,
            "Env": list(config.env) if config.env else Nil.SLICE,
            "Cmd": Nil.SLICE if config.cmd is None else list(config.cmd),
            "Image": config.image,
            "Volumes": Nil.MAP,
            "WorkingDir": config.workdir,
            "Entrypoint": Nil.SLICE if config.entrypoint is None else list(config.entrypoint),
            "OnBuild": Nil.SLICE,
            "Labels": dict(config.labels),
            "StopSignal": config.stop_signal,
            "StopTimeout": Nil.POINTER if config.stop_timeout is None else config.stop_timeout,
        },
        optional=("ExposedPorts", "StopSignal", "StopTimeout"),
        is_pointer=True,
    )


def container_view(container: Container, platform: Platform, files_of: Container) -> Struct:
    """`types.ContainerJSON`. `files_of`: the container whose /etc/hosts, hostname and resolv.conf it uses, itself or the
    one it joins."""
    own = f"{DATA_ROOT}/containers/{files_of.id}"
    log = f"{DATA_ROOT}/containers/{container.id}/{container.id}-json.log"
    has_files, has_log = files_of.has_started, container.has_started
    return Struct(
        {
            "Id": container.id,
            "Created": str(instant(container.created)),
            "Path": container.path,
            "Args": list(container.args),
            "State": state_view(container),
            "Image": container.image_id,
            "ResolvConfPath": f"{own}/resolv.conf" if has_files else "",
            "HostnamePath": f"{own}/hostname" if has_files else "",
            "HostsPath": f"{own}/hosts" if has_files else "",
            "LogPath": log if has_log else "",
            "Name": f"/{container.name}",
            "RestartCount": container.restarts,
            "Driver": "vfs",
            "Platform": "linux",
            "MountLabel": "",
            "ProcessLabel": "",
            "AppArmorProfile": "",
            "ExecIDs": list(container.execs) or Nil.SLICE,
            "HostConfig": host_config(container, platform),
            "GraphDriver": Struct({"Data": Nil.MAP, "Name": "vfs"}),
            "Mounts": [],
            "Config": config_view(container),
            "NetworkSettings": network_settings(container),
        }
    )
