"""A machine just large enough for the Engine: a kernel, a clock, and programs that only sleep, end or print."""

from __future__ import annotations

import heapq
import itertools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from netmodel.commands.docker import docker
from netmodel.commands.docker.steps import Attach, Cli
from netmodel.commands.programs import program
from netmodel.commands.system import Write, finished
from netmodel.docker.engine import Engine
from netmodel.docker.machine import Program, StartError
from netmodel.entropy import Entropy
from netmodel.host import Completed
from netmodel.kernel import Kernel
from netmodel.platform import PLATFORMS, Platform
from netmodel.programs.process import Wait
from netmodel.request import (
    AddrAdd,
    AddrSpec,
    Dev,
    How,
    LinkAdd,
    LinkChange,
    LinkGet,
    LinkSet,
    LinkSpec,
    NetnsNew,
    RouteAdd,
    RouteSpec,
    Veth,
)

SECOND = 10**9
START = 1_795_618_396 * SECOND
RESOLV = "nameserver 10.255.255.53\n"
FATAL_TO_INIT = 9
OUTSIDE = 1
UPTIME = 2 * SECOND  # how long the cable has been in when the daemon starts


@dataclass
class SmallTask:
    """A process: process 1 heeds only SIGKILL."""

    program: Program
    pid: int
    ended: bool = False

    def signal(self, sig: int) -> None:
        if sig == FATAL_TO_INIT or not self.program.is_init:
            self.end(128 + sig)

    def write(self, text: str) -> None:
        if self.program.argv == ("cat",):
            self.program.output(1, text)

    def close(self) -> None:
        if self.program.argv == ("cat",):
            self.end(0)

    def end(self, code: int) -> None:
        if not self.ended:
            self.ended = True
            self.program.ended(code)


class OneName:
    """`outside` lies in /run/netns: the other end of the cable, as where the recordings were made."""

    def names(self) -> Mapping[str, int]:
        return {"outside": OUTSIDE}

    def add(self, name: str, netns: int) -> None:
        raise AssertionError

    def remove(self, name: str) -> None:
        raise AssertionError

    def pids(self, netns: int) -> list[int]:
        return []

    def at(self, path: str) -> int | None:
        return OUTSIDE if path == "/run/netns/outside" else None


@dataclass
class SmallSystem:
    """What the network tools see."""

    kernel: Kernel
    netns: int
    platform: Platform
    netns_files: OneName = field(default_factory=OneName)
    stdin: str = ""
    now: int = START

    def read_file(self, path: str) -> str | None:
        return None


