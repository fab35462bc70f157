"""What reality drew on a live host, seen by looking after each command.

Looking must change nothing: MACs are read from sysfs and not by `ip link`, which gives netns ids to peers without one
(net/core/rtnetlink.c, rtnl_fill_link_netnsid).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from netmodel.entropy import Draw

if TYPE_CHECKING:
    from netmodel.live.host import LiveHost

DEVICES = """
look() { for d in /sys/class/net/*; do echo "$(basename "$d") $(cat "$d/address")"; done; }
look
for n in /run/netns/*; do [ -e "$n" ] && ip netns exec "$(basename "$n")" sh -c 'for d in /sys/class/net/*; do
  echo "$(basename "$d") $(cat "$d/address")"; done' 2>/dev/null; done; true
"""
NETWORKS = "[ -e /run/docker.pid ] && docker network inspect $(docker network ls -q) 2>/dev/null || echo '[]'"
CONTAINERS = "[ -e /run/docker.pid ] && docker inspect $(docker ps -aq) 2>/dev/null || echo '[]'"
LINKS = "nsenter -t {pid} -n ip -j link"
HOST_DEVICES = 'for d in /sys/class/net/*; do echo "$(cat "$d/ifindex") $(basename "$d")"; done'


class Draws:
    """The draws that have been seen, in the order of their making as far as looking tells."""

    def __init__(self, host: LiveHost) -> None:
        self._host = host
        self.seen: dict[Draw, str] = {}
        self._known: dict[str, set[str]] = {}

    def expect(self, line: str) -> None:
        """Have the host ready for a command."""
        self._host.prepare(line)

    def look(self) -> None:
        """Look at the host, and note what is new."""
        for kind, owner, value in self._all():
            known = self._known.setdefault(kind, set())
            if value and value not in known:
                known.add(value)
                self.seen[Draw(kind, owner, self._next(kind, owner))] = value

    def _next(self, kind: str, owner: str) -> int:
        """A veth takes two names, the host end's first; only that one shows."""
        taken = sum(name[:2] == (kind, owner) for name in self.seen)
        return 2 * taken if kind == "veth" else taken

    def _all(self) -> Iterator[tuple[str, str, str]]:
        for line in self._host.shell(DEVICES).stdout.splitlines():
            device, _, address = line.partition(" ")
            if device not in ("lo", "eth0") and address != "00:00:00:00:00:00":
                yield "mac", device, address
        for network in self._json(NETWORKS):
            yield "network", network["Name"], network["Id"]
            yield "created", network["Name"], network["Created"]
        for container in self._json(CONTAINERS):
            yield from self._container(container)

    def _container(self, container: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        name = container["Name"].removeprefix("/")
        yield "container", name, container["Id"]
        settings = container["NetworkSettings"]
        yield "sandbox", name, settings["SandboxID"]
        for network, endpoint in settings["Networks"].items():
            yield "endpoint", f"{name}/{network}", endpoint["EndpointID"]
        if container["State"]["Pid"] and any(e["MacAddress"] for e in settings["Networks"].values()):
            yield from self._veths(name, container["State"]["Pid"], settings["Networks"])

    def _veths(self, name: str, pid: int, networks: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
        here = dict(line.split() for line in self._host.shell(HOST_DEVICES).stdout.splitlines())
        by_mac = {endpoint["MacAddress"]: network for network, endpoint in networks.items()}
        for link in self._json(LINKS.format(pid=pid)):
            host_end = here.get(str(link.get("link_index")), "")
            if link["address"] in by_mac and host_end.startswith("veth"):
                yield "veth", f"{name}/{by_mac[link['address']]}", host_end.removeprefix("veth")

    def _json(self, line: str) -> list[dict[str, Any]]:
        values: list[dict[str, Any]] = json.loads(self._host.shell(line).stdout or "[]")
        return values
