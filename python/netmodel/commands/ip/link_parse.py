"""`ip link add`, `set`, `delete` and `property` as values (ip/iplink.c, ip/link_veth.c)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from netmodel.commands.ip.groups import group_number
from netmodel.commands.ip.kind_words import on_off, parse_bridge, parse_port
from netmodel.commands.ip.link_words import LINK_WORDS, OTHER_TYPES, LinkWord, Takes
from netmodel.commands.ip.options import Help
from netmodel.commands.ip.scene import Scene
from netmodel.commands.words import (
    Refused,
    Words,
    duplicate,
    garbage,
    integer,
    link_address,
    mac_text,
    matches,
    missing_device,
    not_on_off,
    wrong,
)
from netmodel.errors import UnsupportedError
from netmodel.request import BridgeOptions, PortOptions

Given = str | int | bool | tuple[int, ...]


@dataclass(frozen=True)
class Pid:
    """A namespace named by a process in it."""

    pid: int


@dataclass(frozen=True)
class LinkLine:
    """What one `ip link add` or `set` says of one device. `ifindex` is that of an existing one, 0 for a new one."""

    dev: str | None
    name: str | None
    ifindex: int
    index: int | None
    given: dict[str, Given]
    netns: int | Pid | None
    kind: str | None
    peer: LinkLine | None = None
    options: BridgeOptions | PortOptions | None = None


@dataclass
class _Reading:
    """The words read so far."""

    name: str | None = None
    dev: str | None = None
    netns: int | Pid | None = None
    kind: str | None = None
    given: dict[str, Given] = field(default_factory=dict)

    def is_device(self) -> bool:
        """iplink_parse compares pointers: `dev` may come once more where `name` alone was given."""
        return self.dev is not None and self.dev is not self.name


class _Parser:
    """`iplink_parse`: one device's words, up to `type KIND`."""

    def __init__(self, scene: Scene, is_new: bool) -> None:
        self.scene = scene
        self.is_new = is_new
        self.read = _Reading()

    def parse(self, words: Words) -> LinkLine:
        while words:
            word = words.take()
            known = next((known for known in LINK_WORDS if known.is_met(word)), None)
            if known is None:
                self._device(word, words)
            elif not known.is_modelled:
                raise UnsupportedError(f"ip link {known.word}")
            else:
                self._take(known, words)
                if known.takes is Takes.TYPE:
                    break
        return self._finish(words)

    def _device(self, word: str, words: Words) -> None:
        if matches(word, "help"):
            raise Help("link")
        if word == "dev":
            word = words.value()
        if self.read.is_device():
            raise garbage("dev", word)
        if not word or any(letter == "/" or letter.isspace() for letter in word):
            raise wrong('"dev" not a valid ifname', word)
        self.read.dev = word

    def _take(self, known: LinkWord, words: Words) -> None:
        if known.takes is Takes.NOTHING:
            self.read.given |= {"master": 0} if known.word == "nomaster" else {"up": known.word == "up"}
            return
        value = words.value()
        getattr(self, f"_{known.takes.name.lower()}")(known, value)

    def _name(self, known: LinkWord, value: str) -> None:
        if self.read.name is not None:
            raise duplicate("name", value)
        if not value or len(value.encode()) > 15 or any(letter == "/" or letter.isspace() for letter in value):
            raise wrong('"name" not a valid ifname', value)
        self.read.name = value
        if self.read.dev is None:
            self.read.dev = value

    def _index(self, known: LinkWord, value: str) -> None:
        if "index" in self.read.given:
            raise duplicate("index", value)
        index = _atoi(value)
        if index <= 0:
            raise wrong('Invalid "index" value', value)
        self.read.given["index"] = index

    def _lladdr(self, known: LinkWord, value: str) -> None:
        self.read.given[known.field] = tuple(link_address(value))

    def _number(self, known: LinkWord, value: str) -> None:
        if known.field in self.read.given:
            raise duplicate(known.field, value)
        number = integer(value)
        if number is None:
            raise wrong(f'Invalid "{known.field}" value\n', value)
        self.read.given[known.field] = number

    def _on_off(self, known: LinkWord, value: str) -> None:
        if known.word == "carrier":
            self.read.given["carrier"] = on_off("carrier", value, code=22)
            return
        if value not in ("on", "off"):
            raise not_on_off(known.word, value)
        self.read.given[known.field] = value == "on"

    def _netns(self, known: LinkWord, value: str) -> None:
        if self.read.netns is not None:
            raise duplicate("netns", value)
        found = self.scene.netns_ids.get(value)
        number = integer(value)
        if found is None and number is None:
            raise wrong('Invalid "netns" value\n', value)
        self.read.netns = found if found is not None else Pid(number or 0)

    def _master(self, known: LinkWord, value: str) -> None:
        ifindex = self.scene.index_of(value)
        if ifindex == 0:
            raise wrong("Device does not exist\n", value)
        self.read.given["master"] = ifindex

    def _type(self, known: LinkWord, value: str) -> None:
        self.read.kind = value

    def _alias(self, known: LinkWord, value: str) -> None:
        if len(value.encode()) >= 256:
            raise wrong("alias too long\n", value)
        self.read.given["alias"] = value

    def _group(self, known: LinkWord, value: str) -> None:
        if "group" in self.read.given:
            raise duplicate("group", value)
        number = group_number(value)
        if number is None:
            raise wrong('Invalid "group" value\n', value)
        self.read.given["group"] = number

    def _mode(self, known: LinkWord, value: str) -> None:
        modes = {"default": 0, "dormant": 1}
        if value.lower() not in modes:
            raise wrong("Invalid link mode\n", value)
        self.read.given["linkmode"] = modes[value.lower()]

    def _finish(self, words: Words) -> LinkLine:
        read = self.read
        name, dev = read.name if read.name is not None else read.dev, read.dev
        octets = read.given.get("address")
        if isinstance(octets, tuple) and dev is not None and not self.is_new:
            self._check_length(dev, octets)
        if "index" in read.given and not self.is_new and read.netns is None:
            text = "index can be used only when creating devices or when moving device to another netns.\n"
            raise Refused(text, 255)
        if "group" in read.given and dev is None:
            return self._group_line(words)
        if self.is_new:
            if name != dev:
                raise Refused('both "name" and "dev" cannot be used when creating devices.\n', 255)
            return self._line(0, name)
        if dev is None:
            raise Refused('Not enough information: "dev" argument is required.\n', 255)
        ifindex = self.scene.index_of(dev)
        if ifindex == 0:
            raise missing_device(dev)
        return self._line(ifindex, name if name != dev else None)

    def _line(self, ifindex: int, name: str | None) -> LinkLine:
        read = self.read
        index = read.given.get("index")
        return LinkLine(
            dev=read.dev,
            name=name,
            ifindex=ifindex,
            index=index if isinstance(index, int) else None,
            given=read.given,
            netns=read.netns,
            kind=read.kind,
        )

    def _group_line(self, words: Words) -> LinkLine:
        if words:
            text = f'Garbage instead of arguments "{words.peek()} ...". Try "ip link help".\n'
            raise Refused(text, 255)
        if self.is_new:
            raise Refused("group cannot be used when creating devices.\n", 255)
        self.read.kind = None
        return self._line(0, self.read.name)

    def _check_length(self, dev: str, octets: tuple[int, ...]) -> None:
        if self.scene.index_of(dev) and len(octets) != 6:
            raise Refused(f"Invalid address length {len(octets)} - must be 6 bytes\n", 1)


