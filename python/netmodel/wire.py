"""The cable of a modelled machine: its kernel and the one outside, on one clock, with frames to and fro."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING

from netmodel.errors import KernelError
from netmodel.event import Egress, Event, Readable, SocketError
from netmodel.kernel import Kernel
from netmodel.request import Dev
from netmodel.trace import Rx

if TYPE_CHECKING:
    from netmodel.boot import Outside


class Wire:
    """Lets the time of the kernels pass; `outside` is `None` where there is no cable. Times are nanoseconds since
    boot."""

    def __init__(self, kernel: Kernel) -> None:
        self.outside: Outside | None = None
        self._kernel = kernel
        self._news: set[int] = set()
        self._dev = Dev(0, 2)
        self._spent_ns = 0

    @property
    def spent_ns(self) -> int:
        """What was done with frames beyond the cable and come out of it has cost so far, nanoseconds by the cost
        model."""
        return self._spent_ns + (self.outside.spent_ns if self.outside is not None else 0)

    def next_deadline(self) -> int | None:
        """When a kernel has something to do."""
        kernels = [self._kernel] + ([self.outside.kernel] if self.outside is not None else [])
        return min((due for kernel in kernels if (due := kernel.next_deadline()) is not None), default=None)

    def pass_time(self, until: int) -> None:
        """Let time pass until `until`, but no further than to the first instant at which a socket has news."""
        while True:
            target = until
            if self.outside is not None and (due := self.outside.kernel.next_deadline()) is not None:
                target = min(until, max(due, self._kernel.now))
            has_news = self._carry(self._kernel.advance_to_event(target))
            if has_news or self._kernel.now >= until:
                return

    def pump(self) -> None:
        """Carry what is on the cable now, and note which sockets have news."""
        self._carry(self._kernel.advance_to_event(self._kernel.now))

    def has_news(self, socket: int) -> bool:
        """Whether a socket may have something to read; asked once for each piece of news."""
        if socket in self._news:
            self._news.discard(socket)
            return True
        return False

    def _carry(self, events: Iterable[Event]) -> bool:
        """Hand on what has happened until the cable is quiet. Whether a socket has news."""
        has_news = False
        while True:
            frames: list[Egress] = []
            for event in events:
                if isinstance(event, Readable | SocketError):
                    self._news.add(event.socket)
                    has_news = True
                elif isinstance(event, Egress):
                    frames.append(event)
            if self.outside is None:
                return has_news
            if frames:
                self._dev = Dev(frames[-1].netns, frames[-1].dev)
            answers = self.outside.exchange([event.frame for event in frames], self._kernel.now)
            if not answers:
                return has_news
            for frame in answers:
                self._receive(frame)
            events = self._kernel.advance_to_event(self._kernel.now)

    def _receive(self, frame: bytes) -> None:
        """A frame comes out of the cable: the device has it that last sent one, or there is none there any more."""
        with contextlib.suppress(KernelError):
            self._spent_ns += self._kernel.send(Rx(dev=self._dev), frame).cost_ns
