"""`python -m netmodel` is the command `netmodel`."""

from __future__ import annotations

from netmodel.cli import main

main()
