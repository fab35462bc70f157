"""`brctl` of bridge-utils (brctl/brctl.c, brctl_cmd.c, brctl_disp.c, libbridge/)."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from netmodel.commands.brctl_render import show, showmacs, showstp
from netmodel.commands.ip.link_details import bridge_of
from netmodel.commands.ip.scene import Scene
from netmodel.commands.strerror import TEXTS
from netmodel.commands.system import Running, System, Write
from netmodel.commands.words import Refused
from netmodel.errors import KernelError, UnsupportedError
from netmodel.request import (
    Bridge,
    BridgeAddIf,
    BridgeDel,
    BridgeDelIf,
    BridgeOptions,
    BridgeSet,
    Dev,
    LinkAdd,
    LinkSpec,
    PortOptions,
    PortSet,
    Request,
)
from netmodel.snapshot import Link

VERSIONS = {"debian12": "bridge-utils, 1.7\n"}
HZ = 100


class Partly(Refused):
    """Refused after something was printed."""

    def __init__(self, stdout: str, stderr: str) -> None:
        super().__init__(stderr, 1)
        self.stdout = stdout


@dataclass(frozen=True, slots=True)
class Tool:
    """`brctl` at work: the machine, and the words after the command."""

    system: System
    words: Sequence[str]

    def scene(self) -> Scene:
        """The namespace as sysfs shows it."""
        held = self.system.kernel.snapshot().netns
        return Scene(next(view for view in held if view.id == self.system.netns), self.system.platform)

    def link(self, name: str) -> Link | None:
        """A device by its name, which if_nametoindex and sysfs know alone."""
        return next((link for link in self.scene().view.links if link.name == name[:15]), None)

    def dev(self, link: Link) -> Dev:
        """A device as a request names it."""
        return Dev(netns=self.system.netns, ifindex=link.ifindex)

    def apply(self, request: Request, *said: tuple[str, str]) -> None:
        """Make a request. Raises `Refused` with the words that `said` has for the errno's name (`*` for any other)."""
        try:
            self.system.kernel.apply(request)
        except KernelError as error:
            words = dict(said)
            text = words.get(error.name, words["*"]).replace("%s", TEXTS[error.name])
            raise Refused(f"{text}\n", 1) from error


@dataclass(frozen=True, slots=True)
class Command:
    """One command: how many words it needs, its usage, and what it does. It returns what it prints."""

    name: str
    words: int
    usage: str
    run: Callable[[Tool], str]


def run(argv: Sequence[str], system: System) -> Running:
    """`brctl ARGV[1:]`. Raises `UnsupportedError` for what is not modelled."""
    words = _options(argv[1:])
    if isinstance(words, Write):
        yield Write(stderr=words.stderr)
        yield Write(words.stdout)
        return 1 if words.stderr else 0
    if words == ["-V"]:
        if system.platform.name not in VERSIONS:
            raise UnsupportedError(f"brctl --version of {system.platform.name}")
        yield Write(VERSIONS[system.platform.name])
        return 0
    command = next((command for command in COMMANDS if words and command.name == words[0]), None)
    if command is None:
        yield Write(stderr=f"never heard of command [{words[0]}]\n" if words else "")
        yield Write(usage())
        return 1
    if len(words) - 1 < command.words:
        yield Write(f"Incorrect number of arguments for command\nUsage: brctl {command.name} {command.usage}\n")
        return 1
    try:
        yield Write(command.run(Tool(system, words[1:])))
    except Partly as refused:
        yield Write(refused.stdout, refused.stderr)
        return refused.code
    except Refused as refused:
        yield Write(stderr=refused.stderr)
        return refused.code
    return 0


def _options(words: Sequence[str]) -> list[str] | Write:
    """getopt_long: options may stand anywhere before `--`. Gives the other words, or what is said instead."""
    for n, word in enumerate(words):
        if word == "--":
            return [*words[:n], *words[n + 1 :]]
        if word in ("-V", "--version"):
            return ["-V"]
        if word in ("-h", "--help"):
            return Write(usage())
        if word.startswith("--"):
            return Write(usage(), f"brctl: unrecognized option '{word}'\nUnknown option '?'\n")
        if word.startswith("-") and len(word) > 1:
            return Write(usage(), f"brctl: invalid option -- '{word[1]}'\nUnknown option '?'\n")
    return list(words)


def usage() -> str:
    """All commands."""
    rows = "".join(f"\t{command.name:<10}\t{command.usage}\n" for command in COMMANDS)
    return f"Usage: brctl [commands]\ncommands:\n{rows}"


