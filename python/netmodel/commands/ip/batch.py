"""The lines of a -batch file (lib/utils.c, getcmdline and makeargs)."""

from __future__ import annotations

import re
from collections.abc import Iterator

from netmodel.commands.words import Refused


def lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Each command with the number of its last line; blank ones are left out. Raises `Refused`."""
    held, number = "", 0
    for line in text.splitlines(keepends=True):
        number += 1
        held += line.partition("#")[0] if "#" in line else line
        if held.endswith("\\\n"):
            held = held[:-2]
            continue
        words = _split(held)
        held = ""
        if words:
            yield number, words


def _split(line: str) -> list[str]:
    """Words between blanks; one that begins with a quote ends at the next such quote."""
    words, rest = [], line.lstrip(" \t\r\n")
    while rest:
        if rest[0] in "'\"":
            word, quote, rest = rest[1:].partition(rest[0])
            if not quote:
                raise Refused("Unterminated quoted string\n", 1, exits=True)
        else:
            found = re.match(r"[^ \t\r\n]+", rest)
            word = found[0] if found else ""
            rest = rest[len(word) :]
        words.append(word)
        rest = rest.lstrip(" \t\r\n")
    return words
