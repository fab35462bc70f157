"""Processes of containers, as the runtime starts them for the Docker daemon (runc)."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from netmodel.docker.machine import Program, StartError
from netmodel.programs import find
from netmodel.programs.confined import Confined
from netmodel.programs.image_files import files_of
from netmodel.programs.process import Context, Input, Streams, Terminal
from netmodel.programs.task import Task

if TYPE_CHECKING:
    from netmodel.model import ModelHost

DIRECTORIES = frozenset(
    ("/bin", "/etc", "/root", "/tmp", "/proc", "/sys", "/dev", "/usr", "/usr/bin", "/usr/sbin", "/var")
)
NOT_FOUND, NOT_EXECUTABLE = 127, 126


def spawn(host: ModelHost, program: Program) -> ContainerTask:
    """Start a process in a container. Raises `StartError` in the runtime's words."""
    tree = host.tree(program.container, files_of(program.image))
    for directory in DIRECTORIES:
        tree.make_directory(directory)
    if isinstance(program.files, dict):
        tree.mounts = program.files
    task = host.new_task(program.argv, program.netns, program.container)
    task.is_init = program.is_init
    started = ContainerTask(host, task, program)
    context = Context(
        host,
        task,
        program.netns,
        tree,
        dict(program.env),
        program.hostname,
        started.streams,
        image=program.image,
        cwd=program.workdir,
        resolve=program.resolve,
        confined=Confined(host.kernel, program.capabilities),
    )
    name = program.argv[0]
    if "/" in name and tree.has(context.path(name)):
        raise StartError(f'exec: "{name}": permission denied', NOT_EXECUTABLE)
    if find.find(program.argv, context) is None:
        missing = f"stat {name}: no such file or directory" if "/" in name else "executable file not found in $PATH"
        raise StartError(f'exec: "{name}": {missing}', NOT_FOUND)
    if task.is_init:
        task.on_end.append(started.end_others)
    task.on_end.append(lambda task, code: program.ended(code))
    host.load(task, program.argv, context)
    return started


class ContainerTask:
    """A running process of a container."""

    def __init__(self, host: ModelHost, task: Task, program: Program) -> None:
        self._host = host
        self._task = task
        self._terminal = (
            Terminal(lambda text: program.output(1, text), self._interrupt, echo=True) if program.tty else None
        )
        self._input = self._terminal.input if self._terminal is not None else Input(is_closed=not program.stdin)
        write = program.output if not program.tty else lambda stream, text: program.output(1, text)
        self.streams = Streams(self._input, write, self._terminal)

    @property
    def pid(self) -> int:
        """Its process id on the host."""
        return self._task.pid

    def signal(self, sig: int) -> None:
        """Deliver a signal."""
        self._task.signal(sig)

    def write(self, text: str) -> None:
        """Give it input."""
        if self._terminal is not None:
            self._terminal.type(text)
        elif text:
            self._input.push(text)

    def close(self) -> None:
        """Its input has ended."""
        self._input.close()

    def _interrupt(self, sig: int) -> None:
        """A key of its terminal: every process in the foreground gets the signal."""
        for task in list(self._host.scheduler.tasks.values()):
            if task.group is self._task:
                task.signal(sig)

    def end_others(self, task: Task, code: int) -> None:
        """The first process of a PID namespace has ended: the kernel kills all others (kernel/pid_namespace.c)."""
        for other in list(self._host.scheduler.tasks.values()):
            if other is not task and other.container == task.container:
                other.end(128 + signal.SIGKILL)
