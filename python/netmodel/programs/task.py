"""Processes: a generator at work, or several where one has taken another's place, with their signals and their end."""

from __future__ import annotations

import signal
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from netmodel.programs.process import Context, Step

# Signals whose default action is to do nothing (signal(7)).
HARMLESS = frozenset({signal.SIGCHLD, signal.SIGURG, signal.SIGWINCH, signal.SIGCONT})


@dataclass(frozen=True, slots=True)
class Child:
    """The wait for a program that runs as a process of its own: answered by its exit code."""

    task: Task


@dataclass
class Frame:
    """A program at work. Those below it on the stack have called execve(2) and wait for nothing but its end."""

    running: Generator[Any, Any, int]
    context: Context


@dataclass(eq=False)
class Task:
    """A process. `number` is its id where it lives: its container's, else the machine's. `killed` is the signal that
    ended it, `last_child` the last program that it waited for.

    `is_init`: the first process of a container; the kernel drops signals that it does not catch (kernel/signal.c,
    `sig_task_ignored`), all but SIGKILL.
    """

    pid: int
    argv: tuple[str, ...]
    netns: int
    number: int
    container: str = ""
    is_init: bool = False
    group: Task | None = None
    frames: list[Frame] = field(default_factory=list)
    waiting: Step | Child | None = None
    answer: Any = None
    code: int | None = None
    killed: int | None = None
    last_child: Task | None = None
    has_wait: bool = False
    pending: deque[int] = field(default_factory=deque)
    on_end: list[Callable[[Task, int], None]] = field(default_factory=list)
    _is_running: bool = False
    _doom: int | None = None

    @property
    def context(self) -> Context:
        """The context of the program at work."""
        return self.frames[-1].context

    def signal(self, sig: int) -> None:
        """Deliver a signal."""
        if self.code is not None or not self.frames:
            return
        context = self.context
        if sig == signal.SIGKILL:
            self.killed = sig
            self.end(128 + sig)
        elif sig in context.caught:
            self.pending.append(sig)
        elif sig not in context.ignored and not self.is_init and sig not in HARMLESS:
            self.killed = sig
            self.end(128 + sig)

    def end(self, code: int) -> None:
        """It is over, wherever it stands."""
        if self.code is not None:
            return
        if self._is_running:
            self._doom = code
            return
        self.code = code
        for frame in reversed(self.frames):
            frame.running.close()
        self.frames.clear()
        self.waiting = None
        for act in self.on_end:
            act(self, code)

    def resume(self) -> Any:
        """Let the program go on to its next step, which is returned; `None` if it has ended."""
        frame = self.frames[-1]
        answer, self.answer, self.waiting = self.answer, None, None
        self._is_running = True
        try:
            if self.pending:
                from netmodel.programs.process import Interrupt

                step = frame.running.throw(Interrupt(self.pending.popleft()))
            else:
                step = frame.running.send(answer)
        except StopIteration as stop:
            step = self._returned(stop.value)
        except BaseException as error:
            self._is_running = False
            from netmodel.programs.process import Interrupt

            self.end(128 + error.sig if isinstance(error, Interrupt) else 1)
            if isinstance(error, Interrupt):
                return None
            raise
        self._is_running = False
        if self._doom is not None:
            self.end(self._doom)
            return None
        return step

    def _returned(self, code: int) -> Any:
        """The program has returned: the one whose place it took gets the code, or the process ends."""
        from netmodel.programs.process import Sleep

        self.frames.pop()
        if self.frames:
            self.answer = code
            return Sleep(0)
        self._doom = code if self._doom is None else self._doom
        return None

    def replace(self, frame: Frame, argv: Sequence[str]) -> None:
        """execve(2)."""
        self.frames.append(frame)
        self.argv = tuple(argv)
        self.netns = frame.context.netns
