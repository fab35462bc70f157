"""How long ago, and how much: docker/go-units."""

from __future__ import annotations

import re

SECOND = 10**9


def human_duration(ns: int) -> str:
    """`units.HumanDuration`."""
    seconds = int(ns / SECOND)
    minutes = int(ns / (60 * SECOND))
    hours = int(ns / (3600 * SECOND) + 0.5)
    if seconds < 1:
        return "Less than a second"
    if seconds == 1:
        return "1 second"
    if seconds < 60:
        return f"{seconds} seconds"
    if minutes == 1:
        return "About a minute"
    if minutes < 60:
        return f"{minutes} minutes"
    if hours == 1:
        return "About an hour"
    if hours < 48:
        return f"{hours} hours"
    if hours < 24 * 7 * 2:
        return f"{hours // 24} days"
    if hours < 24 * 30 * 2:
        return f"{hours // 24 // 7} weeks"
    if hours < 24 * 365 * 2:
        return f"{hours // 24 // 30} months"
    return f"{int(ns / (3600 * SECOND)) // 24 // 365} years"


def human_size(size: int, precision: int = 4) -> str:
    """`units.HumanSizeWithPrecision`: decimal, and as few digits as say it (`%.4g`)."""
    value, names = float(size), ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"]
    while value >= 1000.0 and len(names) > 1:
        value /= 1000.0
        names.pop(0)
    return f"{value:.{precision}g}{names[0]}"


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A key that sorts numbers inside names by value (fvbommel/sortorder)."""
    return tuple((1, int(part), part) if part.isdigit() else (2, 0, part) for part in re.findall(r"\d+|\D+", text))
