"""The commands people type: each parsed to a value and rendered from a snapshot, and a `run` that joins the two."""

from __future__ import annotations
