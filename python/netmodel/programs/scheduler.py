"""One queue for the kernel's timers, the machine's own, and the processes that wait.

At an instant the kernel comes first, then the machine's timers in the order in which they were set, then the processes
in the order in which they were started.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Protocol

from netmodel.commands.system import Spawn, Write
from netmodel.programs.process import Read, Readable, Sleep, Wait
from netmodel.programs.task import Child, Task

if TYPE_CHECKING:
    from netmodel.programs.process import Context

MILLISECOND = 10**6
# A program that never waits takes time as well: this many steps are a millisecond.
STEPS_IN_A_MILLISECOND = 5000


class Machine(Protocol):
    """What a scheduler drives."""

    @property
    def now(self) -> int:
        """The wall clock, nanoseconds since 1970."""

    def next_deadline(self) -> int | None:
        """When the kernel has something to do."""

    def pass_time(self, until: int) -> None:
        """Let the kernel's time pass until `until`, or until a socket has news."""

    def has_news(self, socket: int) -> bool:
        """Whether a socket may have something to read; asked once for each piece of news."""

    def start_child(self, parent: Task, spawn: Spawn) -> Task | None:
        """A new process for a program, or with `replace` the parent with the program in its place. `None`: no such
        program."""


class Scheduler:
    """The processes and timers of one machine."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.tasks: dict[int, Task] = {}
        self._timers: list[tuple[int, int, Callable[[], None]]] = []
        self._set = 0
        # Before this instant nothing but the kernel does anything, as a timer that fires can rely on.
        self.horizon: int | None = None

    def at(self, instant: int, act: Callable[[], None]) -> None:
        """Call `act` when the wall clock reads `instant`."""
        self._set += 1
        heapq.heappush(self._timers, (instant, self._set, act))

    def run(self, is_enough: Callable[[], bool], until: int | None = None) -> None:
        """Let the machine run until `is_enough`, until the wall clock reads `until`, or until nothing is ever to come."""
        while True:
            is_settled = self._settle()
            if is_enough():
                return
            if until is not None and self._machine.now >= until:
                return
            due = self._due(until) if is_settled else self._machine.now + MILLISECOND
            if due is None:
                return
            self._machine.pass_time(due)
            self._fire(until)

    def _fire(self, until: int | None) -> None:
        while self._timers and self._timers[0][0] <= self._machine.now:
            act = heapq.heappop(self._timers)[2]
            others = [time for time in (until, *self._own_deadlines()) if time is not None]
            self.horizon = min(others, default=None)
            act()

    def _own_deadlines(self) -> Iterator[int]:
        for task in self.tasks.values():
            if (due := deadline(task)) is not None:
                yield due
        if self._timers:
            yield self._timers[0][0]

    def _due(self, until: int | None) -> int | None:
        """Until when time can pass at once; a kernel's own timers are minded by the machine, but if there is nothing
        else to wait for, they say whether anything is to come."""
        waits = list(self._own_deadlines())
        if until is not None:
            waits.append(until)
        found = min(waits) if waits else self._machine.next_deadline()
        return None if found is None else max(found, self._machine.now)

    def _settle(self) -> bool:
        """Let every process go on as far as it can. `False` if one of them does not come to a rest."""
        steps = 0
        while True:
            moved = False
            for task in list(self.tasks.values()):
                while self._can_go_on(task):
                    moved = True
                    self._step(task)
                    steps += 1
                    if steps >= STEPS_IN_A_MILLISECOND:
                        return False
                if task.code is not None:
                    self.tasks.pop(task.pid, None)
            if not moved:
                return True

    def _can_go_on(self, task: Task) -> bool:
        if task.code is not None:
            return False
        if task.pending or task.waiting is None:
            return True
        answer = self._answer(task.context, task.waiting)
        if answer is None:
            return False
        task.answer = answer
        return True

    def _answer(self, context: Context, wait: Any) -> Any:
        """What a wait that is over is answered by; `None` while it is not."""
        now = self._machine.now
        match wait:
            case Sleep(until):
                return True if until <= now else None
            case Child(task):
                return task.code
            case Read(line):
                return context.streams.stdin.take(line) if context.streams.stdin.is_ready else None
            case Wait(is_done, deadline):
                if is_done():
                    return True
            case Readable(socket, deadline):
                if self._machine.has_news(socket):
                    return True
            case _:
                raise TypeError(f"no program waits for {wait!r}")
        return False if deadline is not None and deadline <= now else None

    def _step(self, task: Task) -> None:
        step = task.resume()
        if task.code is not None:
            return
        match step:
            case Write(stdout, stderr):
                if stdout:
                    task.context.streams.write(1, stdout)
                if stderr:
                    task.context.streams.write(2, stderr)
            case Spawn():
                child = self._machine.start_child(task, step)
                if child is not None and child is not task:
                    task.waiting = Child(child)
                    task.last_child = child
            case Sleep(0):  # a program has returned to the one whose place it took, or wants no time to pass
                pass
            case _:
                task.waiting = step


def deadline(task: Task) -> int | None:
    """The instant at which a process goes on without anything else happening."""
    match task.waiting:
        case Sleep(until):
            return until
        case Wait(_, due) | Readable(_, due):
            return due
    return None
