"""Capabilities of containers (moby, oci/caps)."""

from __future__ import annotations

from netmodel.errors import EngineError

PREFIX = "CAP_"
# What a container has without asking (oci/caps/defaults.go).
DEFAULT = frozenset(
    PREFIX + name
    for name in """CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE
SYS_CHROOT KILL AUDIT_WRITE""".split()
)
OTHERS = frozenset(
    PREFIX + name
    for name in """AUDIT_CONTROL AUDIT_READ BLOCK_SUSPEND BPF CHECKPOINT_RESTORE DAC_READ_SEARCH IPC_LOCK IPC_OWNER LEASE
LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE NET_ADMIN NET_BROADCAST PERFMON SYS_ADMIN SYS_BOOT SYS_MODULE SYS_NICE SYS_PACCT
SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG SYSLOG WAKE_ALARM""".split()
)
ALL = "ALL"


def full_name(text: str) -> str:
    """`net_admin` as `CAP_NET_ADMIN`."""
    name = text.upper()
    return name if name == ALL or name.startswith(PREFIX) else PREFIX + name


def check_capabilities(added: tuple[str, ...] | None) -> None:
    """Raises `EngineError` for a capability that there is not."""
    for text in added or ():
        name = full_name(text)
        if name != ALL and name not in DEFAULT | OTHERS:
            raise EngineError(400, f'invalid CapAdd: unknown capability: "{name}"')


def capabilities(added: tuple[str, ...] | None) -> frozenset[str]:
    """What the processes of a container have."""
    names = {full_name(text) for text in added or ()}
    return DEFAULT | OTHERS if ALL in names else DEFAULT | names
