"""The option table of every `docker` command, read from the command's own help, and command lines read by it (spf13/pflag).

One table serves parsing, `--help` and `docs/coverage.md`: an option that is in the help but not in `MODELLED` is known and
refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from netmodel.errors import UnsupportedError

LINE = re.compile(r"  (?:-(?P<short>\w), |    )--(?P<name>[\w-]+)(?: (?P<kind>[a-z][\w-]*))?(?:  +\S.*)?$")
STOPS_AT_ARGUMENT = ("run", "create", "exec", "container run", "container create", "container exec")
INTEGERS = ("int", "int64")
MANY = ("list", "strings", "filter", "map", "network")
HELP_OF_HIDDEN = {"net": "network", "net-alias": "network-alias", "dns-opt": "dns-option"}

MODELLED: Mapping[str, frozenset[str]] = {
    name: frozenset(options.split())
    for name, options in {
        "run": "add-host attach cap-add detach dns dns-option dns-search domainname entrypoint env expose hostname interactive "
        "ip ip6 label mac-address name network network-alias publish restart rm stop-signal stop-timeout tty user "
        "workdir sig-proxy",
        "create": "add-host attach cap-add dns dns-option dns-search domainname entrypoint env expose hostname interactive "
        "ip ip6 label mac-address name network network-alias publish restart rm stop-signal stop-timeout tty user workdir",
        "ps": "all filter format last latest no-trunc quiet size",
        "exec": "detach env interactive tty user workdir",
        "stop": "time",
        "start": "attach interactive",
        "restart": "time",
        "kill": "signal",
        "rm": "force volumes",
        "inspect": "format type",
        "logs": "follow tail timestamps",
        "port": "",
        "version": "format",
        "images": "all format no-trunc quiet",
        "rename": "",
        "wait": "",
        "pause": "",
        "unpause": "",
        "network": "",
        "container": "",
        "image": "",
        "network ls": "filter format no-trunc quiet",
        "network inspect": "format verbose",
        "network create": "attachable aux-address driver gateway internal ip-range ipv6 label opt subnet ipam-driver scope",
        "network rm": "",
        "network connect": "alias ip driver-opt",
        "network disconnect": "force",
        "network prune": "force",
        "container inspect": "format",
        "container prune": "force",
    }.items()
}
ALIASES: Mapping[str, str] = {
    "container run": "run",
    "container create": "create",
    "container ls": "ps",
    "container ps": "ps",
    "container list": "ps",
    "container exec": "exec",
    "container stop": "stop",
    "container start": "start",
    "container restart": "restart",
    "container kill": "kill",
    "container rm": "rm",
    "container logs": "logs",
    "container port": "port",
    "container rename": "rename",
    "container wait": "wait",
    "image ls": "images",
    "image list": "images",
    "network list": "network ls",
    "network remove": "network rm",
}
ARGUMENTS: Mapping[str, tuple[int, int | None]] = {
    "run": (1, None),
    "create": (1, None),
    "ps": (0, 0),
    "exec": (2, None),
    "stop": (1, None),
    "start": (1, None),
    "restart": (1, None),
    "kill": (1, None),
    "rm": (1, None),
    "inspect": (1, None),
    "logs": (1, 1),
    "port": (1, 2),
    "version": (0, 0),
    "images": (0, 1),
    "rename": (2, 2),
    "wait": (1, None),
    "pause": (1, None),
    "unpause": (1, None),
    "network ls": (0, 0),
    "network inspect": (1, None),
    "network create": (1, 1),
    "network rm": (1, None),
    "network connect": (2, 2),
    "network disconnect": (2, 2),
    "network prune": (0, 0),
    "container inspect": (1, None),
    "container prune": (0, 0),
}


class Refused(Exception):
    """The CLI refuses by itself: what it writes to stderr, and its exit code."""

    def __init__(self, stderr: str, code: int) -> None:
        super().__init__(stderr)
        self.stderr = stderr
        self.code = code


@dataclass(frozen=True)
class Option:
    """One option. `kind` is empty for a switch."""

    name: str
    short: str
    kind: str

    @property
    def flag(self) -> str:
        """As pflag names it in an error."""
        return f"-{self.short}, --{self.name}" if self.short else f"--{self.name}"


@dataclass(frozen=True)
class Line:
    """A command line that was read: the command, its options in the order given, and its arguments."""

    command: str
    typed: str
    options: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]

    def last(self, name: str, default: str = "") -> str:
        """The value of an option given once or more: the last one counts."""
        return next((value for key, value in reversed(self.options) if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """All values of an option, in order."""
        return tuple(value for key, value in self.options if key == name)

    def is_set(self, name: str) -> bool:
        """Whether a switch is on."""
        return self.last(name, "false") in ("true", "1", "t", "T", "TRUE", "True")

    def has(self, name: str) -> bool:
        """Whether an option was given at all."""
        return any(key == name for key, _ in self.options)


@cache
def help_of(command: str) -> str:
    """The text that `docker COMMAND --help` prints. Raises `FileNotFoundError` for a command without one."""
    return (files(__package__) / "help" / f"{command.replace(' ', '-')}.txt").read_text(encoding="utf-8")


@cache
def table(command: str) -> Mapping[str, Option]:
    """All options of a command, by name."""
    found = (LINE.match(line) for line in help_of(command).splitlines())
    options = [Option(match["name"], match["short"] or "", match["kind"] or "") for match in found if match]
    return {option.name: option for option in options}


def usage_of(command: str) -> str:
    """The usage line and what the command does."""
    lines = help_of(command).splitlines()
    return f"{lines[1]}\n\n{lines[3]}"


def see(typed: str) -> str:
    """What ends most refusals."""
    return f"See 'docker {typed} --help'.\n"


def parse(command: str, typed: str, words: list[str]) -> Line:
    """Read the words after the command's name. Raises `Refused`, or `UnsupportedError` for an option not modelled."""
    reader = _Reader(command, typed)
    reader.read(words)
    if not reader.wants_help:
        _count(command, typed, len(reader.arguments))
    return Line(command, typed, tuple(reader.options), tuple(reader.arguments))


