"""Docker: an engine over the modelled kernel, and its nouns in docker-py's words."""

from __future__ import annotations

from netmodel.docker.engine import Engine

__all__ = ["Engine"]
