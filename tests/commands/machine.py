"""A modelled machine just large enough for the network tools: a Kernel, the names of /run/netns, and programs that end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from netmodel.commands.programs import program
from netmodel.commands.system import Spawn
from netmodel.host import Completed
from netmodel.kernel import Kernel
from netmodel.platform import DEFAULT, Platform
from netmodel.request import NetnsDel, NetnsNew, NetnsReply

SECOND = 1_000_000_000


class NetnsFiles:
    """Names in the order of tmpfs: the newest first."""

    def __init__(self, kernel: Kernel) -> None:
        self._kernel = kernel
        self._held: dict[str, int] = {}
        self._first: int | None = None

    def names(self) -> Mapping[str, int]:
        return dict(reversed(self._held.items()))

    def add(self, name: str, netns: int) -> None:
        self._held[name] = netns

    def remove(self, name: str) -> None:
        netns = self._held.pop(name)
        if netns not in self._held.values():
            self._kernel.apply(NetnsDel(netns=netns))

    def pids(self, netns: int) -> list[int]:
        return []

    def at(self, path: str) -> int | None:
        head, _, name = path.rpartition("/")
        if head == "/run/netns":
            return self._held.get(name)
        return self._init() if path == "/proc/1/ns/net" else None

    def _init(self) -> int:
        """The namespace of the first process: another one, as it was where the recordings were made."""
        if self._first is None:
            reply = self._kernel.apply(NetnsNew())
            assert isinstance(reply, NetnsReply)
            self._first = reply.value
        return self._first


@dataclass
class Machine:
    """A machine, and the namespace that its shell is in."""

    kernel: Kernel = field(default_factory=Kernel)
    platform: Platform = DEFAULT
    netns: int = 0
    stdin: str = ""
    now: int = 0
    files: dict[str, str] = field(default_factory=dict)
    netns_files: NetnsFiles = field(init=False)

    def __post_init__(self) -> None:
        self.netns_files = NetnsFiles(self.kernel)

    def read_file(self, path: str) -> str | None:
        return self.files.get(path)

    def at(self, netns: int) -> Machine:
        """The same machine as seen from another namespace."""
        other = replace(self, netns=netns)
        other.netns_files = self.netns_files
        return other

    def run(self, argv: Sequence[str]) -> Completed | None:
        """Run a program to its end; `None` if there is none of that name."""
        if argv[0] == "sleep":
            self.kernel.advance(self.kernel.now + round(float(argv[1]) * SECOND))
            return Completed(0, "")
        found = program(argv)
        if found is None:
            return None
        running = found(argv, self)
        stdout, stderr, answer = "", "", None
        while True:
            try:
                step = running.send(answer)
            except StopIteration as end:
                return Completed(end.value, stdout, stderr)
            answer = None
            if isinstance(step, Spawn):
                inner = self.at(step.netns).run(step.argv)
                if inner is not None:
                    stdout, stderr, answer = stdout + inner.stdout, stderr + inner.stderr, inner.returncode
            else:
                stdout, stderr = stdout + step.stdout, stderr + step.stderr
