"""What runs on a modelled machine and in its containers."""

from __future__ import annotations
