"""A Kernel: everything that a kernel's networking holds. Four verbs change or show it.

The model itself is the Rust crate `netmodel`; here its plain data gets types. Time is nanoseconds since boot.
"""

from __future__ import annotations

import json
from typing import Any

from netmodel import _core
from netmodel.codec import decode, encode
from netmodel.event import Event
from netmodel.facts import Facts
from netmodel.request import Reply, Request
from netmodel.snapshot import Snapshot
from netmodel.trace import Origin, Trace

_dumps = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


def _events(text: str) -> tuple[Event, ...]:
    return () if text == "[]" else tuple(decode("Event", one) for one in json.loads(text))


class Kernel:
    """A kernel just booted: `init_net` with `lo`, down.

    `seed` is what its own draws (MACs, ports) come from, `facts` which kernel it is. A Kernel is used by one thread
    at a time: a call while another thread's call runs raises `RuntimeError`. Every call may raise `InternalError`, and
    does so for ever after it has done so once.
    """

    __slots__ = ("_core", "_snapshot")

    def __init__(self, seed: int = 0, facts: Facts | None = None) -> None:
        self._core = _core.Kernel(seed, _dumps(encode(facts or Facts())))
        self._snapshot: Snapshot | None = None

    @classmethod
    def _of(cls, core: _core.Kernel) -> Kernel:
        kernel = object.__new__(cls)
        kernel._core = core
        kernel._snapshot = None
        return kernel

    def apply(self, request: Request) -> Reply:
        """Carry out a request.

        Raises `KernelError` where Linux refuses, which leaves what Linux leaves; `UnsupportedError` for what is not
        modelled.
        """
        self._snapshot = None
        reply: Reply = decode("Reply", json.loads(self._core.apply(_dumps(encode(request)))))
        return reply

    def send(self, origin: Origin, packet: bytes) -> Trace:
        """A packet enters: a frame for `Rx` and `Xmit`, an IP packet for `Local`. Its loss is no exception.

        Raises `KernelError` if the origin's namespace or device does not exist.
        """
        self._snapshot = None
        trace: Trace = decode("Trace", json.loads(self._core.send(_dumps(encode(origin)), packet)))
        return trace

    def advance(self, until: int) -> tuple[Event, ...]:
        """Let time pass until `until` (ns since boot): timers fire in order. What happened since the last call."""
        self._snapshot = None
        return _events(self._core.advance(until))

    def advance_to_event(self, until: int) -> tuple[Event, ...]:
        """Let time pass until `until` (ns since boot), but no further than to the first instant that has an event."""
        self._snapshot = None
        return _events(self._core.advance_to_event(until))

    def next_deadline(self) -> int | None:
        """When a timer is due next, ns since boot; `None` if none is armed."""
        return self._core.next_deadline()

    @property
    def now(self) -> int:
        """The Kernel's time, ns since boot."""
        return self._core.now

    def snapshot(self) -> Snapshot:
        """What is held, in canonical order."""
        if self._snapshot is None:
            self._snapshot = decode("Snapshot", json.loads(self._core.snapshot()))
        return self._snapshot

    def copy(self) -> Kernel:
        """A Kernel that holds the same and goes its own way."""
        return Kernel._of(self._core.copy())

    def __copy__(self) -> Kernel:
        return self.copy()

    def __deepcopy__(self, memo: dict[int, Any]) -> Kernel:
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        return Kernel._of, (self._core,)

    def __repr__(self) -> str:
        return f"<Kernel at {self.now / 1e9:.9f} s>"
