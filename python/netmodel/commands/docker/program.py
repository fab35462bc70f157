"""`docker` as a program of a modelled machine: its steps, with its terminal joined to processes in containers."""

from __future__ import annotations

import signal
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any

from netmodel.commands.docker import docker
from netmodel.commands.docker.steps import Attach, Cli, Steps
from netmodel.programs.process import Interrupt, Wait

if TYPE_CHECKING:
    from netmodel.docker.engine import Engine
    from netmodel.programs.process import Context

# What `docker run` passes on, as far as the model's processes are ever sent it (ForwardAllSignals).
PASSED_ON = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2)


def run(argv: Sequence[str], context: Context, engine: Engine) -> Generator[Any, Any, int]:
    """Run `docker …` with the streams of `context`."""
    cli = Cli(engine, context.streams.stdin.rest, context.is_terminal, tuple(context.env.items()))
    return (yield from joined(docker(argv[1:], cli), context))


def joined(steps: Steps, context: Context) -> Generator[Any, Any, int]:
    """Carry out the steps; `Attach` becomes waits for input and output."""
    answer: Any = None
    has_ended = [False]
    while True:
        try:
            step = steps.send(answer)
        except StopIteration as end:
            return int(end.value)
        if isinstance(step, Attach):
            yield from _attached(step, context, has_ended)
            answer = None
        else:
            answer = yield step


def _attached(step: Attach, context: Context, has_ended: list[bool]) -> Generator[Any, Any, None]:
    """One piece of being joined: until there is output or the end, pass input and signals on."""
    stdin, terminal = context.streams.stdin, context.streams.terminal
    if step.signal is not None and step.keys is None:
        context.catch(*PASSED_ON)
    if terminal is not None and step.keys is not None:
        terminal.raw = True
    try:
        while not step.is_done():
            try:
                yield Wait(lambda: step.is_done() or (step.write is not None and not has_ended[0] and stdin.is_ready))
            except Interrupt as interrupt:
                if step.signal is None:
                    raise
                step.signal(interrupt.sig)
                continue
            if step.write is not None and not has_ended[0] and stdin.is_ready and not step.is_done():
                _pass_on(step, stdin.take(), has_ended)
    finally:
        if terminal is not None and step.keys is not None:
            terminal.raw = False


def _pass_on(step: Attach, text: str, has_ended: list[bool]) -> None:
    assert step.write is not None
    if text:
        passed = step.keys.take(text) if step.keys is not None else text
        if passed:
            step.write(passed)
        return
    has_ended[0] = True
    if step.close is not None:
        step.close()
