"""Tables as Go's text/tabwriter sets them for Docker's CLI (cli/command/formatter)."""

from __future__ import annotations

from collections.abc import Iterable

PADDING = 3


def aligned(text: str, min_width: int) -> str:
    r"""Cells end in a tab. A column's block is the consecutive lines that have a cell there; each block is as wide as its
    widest cell and three blanks, and at least `min_width` in all (tabwriter.Writer, flags 0)."""
    lines = [line.split("\t") for line in text.split("\n")]
    return "\n".join(_set(lines, min_width))


def _set(lines: list[list[str]], min_width: int) -> Iterable[str]:
    widths: list[list[int]] = [[0] * (len(line) - 1) for line in lines]
    for column in range(max((len(line) - 1 for line in lines), default=0)):
        start = 0
        while start < len(lines):
            if len(lines[start]) - 1 <= column:
                start += 1
                continue
            end = start
            while end < len(lines) and len(lines[end]) - 1 > column:
                end += 1
            widest = max(len(lines[at][column]) for at in range(start, end))
            # An empty column is discarded only with tabwriter.DiscardEmptyColumns, which Docker does not ask for.
            width = max(widest + PADDING, min_width)
            for at in range(start, end):
                widths[at][column] = width
            start = end
    for line, sizes in zip(lines, widths, strict=True):
        yield "".join(cell.ljust(size) for cell, size in zip(line, sizes, strict=False)) + line[-1]
