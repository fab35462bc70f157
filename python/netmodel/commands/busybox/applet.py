"""What the applets have in common: the words of a refusal, and the usage text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netmodel.commands.ip.options import Options
from netmodel.commands.ip.scene import Scene
from netmodel.commands.strerror import TEXTS
from netmodel.commands.system import System
from netmodel.commands.words import Refused
from netmodel.errors import KernelError, UnsupportedError
from netmodel.request import LinkGet, Reply, Request

BANNERS = {"debian12": "BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary."}


def usage(text: str, system: System) -> str:
    """An applet's usage after the banner. Raises `UnsupportedError` where the banner is not recorded."""
    banner = BANNERS.get(system.platform.name)
    if banner is None:
        raise UnsupportedError(f"the usage text of busybox on {system.platform.name}")
    return f"{banner}\n\n{text}"


def system_words(argv: Sequence[str]) -> list[str]:
    """The words after the applet's name, whether it was started as `busybox NAME` or by a link."""
    return list(argv[2:] if argv[0].rpartition("/")[2] == "busybox" else argv[1:])


def index_in(word: str, words: Sequence[str]) -> str | None:
    """`index_in_substrings`: the word itself, else the first that it begins."""
    if word in words:
        return word
    return next((known for known in words if word and known.startswith(word)), None)


@dataclass
class Applet:
    """An applet at work. `code` is what it exits with when it refuses by itself."""

    system: System
    name: str
    code: int = 1
    options: Options = Options()  # noqa: RUF009

    def refused(self, text: str) -> Refused:
        """`bb_error_msg_and_die`."""
        return Refused(f"{self.name}: {text}\n", self.code)

    def invalid(self, word: str, of: str) -> Refused:
        """`invarg_1_to_2`."""
        return self.refused(f"invalid argument '{word}' to '{of}'")

    def no_device(self, name: str) -> Refused:
        """`xll_name_to_index`."""
        return self.refused(f"can't find device '{name}'")

    def apply(self, request: Request, prefix: str = "RTNETLINK answers", code: int = 2) -> Reply:
        """Make a request. Raises `Refused` with the errno's text after `prefix`."""
        try:
            return self.system.kernel.apply(request)
        except KernelError as error:
            raise Refused(f"{self.name}: {prefix}: {TEXTS[error.name]}\n", code) from error

    def scene(self) -> Scene:
        """What the applet sees, after the dump of devices that `ll_init_map` asks for."""
        kernel, netns = self.system.kernel, self.system.netns
        kernel.apply(LinkGet(netns=netns, dev=None))
        view = next(view for view in kernel.snapshot().netns if view.id == netns)
        return Scene(view, self.system.platform, self.options)

    def seen(self) -> Scene:
        """What ioctls and /proc/net tell, which ask for no namespace ids."""
        view = next(view for view in self.system.kernel.snapshot().netns if view.id == self.system.netns)
        return Scene(view, self.system.platform, self.options)

    def index_of(self, name: str, scene: Scene) -> int:
        """A device's index. Raises `Refused`."""
        ifindex = scene.index_of(name)
        if ifindex == 0:
            raise self.no_device(name)
        return ifindex
