"""This machine's kernel behind the seam: commands run for real, in namespaces of their own.

`host.LiveHost` is the outside end, `machine` the first process inside; `dockerd` starts a private Docker daemon there.
"""

from __future__ import annotations

from netmodel.live.host import LiveHost

__all__ = ["LiveHost"]
