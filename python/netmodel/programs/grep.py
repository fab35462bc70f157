"""grep of GNU and of busybox, with the options that change only which lines match and whether they are shown."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Any

from netmodel.commands.system import Write
from netmodel.errors import UnsupportedError
from netmodel.programs.process import Context, Read
from netmodel.programs.regex import translate

Run = Generator[Any, Any, int]
OPTIONS = frozenset("EFicnoqvw")
NONE, TROUBLE = 1, 2


def grep(argv: Sequence[str], context: Context) -> Run:
    """`grep [-EFicnoqvw] PATTERN [FILE]`."""
    words, flags = list(argv[1:]), set[str]()
    while words and len(words[0]) > 1 and words[0].startswith("-"):
        option = words.pop(0)
        if option == "--":
            break
        if not set(option[1:]) <= OPTIONS:
            raise UnsupportedError(f"grep {option}")
        flags |= set(option[1:])
    if not words or len(words) > 2:
        raise UnsupportedError("grep without a pattern" if not words else "grep in several files")
    text = ""
    if len(words) == 2 and words[1] != "-":
        found = context.read_file(words[1])
        if found is None:
            yield Write(stderr=f"grep: {words[1]}: No such file or directory\n")
            return TROUBLE
        text = found
    else:
        while piece := (yield Read()):
            text += piece
    lines = select(words[0], flags, text)
    if "q" not in flags:
        yield Write(f"{len(lines)}\n" if "c" in flags else "".join(f"{line}\n" for line in lines))
    return 0 if lines else NONE


def select(pattern: str, flags: set[str], text: str) -> list[str]:
    """What is shown of a text's lines. Raises `UnsupportedError` for an expression that is not modelled."""
    source = re.escape(pattern) if "F" in flags else translate(pattern, "E" in flags)
    if "w" in flags:
        source = rf"(?<!\w)(?:{source})(?!\w)"
    compiled = re.compile(source, re.IGNORECASE if "i" in flags else 0)
    shown = []
    for number, line in enumerate(text.splitlines(), 1):
        if (compiled.search(line) is not None) == ("v" in flags):
            continue
        pieces = (
            [one[0] for one in compiled.finditer(line) if one[0]] if {"o"} <= flags and "v" not in flags else [line]
        )
        shown += [f"{number}:{piece}" if "n" in flags and "c" not in flags else piece for piece in pieces]
    return shown
