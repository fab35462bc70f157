"""A line that was typed at a shell's prompt, as what the shell starts."""

from __future__ import annotations

import re
import shlex

# What only a shell can mean, outside of single quotes; operators are found by shlex.
EXPANSION = re.compile(r"[$`*?\[\]{}~!]|^\w+=")
OPERATOR = re.compile(r"[();<>|&]+")


def argv_of(line: str) -> list[str]:
    """The argv of a plain command; a line that needs a shell goes to one whole."""
    shell = ["sh", "-c", line]
    lexer = shlex.shlex(line, posix=False, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
        argv = shlex.split(line)
    except ValueError:  # a quotation that does not end: let the shell say so
        return shell
    if any(OPERATOR.fullmatch(word) for word in words):
        return shell
    if any(EXPANSION.search(word) for word in words if not word.startswith("'")):
        return shell
    return argv or shell