@dataclass
class SmallMachine:
    """The machine. `timers` are (when, number, act)."""

    platform: Platform = PLATFORMS["debian12"]
    seed: int = 7
    now: int = START
    utc_offset: int = 0
    hostname: str = "vm"
    kernel: Kernel = field(init=False)
    entropy: Entropy = field(init=False)
    timers: list[tuple[int, int, Callable[[], None]]] = field(default_factory=list)
    pids: itertools.count[int] = field(default_factory=lambda: itertools.count(400))

    def __post_init__(self) -> None:
        self.kernel = Kernel(self.seed)
        self.entropy = Entropy(self.seed)
        self.kernel.apply(LinkSet(Dev(0, 1), LinkChange(up=True)))
        self.kernel.apply(NetnsNew())
        outside = LinkSpec(netns=OUTSIDE, name="eth0", address="00:1c:42:00:00:01")
        self.kernel.apply(LinkAdd(LinkSpec(name="eth0", address="00:1c:42:00:00:03"), Veth(outside)))
        self.kernel.apply(LinkSet(Dev(OUTSIDE, 2), LinkChange(up=True)))
        self.kernel.apply(AddrAdd(Dev(0, 2), AddrSpec("192.168.65.3/24"), How.Add))
        self.kernel.apply(LinkSet(Dev(0, 2), LinkChange(up=True)))
        self.kernel.apply(LinkGet(0, None))  # somebody has looked: the namespace outside has id 0
        self.kernel.advance(UPTIME)
        route = RouteSpec("0.0.0.0/0", kind=1, table=254, protocol=3, scope=0, via="192.168.65.1", oif=2)
        self.kernel.apply(RouteAdd(0, route, How.Add))

    def read_file(self, path: str) -> str | None:
        return RESOLV if path == "/etc/resolv.conf" else None

    def after(self, delay: int, act: Callable[[], None]) -> None:
        heapq.heappush(self.timers, (self.now + delay, next(self.pids), act))

    def spawn(self, program: Program) -> SmallTask:
        argv = program.argv
        if argv[0] == "/etc/passwd":
            raise StartError('exec: "/etc/passwd": permission denied', 126)
        if argv[0] not in ("ip", "sleep", "sh", "/bin/sh", "true", "echo", "cat", "env", "nginx", "hostname"):
            raise StartError(f'exec: "{argv[0]}": executable file not found in $PATH', 127)
        task = SmallTask(program, next(self.pids))
        if argv[0] == "ip":
            self.after(0, lambda: self._tool(task))
        elif argv[0] in ("echo", "env", "true", "hostname", "cat"):
            self.after(0, lambda: self._print(task))
        elif argv[0] == "sleep":
            self.after(int(argv[1]) * SECOND, lambda: task.end(0))
        elif argv[1:2] == ("-c",) and "while" not in argv[2]:
            self.after(0, lambda: self._shell(task, argv[2]))
        return task

    def _tool(self, task: SmallTask) -> None:
        """One of busybox's network tools in the container's namespace."""
        ended = self.tool(["busybox", *task.program.argv], task.program.netns)
        task.program.output(1, ended.stdout)
        task.program.output(2, ended.stderr)
        task.end(ended.returncode)

    def tool(self, argv: list[str], netns: int = 0) -> Completed:
        """Run a network tool to its end."""
        run = program(argv)
        assert run is not None
        return finished(run(argv, SmallSystem(self.kernel, netns, self.platform)))

    def _print(self, task: SmallTask) -> None:
        program = task.program
        argv = program.argv
        if argv == ("cat",):
            return
        texts: dict[str, Callable[[], str]] = {
            "echo": lambda: " ".join(argv[1:]) + "\n",
            "env": lambda: "".join(f"{name}={value}\n" for name, value in program.env.items()),
            "hostname": lambda: program.hostname + "\n",
            "cat": lambda: "".join(program.files[path] for path in argv[1:]),
            "true": lambda: "",
        }
        text = texts[argv[0]]()
        if text:
            program.output(1, text)
        task.end(0)

    def _shell(self, task: SmallTask, script: str) -> None:
        code = 0
        for part in script.split(";"):
            words = part.split()
            if words[0] == "echo":
                task.program.output(2 if ">&2" in words else 1, words[1] + "\n")
            elif words[0] == "exit":
                code = int(words[1])
        task.end(code)

    def advance(self, until: int) -> None:
        """Let time pass."""
        while self.timers and self.timers[0][0] <= until:
            when, _, act = heapq.heappop(self.timers)
            self.now = max(self.now, when)
            act()
        self.now = max(self.now, until)
        self.kernel.advance(self.now - START + UPTIME)

    def wait(self, is_done: Callable[[], bool], deadline: int | None) -> None:
        """Let time pass until something holds."""
        while not is_done():
            if self.timers and (deadline is None or self.timers[0][0] <= deadline):
                self.advance(self.timers[0][0])
            elif deadline is None:
                raise AssertionError("it waits for ever")
            else:
                self.advance(deadline)
                return


@dataclass
class Ended:
    """What a command wrote and how it ended."""

    stdout: str
    stderr: str
    code: int


def command(machine: SmallMachine, engine: Engine, argv: list[str], stdin: str = "") -> Ended:
    """Run `docker ARGV` to its end."""
    written = {1: "", 2: ""}
    steps = docker(argv, Cli(engine, lambda: stdin))
    closed = False
    while True:
        try:
            step = next(steps)
        except StopIteration as end:
            return Ended(written[1], written[2], end.value)
        if isinstance(step, Write):
            written[1] += step.stdout
            written[2] += step.stderr
        elif isinstance(step, Wait):
            machine.wait(step.is_done, step.deadline)
        else:
            assert isinstance(step, Attach)
            if step.close and not closed:
                closed = True
                if step.write and stdin:
                    step.write(stdin)
                step.close()
            machine.wait(step.is_done, None)


def words_of(line: str) -> list[str]:
    """The words of a simple command line."""
    import shlex

    return shlex.split(line)


def is_simple(line: str) -> bool:
    """Whether a line is one `docker`, `ip` or `brctl` command, with nothing of a shell's."""
    return line.split()[0] in ("docker", "ip", "brctl") and not re.search(
        r"[|;&>]", re.sub(r"'[^']*'|\"[^\"]*\"", "", line)
    )
