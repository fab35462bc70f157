"""The counters of `ip -s` (ip/ipaddress.c, print_stats64)."""

from __future__ import annotations

from collections.abc import Sequence

from netmodel.commands.ip.scene import Scene
from netmodel.commands.printer import Printer
from netmodel.errors import UnsupportedError
from netmodel.snapshot import Link, Stats

RX = ("packets", "errors", "dropped", "missed", "mcast")
TX = ("packets", "errors", "dropped", "carrier", "collsns")
# `*X errors:`, packets, errors, dropped, heartbt, overrun, compressed: the least width of each column.
WIDTHS = (10, 7, 6, 7, 7, 7, 10)
OLD_WIDTHS = (10, 8, 7, 7, 7, 7)


def print_stats(printer: Printer, link: Link, scene: Scene) -> None:
    """The counters of one device. Raises `UnsupportedError` for -s -s, whose error counters no device here counts."""
    if scene.options.statistics > 1:
        raise UnsupportedError("ip -s -s")
    if printer.json:
        _print_json(printer, link.stats)
        return
    old = not scene.platform.has("iproute2.stats_fit")
    rows = (_rx(link.stats), _tx(link.stats))
    widths = OLD_WIDTHS if old else _widths(rows)
    for n, (side, names, row) in enumerate((("RX", RX, rows[0]), ("TX", TX, rows[1]))):
        if n:
            printer.newline()
        printer.text(_old_header(side) if old else _header(side, names, widths))
        printer.newline()
        side_of = "<" if old else ">"
        printer.text("    " + "".join(f"{value:{side_of}{width}} " for value, width in zip(row, widths, strict=False)))


def _rx(stats: Stats) -> Sequence[int]:
    return (
        stats.rx_bytes,
        stats.rx_packets,
        stats.rx_errors,
        stats.rx_dropped,
        stats.rx_missed,
        stats.multicast,
    )


def _tx(stats: Stats) -> Sequence[int]:
    return (
        stats.tx_bytes,
        stats.tx_packets,
        stats.tx_errors,
        stats.tx_dropped,
        stats.tx_carrier,
        stats.collisions,
    )


def _widths(rows: Sequence[Sequence[int]]) -> Sequence[int]:
    """`size_columns`: as wide as the widest number."""
    return [max(width, *(len(str(row[n])) for row in rows)) if n < 6 else width for n, width in enumerate(WIDTHS)]


def _header(side: str, names: Sequence[str], widths: Sequence[int]) -> str:
    columns = " ".join(f"{name:>{width}}" for name, width in zip(names, widths[1:6], strict=True))
    return f"    {side}: {'bytes':>{widths[0] - 4}} {columns} {'':>{widths[6]}}"


def _old_header(side: str) -> str:
    """iproute2 4.11."""
    last = "overrun mcast   " if side == "RX" else "carrier collsns "
    return f"    {side}: bytes  packets  errors  dropped {last}"


def _print_json(printer: Printer, stats: Stats) -> None:
    printer.open_object("stats64")
    printer.open_object("rx")
    for key, value in (
        ("bytes", stats.rx_bytes),
        ("packets", stats.rx_packets),
        ("errors", stats.rx_errors),
        ("dropped", stats.rx_dropped),
        ("over_errors", 0),
        ("multicast", stats.multicast),
    ):
        printer.field(key, value)
    printer.close_object()
    printer.open_object("tx")
    for key, value in (
        ("bytes", stats.tx_bytes),
        ("packets", stats.tx_packets),
        ("errors", stats.tx_errors),
        ("dropped", stats.tx_dropped),
        ("carrier_errors", stats.tx_carrier),
        ("collisions", stats.collisions),
    ):
        printer.field(key, value)
    printer.close_object()
    printer.close_object()
