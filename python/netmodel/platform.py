"""What differs by version: one value, consulted through named facts.

Code asks `platform.shows("iproute2.link_netns")`, never for a version: which release has what is said here alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Release = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Platform:
    """Which releases a machine runs, as (major, minor[, patch]), and what it is held to.

    `held_to` says what proves it: the live machine, or recordings made elsewhere.
    """

    name: str
    kernel: Release
    iproute2: Release
    busybox: Release
    iptables: Release
    docker: Release
    held_to: str
    bridge_utils: Release = (1, 7)
    netns_dir: str = "/run/netns"
    cpus: int = 2

    def has(self, fact: str) -> bool:
        """Whether a fact of `FACTS` holds here. Raises `KeyError` for one that is not in the table."""
        known = FACTS[fact]
        release: Release = getattr(self, known.program)
        return release >= known.since and (known.until is None or release < known.until)


@dataclass(frozen=True, slots=True)
class Fact:
    """A behaviour of one program in the releases from `since` up to, but without, `until`."""

    program: str
    since: Release
    says: str
    until: Release | None = None


FACTS: Mapping[str, Fact] = {
    "kernel.extack": Fact("kernel", (4, 12), "refusals carry a sentence (NL_SET_ERR_MSG)"),
    "kernel.netns_ids": Fact("kernel", (3, 10), "namespaces have ids for each other; RHEL 7 has them in its 3.10"),
    "kernel.route_uid": Fact("kernel", (4, 10), "`ip route get` says for which uid"),
    "kernel.operstate_across_netns": Fact(
        "kernel", (0,), "a veth without carrier is LOWERLAYERDOWN, wherever its peer is; held at 3.10 and 6.18", (6, 18)
    ),
    "kernel.local_net_broadcast_routes": Fact("kernel", (0,), "a broadcast route for a network's own address", (5, 14)),
    "kernel.rename_while_up": Fact("kernel", (6, 18), "a device that is up can be renamed; held at 3.10 and 6.18"),
    "kernel.bridge_txqueuelen": Fact("kernel", (4, 3), "a bridge is made with a queue of 1000"),
    "iproute2.extack": Fact("iproute2", (4, 13), "prints the kernel's sentence as `Error: …`"),
    "iproute2.json": Fact("iproute2", (4, 17), "`-json`, and what was rewritten for it: blanks at the end of lines"),
    "iproute2.link_netns": Fact("iproute2", (4, 17), "`link-netns NAME` where the id has a name"),
    "iproute2.brief_knows_netns": Fact("iproute2", (4, 17), "`-br` resolves no index of another namespace"),
    "iproute2.addr_metric": Fact("iproute2", (4, 18), "`metric N` of an address"),
    "iproute2.checks_netns_names": Fact("iproute2", (4, 13), "`ip netns` refuses names with a slash"),
    "iproute2.exec_fails_255": Fact("iproute2", (5, 2), "`ip netns exec NOSUCH` exits 255; before: 1"),
    "iproute2.rule_without_blank": Fact("iproute2", (5, 1), "a rule's line has no blank at its end"),
    "iproute2.asks_for_peers": Fact("iproute2", (5, 1), "M-DOWN is told of a peer that the listing leaves out"),
    "iproute2.default_is_a_prefix": Fact("iproute2", (4, 15), "`ip route show default` shows default routes alone"),
    "iproute2.any_valid_prefix": Fact(
        "iproute2", (4, 13), "`any valid prefix is expected`; before: the family it looks like"
    ),
    "iproute2.altname": Fact("iproute2", (5, 5), "altnames are shown"),
    "iproute2.dynamic_first": Fact("iproute2", (5, 8), "`dynamic noprefixroute`; before: `noprefixroute dynamic`"),
    "iproute2.stats_fit": Fact("iproute2", (5, 14), "columns of `-s` are as wide as their numbers"),
    "iproute2.details": Fact("iproute2", (6,), "`-d` as recorded"),
    "busybox.noprefixroute": Fact("busybox", (1, 35), "`ip` sees the flags of an address beyond the first eight"),
    "bridge_utils.head_comes_with_first": Fact("bridge_utils", (1, 6), "without a bridge `brctl show` prints no head"),
    "bridge_utils.names_what_is_no_bridge": Fact("bridge_utils", (1, 6), "`brctl show X` says what X is, if no bridge"),
    "iproute2.label_begins_with_dev": Fact("iproute2", (2,), "an address's label must begin with its device", (5, 0)),
    "docker.accept_ra_off": Fact("docker", (19, 3), "writes accept_ra=0 for its bridges"),
    "docker.api_1_41": Fact("docker", (20, 10), "HostConfig has CgroupnsMode, DeviceRequests, KernelMemoryTCP"),
    "docker.cgroup_v2": Fact("docker", (20, 10), "runs on a cgroup v2 host here: no OOM switch"),
    "docker.hostname_alias": Fact("docker", (20, 10), "a given hostname is an alias on user networks, too"),
    "docker.container_sysctls": Fact(
        "docker", (20, 10), "ip_unprivileged_port_start=0, ping_group_range in containers"
    ),
    "docker.narrow_cells": Fact("docker", (20, 10), "tables have cells of at least 10 columns; before: 20"),
    "docker.natural_order": Fact("docker", (18, 9), "`network ls` sorts n2 before n10; before: as strings"),
    "docker.state_column": Fact("docker", (20, 10), "`ps --format` has State"),
    "docker.shim_task_error": Fact("docker", (20, 10), "`failed to create shim task: OCI runtime …`"),
}

PLATFORMS: Mapping[str, Platform] = {
    "debian12": Platform(
        name="debian12",
        kernel=(6, 18),
        iproute2=(6, 1, 0),
        busybox=(1, 35, 0),
        iptables=(1, 8, 9),
        docker=(20, 10, 24),
        held_to="Linux 6.18 with Debian 12's tools, live",
    ),
    "centos7-2018": Platform(
        name="centos7-2018",
        kernel=(3, 10),
        iproute2=(4, 11, 0),
        busybox=(1, 29, 3),
        iptables=(1, 4, 21),
        docker=(18, 6, 1),
        held_to="a CentOS 7 machine of November 2018, as recorded by its owner",
        bridge_utils=(1, 5),
        netns_dir="/var/run/netns",
    ),
}

DEFAULT = PLATFORMS["debian12"]


def platform(name: str) -> Platform:
    """The platform of that name. Raises `LookupError` that lists those there are."""
    if name not in PLATFORMS:
        raise LookupError(f"unknown platform {name!r}; known: {', '.join(PLATFORMS)}")
    return PLATFORMS[name]
