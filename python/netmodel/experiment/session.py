"""A person at terminals: types the commands of an experiment on a host, and reads what comes."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from netmodel.experiment.argv import argv_of
from netmodel.experiment.text import Block, Experiment, Key, Output, Turn
from netmodel.host import Completed, Host, Process

SECOND = 10**9
PATIENCE = 120 * SECOND  # how long to wait for a command that does not end
GLANCE = SECOND  # how long to look at a command that stays in the foreground before going to the other window


@dataclass(frozen=True)
class Ran:
    """A command as it went. `number` counts those that are shown, from 1; `lines` holds ^C where it was pressed."""

    turn: Turn
    number: int | None
    window: int
    setup: bool
    lines: list[str]
    completed: Completed | None
    typed: int
    keys: list[int] = field(default_factory=list)


@dataclass
class _Window:
    """A terminal: the process in its foreground, and how much of its output has been read."""

    process: Process
    read: int = 0


@dataclass(frozen=True)
class _Step:
    """A turn with what must be known to leave it: the next in its window, and whether another window comes first."""

    turn: Turn
    window: int
    setup: bool
    goes_on: bool
    next_prompt: str | None
    stays: bool


def steps_of(experiment: Experiment) -> list[_Step]:
    """The turns of an experiment in order. What goes on in a window is a turn without command."""
    flat: list[tuple[Block, Turn, bool]] = []
    for block in experiment.blocks:
        if block.head:
            flat.append((block, Turn("", "", block.head, line=block.line), True))
        flat += [(block, turn, False) for turn in block.turns]
    steps = []
    for at, (block, turn, goes_on) in enumerate(flat):
        later = flat[at + 1 :]
        here = next((entry for entry in later if entry[0].window == block.window), None)
        nested = here[1].prompt if here and here[1].is_nested else None
        stays = (bool(later) and later[0][0].window != block.window) or bool(here and here[2])
        steps.append(_Step(turn, block.window, block.setup, goes_on, nested, stays))
    return steps


class Session:
    """One experiment on one host. `skip`: numbers of commands that are left out; `first`: the number of the first.

    Where nothing is recorded yet, `pause` is how long after a command a key is pressed, in nanoseconds, and `ready`
    waits for a good moment to type a line.
    """

    def __init__(
        self,
        host: Host,
        skip: frozenset[int] = frozenset(),
        first: int = 1,
        pause: int | None = None,
        ready: Callable[[str], None] | None = None,
    ) -> None:
        self.host = host
        self.pause = pause
        self.ready = ready
        self.skip = skip
        self.number = first
        self._windows: dict[int, _Window] = {}
        self._instants: list[int] = []
        self._late = 0
        self._left_out: set[int] = set()

    def run(self, experiment: Experiment) -> Iterator[Ran]:
        """Type its commands one after the other; yields each when it is over."""
        front = experiment.front
        start = front.start or 0
        self._instants = [start + seconds for seconds in front.typed or ()]
        for step in steps_of(experiment):
            counted = not (step.setup or step.turn.cut or step.goes_on)
            number = self.number if counted else None
            self.number += counted
            is_inside = step.turn.is_nested or step.goes_on  # of a command that may have been left out itself
            left_out = number in self.skip or (is_inside and step.window in self._left_out)
            if not is_inside:
                (self._left_out.add if left_out else self._left_out.discard)(step.window)
            if left_out:
                for _ in range((not step.goes_on) + sum(isinstance(item, Key) for item in step.turn.body)):
                    self._due()
                continue
            yield self._turn(step, number)

    def _due(self) -> int | None:
        """The instant that is declared for the next command or key."""
        return self._instants.pop(0) if self._instants else None

    def _turn(self, step: _Step, number: int | None) -> Ran:
        if not step.goes_on:
            due = self._due()
            if due is not None:
                self.host.advance(due)
            self._late = self.host.now - due if due is not None else 0
        if self.ready is not None:
            self.ready(step.turn.command)
        typed = self.host.now
        window = self._type(step)
        keys: list[int] = []
        text, completed = self._press(step.turn, window, keys)
        if completed is None:
            completed = self._leave(step, window)
        text += self._take(window)
        text = text.replace("\r", "")  # a terminal goes to the line's beginning at each new line anyway
        text = text.replace("^C^C", "^C")  # the far end of a `docker exec -t` echoes it as well
        if step.turn.is_nested:  # a terminal in the far end echoes what was typed
            text = text.removeprefix(step.turn.command + "\n")
        if step.next_prompt is not None:
            text = text.removesuffix(step.next_prompt)
        lines = text.removesuffix("\n").split("\n") if text else []
        return Ran(step.turn, number, step.window, step.setup, lines, completed, typed, keys)

    def _type(self, step: _Step) -> _Window:
        window = self._windows.get(step.window)
        if step.turn.is_nested and window is not None:
            if window.process.wait(self.host.now) is None:
                window.process.write(step.turn.command + "\n")
        elif not step.goes_on or window is None:
            window = _Window(self.host.start(argv_of(step.turn.command), tty=True))
            self._windows[step.window] = window
        return window

    def _press(self, turn: Turn, window: _Window, keys: list[int]) -> tuple[str, Completed | None]:
        """Wait for each key's moment and press it: when it is declared, else when as much is printed as is recorded."""
        text, lines = "", 0
        completed: Completed | None = None
        for item in turn.body:
            lines += isinstance(item, Output)
            if not isinstance(item, Key):
                continue
            due = self._due()
            if due is not None:
                due += self._late  # keys keep their distance from the command
                completed = self._watch(window, due, lambda: False)
                if completed is None:
                    self.host.advance(due)
            else:
                awaited = lines if self.pause is None else sys.maxsize
                until = self.host.now + (PATIENCE if self.pause is None else self.pause)
                completed = self._watch(window, until, partial(self._has_lines, window, awaited))
            keys.append(self.host.now)
            if completed is None:
                text += self._take(window)
                window.process.signal(signal.SIGINT)
                text += "" if item.cut else item.name
        return text, completed

    def _has_lines(self, window: _Window, lines: int) -> bool:
        return self._unread(window).count("\n") >= lines

    def _leave(self, step: _Step, window: _Window) -> Completed | None:
        prompt = step.next_prompt
        if prompt is not None:
            return self._watch(window, self.host.now + PATIENCE, lambda: self._unread(window).endswith(prompt))
        if step.stays:
            until = self._instants[0] if self._instants else self.host.now + GLANCE
            return self._watch(window, until, lambda: False)
        return self._watch(window, self.host.now + PATIENCE, lambda: False)

    def _watch(self, window: _Window, until: int, is_enough: Callable[[], bool]) -> Completed | None:
        """Wait until the process ends, `is_enough`, or the clock reads `until`."""
        while not is_enough():
            seen, now = len(window.process.output), self.host.now
            completed = window.process.wait(until)
            if completed is not None:
                return completed
            if self.host.now >= until or (len(window.process.output), self.host.now) == (seen, now):
                return None
        return None

    def _unread(self, window: _Window) -> str:
        return window.process.output[window.read :]

    def _take(self, window: _Window) -> str:
        text = self._unread(window)
        window.read += len(text)
        return text
