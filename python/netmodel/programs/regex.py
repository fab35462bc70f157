"""POSIX regular expressions (POSIX.1-2017, Base Definitions, 9), as far as they mean the same to Python's `re`."""

from __future__ import annotations

import re

from netmodel.errors import UnsupportedError

# In a basic expression these are ordinary without a backslash; GNU gives them their extended meaning with one.
SWAPPED = frozenset("(){}+?|")


def translate(pattern: str, is_extended: bool) -> str:
    """The expression in Python's spelling. Raises `UnsupportedError` for what is not modelled."""
    out, at = "", 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\":
            following = pattern[at + 1 : at + 2]
            out += _escaped(following, is_extended)
            at += 2
        elif char == "[":
            end = _bracket_end(pattern, at)
            out += _bracket(pattern[at:end])
            at = end
        else:
            is_first = at == 0 or pattern[:at].endswith(("\\(", "\\|", "("))
            is_plain = (char in SWAPPED and not is_extended) or (char == "*" and is_first)
            is_plain = is_plain or (char == "^" and not is_first and not is_extended)
            is_plain = is_plain or (char == "$" and at + 1 < len(pattern) and not is_extended)
            out += re.escape(char) if is_plain else char
            at += 1
    return out


def _escaped(char: str, is_extended: bool) -> str:
    if char in SWAPPED and char:
        return re.escape(char) if is_extended else char
    if char in (".", "*", "[", "]", "^", "$", "\\", "/", "-"):
        return re.escape(char)
    if char in ("w", "W", "s", "S", "b", "B"):
        return f"\\{char}"
    if char == "n":
        return "\n"
    raise UnsupportedError(f"the regular expression \\{char}")


def _bracket_end(pattern: str, at: int) -> int:
    start = at + 1 + (pattern[at + 1 : at + 2] == "^")
    end = pattern.find("]", start + 1)
    while "[:" in pattern[start:end] and pattern[end - 1 : end] == ":":
        end = pattern.find("]", end + 1)
    if end < 0:
        raise UnsupportedError("a bracket of a regular expression that does not end")
    return end + 1


CLASSES = {
    "digit": "0-9",
    "alpha": "A-Za-z",
    "alnum": "0-9A-Za-z",
    "space": r"\s",
    "upper": "A-Z",
    "lower": "a-z",
    "blank": r" \t",
    "xdigit": "0-9A-Fa-f",
}


def _bracket(text: str) -> str:
    inner = text[1:-1].replace("\\", "\\\\").replace("&&", "&\\&")
    for name, meaning in CLASSES.items():
        inner = inner.replace(f"[:{name}:]", meaning)
    if "[:" in inner or "[." in inner or "[=" in inner:
        raise UnsupportedError(f"the regular expression {text}")
    return f"[{inner.replace('[', chr(92) + '[')}]"