def _addbr(tool: Tool) -> str:
    name = tool.words[0][:15]
    text = f"device {tool.words[0]} already exists; can't create bridge with the same name"
    spec = LinkSpec(netns=tool.system.netns, name=name)
    if not name or name in (".", "..") or any(letter in "/:" or letter.isspace() for letter in name):
        raise Refused("add bridge failed: Invalid argument\n", 1)
    tool.apply(LinkAdd(spec=spec, kind=Bridge(BridgeOptions())), ("EEXIST", text), ("*", "add bridge failed: %s"))
    return ""


def _delbr(tool: Tool) -> str:
    name = tool.words[0]
    tool.apply(
        BridgeDel(netns=tool.system.netns, name=name),
        ("ENXIO", f"bridge {name} doesn't exist; can't delete it"),
        ("ENODEV", f"bridge {name} doesn't exist; can't delete it"),
        ("EBUSY", f"bridge {name} is still up; can't delete it"),
        ("*", f"can't delete bridge {name}: %s"),
    )
    return ""


def _addif(tool: Tool) -> str:
    bridge, *ports = tool.words
    for name in ports:
        above, port = _pair(tool, bridge, name)
        tool.apply(
            BridgeAddIf(bridge=above, port=port),
            ("ENODEV", f"interface {name} does not exist!"),
            ("EBUSY", f"device {name} is already a member of a bridge; can't add it to bridge {bridge}."),
            ("ELOOP", f"device {name} is a bridge device itself; can't add a bridge device to a bridge device."),
            ("*", f"can't add {name} to bridge {bridge}: %s"),
        )
    return ""


def _delif(tool: Tool) -> str:
    bridge, *ports = tool.words
    for name in ports:
        above, port = _pair(tool, bridge, name)
        tool.apply(
            BridgeDelIf(bridge=above, port=port),
            ("EINVAL", f"device {name} is not a port of {bridge}"),
            ("*", f"can't delete {name} from {bridge}: %s"),
        )
    return ""


def _pair(tool: Tool, bridge: str, name: str) -> tuple[Dev, int]:
    """The two devices of a membership: the port is looked for first (br_add_interface)."""
    port = tool.link(name)
    if port is None:
        raise Refused(f"interface {name} does not exist!\n", 1)
    above = tool.link(bridge)
    if above is None:
        raise Refused(f"bridge {bridge} does not exist!\n", 1)
    return tool.dev(above), port.ifindex


def _seconds(text: str, what: str) -> int:
    """Seconds as `sscanf("%lf")` reads them, in 1/100 s. Raises `Refused`."""
    found = re.match(r"\s*[+]?(\d+\.?\d*|\.\d+)", text)
    if found is None:
        raise Refused(f"bad {what} value\n", 1)
    return int(float(found[1]) * HZ)


def _set_bridge(tool: Tool, options: BridgeOptions, what: str) -> str:
    link = tool.link(tool.words[0])
    if link is None or bridge_of(link) is None:
        raise Refused(f"set {what} failed: {TEXTS['ENODEV' if link is None else 'EOPNOTSUPP']}\n", 1)
    tool.apply(BridgeSet(dev=tool.dev(link), options=options), ("*", f"set {what} failed: %s"))
    return ""


def _setageing(tool: Tool) -> str:
    return _set_bridge(tool, BridgeOptions(ageing_time=_seconds(tool.words[1], "ageing time")), "ageing time")


def _setfd(tool: Tool) -> str:
    return _set_bridge(tool, BridgeOptions(forward_delay=_seconds(tool.words[1], "forward delay")), "forward delay")


def _sethello(tool: Tool) -> str:
    return _set_bridge(tool, BridgeOptions(hello_time=_seconds(tool.words[1], "hello timer")), "hello timer")


def _setmaxage(tool: Tool) -> str:
    return _set_bridge(tool, BridgeOptions(max_age=_seconds(tool.words[1], "max age")), "max age")


def _number(text: str, bad: str) -> int:
    found = re.match(r"\s*([+-]?\d+)", text)
    if found is None:
        raise Refused(f"bad {bad}\n", 1)
    return int(found[1])


def _setbridgeprio(tool: Tool) -> str:
    priority = _number(tool.words[1], "priority") % 2**16
    return _set_bridge(tool, BridgeOptions(priority=priority), "bridge priority")


def _stp(tool: Tool) -> str:
    is_on = _on_off(tool.words[1])
    return _set_bridge(tool, BridgeOptions(stp_state=is_on), "stp status")


