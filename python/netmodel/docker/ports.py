"""Ports: exposed and published, as they are written and shown (go-connections/nat)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

PROTOCOLS = ("tcp", "udp", "sctp")


class PortError(Exception):
    """A port specification that cannot be read; the message is go-connections'."""


@dataclass(frozen=True)
class PortSpec:
    """One `-p` after ranges were unfolded: `80/tcp` and the host's side."""

    port: str
    host_ip: str
    host_port: str


def port_range(text: str, what: str) -> tuple[int, int]:
    """`A` or `A-B`. Raises `PortError`."""
    start, dash, end = text.partition("-")
    try:
        low, high = int(start), int(end if dash else start)
    except ValueError:
        raise PortError(f"Invalid {what}: {text}") from None
    if not (0 <= low <= 65535 and 0 <= high <= 65535) or high < low:
        raise PortError(f"Invalid {what}: {text}")
    return low, high


def parse_publish(spec: str) -> list[PortSpec]:
    """`nat.ParsePortSpec`: `[[IP:]HOSTPORT:]PORT[/PROTO]`. Raises `PortError`."""
    head, _, proto = spec.partition("/")
    if spec.startswith("["):
        raise PortError(f"Invalid ip address: {spec}")
    parts = head.split(":")
    container_port = parts[-1]
    host_port = parts[-2] if len(parts) > 1 else ""
    host_ip = ":".join(parts[:-2])
    if host_ip and not _is_ip(host_ip):
        raise PortError(f"Invalid ip address: {host_ip}")
    if not container_port:
        raise PortError(f"No port specified: {spec}<empty>")
    low, high = port_range(container_port, "containerPort")
    host = port_range(host_port, "hostPort") if host_port else None
    if host and high - low != host[1] - host[0] and low != high:
        raise PortError(f"Invalid ranges specified for container and host Ports: {container_port} and {host_port}")
    proto = (proto or "tcp").lower()
    if proto not in PROTOCOLS:
        raise PortError(f"Invalid proto: {proto}")
    out = []
    for step in range(high - low + 1):
        port = ""
        if host:
            port = str(host[0] + step) if low != high or host[0] == host[1] else host_port
        out.append(PortSpec(f"{low + step}/{proto}", host_ip, port))
    return out


def _is_ip(text: str) -> bool:
    from ipaddress import ip_address

    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def parse_expose(spec: str) -> list[str]:
    """`--expose PORT[-PORT][/PROTO]`. Raises `PortError`."""
    if ":" in spec:
        raise PortError(f"invalid port format for --expose: {spec}")
    head, _, proto = spec.partition("/")
    try:
        low, high = port_range(head, "")
    except PortError:
        raise PortError(f"invalid range format for --expose: {head}, error: Invalid port range") from None
    return [f"{port}/{proto or 'tcp'}" for port in range(low, high + 1)]


def by_number(port: str) -> tuple[int, str]:
    """A key that sorts `80/tcp` by number and protocol."""
    number, _, proto = port.partition("/")
    return int(number), proto


def exposed_line(ports: Mapping[str, Any]) -> str:
    """The PORTS cell of ports that are exposed only (`formatter.DisplayablePorts`): runs are folded, `80-82/tcp`."""
    groups: dict[str, list[list[int]]] = {}
    done: list[str] = []
    order: list[str] = []
    for number, proto in sorted((by_number(port) for port in ports), key=lambda item: (item[0], item[1])):
        runs = groups.get(proto)
        if runs is None:
            groups[proto] = [[number, number]]
            order.append(proto)
        elif runs[-1][1] + 1 == number:
            runs[-1][1] = number
        else:
            done.append(_run(runs[-1], proto))
            runs.append([number, number])
    return ", ".join(done + [_run(groups[proto][-1], proto) for proto in order])


def _run(run: list[int], proto: str) -> str:
    return f"{run[0]}/{proto}" if run[0] == run[1] else f"{run[0]}-{run[1]}/{proto}"
