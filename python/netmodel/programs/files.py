"""Programs that read files: cat."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any

from netmodel.commands.system import Write
from netmodel.errors import UnsupportedError
from netmodel.programs.process import Context, Read

Run = Generator[Any, Any, int]


def cat(argv: Sequence[str], context: Context) -> Run:
    """coreutils' cat, without options."""
    return (yield from _cat(argv, context, "cat: {0}: "))


def busybox_cat(argv: Sequence[str], context: Context) -> Run:
    """Busybox's cat, without options."""
    return (yield from _cat(argv, context, "cat: can't open '{0}': "))


def _cat(argv: Sequence[str], context: Context, complaint: str) -> Run:
    code = 0
    for name in argv[1:] or ["-"]:
        if name == "-":
            while text := (yield Read()):
                yield Write(text)
            continue
        if name.startswith("-"):
            raise UnsupportedError(f"cat {name}")
        found = context.read_file(name)
        if found is not None:
            yield Write(found)
            continue
        code = 1
        if context.files.is_directory(context.path(name)):
            yield Write(stderr=("cat: {0}: " if "open" not in complaint else "cat: read error: ").format(name))
            yield Write(stderr="Is a directory\n")
        else:
            yield Write(stderr=complaint.format(name) + "No such file or directory\n")
    return code
