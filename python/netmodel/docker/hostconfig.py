"""`HostConfig` as JSON, by API version (moby, api/types/container/host_config.go)."""

from __future__ import annotations

from typing import Any

from netmodel.docker.containers import Container
from netmodel.docker.golang import Nil, Struct
from netmodel.platform import Platform

MASKED = (
    "/proc/asound",
    "/proc/acpi",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/sys/firmware",
)
READONLY = ("/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger")


def host_config(container: Container, platform: Platform) -> Struct:
    """All of it; what the model knows no option for has the value that the CLI and the daemon give it."""
    api_1_41 = platform.has("docker.api_1_41")
    fields = _general(container) | _capabilities(container, api_1_41) | _resources(container, platform)
    fields |= {"MaskedPaths": list(MASKED), "ReadonlyPaths": list(READONLY)}
    return Struct(fields, is_pointer=True)


def _general(container: Container) -> dict[str, Any]:
    config = container.config
    name, retries = config.restart
    return {
        "Binds": Nil.SLICE,
        "ContainerIDFile": "",
        "LogConfig": Struct({"Type": "json-file", "Config": {}}),
        "NetworkMode": config.network_mode,
        "PortBindings": {
            port: [Struct({"HostIp": ip, "HostPort": number}) for ip, number in bindings]
            for port, bindings in config.port_bindings.items()
        },
        "RestartPolicy": Struct({"Name": name, "MaximumRetryCount": retries}),
        "AutoRemove": config.auto_remove,
        "VolumeDriver": "",
        "VolumesFrom": Nil.SLICE,
    }


def _capabilities(container: Container, api_1_41: bool) -> dict[str, Any]:
    config = container.config
    return {
        "CapAdd": Nil.SLICE if config.cap_add is None else list(config.cap_add),
        "CapDrop": Nil.SLICE,
        **({"CgroupnsMode": "private"} if api_1_41 else {}),
        "Dns": list(config.dns),
        "DnsOptions": list(config.dns_options),
        "DnsSearch": list(config.dns_search),
        "ExtraHosts": Nil.SLICE if config.extra_hosts is None else list(config.extra_hosts),
        "GroupAdd": Nil.SLICE,
        "IpcMode": "private" if api_1_41 else "shareable",
        "Cgroup": "",
        "Links": Nil.SLICE,
        "OomScoreAdj": 0,
        "PidMode": "",
        "Privileged": bool(config.values.get("privileged", False)),
        "PublishAllPorts": bool(config.values.get("publish_all", False)),
        "ReadonlyRootfs": False,
        "SecurityOpt": Nil.SLICE,
        "UTSMode": "",
        "UsernsMode": "",
        "ShmSize": 67108864,
        "Runtime": "runc",
        "ConsoleSize": [0, 0],
        "Isolation": "",
    }


def _resources(container: Container, platform: Platform) -> dict[str, Any]:
    api_1_41 = platform.has("docker.api_1_41")
    # A cgroup v2 host has no OOM switch: the daemon forgets the wish at the first start (verifyPlatformContainerResources).
    forgets = platform.has("docker.cgroup_v2") and container.has_started
    devices: dict[str, Any] = {"DeviceRequests": Nil.SLICE} if api_1_41 else {"DiskQuota": 0}
    return {
        "CpuShares": 0,
        "Memory": 0,
        "NanoCpus": 0,
        "CgroupParent": "",
        "BlkioWeight": 0,
        "BlkioWeightDevice": [],
        "BlkioDeviceReadBps": Nil.SLICE,
        "BlkioDeviceWriteBps": Nil.SLICE,
        "BlkioDeviceReadIOps": Nil.SLICE,
        "BlkioDeviceWriteIOps": Nil.SLICE,
        "CpuPeriod": 0,
        "CpuQuota": 0,
        "CpuRealtimePeriod": 0,
        "CpuRealtimeRuntime": 0,
        "CpusetCpus": "",
        "CpusetMems": "",
        "Devices": [],
        "DeviceCgroupRules": Nil.SLICE,
        **devices,
        "KernelMemory": 0,
        **({"KernelMemoryTCP": 0} if api_1_41 else {}),
        "MemoryReservation": 0,
        "MemorySwap": 0,
        "MemorySwappiness": Nil.POINTER,
        "OomKillDisable": Nil.POINTER if forgets else False,
        "PidsLimit": Nil.POINTER if api_1_41 else 0,
        "Ulimits": Nil.SLICE,
        "CpuCount": 0,
        "CpuPercent": 0,
        "IOMaximumIOps": 0,
        "IOMaximumBandwidth": 0,
    }
