"""One run of `ip`: where it stands, and how it talks to the kernel (lib/libnetlink.c)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from netmodel.commands.ip.options import Options
from netmodel.commands.ip.scene import Scene
from netmodel.commands.strerror import TEXTS
from netmodel.commands.system import System
from netmodel.commands.words import Refused
from netmodel.errors import KernelError
from netmodel.request import LinkGet, Reply, Request
from netmodel.snapshot import NetnsView


def refusal(error: KernelError, sentences: bool, code: int = 2) -> Refused:
    """What iproute2 prints of a kernel's refusal: its sentence, where tool and kernel know such, else its errno."""
    if error.message and sentences:
        dot = "" if error.message.endswith((".", "\n")) else "."
        return Refused(f"Error: {error.message}{dot}\n", code, exits=False)
    return Refused(f"RTNETLINK answers: {TEXTS[error.name]}\n", code, exits=False)


@dataclass
class Session:
    """A tool of iproute2 at work in one namespace. `is_batch` says that its commands come from -batch."""

    system: System
    netns: int
    options: Options
    is_batch: bool = False

    @property
    def has_sentences(self) -> bool:
        """Whether the kernel's sentences are printed."""
        platform = self.system.platform
        return platform.has("kernel.extack") and platform.has("iproute2.extack")

    def apply(self, request: Request, code: int = 2) -> Reply:
        """Make a request. Raises `Refused` with exit code `code` in the tool's words."""
        try:
            return self.system.kernel.apply(request)
        except KernelError as error:
            raise refusal(error, self.has_sentences, code) from error

    def look(self, ifindex: int | None) -> None:
        """RTM_GETLINK of one device, or a dump with `None`: it allocates the nsids that the answer names."""
        try:
            self.system.kernel.apply(LinkGet(netns=self.netns, dev=ifindex))
        except KernelError:
            return

    def view(self) -> NetnsView:
        """What this namespace holds now."""
        return next(view for view in self.system.kernel.snapshot().netns if view.id == self.netns)

    def scene(self) -> Scene:
        """What the tool can see now."""
        view = self.view()
        files = self.system.netns_files.names()
        ids = {netns: int(nsid) for nsid, netns in view.nsids.items()}
        names: dict[int, str] = {}
        for name, netns in files.items():
            if netns in ids:
                names.setdefault(ids[netns], name)
        return Scene(view, self.system.platform, self.options, names, files)

    def netns_at(self, name: str) -> int | None:
        """`netns_get_fd`: a name of `/run/netns`, or a path."""
        if "/" in name:
            return self.system.netns_files.at(name)
        files: Mapping[str, int] = self.system.netns_files.names()
        return files.get(name)
