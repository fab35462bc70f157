"""/etc/hosts, /etc/hostname and /etc/resolv.conf of containers (libnetwork, etchosts/, resolvconf/, until 25)."""

from __future__ import annotations

import re
from collections.abc import Iterable

HOSTS = (
    "127.0.0.1\tlocalhost\n"
    "::1\tlocalhost ip6-localhost ip6-loopback\n"
    "fe00::0\tip6-localnet\n"
    "ff00::0\tip6-mcastprefix\n"
    "ff02::1\tip6-allnodes\n"
    "ff02::2\tip6-allrouters\n"
)
EMBEDDED = "nameserver 127.0.0.11\n"
PUBLIC = ("8.8.8.8", "8.8.4.4")
NAMESERVER = re.compile(r"^\s*nameserver\s+(\S+)\s*$", re.MULTILINE)
LOOPBACK = re.compile(r"127\..*|::1")


def nameservers(resolv_conf: str) -> list[str]:
    """The name servers of a resolv.conf."""
    return NAMESERVER.findall(resolv_conf)


def inherited(resolv_conf: str) -> str:
    """The host's file without servers that a container cannot reach: those on loopback; public ones if none is left
    (`FilterResolvDNS`)."""
    kept = [
        line
        for line in resolv_conf.splitlines()
        if not ((found := NAMESERVER.match(line)) and (LOOPBACK.fullmatch(found[1]) or ":" in found[1]))
    ]
    text = "".join(f"{line}\n" for line in kept)
    if not nameservers(text):
        text += "".join(f"nameserver {server}\n" for server in PUBLIC)
    return text


def built(servers: Iterable[str], search: Iterable[str], options: Iterable[str]) -> str:
    """A file of its own (`resolvconf.Build`)."""
    searched, opted = " ".join(search), " ".join(options)
    text = f"search {searched}\n" if searched and searched != "." else ""
    text += "".join(f"nameserver {server}\n" for server in servers)
    return text + (f"options {opted}\n" if opted else "")
