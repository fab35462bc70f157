"""`ping`, of iputils and of busybox: they ask the same and print differently; the machine or the image decides."""

from __future__ import annotations

from netmodel.programs.ping.busybox import ping as busybox_ping
from netmodel.programs.ping.iputils import ping as iputils_ping

__all__ = ["busybox_ping", "iputils_ping"]
