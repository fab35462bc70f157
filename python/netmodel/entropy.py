"""What is random in reality, as an input.

A draw is a pure function of (seed, kind, owner, n): the n-th draw of one owner, so that one more draw shifts no other.
An experiment may declare what reality drew; a declaration that nothing asks for is an error of the experiment. The
function is that of `rust/netmodel/src/entropy.rs`, which draws for the kernel: FNV-1a over the name, then splitmix64.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum
from typing import NamedTuple

MASK = 2**64 - 1


class Form(Enum):
    """How the value of a kind is written, and under which word it is counted."""

    ID = "ids"  # 64 hex digits: 32 bytes
    NAME = "names"  # 7 hex digits after `veth`: libnetwork's netutils.GenerateIfaceName
    MAC = "MACs"  # six octets
    TIME = "times"  # measured or read from a clock; never drawn
    ADDRESS = "addresses"  # given from outside; never drawn

    @property
    def is_drawn(self) -> bool:
        """Whether another seed gives another value."""
        return self in (Form.ID, Form.NAME, Form.MAC)


KINDS: Mapping[str, Form] = {
    "container": Form.ID,  # owner: the container's name; n counts the containers made under it
    "endpoint": Form.ID,  # owner: container/network; n counts the starts and connects
    "network": Form.ID,  # owner: the network's name; n counts its makings (`bridge`: at each daemon start)
    "sandbox": Form.ID,  # owner: the container's name
    "exec": Form.ID,  # owner: the container's name
    "image": Form.ID,  # owner: the image's reference
    "veth": Form.NAME,  # owner: container/network; host end, container end, host end of the next start, …
    "mac": Form.MAC,  # owner: the device's name at its making
    "created": Form.TIME,  # owner: the network's name; RFC 3339 with nanoseconds
    "echo": Form.TIME,  # owner: see `ping_owner`; n: the number of the request, from 0; milliseconds
    "elapsed": Form.TIME,  # owner: see `ping_owner`; the `time` of its statistics, milliseconds
    "outside": Form.ADDRESS,  # owner: device.property; see `OUTSIDE`
}

OUTSIDE: Mapping[str, Form] = {
    "address": Form.MAC,  # the MAC of a physical device, burned in
    "inet": Form.ADDRESS,  # ADDRESS/LEN that the DHCP server gives
    "inet6": Form.ADDRESS,  # ADDRESS/LEN made from a router's prefix
    "link_local": Form.ADDRESS,  # a stable private fe80:: address, RFC 7217
    "lease": Form.TIME,  # seconds of the DHCP lease; the client renews at half of it (RFC 2131, T1)
    "renewed": Form.TIME,  # instants at which it was renewed otherwise
    "advertised": Form.TIME,  # instant of the last router advertisement
    "valid": Form.TIME,  # seconds, from the advertisement's prefix option (RFC 4861)
    "preferred": Form.TIME,
}


class Draw(NamedTuple):
    """The name of one draw."""

    kind: str
    owner: str
    n: int

    def __str__(self) -> str:
        return f"{self.kind}.{self.owner}" + (f"#{self.n}" if self.n else "")


def ping_owner(destination: str, run: int) -> str:
    """Who draws the times of a ping: its destination as typed, and from the second run to it on `DESTINATION/RUN`."""
    return destination if run == 1 else f"{destination}/{run}"


def draw(seed: int, name: Draw, size: int) -> bytes:
    """`size` bytes: what `name` draws under `seed` (0 to 2**64 - 1)."""
    state = 0xCBF29CE484222325 ^ seed
    for byte in b"\0".join((name.kind.encode(), name.owner.encode(), name.n.to_bytes(8, "little"))):
        state = (state ^ byte) * 0x100000001B3 & MASK
    state = state + (seed << 32 | seed >> 32) & MASK
    out = b""
    while len(out) < size:
        state = state + 0x9E3779B97F4A7C15 & MASK
        z = (state ^ state >> 30) * 0xBF58476D1CE4E5B9 & MASK
        z = (z ^ z >> 27) * 0x94D049BB133111EB & MASK
        out += (z ^ z >> 31).to_bytes(8, "little")
    return out[:size]


def form_of(name: Draw) -> Form:
    """The form of a draw's value. Raises `KeyError` for a kind that is not known."""
    if name.kind == "outside":
        return OUTSIDE[name.owner.partition(".")[2]]
    return KINDS[name.kind]


def as_text(form: Form, raw: bytes) -> str:
    """Drawn bytes as the value is written; `raw` as long as `size_of` says.

    A MAC has bit 0 of its first octet cleared and bit 1 set (include/linux/etherdevice.h, eth_random_addr).
    """
    if form is Form.MAC:
        return ":".join(f"{octet:02x}" for octet in bytes([raw[0] & 0xFE | 2]) + raw[1:6])
    return raw.hex()[:7] if form is Form.NAME else raw.hex()


def size_of(form: Form) -> int:
    """How many bytes a value of this form is drawn from. Raises `ValueError` for one that is never drawn."""
    if not form.is_drawn:
        raise ValueError(f"{form.value} are declared, never drawn")
    return {Form.ID: 32, Form.NAME: 4, Form.MAC: 6}[form]


class Entropy:
    """The seed, what is declared, and how often each owner has drawn."""

    def __init__(self, seed: int = 0, declared: Mapping[Draw, str] | None = None) -> None:
        self.seed = seed
        self.used: set[Draw] = set()
        self._declared: dict[Draw, str] = dict(declared or {})
        self._drawn: dict[tuple[str, str], int] = {}

    def declare(self, declared: Mapping[Draw, str]) -> None:
        """Say what draws give; an experiment that goes on where another stands adds its own."""
        self._declared.update(declared)

    def declared(self, kind: str, owner: str, n: int = 0) -> str | None:
        """The declared text of a value, or `None`. Asking marks it as used."""
        name = Draw(kind, owner, n)
        if name in self._declared:
            self.used.add(name)
        return self._declared.get(name)

    def draw(self, kind: str, owner: str, n: int) -> str:
        """Draw `n` of `owner` as text: declared, or drawn under the seed."""
        name = Draw(kind, owner, n)
        said = self.declared(*name)
        if said is not None:
            return said
        form = form_of(name)
        return as_text(form, draw(self.seed, name, size_of(form)))

    def next(self, kind: str, owner: str) -> str:
        """The next draw of `owner` as text."""
        return self.draw(kind, owner, self.count(kind, owner))

    def count(self, kind: str, owner: str) -> int:
        """How often `owner` has asked before; asking counts."""
        n = self._drawn.get((kind, owner), 0)
        self._drawn[kind, owner] = n + 1
        return n

    def of_kind(self, kind: str) -> Iterable[tuple[Draw, str]]:
        """All that is declared of one kind: for a core that draws by itself. It reports back with `mark`."""
        return ((name, text) for name, text in self._declared.items() if name.kind == kind)

    def mark(self, names: Iterable[Draw]) -> None:
        """Say that these have been asked for elsewhere."""
        self.used.update(names)

    def unused(self) -> list[Draw]:
        """Declared draws that nothing has asked for, sorted."""
        return sorted(set(self._declared) - self.used)