def _atoi(text: str) -> int:
    digits = ""
    for letter in text.strip():
        if not letter.isdigit():
            break
        digits += letter
    return int(digits or "0")


def parse(words: Words, scene: Scene, is_new: bool) -> LinkLine:
    """A whole line, with what follows `type KIND`. Raises `Refused`, `Help`, `UnsupportedError`."""
    line = _Parser(scene, is_new).parse(words)
    if line.kind is None:
        if is_new:
            raise Refused('Not enough information: "type" argument is required\n', 1)
        return line
    if line.kind in OTHER_TYPES:
        raise UnsupportedError(f"ip link type {line.kind}")
    if not words:
        return line
    if line.kind == "veth":
        return replace(line, peer=_parse_peer(words, scene, is_new))
    if line.kind == "bridge":
        return replace(line, options=parse_bridge(words))
    if line.kind == "bridge_slave":
        return replace(line, options=parse_port(words))
    if matches(words.peek(), "help"):
        raise Help("link")
    raise Refused(f'Garbage instead of arguments "{words.peek()} ...". Try "ip link help".\n', 1)


def _parse_peer(words: Words, scene: Scene, is_new: bool) -> LinkLine:
    if words.take() != "peer":
        raise Help("link veth", 1)
    peer = _Parser(scene, is_new).parse(words)
    if peer.kind is not None:
        raise duplicate("type", words.back())
    return peer


def mac_of(given: Given | None) -> str | None:
    """A given link address as text."""
    return mac_text(list(given)) if isinstance(given, tuple) else None
