"""The network applets of busybox, which print otherwise than the tools they are named after."""

from __future__ import annotations
