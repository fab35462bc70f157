"""The command line of iputils' ping."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netmodel.commands.system import Write
from netmodel.commands.usage import usage
from netmodel.errors import UnsupportedError
from netmodel.programs.ping.echo import Options

if TYPE_CHECKING:
    from netmodel.programs.process import Context

SECOND = 10**9
MOST = 2**63 - 1
# getopt's string of ping.c, less what takes a value.
FLAGS = "4bnqDvVh6aABdfLORUC"
WITH_VALUE = "ciIlmMFNpQsStTwWe"


@dataclass(frozen=True, slots=True)
class Call:
    """A command line taken apart. Times in nanoseconds."""

    destination: str = ""
    options: Options = field(default_factory=Options)
    count: int = 0
    interval: int = SECOND
    linger: int = 10 * SECOND
    deadline: int | None = None
    quiet: bool = False
    stamp: bool = False
    warn_broadcast: bool = False


class UsageError(Exception):
    """A line that is refused: what is written, and the exit code."""

    def __init__(self, text: Write, code: int) -> None:
        super().__init__(text)
        self.text = text
        self.code = code


def _refuse(message: str, code: int = 1) -> UsageError:
    return UsageError(Write(stderr=f"ping: {message}\n"), code)


def _whole(text: str, least: int, most: int) -> int:
    """A number as `strtol_or_err` takes it."""
    digits = text[1:] if text[:1] in ("-", "+") else text
    if not digits.isdecimal():
        raise _refuse(f"invalid argument: '{text}'")
    if not least <= int(text) <= most:
        raise _refuse(f"invalid argument: '{text}': out of range: {least} <= value <= {most}")
    return int(text)


def _seconds(text: str, what: str) -> int:
    try:
        value = float(text)
    except ValueError:
        raise UnsupportedError(f"ping with a {what} of {text!r}") from None
    if value < 0:
        raise _refuse(f"bad {what}: {text}")
    return int(value * SECOND)


def _bound(options: Options, text: str, context: Context) -> Options:
    netns = next(view for view in context.kernel.snapshot().netns if view.id == context.netns)
    is_device = any(text in (link.name, *link.altnames) for link in netns.links)
    octets = text.split(".")
    is_address = len(octets) == 4 and all(octet.isdecimal() and int(octet) < 256 for octet in octets)
    return replace(options, source=text) if is_address and not is_device else replace(options, device=text)


def _option(call: Call, letter: str, value: str) -> Call:
    """One option but `-I`."""
    options = call.options
    table: Mapping[str, Callable[[], Call]] = {
        "4": lambda: call,
        "n": lambda: call,
        "b": lambda: replace(call, options=replace(options, broadcast=True)),
        "q": lambda: replace(call, quiet=True),
        "D": lambda: replace(call, stamp=True),
        "c": lambda: replace(call, count=_whole(value, 1, MOST)),
        "s": lambda: replace(call, options=replace(options, size=_size(value))),
        "t": lambda: replace(call, options=replace(options, ttl=_whole(value, 0, 255))),
        "Q": lambda: replace(call, options=replace(options, tos=_tos(value))),
        "w": lambda: replace(call, deadline=_whole(value, 0, 2**31 - 1) * SECOND or None),
        "W": lambda: replace(call, linger=_seconds(value, "linger time")),
        "i": lambda: replace(call, interval=_interval(value)),
        "M": lambda: replace(call, options=replace(options, dont_fragment=_pmtudisc(value))),
    }
    if letter not in table:
        raise UnsupportedError(f"ping -{letter}")
    return table[letter]()


def _size(text: str) -> int:
    size = _whole(text, 0, 2**31 - 1)
    if size > 65_507:
        raise UnsupportedError(f"ping -s {size}")
    return size


def _tos(text: str) -> int:
    try:
        return int(text, 0)
    except ValueError:
        raise _refuse(f"bad TOS value: {text}") from None


def _interval(text: str) -> int:
    interval = _seconds(text, "timing interval")
    if interval < 2 * 10**6:
        raise UnsupportedError("ping -i below 2 ms")
    return interval


def _pmtudisc(text: str) -> bool | None:
    known = {"do": True, "dont": False, "want": None}
    if text not in known:
        raise _refuse(f"invalid -M argument: {text}", 1)
    return known[text]


def parse(argv: Sequence[str], context: Context) -> Call:
    """Take a command line apart.

    Raises `UsageError` with ping's words, `UnsupportedError` for what is not modelled.
    """
    call, names, words = Call(), list[str](), list(argv[1:])
    while words:
        word = words.pop(0)
        if word == "--":
            names += words
            break
        if not word.startswith("-") or word == "-":
            names.append(word)
            continue
        letters = word[1:]
        while letters:
            letter, letters = letters[0], letters[1:]
            value = ""
            if letter in WITH_VALUE:
                if not letters and not words:
                    raise _wrong(f"ping: option requires an argument -- '{letter}'\n", context)
                value, letters = letters or words.pop(0), ""
            elif letter not in FLAGS:
                raise _wrong(f"ping: invalid option -- '{letter}'\n", context)
            if letter == "h":
                raise _wrong("", context)
            call = (
                replace(call, options=_bound(call.options, value, context))
                if letter == "I"
                else _option(call, letter, value)
            )
    if not names:
        raise _refuse("usage error: Destination address required")
    if len(names) > 1:
        raise UnsupportedError("ping with intermediate hops")
    return replace(call, destination=names[0], warn_broadcast=call.options.broadcast)


def _wrong(before: str, context: Context) -> UsageError:
    return UsageError(usage("ping", context.platform, before), 2)
