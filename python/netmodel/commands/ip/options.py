"""What stands before the object in `ip [OPTIONS] OBJECT …` (ip/ip.c, main)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from netmodel.commands.words import Refused, Words, matches, wrong
from netmodel.errors import UnsupportedError
from netmodel.platform import Platform

LINK = 17  # AF_PACKET: `-0` and what `ip link` sets


@dataclass(frozen=True, slots=True)
class Options:
    """The options that were given. `family` is 0 for any, 4, 6 or `LINK`."""

    family: int = 0
    oneline: bool = False
    brief: bool = False
    json: bool = False
    pretty: bool = False
    details: int = 0
    statistics: int = 0
    all: bool = False
    force: bool = False
    color: bool = False
    version: bool = False
    batch: str | None = None
    netns: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One option: the word that may be shortened, the field it sets, and what the model makes of it."""

    word: str
    field: str
    is_whole: bool = False
    has_value: bool = False
    is_modelled: bool = True
    fact: str = ""


# In the order of the tool's comparisons, which decides what a short form means.
OPTIONS: tuple[Option, ...] = (
    Option("-loops", "loops", has_value=True, is_modelled=False),
    Option("-family", "family", has_value=True),
    Option("-4", "4", is_whole=True),
    Option("-6", "6", is_whole=True),
    Option("-0", "0", is_whole=True),
    Option("-M", "mpls", is_whole=True, is_modelled=False),
    Option("-B", "bridge", is_whole=True, is_modelled=False),
    Option("-human-readable", "human", is_modelled=False),
    Option("-iec", "iec", is_modelled=False),
    Option("-statistics", "statistics"),
    Option("-stats", "statistics"),
    Option("-details", "details"),
    Option("-resolve", "resolve", is_modelled=False),
    Option("-oneline", "oneline"),
    Option("-timestamp", "timestamp", is_modelled=False),
    Option("-tshort", "timestamp", is_modelled=False),
    Option("-Version", "version"),
    Option("-force", "force"),
    Option("-batch", "batch", has_value=True),
    Option("-brief", "brief"),
    Option("-json", "json", fact="iproute2.json"),
    Option("-pretty", "pretty", fact="iproute2.json"),
    Option("-rcvbuf", "rcvbuf", has_value=True, is_modelled=False),
    Option("-color", "color", fact="iproute2.json"),
    Option("-help", "help"),
    Option("-netns", "netns", has_value=True),
    Option("-Numeric", "numeric", is_modelled=False),
    Option("-all", "all"),
    Option("-echo", "echo", is_whole=True, is_modelled=False),
)

FAMILIES: Mapping[str, int] = {"inet": 4, "inet6": 6, "link": LINK}


class Help(Exception):
    """The usage text `of` an object is asked for, or is what the tool answers with after `stderr`."""

    def __init__(self, of: str, code: int = 255, stderr: str = "") -> None:
        super().__init__(of)
        self.of = of
        self.code = code
        self.stderr = stderr


def parse(words: Words, platform: Platform) -> Options:
    """The options at the front of `words`, which then stand at the object.

    Raises `Refused` for one that iproute2 does not know, `Help` where it prints its usage, `UnsupportedError` for
    one that is not modelled.
    """
    options = Options()
    while words.peek().startswith("-"):
        word = words.take()
        if word == "--":
            break
        options = _take(options, _find(word, platform), words)
        if options.version:
            break
    return options


def _find(word: str, platform: Platform) -> Option:
    short = word[1:] if word.startswith("--") else word
    if short.startswith("-c") and matches(short.partition("=")[0], "-color") and "=" in short:
        return _color(short, platform)
    for option in OPTIONS:
        if option.fact and not platform.has(option.fact):
            continue
        if short == option.word or (not option.is_whole and matches(short, option.word)):
            return option
    raise Refused(f'Option "{short}" is unknown, try "ip -help".\n', 255)


def _color(word: str, platform: Platform) -> Option:
    """`-color=WHEN`. Whether standard output is a terminal is not known here."""
    when = word.partition("=")[2]
    if when == "auto" or not platform.has("iproute2.json"):
        raise UnsupportedError(f"ip {word}")
    if when not in ("always", "never"):
        raise Refused(f'Option "{word}" is unknown, try "ip -help".\n', 255)
    return Option("-color", "color" if when == "always" else "")


def _take(options: Options, option: Option, words: Words) -> Options:
    if option.field == "help" or (option.has_value and option.field != "netns" and not words):
        raise Help("ip")
    value = words.value() if option.has_value else ""
    if not option.is_modelled:
        raise UnsupportedError(f"ip {option.word}")
    if not option.field:
        return options
    if option.field in ("4", "6", "0"):
        return replace(options, family=int(option.field) or LINK)
    if option.field == "family":
        return replace(options, family=_family(value))
    if option.field in ("batch", "netns"):
        return replace(options, **{option.field: value})  # type: ignore[arg-type]
    if option.field in ("statistics", "details"):
        return replace(options, **{option.field: getattr(options, option.field) + 1})
    return replace(options, **{option.field: True})  # type: ignore[arg-type]


def _family(word: str) -> int:
    if word == "help":
        raise Help("ip")
    if word in ("mpls", "bridge"):
        raise UnsupportedError(f"ip -family {word}")
    if word not in FAMILIES:
        raise wrong("invalid protocol family", word)
    return FAMILIES[word]
