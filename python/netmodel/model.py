"""ModelHost: a machine that is a model. The seam of `netmodel.host`, and what commands, programs and Docker need."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from netmodel import boot, platform
from netmodel.commands.system import Spawn
from netmodel.entropy import Draw, Entropy
from netmodel.errors import KernelError
from netmodel.event import Egress, Event, Readable, SocketError
from netmodel.filetree import FileTree
from netmodel.host import Completed
from netmodel.kernel import Kernel
from netmodel.nsfs import Namespaces
from netmodel.programs import containers, find
from netmodel.programs.process import Context, Input, Streams, Terminal
from netmodel.programs.scheduler import Scheduler
from netmodel.programs.task import Frame, Task
from netmodel.request import Declare, Dev, NamesReply, SysctlGet, SysctlSet, Undrawn, ValueReply
from netmodel.trace import Rx

if TYPE_CHECKING:
    from netmodel.docker.client import DockerClient
    from netmodel.docker.engine import Engine
    from netmodel.docker.machine import Program
    from netmodel.docker.running import Waiting
    from netmodel.programs.containers import ContainerTask

FIRST_PID = 1000
SYSCTLS = "/proc/sys/net/"
ENVIRONMENT = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "TERM": "dumb"}
HOSTNAMES = {"centos7-2018": "Docker1"}


class ModelHost:
    """A modelled machine.

    `platform` names its releases (`debian12`), `seed` what it draws. `on` says where it starts: `machine` (`lo` up,
    `eth0` with an address and a router behind it), `bare` (`lo`, down), or an experiment `NAME[@N]`: where that stands
    at its end, or after its first N commands. `start` is the wall clock at boot, nanoseconds since 1970. Raises
    `LookupError` for an unknown platform, `ExperimentError` for an unknown experiment.
    """

    def __init__(
        self,
        platform: str | None = None,
        seed: int = 0,
        on: str = "machine",
        entropy: Entropy | None = None,
        timezone: str = "UTC",
        start: int | None = None,
    ) -> None:
        if on not in ("machine", "bare"):
            from netmodel.experiment.replay import model_host
            from netmodel.experiment.standing import stand

            self.__dict__ = vars(stand(on, model_host(platform, seed), seed or None))
            return
        self._boot(platform, seed, entropy or Entropy(seed), timezone, start or 0)
        self._outside: boot.Outside | None = boot.machine(self) if on == "machine" else None
        for path, text in boot.files(self).items():
            self.files.write(path, text)
        self.pump()

    def _boot(self, name: str | None, seed: int, entropy: Entropy, timezone: str, start: int) -> None:
        self.platform = platform.platform(name) if name is not None else platform.DEFAULT
        self.seed = seed
        self.entropy = entropy
        self.kernel = Kernel(seed, boot.facts(self.platform))
        self.zone = ZoneInfo(timezone)
        self.epoch = start
        self.hostname = HOSTNAMES.get(self.platform.name, "debian")
        self.files = FileTree(directories=frozenset(("/root", "/tmp", "/etc", "/run", "/var", "/var/run", "/proc")))
        self.scheduler = Scheduler(self)
        self.netns_files = Namespaces(self.kernel, self.scheduler.tasks.values)
        self.is_daemon_asked = False
        self._trees: dict[str, FileTree] = {}
        self._news: set[int] = set()
        self._cable = Dev(0, 2)
        self._told: set[Draw] = set()
        self._last_pid = FIRST_PID - 1
        self._numbers: dict[str, int] = {}
        self._tell_kernel()

    def __repr__(self) -> str:
        return f"<ModelHost {self.platform.name} at {datetime.fromtimestamp(self.now / 1e9, UTC):%Y-%m-%d %H:%M:%S}>"

    # The seam

    @property
    def now(self) -> int:
        """The wall clock, nanoseconds since 1970."""
        return self.epoch + self.kernel.now

    def advance(self, until: int) -> None:
        """Let time pass until the wall clock reads `until`: timers fire and processes go on."""
        if until > self.now:
            self.scheduler.run(lambda: False, until)

    def start(self, argv: Sequence[str], netns: str | None = None, tty: bool = False) -> ModelProcess:
        """Start a command, in the named namespace if one is given."""
        self._tell_kernel()
        if netns is not None:
            argv = ["ip", "netns", "exec", netns, *argv]
        return ModelProcess(self, argv, tty)

    def run(self, line: str, stdin: str = "") -> Completed:
        """Give `line` to a shell, with `stdin` to read, and wait for its end. Never raises for a command that fails;
        raises `UnsupportedError` for what is not modelled."""
        self._tell_kernel()
        written: dict[int, list[str]] = {1: [], 2: []}
        source = Input(stdin, is_closed=True)
        task = self.spawn_task(["sh", "-c", line], Streams(source, lambda stream, text: written[stream].append(text)))
        assert task is not None
        self.scheduler.run(lambda: task.code is not None)
        self._mark_drawn()
        return Completed(task.code or 0, "".join(written[1]), "".join(written[2]))

    # Docker's machine

    @cached_property
    def engine(self) -> Engine:
        """The Docker Engine of this machine; it does nothing until it is started."""
        from netmodel.docker.engine import Engine

        return Engine(self)

    @cached_property
    def docker(self) -> DockerClient:
        """The daemon in docker-py's nouns: `docker.containers`, `docker.networks`. It runs unless a command stopped it."""
        from netmodel.docker.client import DockerClient

        if not self.is_daemon_asked:
            self.is_daemon_asked = True
            self.engine.start()
        return DockerClient(self.engine, self._carry_out)

    def _carry_out(self, waits: Waiting) -> None:
        """Let the host run until what the daemon does is done."""
        for wait in waits:
            self.scheduler.run(wait.is_done, wait.deadline)
        self._mark_drawn()

    @property
    def utc_offset(self) -> int:
        """Seconds that the time zone is ahead of UTC now."""
        offset = datetime.fromtimestamp(self.now // 10**9, self.zone).utcoffset()
        return int(offset.total_seconds()) if offset is not None else 0

    def read_file(self, path: str) -> str | None:
        """A file of the machine, or `None`."""
        return self.files.read(path)

    def spawn(self, program: Program) -> ContainerTask:
        """Start a process in a container. Raises `StartError`."""
        return containers.spawn(self, program)

    def after(self, delay: int, act: Callable[[], None]) -> None:
        """Call `act` when `delay` nanoseconds have passed."""
        self.scheduler.at(self.now + delay, act)

    def at(self, instant: int, act: Callable[[], None]) -> None:
        """Call `act` when the wall clock reads `instant`; never, if that has passed."""
        if instant >= self.now:
            self.scheduler.at(instant, act)

    # Processes

    def new_task(self, argv: Sequence[str], netns: int, container: str = "", group: Task | None = None) -> Task:
        """A process without a program yet."""
        self._last_pid += 1
        number = self._last_pid
        if container:
            number = self._numbers[container] = self._numbers.get(container, 0) + 1
        task = Task(self._last_pid, tuple(argv), netns, number, container)
        task.group = group if group is not None else task
        task.on_end.append(self._ended)
        return task

    def spawn_task(self, argv: Sequence[str], streams: Streams) -> Task | None:
        """A process of the machine itself; `None` if there is no such program."""
        task = self.new_task(argv, 0)
        context = Context(self, task, 0, self.files, dict(ENVIRONMENT), self.hostname, streams)
        return task if self.load(task, argv, context) else None

    def load(self, task: Task, argv: Sequence[str], context: Context) -> bool:
        """Give a process its program, and let it run; `False` if there is none of that name."""
        program = find.find(argv, context)
        if program is None:
            return False
        task.replace(Frame(program(argv, context), context), argv)
        self.scheduler.tasks[task.pid] = task
        return True

    def start_child(self, parent: Task, spawn: Spawn) -> Task | None:
        """fork(2), where `replace` does not say otherwise, and execve(2)."""
        context = parent.context
        task = parent if spawn.replace else self.new_task(spawn.argv, spawn.netns, parent.container, parent.group)
        ignored = set(context.ignored)
        child = replace(context, task=task, netns=spawn.netns, env=dict(context.env), caught=set(), ignored=ignored)
        before = parent.netns
        if not self.load(task, spawn.argv, child):
            return None
        if spawn.replace and before != spawn.netns:
            self.netns_files.released(before)
        return task

    def fork(self, context: Context, streams: Streams, life: Callable[[Context], Any]) -> Task:
        """fork(2) of a shell: a process that goes on with `life`."""
        parent = context.task
        task = self.new_task(parent.argv, context.netns, parent.container, parent.group)
        child = replace(context, task=task, streams=streams, env=dict(context.env), caught=set(), ignored=set())
        task.replace(Frame(life(child), child), parent.argv)
        self.scheduler.tasks[task.pid] = task
        return task

    def kill(self, context: Context, number: int, sig: int) -> bool:
        """kill(2) by a process; `False` if there is no such process where it lives."""
        container = context.task.container
        for task in list(self.scheduler.tasks.values()):
            if task.container == container and task.number == number and task.code is None:
                task.signal(sig)
                return True
        return False

    def _ended(self, task: Task, code: int) -> None:
        self.scheduler.tasks.pop(task.pid, None)
        if not task.container:
            self.netns_files.released(task.netns)

    # Files

    def tree(self, container: str, image: Mapping[str, str]) -> FileTree:
        """The files of a container, kept between its processes, over those of its image."""
        if container not in self._trees:
            self._trees[container] = FileTree(image)
        return self._trees[container]

    def read_in(self, context: Context, path: str) -> str | None:
        """A file as a process sees it: `/proc/sys/net` is its namespace's."""
        if path.startswith(SYSCTLS):
            try:
                reply = self.kernel.apply(SysctlGet(netns=context.netns, path=path.removeprefix(SYSCTLS)))
            except KernelError:
                return None
            assert isinstance(reply, ValueReply)
            return reply.value + "\n"
        return context.files.read(path)

    def write_sysctl(self, context: Context, path: str, text: str) -> None:
        """Write below `/proc/sys/net`. Raises `KernelError`."""
        request = SysctlSet(netns=context.netns, path=path.removeprefix(SYSCTLS), value=text.strip())
        self.kernel.apply(request)

    # Time

    @property
    def router(self) -> str | None:
        """The address of the host outside, if there is a cable."""
        if self._outside is None:
            return None
        return self._outside.address

    def next_deadline(self) -> int | None:
        """When a kernel has something to do, by the wall clock."""
        kernels = [self.kernel] + ([self._outside.kernel] if self._outside is not None else [])
        due = [deadline for kernel in kernels if (deadline := kernel.next_deadline()) is not None]
        return self.epoch + min(due) if due else None

    def pass_time(self, until: int) -> None:
        """Let the kernels' time pass until the wall clock reads `until`, but no further than to the first instant at
        which a process may have something to do."""
        end = until - self.epoch
        while True:
            target = end
            if self._outside is not None and (due := self._outside.kernel.next_deadline()) is not None:
                target = min(end, max(due, self.kernel.now))
            has_news = self._carry(self.kernel.advance_to_event(target))
            if has_news or self.kernel.now >= end:
                return

    def pump(self) -> None:
        """Carry what is on the cable now, and note which sockets have news."""
        self._carry(self.kernel.advance_to_event(self.kernel.now))

    def _carry(self, events: Iterable[Event]) -> bool:
        """Hand on what has happened: news of sockets, and frames to and fro until the cable is quiet. Whether a socket
        has news."""
        has_news = False
        while True:
            frames: list[Egress] = []
            for event in events:
                if isinstance(event, Readable | SocketError):
                    self._news.add(event.socket)
                    has_news = True
                elif isinstance(event, Egress):
                    frames.append(event)
            if self._outside is None:
                return has_news
            answers = self._outside.exchange([event.frame for event in frames], self.kernel.now)
            if frames:
                self._cable = Dev(frames[-1].netns, frames[-1].dev)
            if not answers:
                return has_news
            for frame in answers:
                self._receive(frame)
            events = self.kernel.advance_to_event(self.kernel.now)

    def _receive(self, frame: bytes) -> None:
        """A frame comes out of the cable: the device has it that last sent one, or there is none there any more."""
        with contextlib.suppress(KernelError):
            self.kernel.send(Rx(dev=self._cable), frame)

    def has_news(self, socket: int) -> bool:
        """Whether a socket may have something to read; asked once for each piece of news."""
        if socket in self._news:
            self._news.discard(socket)
            return True
        return False

    # Entropy

    def _tell_kernel(self) -> None:
        """Tell the kernel what is declared of its own draws."""
        for name, text in self.entropy.of_kind("mac"):
            if name not in self._told:
                self._told.add(name)
                value = bytes.fromhex(text.replace(":", ""))
                self.kernel.apply(Declare(kind=name.kind, owner=name.owner, n=name.n, value=value))

    def _mark_drawn(self) -> None:
        """Note what the kernel has drawn of it."""
        if self._told - self.entropy.used:
            reply = self.kernel.apply(Undrawn())
            assert isinstance(reply, NamesReply)
            left = set(reply.value)
            self.entropy.mark(name for name in self._told if f"{name.kind}:{name.owner}#{name.n}" not in left)


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
            self._code = 127

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
        self._host.scheduler.run(
            lambda: task.code is not None or (until is not None and len(self._written) > seen), until
        )
        self._host._mark_drawn()
        return Completed(task.code, self.output) if task.code is not None else None


__all__ = ["ModelHost", "ModelProcess"]
