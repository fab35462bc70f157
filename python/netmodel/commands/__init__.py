"""The commands people type: each parsed to a value and rendered from a snapshot, both pure, and a `run` that joins them."""

from __future__ import annotations
