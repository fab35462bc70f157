"""Commands on a modelled host, as the seam shows them."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from typing import TYPE_CHECKING

from netmodel.host import Completed
from netmodel.programs.process import Input, Streams, Terminal
from netmodel.programs.scheduler import deadline

if TYPE_CHECKING:
    from netmodel.model import ModelHost

NOT_FOUND = 127


class ModelProcess:
    """A command on a modelled host."""

    def __init__(self, host: ModelHost, argv: Sequence[str], tty: bool) -> None:
        self._host = host
        self._written: list[str] = []
        self._terminal = Terminal(self._written.append, self.signal, echo=False) if tty else None
        self._input = self._terminal.input if self._terminal is not None else Input()
        streams = Streams(self._input, lambda stream, text: self._written.append(text), self._terminal)
        self._task = host.spawn_task(argv, streams)
        self._code: int | None = None
        if self._task is None:
            self._written.append(f"sh: {argv[0]}: not found\n")
            self._code = NOT_FOUND

    @property
    def output(self) -> str:
        """All that was written so far."""
        if len(self._written) > 1:
            self._written[:] = ["".join(self._written)]
        return self._written[0] if self._written else ""

    def write(self, text: str) -> None:
        """Type `text`."""
        if self._terminal is not None:
            self._terminal.type(text)
        elif text == "\x04":
            self._input.close()
        elif text:
            self._input.push(text)

    def signal(self, sig: int) -> None:
        """Deliver a signal to the process and to all that it started and that stayed in its group."""
        if self._terminal is not None and self._terminal.raw and sig == signal.SIGINT:
            self._terminal.type("\x03")
            return
        for task in list(self._host.scheduler.tasks.values()):
            if task.group is self._task:
                task.signal(sig)

    def wait(self, until: int | None = None) -> Completed | None:
        """Let the host run: see `netmodel.host.Process`."""
        task = self._task
        if task is None:
            return Completed(self._code or 0, self.output)
        seen = len(self._written)

        def is_enough() -> bool:
            has_written = until is not None and len(self._written) > seen
            return task.code is not None or has_written or self._waits_for_input()

        self._host.scheduler.run(is_enough, until)
        self._host.mark_drawn()
        return Completed(task.code, self.output) if task.code is not None else None

    def _waits_for_input(self) -> bool:
        """Whether only what is typed can let it go on, as far as its own processes tell."""
        group = [one for one in self._host.scheduler.tasks.values() if one.group is self._task]
        return self._input.is_wanted and all(deadline(one) is None for one in group)