def _on_off(text: str) -> bool:
    if text in ("on", "yes", "1"):
        return True
    if text in ("off", "no", "0"):
        return False
    raise Refused("expect on/off for argument\n", 1)


def _set_port(tool: Tool, options: PortOptions, said: str) -> str:
    bridge, port = tool.link(tool.words[0]), tool.link(tool.words[1])
    if port is None or port.port is None or (bridge is not None and port.master != bridge.ifindex):
        raise Refused(said.replace("%s", TEXTS["ENOENT"]) + "\n", 1)
    tool.apply(PortSet(dev=tool.dev(port), options=options), ("*", said))
    return ""


def _setpathcost(tool: Tool) -> str:
    cost = _number(tool.words[2], "path cost value")
    if not 1 <= cost <= 65535:
        raise Refused("set path cost failed: Numerical result out of range\n", 1)
    return _set_port(tool, PortOptions(cost=cost), "set path cost failed: %s")


def _setportprio(tool: Tool) -> str:
    priority = _number(tool.words[2], "path priority value")
    if not 0 <= priority <= 63:
        raise Refused("set port priority failed: Numerical result out of range\n", 1)
    return _set_port(tool, PortOptions(priority=priority), "set port priority failed: %s")


def _hairpin(tool: Tool) -> str:
    bridge, port, word = tool.words[:3]
    is_on = _on_off(word)
    if tool.link(bridge) is None:
        raise Refused(f"bridge {bridge} does not exist!\n", 1)
    return _set_port(tool, PortOptions(hairpin=is_on), f"can't set {port} to hairpin on bridge {bridge}: %s")


def _show(tool: Tool) -> str:
    scene = tool.scene()
    if not tool.words:
        return show(scene, None)
    if not scene.platform.has("bridge_utils.names_what_is_no_bridge"):
        raise UnsupportedError(f"brctl show BRIDGE of {scene.platform.name}")
    shown: list[str] = []
    for name in tool.words:
        said = _not_a_bridge(tool, name)
        if said:
            raise Partly(show(scene, shown) if shown else "", said)
        shown.append(name)
    return show(scene, shown)


def _not_a_bridge(tool: Tool, name: str) -> str:
    link = tool.link(name)
    if link is None:
        return f"bridge {name} does not exist!\n"
    return "" if bridge_of(link) is not None else f"device {name} is not a bridge!\n"


def _showmacs(tool: Tool) -> str:
    link = tool.link(tool.words[0])
    if link is None or bridge_of(link) is None:
        raise Refused(f"read of forward table failed: {TEXTS['ENODEV' if link is None else 'EOPNOTSUPP']}\n", 1)
    return showmacs(link, tool.scene())


def _showstp(tool: Tool) -> str:
    said = _not_a_bridge(tool, tool.words[0])
    link = tool.link(tool.words[0])
    if said or link is None:
        raise Refused(said, 1)
    return showstp(link, tool.scene())


COMMANDS: tuple[Command, ...] = (
    Command("addbr", 1, "<bridge>\t\tadd bridge", _addbr),
    Command("delbr", 1, "<bridge>\t\tdelete bridge", _delbr),
    Command("addif", 2, "<bridge> <device>\tadd interface to bridge", _addif),
    Command("delif", 2, "<bridge> <device>\tdelete interface from bridge", _delif),
    Command("hairpin", 3, "<bridge> <port> {on|off}\tturn hairpin on/off", _hairpin),
    Command("setageing", 2, "<bridge> <time>\t\tset ageing time", _setageing),
    Command("setbridgeprio", 2, "<bridge> <prio>\t\tset bridge priority", _setbridgeprio),
    Command("setfd", 2, "<bridge> <time>\t\tset bridge forward delay", _setfd),
    Command("sethello", 2, "<bridge> <time>\t\tset hello time", _sethello),
    Command("setmaxage", 2, "<bridge> <time>\t\tset max message age", _setmaxage),
    Command("setpathcost", 3, "<bridge> <port> <cost>\tset path cost", _setpathcost),
    Command("setportprio", 3, "<bridge> <port> <prio>\tset port priority", _setportprio),
    Command("show", 0, "[ <bridge> ]\t\tshow a list of bridges", _show),
    Command("showmacs", 1, "<bridge>\t\tshow a list of mac addrs", _showmacs),
    Command("showstp", 1, "<bridge>\t\tshow bridge stp info", _showstp),
    Command("stp", 2, "<bridge> {on|off}\tturn stp on/off", _stp),
)