def _count(command: str, typed: str, given: int) -> None:
    """Docker's own checks of the number of arguments (cli/required.go)."""
    least, most = ARGUMENTS[command]
    if given >= least and (most is None or given <= most):
        return
    if most == 0:
        need = "accepts no arguments."
    elif least == most:
        need = f"requires exactly {least} argument{'s' if least != 1 else ''}."
    elif given < least:
        need = f"requires at least {least} argument{'s' if least != 1 else ''}."
    else:
        need = f"requires at most {most} argument{'s' if most != 1 else ''}."
    if most is not None and least not in (most, 0):
        need = f"requires at least {least} and at most {most} arguments."
    usage = usage_of(command) if typed == command else usage_of(typed)
    raise Refused(f'"docker {typed}" {need}\n{see(typed)}\n{usage}\n', 1)


class _Reader:
    """Reads words into options and arguments."""

    def __init__(self, command: str, typed: str) -> None:
        self.command = command
        self.typed = typed
        self.options: list[tuple[str, str]] = []
        self.arguments: list[str] = []
        self.wants_help = False
        self._known = table(command)
        self._short = {option.short: option for option in self._known.values() if option.short}

    def read(self, words: list[str]) -> None:
        left = list(words)
        while left:
            word = left.pop(0)
            if word == "--":
                self.arguments += left
                return
            if word.startswith("--"):
                self._long(word[2:], left)
            elif word.startswith("-") and len(word) > 1:
                self._cluster(word, left)
            else:
                self.arguments.append(word)
                if self.command in STOPS_AT_ARGUMENT:
                    self.arguments += left
                    return
            if self.wants_help:
                return

    def _refuse(self, message: str) -> Refused:
        return Refused(f"{message}\n{see(self.typed)}", 125)

    def _long(self, text: str, left: list[str]) -> None:
        name, equals, value = text.partition("=")
        if not name or name.startswith("-"):
            raise self._refuse(f"bad flag syntax: --{text}")
        if name == "help":
            self.wants_help = True
            return
        option = self._known.get(HELP_OF_HIDDEN.get(name, name))
        if option is None:
            raise self._refuse(f"unknown flag: --{name}")
        if not equals:
            if not option.kind:
                value = "true"
            elif left:
                value = left.pop(0)
            else:
                raise self._refuse(f"flag needs an argument: --{name}")
        self._take(option, value)

    def _cluster(self, word: str, left: list[str]) -> None:
        rest = word[1:]
        while rest:
            option = self._short.get(rest[0])
            if option is None:
                raise self._refuse(f"unknown shorthand flag: {rest[0]!r} in {word if rest == word[1:] else '-' + rest}")
            if not option.kind:
                if rest[1:2] == "=":
                    self._take(option, rest[2:])
                    return
                self._take(option, "true")
                rest = rest[1:]
                continue
            if len(rest) > 1:
                value = rest[2:] if rest[1] == "=" else rest[1:]
            elif left:
                value = left.pop(0)
            else:
                raise self._refuse(f"flag needs an argument: {rest[0]!r} in {word if rest == word[1:] else '-' + rest}")
            self._take(option, value)
            return

    def _take(self, option: Option, value: str) -> None:
        if option.name not in MODELLED[self.command]:
            raise UnsupportedError(f"docker {self.command} --{option.name}")
        if not option.kind and value.lower() not in ("true", "false", "1", "0", "t", "f"):
            reason = f'strconv.ParseBool: parsing "{value}": invalid syntax'
            raise self._refuse(f'invalid argument "{value}" for "{option.flag}" flag: {reason}')
        if option.kind in INTEGERS and not re.fullmatch(r"[+-]?\d+", value):
            reason = f'strconv.ParseInt: parsing "{value}": invalid syntax'
            raise self._refuse(f'invalid argument "{value}" for "{option.flag}" flag: {reason}')
        if option.kind == "filter" and "=" not in value:
            reason = "bad format of filter (expected name=value)"
            raise self._refuse(f'invalid argument "{value}" for "{option.flag}" flag: {reason}')
        if option.kind == "strings":
            self.options += [(option.name, part) for part in value.split(",")]
        else:
            self.options.append((option.name, value.strip() if option.kind == "filter" else value))
