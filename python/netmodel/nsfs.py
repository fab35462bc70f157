"""What keeps a network namespace alive: names in /run/netns and processes (fs/nsfs.c, net/core/net_namespace.c).

When the last is gone, so is the namespace. Those of containers are made and deleted by the Docker daemon, which holds
them itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping

from netmodel.errors import KernelError
from netmodel.kernel import Kernel
from netmodel.programs.task import Task
from netmodel.request import NetnsDel

INIT = 0
PROCESS = re.compile(r"/proc/(\d+)/ns/net")
# The machine's first process; it lives where the machine does, and no task stands for it.
FIRST_PROCESS = 1


class Namespaces:
    """The names of /run/netns and the processes of a machine; it is the `NetnsFiles` of `ip netns`."""

    def __init__(self, kernel: Kernel, tasks: Callable[[], Iterable[Task]]) -> None:
        self._kernel = kernel
        self._tasks = tasks
        self._names: dict[str, int] = {}

    def names(self) -> Mapping[str, int]:
        """Name to namespace, the newest first, as tmpfs lists them."""
        return dict(reversed(self._names.items()))

    def add(self, name: str, netns: int) -> None:
        """Bind a namespace to a new name."""
        self._names[name] = netns

    def remove(self, name: str) -> None:
        """Unmount and unlink a name."""
        self.released(self._names.pop(name))

    def name_of(self, netns: int) -> str | None:
        """The name by which a namespace is known, the oldest of several, or `None`."""
        return next((name for name, held in self._names.items() if held == netns), None)

    def pids(self, netns: int) -> list[int]:
        """The processes in a namespace, ascending."""
        return sorted(task.pid for task in self._tasks() if task.netns == netns and task.code is None)

    def at(self, path: str) -> int | None:
        """The namespace that a path leads to."""
        found = PROCESS.fullmatch(path)
        if found is not None:
            if int(found[1]) == FIRST_PROCESS:
                return INIT
            return next((task.netns for task in self._tasks() if task.pid == int(found[1]) and task.code is None), None)
        directory, _, name = path.rpartition("/")
        return self._names.get(name) if directory in ("/run/netns", "/var/run/netns") else None

    def released(self, netns: int) -> None:
        """Something does not hold a namespace any more: it goes if that was the last."""
        if netns == INIT or netns in self._names.values():
            return
        if any(task.netns == netns and task.code is None for task in self._tasks()):
            return
        try:
            self._kernel.apply(NetnsDel(netns=netns))
        except KernelError as error:
            if error.name != "ENOENT":  # deleted by the daemon that made it
                raise
