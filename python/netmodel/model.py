"""ModelHost: a machine that is a model. The seam of `netmodel.host`, and what commands, programs and Docker need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from netmodel import boot, platform, request
from netmodel.commands.system import Spawn
from netmodel.entropy import Draw, Entropy
from netmodel.errors import KernelError
from netmodel.filetree import FileTree
from netmodel.host import Completed
from netmodel.kernel import Kernel
from netmodel.link import Bridge, Link, Veth
from netmodel.netns import Namespace, Netns
from netmodel.nsfs import Namespaces
from netmodel.programs import find
from netmodel.programs.command import NOT_FOUND, ModelProcess
from netmodel.programs.process import Context, Input, Streams
from netmodel.programs.scheduler import Scheduler
from netmodel.programs.task import Frame, Task
from netmodel.request import (
    BridgeOptions,
    Declare,
    LinkAdd,
    LinkSpec,
    NamesReply,
    Reply,
    Request,
    SysctlGet,
    SysctlSet,
    Undrawn,
    ValueReply,
)
from netmodel.trace import Local, Origin, Rx, Trace, Xmit
from netmodel.wire import Wire

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
        if on == "machine":
            self.wire.outside = boot.machine(self)
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
        self.wire = Wire(self.kernel)
        self._told: set[Draw] = set()
        self._last_pid = FIRST_PID - 1
        self._numbers: dict[str, int] = {}
        self.tell_kernel()

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
        self.tell_kernel()
        if netns is not None:
            argv = ["ip", "netns", "exec", netns, *argv]
        return ModelProcess(self, argv, tty)

    def run(self, line: str, stdin: str = "") -> Completed:
        """Give `line` to a shell, with `stdin` to read, and wait for its end. Never raises for a command that fails;
        raises `UnsupportedError` for what is not modelled."""
        return self.run_in(0, ["sh", "-c", line], stdin)

    def run_in(self, netns: int, argv: Sequence[str], stdin: str = "", traces: list[Trace] | None = None) -> Completed:
        """Start a command in a namespace, and wait for its end. `traces` takes what its echo requests did."""
        self.tell_kernel()
        written: dict[int, list[str]] = {1: [], 2: []}
        streams = Streams(Input(stdin, is_closed=True), lambda stream, text: written[stream].append(text))
        task = self.spawn_task(argv, streams, netns, traces)
        if task is None:
            return Completed(NOT_FOUND, "", f"sh: {argv[0]}: not found\n")
        self.scheduler.run(lambda: task.code is not None)
        self.mark_drawn()
        return Completed(task.code or 0, "".join(written[1]), "".join(written[2]))

    # Handles

    @property
    def netns(self) -> Netns:
        """The named namespaces."""
        return Netns(self)

    def veth(self, name: str, peer: str, netns: tuple[Namespace, Namespace] | None = None) -> tuple[Veth, Veth]:
        """Make a veth pair, each end in its namespace of `netns`, else both in the machine's own. Raises
        `KernelError`."""
        one, other = netns if netns is not None else (self.netns.init, self.netns.init)
        kind = request.Veth(peer=LinkSpec(netns=other.id, name=peer))
        self.apply(LinkAdd(spec=LinkSpec(netns=one.id, name=name), kind=kind))
        return Veth(one, name), Veth(other, peer)

    def bridge(self, name: str, netns: Namespace | None = None, options: BridgeOptions | None = None) -> Bridge:
        """Make a bridge, with `options` as at creation. Raises `KernelError`, `UnsupportedError`."""
        where = netns if netns is not None else self.netns.init
        kind = request.Bridge(options if options is not None else BridgeOptions())
        self.apply(LinkAdd(spec=LinkSpec(netns=where.id, name=name), kind=kind))
        return Bridge(where, name)

    def send(self, packet: bytes, dev: Link | None = None) -> Trace:
        """Send raw bytes: with `dev` a frame, as a packet socket on that device does; without, an IP packet, as a raw
        socket of the machine does."""
        origin = Xmit(dev=dev.dev) if dev is not None else Local(netns=0)
        return self.enter(origin, packet)

    def receive(self, packet: bytes, dev: Link) -> Trace:
        """Let a device receive a frame from the wire."""
        return self.enter(Rx(dev=dev.dev), packet)

    def enter(self, origin: Origin, packet: bytes) -> Trace:
        """`Kernel.send`; what it sets going on the cable goes on."""
        trace = self.kernel.send(origin, packet)
        self.pump()
        return trace

    def apply(self, request: Request) -> Reply:
        """`Kernel.apply`, after the kernel was told what is declared. Raises `KernelError`, `UnsupportedError`."""
        self.tell_kernel()
        reply = self.kernel.apply(request)
        self.mark_drawn()
        return reply

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
        self.mark_drawn()

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
        from netmodel.programs import containers

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

    def spawn_task(
        self, argv: Sequence[str], streams: Streams, netns: int = 0, traces: list[Trace] | None = None
    ) -> Task | None:
        """A process of the machine itself; `None` if there is no such program."""
        task = self.new_task(argv, netns)
        context = Context(self, task, netns, self.files, dict(ENVIRONMENT), self.hostname, streams)
        context.traces = traces if traces is not None else []
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
        context.kernel.apply(request)

    # Time

    @property
    def router(self) -> str | None:
        """The address of the host outside, if there is a cable."""
        return self.wire.outside.address if self.wire.outside is not None else None

    def next_deadline(self) -> int | None:
        """When a kernel has something to do, by the wall clock."""
        due = self.wire.next_deadline()
        return self.epoch + due if due is not None else None

    def pass_time(self, until: int) -> None:
        """Let the kernels' time pass until the wall clock reads `until`, or until a socket has news."""
        self.wire.pass_time(until - self.epoch)

    def pump(self) -> None:
        """Carry what is on the cable now, and note which sockets have news."""
        self.wire.pump()

    def has_news(self, socket: int) -> bool:
        """Whether a socket may have something to read; asked once for each piece of news."""
        return self.wire.has_news(socket)

    # Entropy

    def tell_kernel(self) -> None:
        """Tell the kernel what is declared of its own draws."""
        for name, text in self.entropy.of_kind("mac"):
            if name not in self._told:
                self._told.add(name)
                value = bytes.fromhex(text.replace(":", ""))
                self.kernel.apply(Declare(kind=name.kind, owner=name.owner, n=name.n, value=value))

    def mark_drawn(self) -> None:
        """Note what the kernel has drawn of it."""
        if self._told - self.entropy.used:
            reply = self.kernel.apply(Undrawn())
            assert isinstance(reply, NamesReply)
            left = set(reply.value)
            self.entropy.mark(name for name in self._told if f"{name.kind}:{name.owner}#{name.n}" not in left)
