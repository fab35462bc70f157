"""What the echoes write: coreutils', dash's own and busybox's differ in what they take for options and escapes."""

from __future__ import annotations

import re
from collections.abc import Sequence

SIMPLE = {"a": "\a", "b": "\b", "e": "\x1b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\\": "\\"}
ESCAPE = re.compile(r"\\(0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|[abcefnrtv\\])")
DASH_ESCAPE = re.compile(r"\\(0[0-7]{0,3}|[abcfnrtv\\])")


def _escaped(text: str, pattern: re.Pattern[str]) -> tuple[str, bool]:
    """The text with its escapes resolved, and whether `\\c` ended it."""
    out, at = "", 0
    for found in pattern.finditer(text):
        out += text[at : found.start()]
        code = found[1]
        if code == "c":
            return out, True
        if code.startswith("0"):
            out += chr(int(code[1:] or "0", 8) & 0xFF)
        elif code.startswith("x"):
            out += chr(int(code[1:], 16))
        else:
            out += SIMPLE[code]
        at = found.end()
    return out + text[at:], False


def of_dash(arguments: Sequence[str]) -> str:
    """dash's builtin: only a first `-n` is an option, escapes always count."""
    is_bare = list(arguments[:1]) == ["-n"]
    text, is_cut = _escaped(" ".join(arguments[is_bare:]), DASH_ESCAPE)
    return text if is_bare or is_cut else text + "\n"


def of_ash(arguments: Sequence[str]) -> str:
    """Busybox's and coreutils' alike: words of n, e and E are options as long as they come."""
    words = list(arguments)
    is_bare = escapes = False
    while words and re.fullmatch(r"-[neE]+", words[0]):
        for letter in words.pop(0)[1:]:
            is_bare = is_bare or letter == "n"
            escapes = letter == "e" if letter != "n" else escapes
    text, is_cut = _escaped(" ".join(words), ESCAPE) if escapes else (" ".join(words), False)
    return text if is_bare or is_cut else text + "\n"
