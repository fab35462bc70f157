"""IPAM: which subnet a network gets, and which address an endpoint.

Models libnetwork's `default` driver (ipam/allocator.go) of 18.06 and 20.10: pools are handed out next-fit by an index that
lives as long as the daemon, addresses lowest free first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Interface, IPv4Network

from netmodel.errors import EngineError

NO_POOL = "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network"
OVERLAP = "Pool overlaps with other one on this address space"
NO_ADDRESS = "No available addresses on this pool"
IN_USE = "Address already in use"


def predefined() -> Iterator[IPv4Network]:
    """The local default pools in order (ipamutils, `localScopeDefaultNetworks`)."""
    yield from (IPv4Network(f"172.{second}.0.0/16") for second in range(17, 32))
    yield from IPv4Network("192.168.0.0/16").subnets(new_prefix=20)


@dataclass
class Pool:
    """A network's subnet, and what of it is taken.

    `text` is the subnet as it was given, host bits and all; `ip_range` narrows what is handed out without being asked for.
    """

    subnet: IPv4Network
    text: str
    ip_range: IPv4Network | None = None
    range_text: str = ""
    gateway: IPv4Address | None = None
    aux: Mapping[str, IPv4Address] = field(default_factory=dict)
    taken: set[IPv4Address] = field(default_factory=set)

    def __post_init__(self) -> None:
        # The bitmap reserves the first and the last address of the pool (ipam/allocator.go, insertBitMask).
        self.taken |= {self.subnet.network_address, self.subnet.broadcast_address}

    def allocate(self) -> IPv4Address | None:
        """The lowest free address of the range, or of the subnet if there is no range; `None` if all are taken."""
        for address in self.ip_range or self.subnet:
            if address not in self.taken:
                self.taken.add(address)
                return address
        return None

    def take(self, address: IPv4Address) -> None:
        """Take an address that was asked for. Raises `EngineError` if it is taken."""
        if address in self.taken:
            raise EngineError(403, IN_USE)
        self.taken.add(address)

    def release(self, address: IPv4Address) -> None:
        """Give an address back."""
        self.taken.discard(address)

    def with_length(self, address: IPv4Address) -> IPv4Interface:
        """An address of this pool with the pool's prefix length."""
        return IPv4Interface((address, self.subnet.prefixlen))


class Ipam:
    """The pools of one daemon."""

    def __init__(self) -> None:
        self._held: list[IPv4Network] = []
        self._index = 0

    def request(self, avoid: Iterable[IPv4Network]) -> IPv4Network:
        """The next predefined pool that overlaps neither a pool in use nor one of `avoid`: the host's on-link routes and
        its name servers. The index moves past every pool it looks at (`getPredefinedPool`, `requestPool`).

        Raises `EngineError` when none is left.
        """
        pools = list(predefined())
        avoided = list(avoid)
        for step in range(len(pools)):
            at = (self._index + step) % len(pools)
            pool = pools[at]
            if any(pool.overlaps(other) for other in self._held):
                continue
            if any(pool.overlaps(other) for other in avoided):
                continue
            self._index = (at + 1) % len(pools)
            self._held.append(pool)
            return pool
        raise EngineError(404, NO_POOL)

    def claim(self, subnet: IPv4Network) -> IPv4Network:
        """Take a subnet that was given. Raises `EngineError` if it overlaps one in use."""
        if any(subnet.overlaps(other) for other in self._held):
            raise EngineError(403, OVERLAP)
        self._held.append(subnet)
        return subnet

    def release(self, subnet: IPv4Network) -> None:
        """Give a pool back: it is free, but the index does not turn round for it."""
        self._held.remove(subnet)

    @property
    def held(self) -> tuple[IPv4Network, ...]:
        """The pools in use, oldest first."""
        return tuple(self._held)
